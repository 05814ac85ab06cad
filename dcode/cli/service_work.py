"""Putting a service's files into the system and taking them away, with a record of what was done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dcode.cli.service_files import MARK, RULES, SYSTEM_UNIT
from dcode.errors import ConfigError

UNIT: Final = SYSTEM_UNIT  # under this name in either place
SYSTEM_UNITS: Final = Path("/etc/systemd/system")
SYSTEM_RULES: Final = Path("/etc/udev/rules.d")


@dataclass(slots=True)
class Work:
    """What is done to this system, and what is told of it."""

    system: bool
    user: str
    root: Path | None
    dry_run: bool
    files: list[dict[str, str]] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)  # a command, and what it does

    @property
    def for_real(self) -> bool:
        """Whether it is about this system as it runs."""
        return self.root is None and not self.dry_run

    @property
    def unit(self) -> Path:
        if self.system:
            return self._below(SYSTEM_UNITS / UNIT)
        told = os.environ.get("XDG_CONFIG_HOME")
        config = Path(told) if told and Path(told).is_absolute() else Path.home() / ".config"
        return self._below(config / "systemd" / "user" / UNIT)

    @property
    def rules(self) -> Path:
        return self._below(SYSTEM_RULES / RULES)

    def _below(self, path: Path) -> Path:
        return self.root.absolute() / path.relative_to("/") if self.root else path

    @property
    def systemctl(self) -> list[str]:
        return ["systemctl"] if self.system else ["systemctl", "--user"]

    def put(self, path: Path, text: str) -> None:
        """Have a file say this. One that says something else is kept beside it."""
        told = {"path": str(path)}
        try:
            old = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
            if old == text:
                told["action"] = "there already"
            elif old is None:
                told["action"] = "written"
            else:
                told |= {"action": "replaced", "backup": f"{path}.bak"}
            if self.dry_run:
                told["text"] = text
            elif old != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                if old is not None:
                    path.replace(f"{path}.bak")
                path.write_text(text, encoding="utf-8")
                path.chmod(0o644)  # whatever the umask is: the service manager reads it, and so may everybody
        except OSError as error:
            raise self._cannot("written", path, error) from error
        self.files.append(told)

    def remove(self, path: Path) -> None:
        """Take a file away, if it is one of ours."""
        action = "removed"
        try:
            if not path.exists():
                action = "not there"
            elif MARK not in path.read_text(encoding="utf-8", errors="replace"):
                action = "left alone: dcode did not write it"
            elif not self.dry_run:
                path.unlink()
        except OSError as error:
            raise self._cannot("removed", path, error) from error
        self.files.append({"path": str(path), "action": action})

    @staticmethod
    def _cannot(done: str, path: Path, error: OSError) -> ConfigError:
        return ConfigError(f"cannot be {done}: {error.strerror}", file=str(path))

    def run(self, words: Sequence[str], why: str) -> None:
        """Run a program of the system, where there is one; what fails is left to do by hand."""
        if not self.for_real or shutil.which(words[0]) is None:
            return
        shown = " ".join(words)
        done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            self.ran.append(shown)
        else:
            said = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            self.left.append((shown, f"{why} It failed: {said[0]}"))

    def report(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "scope": "system" if self.system else "user",
            "user": self.user,
            "dry_run": self.dry_run,
            "files": self.files,
            "ran": self.ran,
            "notes": self.notes,
            "left": [{"command": what, "why": why} for what, why in self.left],
        }
