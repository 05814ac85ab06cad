"""What the command palette finds: what can be done here, jobs, engines, themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from dcode.tui.bindings import ALWAYS, PALETTE, STOP
from dcode.tui.catalogue import key_text, own_bindings, scope
from dcode.tui.keymap import first_key
from dcode.tui.progress import state_word
from dcode.tui.themes import names

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp


class Command(NamedTuple):
    """One thing to do: its words, more words, and what happens."""

    title: str
    help: str
    run: Callable[[], Any]


class DcodeProvider(Provider):
    """Finds among `commands`; all of them are listed while nothing is typed, unless there may be many."""

    listed = True

    @property
    def dcode(self) -> DcodeApp:
        """The application, by its own type."""
        return cast("DcodeApp", self.app)

    def commands(self) -> Iterator[Command]:
        """What there is to find."""
        raise NotImplementedError

    async def discover(self) -> Hits:
        if self.listed:
            for title, help, run in self.commands():
                yield DiscoveryHit(title, run, help=help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, help, run in self.commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=help)


class Actions(DcodeProvider):
    """STOP first; then what the focused pane, the screen and the application do; in a dialog only what is in it."""

    def commands(self) -> Iterator[Command]:
        seen = {PALETTE.id}
        for node, binding in self._found():
            if binding.id is None or binding.id in seen or not _may(node, binding):
                continue
            seen.add(binding.id)
            key = key_text(first_key(self.dcode.keymap, binding))
            title = f"{binding.description} ({binding.id})" if scope(binding.id) else binding.description
            run = partial(self.app.run_action, binding.action, node)
            yield Command(f"{title}   {key}", binding.tooltip, run)

    def _found(self) -> Iterator[tuple[DOMNode, Binding]]:
        yield self.app, STOP
        for node in filter(None, (self.focused, self.screen)):
            yield from ((node, binding) for binding in _bindings(type(node)))
        always = [one for one in ALWAYS if isinstance(one, Binding)]
        of_app = always if self.screen.is_modal else _bindings(type(self.app))
        yield from ((self.app, binding) for binding in of_app)


class Jobs(DcodeProvider):
    """Goes to a job by its name or number."""

    listed = False

    def commands(self) -> Iterator[Command]:
        if self.screen.is_modal:
            return
        for number, job in self.dcode.store.jobs.items():
            name = job["prompt"] or job["name"]
            yield Command(f"Job {number}  {name}", state_word(job), partial(self.dcode.action_jobs, number))


class Engines(DcodeProvider):
    """Begins a drawing with an engine. They are asked for when the palette opens, and nothing waits for the answer."""

    listed = False

    async def startup(self) -> None:
        if not self.dcode.known_engines:
            self.app.run_worker(self.dcode.engines(), group="engines", exclusive=True)

    def commands(self) -> Iterator[Command]:
        for one in () if self.screen.is_modal else self.dcode.known_engines:
            about = str(one["about"] if one["ready"] else one["needs"])
            yield Command(f"Draw with {one['engine']}", about, partial(self.dcode.action_draw, str(one["engine"])))


class Themes(DcodeProvider):
    """Chooses colours, for this time and the next."""

    listed = False

    def commands(self) -> Iterator[Command]:
        for name in names():
            here = "the one you see" if name == self.app.theme else "kept for the next time"
            yield Command(f"Theme: {name}", here, partial(self.dcode.choose_theme, name))


def _bindings(kind: type) -> list[Binding]:
    """What a class can do: its own bindings, then those that it inherits."""
    return [one for cls in kind.__mro__ for one in own_bindings(cls) if isinstance(one, Binding)]


def _may(node: DOMNode, binding: Binding) -> bool:
    """Whether it can be done now. Bindings of screens may name actions of the application."""
    from textual.actions import parse

    _, name, parameters = parse(binding.action)
    return node.check_action(name, parameters) is True
