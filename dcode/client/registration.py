"""What a registration found, in words; and the steps by which a gondola is brought over a mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dcode.api.codec import Message

STEPS: Final = (0.1, 0.5, 1.0, 5.0, 10.0)  # mm, by the keys 1 to 5
FIRST_STEP: Final = 2  # of STEPS
NEAR_MM: Final = 1.0  # from here the arrow keys are quicker than going there
SEEN_MM: Final = 0.05  # less is not worth a word


def found_lines(registered: Message, *, second: bool) -> list[str]:
    offset = registered["offset"]
    if offset is None:
        lines = ["The position is known now."]
    elif away := ways(offset, ("further right", "further left", "higher", "lower")):
        lines = [f"The gondola was {' and '.join(away)} than dcode believed."]
    else:
        lines = ["The gondola was where dcode believed it to be."]
    if second:
        degrees = registered["rotation_degrees"]
        way = "clockwise" if degrees < 0 else "counter-clockwise"
        lines.append(
            f"The sheet is turned by {abs(degrees):.2f} degrees {way}; its scale is {registered['scale']:.4f}."
        )
    return lines


def ways(by: Sequence[float], words: tuple[str, str, str, str]) -> list[str]:
    """A shift as "3.2 mm <word>" for each axis on which it can be seen; words for +x, -x, +y, -y."""
    named = ((by[0], words[0] if by[0] > 0 else words[1]), (by[1], words[2] if by[1] > 0 else words[3]))
    return [f"{abs(mm):.1f} mm {word}" for mm, word in named if abs(mm) >= SEEN_MM]
