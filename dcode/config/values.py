"""Values that keys of machine.json and dcode.toml may have, beyond their types."""

from __future__ import annotations

from typing import Annotated

from dcode.tables import Only

Positive = Annotated[float, Only("a number above 0", lambda value: value > 0)]
NotNegative = Annotated[float, Only("a number of at least 0", lambda value: value >= 0)]
Count = Annotated[int, Only("a whole number above 0", lambda value: value > 0)]
Whole = Annotated[int, Only("a whole number of at least 0", lambda value: value >= 0)]
Text = Annotated[str, Only("a text that is not empty", lambda value: value != "")]
