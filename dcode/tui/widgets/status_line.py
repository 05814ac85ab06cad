"""The machine in one line, on every screen: what matters least goes first when there is little room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from dcode.api.codec import Message
from dcode.client.words import adjusted_words
from dcode.tui.store import Changes, LinkState, Part, Store
from dcode.tui.widgets.plain import Plain

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

# A shape for each state beside its word: nobody has to tell colours apart.
SHAPES: Final = {
    "disconnected": "○",
    "connecting": "◌",
    "idle": "●",
    "homing": "⌂",
    "plotting": "▶",
    "pausing": "◫",
    "paused": "‖",
    "stopping": "■",
    "alarm": "⚠",
}
LINK_SHAPES: Final = {LinkState.CONNECTING: "◌", LinkState.ABSENT: "○", LinkState.LOST: "✕"}


class StatusLine(Plain):
    """State, port, position, pen, feed, and how the line to the machine does."""

    def on_mount(self) -> None:
        app = cast("DcodeApp", self.app)
        app.changed.subscribe(self, self._changed)
        self._changed(frozenset({Part.STATUS}))

    def on_resize(self) -> None:
        self._changed(frozenset({Part.STATUS}))

    def _changed(self, changes: Changes) -> None:
        if changes & {Part.STATUS, Part.LINK, Part.PEN_CHANGE}:
            store = cast("DcodeApp", self.app).store
            self.set_class(store.status["state"] == "alarm" or not store.live, "trouble")
            width = self.size.width or self.app.size.width
            self.tell(status_line(store, width).ljust(width))  # all of it is reversed when there is trouble


def status_line(store: Store, width: int) -> str:
    """As many parts as fit `width` columns."""
    if not store.live:
        word = {LinkState.ABSENT: "NO DAEMON", LinkState.LOST: "DAEMON LOST"}.get(store.link, "CONNECTING")
        return f" dcode  {LINK_SHAPES.get(store.link, '◌')} {word}  {store.link_message}"[:width]
    status = store.status
    parts = list(_parts(status))
    chosen = [0, 1]  # of parts: which are shown
    for index in sorted(range(2, len(parts)), key=lambda one: parts[one][0]):
        if sum(len(parts[one][1]) + 2 for one in [*chosen, index]) <= width:
            chosen.append(index)
    return " " + "  ".join(parts[index][1] for index in sorted(chosen))


def _parts(status: Message) -> Iterator[tuple[int, str]]:
    """Parts from left to right, each with its rank: 0 matters most."""
    state = str(status["state"])
    yield 0, "dcode"
    yield 0, f"{SHAPES.get(state, '?')} {state.upper()}"
    if status.get("port"):
        yield 6, f"{status.get('profile') or ''} {status['port']}".strip()
    position = status.get("position")
    known = "" if status.get("registered") or not position else "?"
    yield 1, f"X {position[0]:.2f} Y {position[1]:.2f}{known}" if position else "position unknown"
    yield 2, f"pen {status.get('pen', 'unknown')}"
    if status.get("feed"):
        yield 4, f"F{status['feed']:.0f}"
    if adjusted := adjusted_words(status):
        yield 2, adjusted
    if status.get("window"):
        yield 7, f"window {status['in_flight']}/{status['window']}"
    if status.get("ack_ms") is not None:
        yield 5, f"ack {status['ack_ms']:.0f} ms"
    yield 3, f"resends {status.get('resends', 0)}"
    if status.get("poor"):
        yield 2, "poor link"
