"""Every key of the application that is not of one widget alone, with the id by which dcode.toml gives it another."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

STOP: Final = Binding(
    "ctrl+x", "app.stop", "STOP", id="stop", priority=True, tooltip="End all motion now, on any screen."
)

# On every screen and in every dialog: nothing may stand between a person and these.
ALWAYS: Final[list[BindingType]] = [STOP]

SCREENS: Final[list[BindingType]] = [
    Binding("space", "app.pause", "Pause", id="pause", tooltip="Pause the job, or go on with it."),
    Binding("a", "app.add", "Add", id="add", tooltip="Queue a file."),
    Binding("d", "app.draw", "Draw", id="draw", tooltip="Have a drawing made of a prompt."),
    Binding("j", "app.jobs", "Jobs", id="jobs", tooltip="The queue and its history."),
    Binding("g", "app.machine", "Machine", id="machine", tooltip="Move, home, marks, pen."),
    Binding("u", "app.pen", "Pen", id="pen", tooltip="Raise or lower the pen."),
    Binding("c", "app.calibrate", "Calibrate", id="calibrate", tooltip="Guides for pen and machine."),
    Binding("grave_accent", "app.console", "Console", id="console", key_display="`", tooltip="Talk to the firmware."),
    Binding("o", "app.jump", "Jump", id="jump", tooltip="Focus any pane by one letter."),
    Binding("question_mark", "app.help", "Help", id="help", key_display="?", tooltip="Keys of the focused pane."),
    Binding("escape", "app.back", "Back", id="back", show=False, tooltip="To the screen before."),
    Binding("q", "app.quit", "Quit", id="quit", show=False, tooltip="Close this screen. The plot goes on."),
]
