"""How wide a pen draws of which nothing is said."""

from __future__ import annotations

from typing import Final

PEN_MM: Final = 0.5  # a fineliner's: between a technical pen's 0.3 and a felt tip's 1
