"""Every key of the application that is not of one widget alone, with the id by which dcode.toml gives it another."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

# STOP and help are shown by the line of keys in a place of their own.
STOP: Final = Binding(
    "ctrl+x", "app.stop", "STOP", id="stop", show=False, priority=True, tooltip="End all motion now, on any screen."
)
HELP: Final = Binding(
    "question_mark,f1",
    "app.help",
    "Help",
    id="help",
    show=False,
    tooltip="The keys of the focused pane and the screen.",
)
PALETTE: Final = Binding(
    "ctrl+p",
    "app.command_palette",
    "Palette",
    id="palette",
    show=False,
    priority=True,
    tooltip="Find what can be done here, jobs, engines and themes by their names.",
)

# On every screen and in every dialog: nothing may stand between a person and these.
ALWAYS: Final[list[BindingType]] = [STOP, HELP]

SCREENS: Final[list[BindingType]] = [
    Binding("space", "app.pause", "Pause", id="pause", tooltip="Pause the job, or go on with it."),
    Binding("a", "app.add", "Add", id="add", tooltip="Queue a file."),
    Binding("d", "app.draw", "Draw", id="draw", tooltip="Have a drawing made of a prompt."),
    Binding("j", "app.jobs", "Jobs", id="jobs", tooltip="The queue and its history."),
    Binding("g", "app.machine", "Machine", id="machine", tooltip="Move, home, marks, pen."),
    Binding("u", "app.pen", "Pen", id="pen", tooltip="Raise or lower the pen."),
    Binding("c", "app.calibrate", "Calibrate", id="calibrate", tooltip="Guides for pen and machine."),
    Binding("grave_accent", "app.console", "Console", id="console", tooltip="Talk to the firmware."),
    Binding("o,ctrl+o", "app.jump", "Jump", id="jump", tooltip="Focus any pane by one letter."),
    PALETTE,
    Binding("escape", "app.back", "Back", id="back", show=False, tooltip="To the screen before."),
    Binding("q", "app.quit", "Quit", id="quit", show=False, tooltip="Close this screen. The plot goes on."),
]
