"""grblHAL's settings: more of them than grbl has, each with its own number of decimals."""

from __future__ import annotations

from collections.abc import Iterator

from dcode.simulator.grbl_settings import Refusal, Settings
from dcode.simulator.grblhal_texts import SETTINGS


class HalSettings(Settings):
    """As captured ($$); a number that is not in that list is error:53."""

    def __init__(self) -> None:
        super().__init__()
        pairs = [line.split("=") for line in SETTINGS]
        self.values = {int(number): float(value) for number, value in pairs}
        self._decimals = {int(number): len(value.partition(".")[2]) for number, value in pairs}

    def store(self, number: int, value: float) -> None:
        if number not in self.values:
            raise Refusal(53)
        if value < 0 and number != 58:
            raise Refusal(4)
        if number == 20 and value and not self.values[22]:
            raise Refusal(10)
        if number == 22 and not value:
            self.values[20] = 0
        self.values[number] = value if self._decimals[number] else float(int(value))

    def restore(self) -> None:
        self.values.update((int(number), float(value)) for number, value in (line.split("=") for line in SETTINGS))

    def lines(self) -> Iterator[str]:
        for number, value in self.values.items():
            yield f"${number}={value:.{self._decimals[number]}f}"
