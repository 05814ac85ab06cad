"""What Marlin 2.1's commands for the host do: reports, settings, line numbers, dialogue."""

from __future__ import annotations

from copy import deepcopy
from math import hypot, inf
from typing import Final

from dcode.simulator import marlin_settings
from dcode.simulator.firmware import Program
from dcode.simulator.marlin_command import Command
from dcode.simulator.marlin_idle import Handlers, Killed, MarlinIdle, handles
from dcode.simulator.marlin_reports import capabilities, position, settings_loaded

COMMANDS: Final[Handlers] = {}


@handles(COMMANDS, "M114")
def _position(marlin: MarlinIdle, command: Command) -> Program:
    """The logical position after the last command, and where the planner ends: at once, not when it is reached."""
    if "R" in command.words and marlin.build.position_reports:
        yield from marlin.tell(marlin.live_position())
    else:
        yield from marlin.tell(position(marlin.mover.current, marlin.mover.steps))


@handles(COMMANDS, "M154")
def _report_position(marlin: MarlinIdle, command: Command) -> Program:
    seconds = command.whole("S")
    if seconds is not None:
        marlin.report_every(min(max(seconds, 0), 60))
    return iter(())


@handles(COMMANDS, "M105")
def _temperature(marlin: MarlinIdle, command: Command) -> Program:
    yield from marlin.tell("ok T:0\n")


@handles(COMMANDS, "M115")
def _capabilities(marlin: MarlinIdle, command: Command) -> Program:
    for line in capabilities(marlin.build):
        yield from marlin.tell(line)


@handles(COMMANDS, "M119")
def _end_stops(marlin: MarlinIdle, command: Command) -> Program:
    x, y = marlin.plotter.paper
    hit = marlin.end_stops and hypot(x - marlin.home[0], y - marlin.home[1]) < 0.1
    states = "".join(f"{axis}_max: {'TRIGGERED' if hit else 'open'}\n" for axis in "xyz")
    yield from marlin.tell("Reporting endstop status\n" + states)


@handles(COMMANDS, "M503")
def _all_settings(marlin: MarlinIdle, command: Command) -> Program:
    yield from marlin.tell(marlin_settings.report_all(marlin.settings))


@handles(COMMANDS, "M92", "M201", "M203", "M204", "M205", "M665")
def _setting(marlin: MarlinIdle, command: Command) -> Program:
    if marlin_settings.change(marlin.settings, command):
        marlin.mover.resettle()
    else:
        yield from marlin.tell(marlin_settings.report(marlin.settings, command.code) + "\n")


@handles(COMMANDS, "M500")
def _store(marlin: MarlinIdle, command: Command) -> Program:
    marlin.stored = deepcopy(marlin.settings)
    yield from marlin.tell(f"echo:Settings Stored ({marlin_settings.size(marlin.settings)})\n")


@handles(COMMANDS, "M501")
def _restore(marlin: MarlinIdle, command: Command) -> Program:
    marlin.load_settings()
    marlin.mover.resettle()
    yield from marlin.tell(settings_loaded(marlin.size_stored()))


@handles(COMMANDS, "M502")
def _factory_reset(marlin: MarlinIdle, command: Command) -> Program:
    marlin.settings.update(deepcopy(marlin.built_in))
    marlin.mover.resettle()
    yield from marlin.tell(settings_loaded(None))


# --- the line to the host


@handles(COMMANDS, "M110")
def _line_number(marlin: MarlinIdle, command: Command) -> Program:
    number = command.whole("N")
    if number is not None:
        marlin.numbering.last = number
    else:
        yield from marlin.tell(f"Line: {marlin.numbering.last}\n")


@handles(COMMANDS, "M113")
def _keepalive(marlin: MarlinIdle, command: Command) -> Program:
    seconds = command.value("S")
    if seconds is not None:
        marlin.keepalive = min(max(seconds, 0.0), 60.0)
    else:
        yield from marlin.tell(f"echo:M113 S{marlin.keepalive:.0f}\n")


@handles(COMMANDS, "M118")
def _say(marlin: MarlinIdle, command: Command) -> Program:
    text, prefix = command.argument, ""
    while text[:2] in ("A1", "E1", "A0", "E0", "P0"):
        prefix = {"A1": "//", "E1": "echo:"}.get(text[:2], prefix)
        text = text[2:].lstrip(" ")
    yield from marlin.tell(f"{prefix}{text}\r\n")


@handles(COMMANDS, "M999")
def _restart(marlin: MarlinIdle, command: Command) -> Program:
    if not command.value("S"):
        yield from marlin.request_resend()


@handles(COMMANDS, "M112")
def _kill(marlin: MarlinIdle, command: Command) -> Program:
    """Only reached with a line number before it: without one it acted when it came in."""
    if not marlin.build.emergency_parser:
        raise Killed("M112 Shutdown")
    return iter(())


@handles(COMMANDS, "M0", "M1")
def _wait_for_user(marlin: MarlinIdle, command: Command) -> Program:
    seconds = command.value("S")
    if seconds is None:
        seconds = (command.value("P") or 0.0) / 1000
    yield from marlin.synchronize()
    if command.argument:
        yield from marlin.tell(f"echo:{command.argument}\r\n")
    if marlin.build.host_actions:
        text = command.argument or f"{command.code} Stop"
        for action in ("end", f"begin {text}", "button Continue", "show"):
            yield from marlin.tell(f"//action:prompt_{action}\n")
    yield from marlin.wait_for_user(seconds or inf)


@handles(COMMANDS, "M876")
def _answer(marlin: MarlinIdle, command: Command) -> Program:
    marlin.waits_for_user = False
    return iter(())
