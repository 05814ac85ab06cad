"""machine.json as the daemon holds it: the machine that it goes by, and the one way in which the file is written.

A change is looked at as a whole before anything is written, together with what a person has changed in the file since.
Then the new file is written beside the old one and takes its place in one step, so that a power cut leaves the one or
the other. The old one stays beside it under its date. The file that comes with dcode is never written: the first change
makes the user's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dcode.config import paths
from dcode.config.kept_file import change_under_lock, rewrite
from dcode.config.machine_file import Described, describe, parse_described, read_text
from dcode.config.machine_schema import KEY, MIGRATIONS, Migration, newest
from dcode.config.machine_text import with_changes, written
from dcode.config.machine_values import Value, values
from dcode.errors import ConfigError
from dcode.machine.machine import Machine


class MachineStore:
    """One machine file. `now` says the date under which an old file is kept; `on_change` is told of every change.

    Raises ConfigError, when it is made, for a file that cannot be read or describes no machine.
    """

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = datetime.now,
        migrations: Mapping[int, Migration] = MIGRATIONS,
    ) -> None:
        self.path = path
        self._now, self._migrations = now, migrations
        self._one_by_one = threading.Lock()
        self.on_change: Callable[[], None] = lambda: None
        self._text, self._described = self._read()

    @property
    def machine(self) -> Machine:
        """The machine as the file was when it was read or written last."""
        return self._described.machine

    @property
    def text(self) -> str:
        """The file that describes it."""
        return self._text

    @property
    def others(self) -> tuple[str, ...]:
        """Keys of the file that mean nothing to dcode."""
        return self._described.others

    def values(self) -> dict[str, Value]:
        """Each key that dcode knows, with its value and where that is from."""
        return values(self._described)

    def reload(self) -> bool:
        """Read the file anew; whether that is another machine. Raises ConfigError: then the old one stays."""
        with self._one_by_one:
            before, (self._text, self._described) = self.machine, self._read()
            return self.machine != before

    def change(self, changes: Mapping[str, Any]) -> Machine:
        """Set keys, dotted, and take those out that are given None; the machine as it is then.

        Raises ConfigError for what is no machine, and where it cannot be written; the file is then as it was.
        """
        with self._one_by_one:
            target = self._own()
            with change_under_lock(target):
                _, before = self._read()  # a person may have edited it
                data = with_changes(before.data, changes, str(self.path))
                if data == before.data:
                    return self.machine
                data = {KEY: newest(self._migrations)} | data
                described = describe(data, str(target), self._migrations)
                text = written(data)
                rewrite(target, text.encode(), self._now())
            self.path, self._text, self._described = target, text, described
        self.on_change()
        return self.machine

    def _read(self) -> tuple[str, Described]:
        text = read_text(self.path)
        return text, parse_described(text, str(self.path), self._migrations)

    def _own(self) -> Path:
        """The file to write: this one or, where it is the one that comes with dcode, the user's own."""
        if self.path.resolve() != (paths.data_dir("configs") / paths.MACHINE_FILE).resolve():
            return self.path
        own = paths.config_dir() / paths.MACHINE_FILE
        if own.exists():
            raise ConfigError(
                f"this comes with dcode and is not written; your own is {own}: start the daemon anew to go by it.",
                file=str(self.path),
            )
        return own
