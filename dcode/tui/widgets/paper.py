"""A sheet of paper in a terminal: it shows a path and how far it is drawn, in pieces where that takes long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Final

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.tui.path import Path
from dcode.tui.picture import LOOKS, Ground, Ints, Look, Picture, Progress
from dcode.tui.view import View

Point = tuple[float, float]

AT_ONCE: Final = 1 << 17  # rows that are drawn within a frame of the screen; more of them are drawn in a thread
CHUNK: Final = 1 << 15  # rows in one go there: some milliseconds
SHOWN_EVERY: Final = 6  # chunks
EMPTY: Final = Bounds(0.0, 210.0, 297.0, 0.0)  # mm: what is shown before anything is known
_SEEN: Final = 0.2  # of the way from black to white: a colour that is nearer to the screen's is not seen
_NOTHING: Final = Lines.of(())


class Whole(Enum):
    """What is shown as large as it fits."""

    SHEET = "sheet"
    DRAWING = "drawing"


class Paper(Widget):
    """What is shown on a sheet; by itself it takes no keys. Looks are Look's names in the style sheet."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"paper--{look.name.lower()}" for look in Look}

    DEFAULT_CSS = """
    Paper {
        width: 1fr;
        height: 1fr;
        & > .paper--ground, & > .paper--drawn, & > .paper--cursor { color: $foreground; }
        & > .paper--frame, & > .paper--unreachable, & > .paper--travel { color: $foreground; text-style: dim; }
        & > .paper--pending { color: $foreground; text-style: dim; }
        & > .paper--sent { color: $foreground; text-style: underline; }
        & > .paper--uncertain { color: $warning; text-style: reverse; }
        & > .paper--cursor { text-style: bold reverse; }
        & > .paper--pen { color: $accent; text-style: bold; }
    }
    """

    moves: reactive[bool] = reactive(False, init=False)

    @dataclass
    class Painted(Message):
        """A thread has drawn more of a large path, or all of it."""

        picture: Picture
        over: bool

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ground = Ground()
        self._path = Path()
        self._so_far = Progress()
        self._colours: Mapping[int, str] = {}
        self._view: View | None = None
        self._whole: Whole | None = Whole.SHEET  # what is shown whole, also when the widget gets another size
        self._picture: Picture | None = None
        self._painting = False  # a thread is at it
        self._strips: list[Strip | None] = []
        self._looks: dict[int, Style] = {}
        self._grown = _NOTHING

    # What there is to be seen.

    def show_area(self, area: Bounds | None, unreachable: Sequence[Sequence[Point]] | Lines = _NOTHING) -> None:
        """The work area, mm, and closed outlines of what the machine cannot reach in it."""
        ground = replace(self._ground, area=area, unreachable=_lines(unreachable))
        if area != self._ground.area or not _same(ground.unreachable, self._ground.unreachable):
            self._ground = ground
            self._place_anew()

    def show_path(self, path: Path | None, colours: Mapping[int, str] | None = None) -> None:
        """A job's path, or None for none. The same one again, when there is more of it: only that is drawn.

        `colours`: of the ink of pens, by their numbers; others draw in the colour of text.
        """
        path = path or (Path() if self._path.rows else self._path)
        if path is self._path and (colours is None or colours == self._colours) and self._picture:
            if self._whole and self._view_of_whole() != self._view:
                self._place_anew()
            else:
                self._paint_more()
            return
        self._path, self._colours = path, colours or {}
        self._grown = _NOTHING
        self._looks.clear()
        self._place_anew()

    def show_progress(
        self, executed_row: int, sent_row: int, position: Point | None = None, pen_down: bool = False
    ) -> None:
        """How far the path is drawn and sent, and where the pen is, mm; None where that is not known."""
        self._so_far = Progress(executed_row, max(executed_row, sent_row), position, pen_down)
        self._update()

    def show_uncertain(self, polylines: Sequence[Sequence[Point]] | Lines = _NOTHING) -> None:
        """What may or may not be on the paper after a fault, mm; nothing to take it away."""
        uncertain = _lines(polylines)
        if not _same(uncertain, self._ground.uncertain):
            self._ground = replace(self._ground, uncertain=uncertain)
            self._repaint()

    def grow(self, strokes: Sequence[Sequence[Point]] | Lines) -> None:
        """A drawing that is being made: all strokes that there are so far, mm. What is new is added."""
        lines, before = _lines(strokes), self._grown
        points, begins = len(before.points), before.starts[:-1]
        goes_on = (
            len(before) > 0
            and len(lines.points) >= points
            and np.array_equal(lines.points[:points], before.points)
            and np.array_equal(lines.starts[:-1][: len(begins)], begins)
            and (len(lines.starts) - 1 == len(begins) or lines.starts[len(begins)] >= points)
        )
        if goes_on:
            self._path.add_strokes(lines.points[points:], lines.starts[:-1][len(begins) :] - points)
            self.show_path(self._path)
        else:
            self.show_path(Path.of(lines))
        self._grown = lines
        self.show_progress(self._path.rows, self._path.rows, self._so_far.pen, self._so_far.pen_down)

    @property
    def painted(self) -> bool:
        """Whether all that is known of the path is to be seen."""
        return self._picture is not None and not self._painting and self._picture.done == self._path.rows

    # How it comes to be seen.

    def on_mount(self) -> None:
        self._place_anew()

    def on_resize(self) -> None:
        self._place_anew()

    def on_paper_painted(self, message: Painted) -> None:
        message.stop()
        if message.picture is self._picture:
            self._painting = not message.over
            if message.over:
                self._picture.tone()
            self._show(None)
            if message.over:
                self._paint_more()

    def watch_moves(self) -> None:
        """Other dots are shown."""
        self._repaint()

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        self._looks.clear()
        self._strips = [None] * len(self._strips)

    def render_line(self, y: int) -> Strip:
        """One row of characters."""
        if self._picture is None or y >= len(self._strips):
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips[y]
        if strip is None:
            strip = self._strips[y] = self._strip(self._picture, y)
        return strip

    def _strip(self, picture: Picture, y: int) -> Strip:
        return Strip([Segment(text, self._style(look)) for text, look in picture.runs(y)], picture.view.columns)

    def _style(self, look: int) -> Style:
        found = self._looks.get(look)
        if found is None:
            colour, kind = divmod(look, LOOKS)
            found = self.get_component_rich_style(f"paper--{Look(kind).name.lower()}")
            if colour:
                found += self._ink(list(self._colours.values())[colour - 1])
            self._looks[look] = found
        return found

    def _ink(self, colour: str) -> Style:
        """The colour of a pen; that of text where it could not be told from the screen, or is none."""
        try:
            ink = Color.parse(colour)
        except ColorParseError:
            return Style()
        _, ground = self.background_colors
        return Style(color=ink.rich_color) if abs(ink.brightness - ground.brightness) > _SEEN else Style()

    # What is seen, and where.

    def _view_of_whole(self) -> View:
        sheet, drawing = self._ground.area, self._path.bounds
        shown = (drawing or sheet) if self._whole is Whole.DRAWING else (sheet or drawing)
        return View.of(shown or EMPTY, *self.size)

    def _place_anew(self) -> None:
        """There is something else to be seen, or another size to see it in."""
        if self.size.area:
            self._view = self._view_of_whole() if self._whole or not self._view else self._view.sized(*self.size)
            self._repaint()

    def _see(self, view: View) -> None:
        self._whole = None
        self._view = view
        self._repaint()

    def _shown(self) -> Progress:
        """The progress to go by."""
        return self._so_far

    def _say(self) -> None:
        """Something else is to be seen, or in another size."""

    # Drawing.

    def _repaint(self) -> None:
        """All anew."""
        if self._view is None:
            return
        self._picture = Picture(self._view, self._ground, moves=self.moves)
        self._picture.show(self._shown())
        self._painting = False
        self._strips = [None] * self._view.rows
        self._say()
        if not self._paint_more(anew=True):
            self._show(None)
        self.refresh()

    def _paint_more(self, *, anew: bool = False) -> bool:
        """Draw what there is more of the path; whether anything was drawn at once."""
        picture, path = self._picture, self._path
        left = path.rows - picture.done if picture else 0
        if picture is None or not left or self._painting:
            return False
        numbers = {pen: number for number, pen in enumerate(self._colours, 1)}
        picture.colour([(row, numbers.get(pen, 0)) for row, pen in path.pens] if numbers else [])
        if left > AT_ONCE:
            self._painting = True
            self.run_worker(lambda: self._paint(picture, path), name="ink", group="ink", thread=True)
            return False
        lines = picture.add(path, path.rows)
        self._show(None if picture.tone() or anew else lines)
        return True

    def _paint(self, picture: Picture, path: Path) -> None:
        """In a thread: a large path in pieces, as long as it is what is to be seen."""
        number = 0
        while picture is self._picture and picture.done < path.rows:
            picture.add(path, min(picture.done + CHUNK, path.rows))
            number += 1
            if number % SHOWN_EVERY == 0 and picture.done < path.rows:
                self.post_message(self.Painted(picture, False))
        self.post_message(self.Painted(picture, True))

    def _update(self) -> None:
        """Another progress."""
        self._say()
        if self._picture:
            self._show(self._picture.show(self._shown()))

    def _show(self, lines: Ints | None) -> None:
        if self._picture is None:
            return
        changed = self._picture.compose(lines).tolist()
        for y, _, _ in changed:
            self._strips[y] = None
        if changed:
            self.refresh(*(Region(begin, y, end - begin, 1) for y, begin, end in changed))


def _lines(polylines: Sequence[Sequence[Point]] | Lines) -> Lines:
    return polylines if isinstance(polylines, Lines) else Lines.of(polylines)


def _same(some: Lines, others: Lines) -> bool:
    return np.array_equal(some.points, others.points) and np.array_equal(some.starts, others.starts)
