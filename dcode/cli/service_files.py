"""The units and the udev rule that `dcode daemon install` writes: the templates in configs/system, filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

SYSTEM_UNIT: Final = "dcode.service"
USER_UNIT: Final = "dcode-user.service"
RULES: Final = "70-dcode.rules"
MARK: Final = "dcode daemon install"  # in each template: how a file is known to be ours
RULES_GROUP: Final = "dialout"  # as the rule has it, which is complete without us

_WORD: Final = re.compile(r"@([A-Z_]+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a unit says of this installation. `writable`: the daemon's folders, with "-" those that need not exist."""

    command: Sequence[str]
    environment: Mapping[str, str]
    package_home: Path
    state_dir: Path
    writable: Sequence[str]
    user: str
    group: str


def unit_text(template: str, service: Service) -> str:
    """A unit for systemd. Raises ConfigError for a name that no unit can hold."""
    values = {
        "COMMAND": command_line(service.command),
        "ENVIRONMENT": " ".join(quoted(f"{name}={value}") for name, value in service.environment.items()),
        "PACKAGE_HOME": _plain(str(service.package_home)),
        "STATE_DIR": quoted(str(service.state_dir)),
        "WRITABLE": " ".join(quoted(path) for path in service.writable),
        "USER": _plain(service.user),
        "GROUP": _plain(service.group),
    }
    return _WORD.sub(lambda match: values[match[1]], template)


def rules_text(template: str, group: str) -> str:
    """The udev rule, for a system whose serial ports belong to `group`."""
    return template.replace(f'GROUP="{RULES_GROUP}"', f'GROUP="{group}"')


def command_line(words: Sequence[str]) -> str:
    """Words as ExecStart= takes them: there, and only there and behind the program, $ begins a variable."""
    program, *rest = words
    return " ".join([quoted(program), *(quoted(word).replace("$", "$$") for word in rest)])


def quoted(word: str) -> str:
    """A word as systemd.syntax(7) reads it back, in quotes where it needs them."""
    word = _plain(word)
    if re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(word: str) -> str:
    """A word with % as itself, not as the beginning of a specifier."""
    if any(ord(character) < 32 or ord(character) == 127 for character in word):
        raise ConfigError("a unit cannot hold a name with a control character", value=word)
    return word.replace("%", "%%")
