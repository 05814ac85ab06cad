"""How a file is to be drawn, as it is set on the screen and as the command line takes it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dcode.client.recognise import Kind

AS_IS: Final = "off"  # the order that a file has already


@dataclass(frozen=True, slots=True)
class How:
    """`order` is one of --optimize's; `pens` has numbers by layers' names or colours.

    `given` has options of algorithms, as algorithm, name and value: each algorithm keeps its own while another is
    tried. `inks` is empty for one pen.
    """

    place: str = "keep"  # or "fit", "clip"
    order: str = AS_IS
    layers: str = "auto"
    algorithm: str = ""
    pens: tuple[tuple[str, int], ...] = ()
    given: tuple[tuple[str, str, str], ...] = ()
    inks: str = ""
    nearest: bool = False

    def remakes(self, kind: Kind) -> bool:
        """Whether a program is made; G-code is queued as it is unless it is to have another order."""
        return kind is not Kind.GCODE or self.order != AS_IS

    def said(self, option: str) -> str | None:
        """The value that an option of the algorithm was given; None for none."""
        return next((value for one, name, value in self.given if (one, name) == (self.algorithm, option)), None)

    def options(self, kind: Kind) -> list[str]:
        """As the command line takes them."""
        said = [] if self.place == "keep" else [f"--{self.place}"]
        if self.remakes(kind):
            said.append(f"--optimize={self.order}")
        if kind is Kind.SVG:
            said.append(f"--layers={self.layers}")
        if kind is Kind.PICTURE:
            said += self._for_pictures()
        if kind in (Kind.SVG, Kind.PICTURE):
            said += [f"--pen={layer}={pen}" for layer, pen in self.pens]
        return said

    def _for_pictures(self) -> Iterator[str]:
        yield f"--algorithm={self.algorithm}"
        yield from (f"-O{name}={value}" for algorithm, name, value in self.given if algorithm == self.algorithm)
        if self.inks:
            yield f"--inks={self.inks}"
            yield from ["--nearest"] * self.nearest
