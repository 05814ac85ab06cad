"""What is written to the terminal when a part of the screen changes: that part, and nothing beside it.

Textual (8.2) writes a changed piece of a widget's line from the line's begin on. Over ssh every byte counts, and what
is left of the figure that changed is most of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, ReflowResult
from textual.geometry import Region, Size
from textual.widget import Widget


class ExactUpdate(ChopsUpdate):
    """Writes no column but those of its spans."""

    def render_segments(self, console: Console) -> str:
        """The characters of the spans, each with the place it goes to and its looks."""
        written = []
        for y, left, right in self.spans:
            for end, (begin, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or begin >= right or end <= left:
                    continue
                if begin < left or end > right:
                    strip, begin = strip.crop(max(left - begin, 0), min(right, end) - begin), max(left, begin)
                written += [Control.move_to(begin, y).segment.text, strip.render(console)]
        return "".join(written)


class ExactCompositor(Compositor):
    """Textual's, with such updates; and a widget that comes late is told its size.

    Textual (8.2) tells it to those that were not there at the last layout, and takes a widget for one that was when
    anything has asked where it is meanwhile.
    """

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out anew; which widgets are hidden, shown, of another size."""
        found = super().reflow(parent, size)
        unaware = {widget for widget, place in self._full_map.items() if widget.outer_size != place.region.size}
        return found._replace(resized=found.resized | unaware)

    def render_partial_update(self) -> ExactUpdate | None:
        """What has changed since the last time, or None."""
        update = super().render_partial_update()
        return ExactUpdate(update.chops, update.spans, update.chop_ends) if update else None


def changed_spans(before: str, after: str, width: int) -> Iterator[Region]:
    """In which columns of which lines a text of `width` columns, its lines not wrapped, looks different from another.

    One span a line: from the first character that differs to the last one. Of lines in which a character takes two
    columns, all.
    """
    for y, (old, new) in enumerate(zip_longest(before.split("\n"), after.split("\n"), fillvalue="")):
        if old == new:
            continue
        if cell_len(old) != len(old) or cell_len(new) != len(new):
            yield Region(0, y, width, 1)
            continue
        longest = max(len(old), len(new))
        both = zip(old.ljust(longest), new.ljust(longest), strict=True)
        differing = [x for x, (one, other) in enumerate(both) if one != other]
        if differing and differing[0] < width:
            yield Region(differing[0], y, min(differing[-1] + 1, width) - differing[0], 1)
