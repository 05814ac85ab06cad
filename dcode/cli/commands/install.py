"""dcode daemon install: a daemon that systemd starts, watches and restarts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.service_files import RULES, SYSTEM_UNIT, USER_UNIT, Service, rules_text, unit_text
from dcode.cli.service_owner import PACKAGE_HOME, Owner, Places, is_member, serial_group
from dcode.cli.service_work import SYSTEM_RULES, UNIT, Work
from dcode.cli.session import Session
from dcode.client.launch import DAEMON, FILES_IN_ENVIRONMENT, Target
from dcode.config import paths
from dcode.config.machine_file import load_machine
from dcode.errors import ConfigError


@command()
@click.option("--system/--user", "system", help="For the whole system, or for you alone (the default).")
@click.option("--uninstall", is_flag=True, help="Take away what was installed.")
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write below DIR; touch nothing else.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written.")
@daemon_options
def install(session: Session, system: bool, uninstall: bool, root: Path | None, dry_run: bool) -> None:
    """Have systemd run the daemon.

    It then starts by itself, is restarted when it fails, and keeps the port open over a restart, so that the board is
    not reset. With --system it runs as the user who calls sudo, and ports are kept from ModemManager.
    """
    owner = Owner.find(system)
    work = Work(system=system, user=owner.name, root=root, dry_run=dry_run)
    if work.for_real and system and os.geteuid() != 0:
        raise ConfigError("Only root may do this for the whole system: call it with sudo, or without --system.")
    if uninstall:
        _uninstall(work)
    else:
        _install(work, session, owner)
    session.reply(work.report(), _lines)


def _install(work: Work, session: Session, owner: Owner) -> None:
    if session.machine:
        load_machine(session.machine)  # said now, and not in a log at the next boot
    places = Places.of(owner, session)
    if work.system and places.socket.parent != places.state_dir:
        raise ConfigError("a system service has its socket in its state folder", key="socket", value=str(places.socket))
    group = serial_group()
    templates = paths.data_dir("configs") / "system"
    template = (templates / (SYSTEM_UNIT if work.system else USER_UNIT)).read_text(encoding="utf-8")
    text = unit_text(template, _service(owner, places, session, group))
    if work.for_real:
        places.make_state_dir(owner)
    work.put(work.unit, text)
    if work.system:
        work.put(work.rules, rules_text((templates / RULES).read_text(encoding="utf-8"), group))
    _reload(work)
    _say_what_is_left(work, places, group, templates / RULES)
    work.notes.append(_how_to_reach(work.user, places))


def _service(owner: Owner, places: Places, session: Session, group: str) -> Service:
    """What the unit says: the daemon as a client of the same user would start it."""
    target = Target(session.port, session.profile, session.machine)
    named = {name: str(Path(os.environ[name]).absolute()) for name in FILES_IN_ENVIRONMENT if os.environ.get(name)}
    if not owner.is_self:
        named = {}  # those are root's
    return Service(
        command=[*DAEMON, "--state-dir", str(places.state_dir), *target.arguments()],
        environment={**named, "DCODE_CONFIG_DIR": str(places.config_dir)},
        package_home=PACKAGE_HOME,
        state_dir=places.state_dir,
        writable=[str(places.state_dir), f"-{places.config_dir}"],
        user=owner.name,
        group=group,
    )


def _uninstall(work: Work) -> None:
    """The queue and the settings stay."""
    if work.unit.exists():
        work.run([*work.systemctl, "disable", UNIT], "It is not to start any more.")
    work.remove(work.unit)
    if work.system:
        work.remove(work.rules)
    _reload(work)
    sudo = "sudo " if work.system else ""
    work.left.append((f"{sudo}{' '.join(work.systemctl)} stop dcode", "Ends it, if it runs: pen up, the job is kept."))


def _reload(work: Work) -> None:
    work.run([*work.systemctl, "daemon-reload"], "systemd does not know the change yet.")
    if work.system:
        work.run(["udevadm", "control", "--reload"], "udev does not know the change yet.")


def _say_what_is_left(work: Work, places: Places, group: str, rules: Path) -> None:
    name, left = work.user, work.left
    if work.for_real and places.socket.exists():
        left.append(("dcode daemon stop", "Ends the daemon that runs: the service cannot start beside it."))
    if work.system:
        left.append(("sudo systemctl enable --now dcode", "Starts it, now and with the computer."))
        if name == "root":
            work.notes.append(
                "It runs as root. Called with sudo by the user who plots, this makes it run as that user."
            )
        work.notes.append("The udev rule holds for what is plugged in from now on.")
        return
    left.append(("systemctl --user enable --now dcode", "Starts it, now and when you log in."))
    left.append((f"sudo loginctl enable-linger {name}", "Lets it start with the computer, and go on when you log out."))
    if not is_member(name, group):
        left.append((f"sudo usermod -aG {group} {name}", "Lets you open serial ports, from your next login on."))
    if not work.rules.exists():
        copy = f"sudo cp {rules} {SYSTEM_RULES}/ && sudo udevadm control --reload"
        left.append((copy, "Keeps ModemManager away from the plotter."))


def _how_to_reach(user: str, places: Places) -> str:
    """What a client must know. The socket is its owner's alone: whoever can connect to it can move the machine."""
    if places.told:
        return f"The commands of {user} find it with DCODE_STATE_DIR={places.state_dir}, and nobody else's do."
    return f"The commands of {user} find it as they are, and nobody else's do (it is in {places.state_dir})."


def _lines(report: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for file in report["files"]:
        would = "would be " if report["dry_run"] and file["action"] in ("written", "replaced", "removed") else ""
        kept = f"; what was there is kept as {file['backup']}" if "backup" in file else ""
        lines.append(f"{file['path']}: {would}{file['action']}{kept}.")
        lines += [f"    {line}".rstrip() for line in file.get("text", "").splitlines()]
    lines += [f"{ran}: done." for ran in report["ran"]]
    lines += report["notes"]
    if report["left"]:
        lines += ["", "Left to do by hand:"]
        lines += [line for one in report["left"] for line in (f"  {one['command']}", f"      {one['why']}")]
    return lines
