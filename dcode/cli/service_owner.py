"""Whose daemon a service is, and where that user's daemon keeps things."""

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dcode
from dcode.cli.session import Session
from dcode.config import paths
from dcode.errors import ConfigError

PACKAGE_HOME: Final = Path(dcode.__file__).parents[1]
SERIAL_GROUPS: Final = ("dialout", "uucp")  # of Debian and Fedora, of Arch
CHILD_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Owner:
    """The user whose daemon it is: under sudo the one who called it."""

    name: str
    is_self: bool

    @classmethod
    def find(cls, system: bool) -> Owner:
        try:
            self = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise ConfigError("this user has no name on this system", value=os.geteuid()) from None
        called = os.environ.get("SUDO_USER", "") if system and os.geteuid() == 0 else ""
        if called in ("", self):
            return cls(self, is_self=True)
        try:
            return cls(pwd.getpwnam(called).pw_name, is_self=False)
        except KeyError:
            raise ConfigError("there is no such user", key="SUDO_USER", value=called) from None

    def python(self, code: str, *arguments: str) -> str:
        """What a piece of Python prints when this user, with nothing in the environment, runs it."""
        account = pwd.getpwnam(self.name)
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            env={"HOME": account.pw_dir, "USER": self.name, "LOGNAME": self.name, "PATH": os.defpath},
            cwd=PACKAGE_HOME,
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
        )
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise ConfigError(f"as {self.name}: {last[0].removeprefix('dcode: ')}")
        return done.stdout


@dataclass(frozen=True, slots=True)
class Places:
    """Where the owner's daemon keeps things. `told`: clients look there only if they are told so, too."""

    state_dir: Path
    socket: Path
    config_dir: Path
    told: bool = False

    @classmethod
    def of(cls, owner: Owner, session: Session) -> Places:
        if owner.is_self:
            told = bool(session.state_dir or os.environ.get("DCODE_STATE_DIR"))
            return cls(session.address.state_dir, session.address.socket, paths.config_dir(), told)
        options = ["--state-dir", str(session.address.state_dir)] if session.state_dir else []
        code = "from dcode.cli.main import main; main()"
        found = json.loads(owner.python(code, "config", "path", "--json", *options))
        return cls(Path(found["state"]), Path(found["socket"]), Path(found["settings"]).parent, bool(options))

    def make_state_dir(self, owner: Owner) -> None:
        """systemd does not start a service that may write to a folder which is not there."""
        if owner.is_self:
            paths.make_state_dir(self.state_dir)
        else:
            code = (
                "import pathlib, sys; from dcode.config import paths; paths.make_state_dir(pathlib.Path(sys.argv[1]))"
            )
            owner.python(code, str(self.state_dir))


def serial_group() -> str:
    """The group that may open serial ports here."""
    known = {group.gr_name for group in grp.getgrall()}
    return next((name for name in SERIAL_GROUPS if name in known), SERIAL_GROUPS[0])


def is_member(user: str, group: str) -> bool:
    account = pwd.getpwnam(user)
    if account.pw_uid == 0:
        return True
    try:
        return grp.getgrnam(group).gr_gid in os.getgrouplist(user, account.pw_gid)
    except KeyError:
        return True  # the system has no such group: joining it is no advice
