"""Real workers, in processes of their own, with engines of the tests'."""

from __future__ import annotations

from tests.patience import bounded

__all__ = ["bounded"]
