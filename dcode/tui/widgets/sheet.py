"""The sheet of paper at the machine: what is drawn, what is still to be drawn, and where the pen is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from dcode.geometry.braille import ACROSS, UPRIGHT
from dcode.tui.path import Path
from dcode.tui.picture import Progress
from dcode.tui.widgets.paper import Paper, Point, Whole

ZOOM: Final = 2**0.5
STEP: Final = 1 / 8  # of what is seen
SCRUB: Final = 0.01  # of the job


def _key(keys: str, action: str, about: str, tooltip: str, display: str | None = None) -> Binding:
    return Binding(keys, action, about, id=f"sheet.{action}", show=False, tooltip=tooltip, key_display=display)


class Sheet(Paper, can_focus=True):
    """The sheet with the limits of the machine, and the ink of a job on it.

    Faint ink is still to come, full ink is drawn, underlined ink is with the machine and may be drawn or not. The pen
    is ◉ on the paper and ○ above it. After a fault the stretch that is uncertain is shown reversed, from A to B.
    With m the moves with the pen up are dotted lines. Stripes are where the machine cannot go.
    """

    HELP = (
        "The sheet: faint ink is still to come, full ink is drawn, underlined ink may be either. ◉ is the pen on the "
        "paper, ○ above it; stripes are where the machine cannot go; reversed, from A to B, is uncertain after a fault."
    )
    DEFAULT_CSS = """
    Sheet {
        border: round $border-blurred;
        border-subtitle-color: $foreground;
        &:focus { border: round $border; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("plus,equals_sign", "zoom_in", "Zoom in", "Show less of the sheet, larger, around the pen.", "+"),
        _key("minus", "zoom_out", "Zoom out", "Show more of the sheet, around the pen.", "-"),
        _key("f", "fit", "Fit", "Show the whole sheet; once more, the drawing as large as it fits."),
        _key("full_stop", "centre", "Centre", "Bring the pen to the middle.", "."),
        _key("m", "moves", "Moves", "Show the moves with the pen up, or leave them out."),
        _key("left,shift+left", "left", "Left", "Look further to the left.", "←"),
        _key("right,shift+right", "right", "Right", "Look further to the right.", "→"),
        _key("up,shift+up", "up", "Up", "Look further up.", "↑"),
        _key("down,shift+down", "down", "Down", "Look further down.", "↓"),
        _key("left_square_bracket", "earlier", "Earlier", "Go back in the job by a hundredth of it.", "["),
        _key("right_square_bracket", "later", "Later", "Go on in the job by a hundredth of it.", "]"),
        _key("left_curly_bracket", "stroke_before", "Stroke before", "Go to the beginning of the stroke before.", "{"),
        _key("right_curly_bracket", "stroke_after", "Next stroke", "Go to the beginning of the next stroke.", "}"),
        _key("home", "first", "First", "Go to the beginning of the job."),
        _key("end", "last", "Last", "Go to the end of the job."),
        _key("escape", "live", "Live", "Back to how far the job is."),
    ]

    row: reactive[int | None] = reactive[int | None](None, init=False)

    @dataclass
    class Scrubbed(Message):
        """Somebody has gone to another row of the job, or back to how far it is: None. Row and place, mm."""

        sheet: Sheet
        row: int | None
        place: Point | None

        @property
        def control(self) -> Sheet:
            """The sheet."""
            return self.sheet

    def show_path(self, path: Path | None, colours: Mapping[int, str] | None = None) -> None:
        """As Paper does; with another path, scrubbing is over."""
        if path is not self._path and self._path.rows:
            self.row = None
        super().show_path(path, colours)

    @property
    def scale_text(self) -> str:
        """How large it is shown."""
        return f"1 dot = {_millimetres(self._view.dot)}" if self._view else ""

    # Keys.

    def action_zoom_in(self) -> None:
        self._zoom(ZOOM, self._middle())

    def action_zoom_out(self) -> None:
        self._zoom(1 / ZOOM, self._middle())

    def action_fit(self) -> None:
        self._whole = Whole.DRAWING if self._whole is Whole.SHEET else Whole.SHEET
        self._place_anew()

    def action_centre(self) -> None:
        if self._view and self._so_far.pen:
            x, y = self._view.centre
            to_x, to_y = self._so_far.pen
            self._see(replace(self._view, left=self._view.left + to_x - x, top=self._view.top + to_y - y))

    def action_moves(self) -> None:
        self.moves = not self.moves

    def action_left(self) -> None:
        self._pan(-STEP, 0)

    def action_right(self) -> None:
        self._pan(STEP, 0)

    def action_up(self) -> None:
        self._pan(0, -STEP)

    def action_down(self) -> None:
        self._pan(0, STEP)

    def action_earlier(self) -> None:
        self._scrub(self._row() - self._scrub_rows())

    def action_later(self) -> None:
        self._scrub(self._row() + self._scrub_rows())

    def action_stroke_before(self) -> None:
        self._scrub(self._path.stroke_before(self._row()))

    def action_stroke_after(self) -> None:
        self._scrub(self._path.stroke_after(self._row()))

    def action_first(self) -> None:
        self._scrub(0)

    def action_last(self) -> None:
        self._scrub(self._path.rows)

    def action_live(self) -> None:
        self.row = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape belongs to the sheet only while there is something to go back from."""
        return self.row is not None if action == "live" else True

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._zoom(ZOOM, self._under(event))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._zoom(1 / ZOOM, self._under(event))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if event.button and self._view and (event.delta_x or event.delta_y):
            self._see(self._view.moved(-event.delta_x / self._view.columns, -event.delta_y / self._view.rows))

    def watch_row(self, row: int | None) -> None:
        """Somebody scrubs, or does not any longer."""
        self._update()
        self.refresh_bindings()
        self.post_message(self.Scrubbed(self, row, None if row is None else self._path.place(row)))

    def _zoom(self, factor: float, around: Point) -> None:
        if self._view:
            self._see(self._view.zoomed(factor, *around))

    def _pan(self, right: float, down: float) -> None:
        if self._view:
            self._see(self._view.moved(right, down))

    def _middle(self) -> Point:
        """What stays where it is seen when the scale changes: the cursor or the pen, where one of them is seen."""
        assert self._view
        for place in (self._shown().cursor, self._so_far.pen):
            if place and self._view.cell(*place):
                return place
        return self._view.centre

    def _under(self, event: events.MouseEvent) -> Point:
        """The place under the mouse."""
        offset = event.get_content_offset(self)
        if self._view is None or offset is None:
            return (0.0, 0.0)
        return self._view.place(offset.y, offset.x)

    # Scrubbing.

    def _row(self) -> int:
        return self._so_far.executed if self.row is None else self.row

    def _scrub_rows(self) -> int:
        return max(1, round(self._path.rows * SCRUB))

    def _scrub(self, row: int) -> None:
        if self._path.rows:
            self.row = min(max(row, 0), self._path.rows)

    def _shown(self) -> Progress:
        if self.row is None:
            return self._so_far
        return replace(self._so_far, executed=self.row, sent=self.row, cursor=self._path.place(self.row))

    def _say(self) -> None:
        """Where the cursor is, and the scale, in the border."""
        parts = [] if self.row is None else [f"row {self.row} of {self._path.rows}"]
        parts += ["moves"] if self.moves else []
        parts += [f"pen {self._where()}"] if self._where() else []
        text = " · ".join([*parts, self.scale_text])
        if text != self.border_subtitle:
            self.border_subtitle = text

    def _where(self) -> str:
        """In which direction the pen is, where it is not seen."""
        view, pen = self._view, self._so_far.pen
        if view is None or pen is None or view.cell(*pen):
            return ""
        across, down = view.dots(*pen)
        beside = "←" if across < 0 else "→" if across > view.columns * ACROSS - 1 else ""
        return beside + ("↑" if down < 0 else "↓" if down > view.rows * UPRIGHT - 1 else "")


def _millimetres(mm: float) -> str:
    """Two digits that matter."""
    return f"{mm:.3f} mm" if mm < 0.1 else f"{mm:.2f} mm" if mm < 1 else f"{mm:.1f} mm"
