"""The daemon's guides: which one, for which pen; then its views, one after the other, until it is over or left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from dcode.api.codec import Message
from dcode.client.words import table
from dcode.errors import DcodeError
from dcode.tui.numbers import number
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.work import begin

PEN: Final = Choice("pen", "p", "the pen: heights, pressure, how long it takes to raise and lower")
MACHINE: Final = Choice("machine", "m", "the machine: motors, belts, pulleys, home")
AT_WORK: Final = "◌ The machine is at work. Escape leaves the guide: the pen goes up, nothing is saved."
LEAVES: Final = "Escape leaves: the pen goes up, nothing is saved."
OVER: Final = "✓ {title}\n\n{text}"


class CalibrateScreen(DcodeScreen):
    """One guide at a time. Whatever ends the screen leaves the guide, and the daemon lifts the pen."""

    DEFAULT_CSS = """
    CalibrateScreen #guide { border: round $accent; padding: 0 1; height: 1fr; }
    CalibrateScreen #text { margin-bottom: 1; }
    CalibrateScreen #facts { margin-bottom: 1; text-style: bold; }
    CalibrateScreen #questions { grid-size: 2; grid-columns: 1fr 24; grid-rows: 1; height: auto; margin-bottom: 1; }
    CalibrateScreen #questions Input { border: none; height: 1; }
    CalibrateScreen #hint { color: $text-muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="calibrate.leave", tooltip="Leave the guide: pen up, nothing saved."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view: Message | None = None
        self._at_work = False
        self._is_over = False  # what a guide has found is shown

    def content(self) -> Iterator[Widget]:
        parts = (Static("", id="text", markup=False), Static("", id="facts", markup=False))
        answers = (Grid(id="questions"), Answers(id="choices"), Static("", id="hint", markup=False))
        yield VerticalScroll(Vertical(*parts, *answers), id="guide", can_focus=False)

    def on_mount(self) -> None:
        self._offer()

    def store_changed(self, changes: Changes) -> None:
        if self._at_work:
            return
        if Part.LINK in changes and self.store.live and self._view is not None:
            begin(self, self._look, "guide", exclusive=True)  # another daemon knows of no guide
        elif Part.MACHINE in changes and self._view is None and not self._is_over:
            self._offer()

    def _offer(self) -> None:
        """Which guide; for machines with several pens, for which of them."""
        self._view, self._is_over = None, False
        self.query_one("#guide").border_title = "Calibrate"
        self._show("What is to be found out?", [], [PEN, MACHINE, *_pens(self.store.machine)], "Escape goes back.")

    def _show(self, text: str, facts: list[Message], choices: list[Choice], hint: str) -> None:
        self.query_one("#text", Static).update(text)
        lines = table([[fact["label"], fact["value"]] for fact in facts]) if facts else []
        self.query_one("#facts", Static).update("\n".join(lines))
        self.query_one("#facts").display = bool(lines)
        self.query_one("#questions").display = bool(self.query("#questions Input"))
        answers = self.query_one(Answers)
        answers.show_choices(choices)
        answers.display = bool(choices)
        self.query_one("#hint", Static).update(hint)
        if choices and not self.query("#questions Input"):
            answers.focus()

    # What is answered.

    async def on_answers_chosen(self, event: Answers.Chosen) -> None:
        event.stop()
        if self._view is not None:
            self._answer(event.choice)
        elif event.choice == "back":
            self.leave()
        else:
            guide, _, pen = event.choice.partition(":")
            self._ask("calibrate.begin", guide=guide, options={"pen": pen} if pen else {})

    def on_key(self, event: events.Key) -> None:
        """The keys of the view, arrows too, where no value is to be typed."""
        view = self._view
        if view is None or self._at_work or view["questions"]:
            return
        names = {event.key, event.character or event.key, "+" if event.character == "=" else event.key}
        chosen = next((choice["id"] for choice in view["choices"] if choice["key"] in names), None)
        if chosen:
            event.stop()
            event.prevent_default()
            self._answer(chosen)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next question; on the last one it is what Enter means in this view."""
        event.stop()
        fields = list(self.query("#questions Input"))
        at = fields.index(event.input)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        elif self._view is not None:
            by_key = {choice["key"]: choice["id"] for choice in self._view["choices"]}
            self._answer(by_key.get("enter", self._view["choices"][0]["id"]))

    def _answer(self, choice: str) -> None:
        if not self._at_work:
            self._ask("calibrate.answer", choice=choice, values=self._values())

    def _values(self) -> dict[str, float]:
        """What was typed, by the ids of the questions; what is no number is left out, and the guide asks for it."""
        found = {}
        for field in self.query("#questions Input").results(Input):
            value = number(field.value)
            if value is not None and field.name:
                found[field.name] = value
        return found

    def _ask(self, method: str, **params: object) -> None:
        self._at_work = True
        self.query_one("#hint", Static).update(AT_WORK)
        begin(self, partial(self._asked, method, params), "guide", exclusive=True)

    async def _asked(self, method: str, params: dict[str, object]) -> None:
        shown = await self.dcode.ask(method, **params)
        self._at_work = False
        if shown is not None:
            await self._take(shown)
        elif self._view is not None:
            self._view = None  # the daemon may have left the guide: it says where it is, or that none is open
            await self._look()
        else:
            self._offer()

    async def _look(self) -> None:
        """What the guide shows after an answer that it could not take."""
        try:
            await self._take(await self.dcode.link.call("calibrate.show"))
        except DcodeError:  # no guide is open any more
            await self.query_one("#questions", Grid).remove_children()
            self._offer()

    async def _take(self, shown: Message) -> None:
        view = shown["view"]
        if shown["over"]:
            self._view, self._is_over = None, True
            await self.query_one("#questions", Grid).remove_children()
            done = Choice("back", "enter", "back")
            self._show(OVER.format(title=view["title"], text=view["text"]), view["facts"], [done], "")
            return
        same = self._view is not None and self._view["step"] == view["step"] and not view["questions"]
        self._view = view
        self.query_one("#guide").border_title = f"{view['number']} of {view['steps']}: {view['title']}"
        if not same:
            await self._question(view["questions"])
        choices = [Choice(choice["id"], choice["key"], choice["label"]) for choice in view["choices"]]
        self._show(view["text"], view["facts"], choices, LEAVES)

    async def _question(self, questions: list[Message]) -> None:
        grid = self.query_one("#questions", Grid)
        await grid.remove_children()
        for one in questions:
            unit = f" ({one['unit']})" if one["unit"] else ""
            optional = ", may be left out" if one["optional"] else ""
            value = "" if one["default"] is None else f"{one['default']:g}"
            await grid.mount(Label(f"{one['label']}{unit}{optional}"), Input(value, name=one["id"], type="number"))
        if fields := list(self.query("#questions Input")):
            fields[0].focus()

    async def action_leave(self) -> None:
        if self._view is not None or self._at_work:
            self.workers.cancel_group(self, "guide")  # whose answer is that the guide was left
            self._at_work, self._view = False, None
            left = await self.dcode.ask("calibrate.leave")
            await self.query_one("#questions", Grid).remove_children()
            self._offer()
            if left is not None:
                self.notify("The guide is left: the pen is up, and nothing is saved.")
        else:
            self.leave()

    async def on_unmount(self) -> None:
        if self._view is not None or self._at_work:
            self.dcode.act("calibrate.leave")


def _pens(machine: Message | None) -> list[Choice]:
    """A choice for each pen with a name, where the machine has several."""
    values = (machine or {}).get("values", {})
    names = [str(value["value"]) for key, value in values.items() if key.startswith("pens[") and key.endswith("].name")]
    return [Choice(f"pen:{name}", str(n), f"the pen {name}") for n, name in enumerate(names[:9], 1)]
