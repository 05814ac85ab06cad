"""Have something drawn: the wish, the drawing as it comes, then keep, again, vary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static
from textual.worker import Worker

from dcode.api.codec import Message
from dcode.client.seed import some_seed
from dcode.errors import DcodeError, GenerationError
from dcode.generation.packed import Packed, preview_bytes
from dcode.tui.path import Path, read_path
from dcode.tui.progress import state_word
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.widgets.share_bar import ShareBar
from dcode.tui.widgets.sheet import Sheet
from dcode.tui.widgets.still import Still
from dcode.tui.widgets.yes_no import YesNo
from dcode.tui.work import begin

WHOLE: Final = {"seed": int, "count": int, "steps": int, "guidance": float, "temperature": float}
KEEP: Final = Choice("keep", "enter", "keep it: queue it to be plotted")
NEXT: Final = Choice("next", "n", "the next one")
AGAIN: Final = Choice("again", "a", "again, by other seeds")
VARY: Final = Choice("vary", "v", "vary the words, by the same seed")
DROP: Final = Choice("drop", "x", "drop it")


class DrawScreen(DcodeScreen):
    """One wish at a time; its job waits for a yes until it is kept or dropped."""

    DEFAULT_CSS = """
    DrawScreen #wish { width: 48; border: round $foreground 40%; padding: 0 1; }
    DrawScreen #wish Grid { grid-size: 2; grid-columns: 14 1fr; grid-rows: auto; height: auto; }
    DrawScreen #wish Label { height: 1; }
    DrawScreen #wish Input { border: none; height: 1; padding: 0; background: $boost; }
    DrawScreen #wish Input:focus { background: $primary 30%; }
    DrawScreen #wish Select { height: auto; }
    DrawScreen #shown { width: 1fr; }
    DrawScreen Sheet { height: 1fr; }
    DrawScreen #told { height: auto; max-height: 6; padding: 0 1; }
    DrawScreen ShareBar { padding: 0 1; }
    DrawScreen #choices { height: auto; }
    DrawScreen.narrow #drawn { layout: vertical; }
    DrawScreen.narrow #wish { width: 1fr; height: auto; max-height: 12; }
    DrawScreen.narrow #wish Grid { grid-size: 4; grid-columns: 12 1fr 12 1fr; }
    DrawScreen.narrow #prompt { column-span: 3; }
    DrawScreen.narrow #live { column-span: 3; }
    DrawScreen.narrow #shown { height: 1fr; }
    DrawScreen.narrow.busy #wish { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "begin", "Draw", id="draw.begin", tooltip="Draw what is typed."),
        Binding("escape", "leave", "Back", id="draw.leave", tooltip="Give up the drawing, or go back."),
    ]

    def __init__(self, engine: str = "") -> None:
        super().__init__()
        self._engine = engine  # to begin with
        self._engines: list[Message] = []
        self._job: int | None = None
        self._drawings: Message | None = None
        self._wish: Message = {}
        self._noted = ""  # the note that was told last
        self._looking: Worker[None] | None = None

    def content(self) -> Iterator[Widget]:
        wish = Grid(
            *(Label("Prompt"), Input(placeholder="a horse", id="prompt")),
            *(Label("Engine"), Select[str]([], prompt="the best that is ready", id="engine", compact=True)),
            *(Label("Model"), Input(placeholder="the engine's own", id="model")),
            *(Label("Seed"), Input(placeholder="any", type="integer", id="seed")),
            *(Label("Drawings"), Input("1", type="integer", id="count")),
            *(Label("Size, mm"), Input(placeholder="as it fits, or 200x300", id="size")),
            *(Label("Steps"), Input(placeholder="the engine's own", type="integer", id="steps")),
            *(Label("Guidance"), Input(placeholder="the engine's own", type="number", id="guidance")),
            *(Label("Temperature"), Input(placeholder="the engine's own", type="number", id="temperature")),
            *(Label(""), YesNo("plot unseen, as it comes", id="live")),
        )
        shown = (Sheet(id="drawing"), Still(id="still"), ShareBar(id="bar"))
        below = (Static("", id="told", markup=False), Answers(id="choices"))
        parts = (VerticalScroll(wish, id="wish", can_focus=False), Vertical(*shown, *below, id="shown"))
        yield Horizontal(*parts, id="drawn")

    def on_mount(self) -> None:
        self.query_one("#wish").border_title = "Draw"
        for hidden in ("#still", "#bar", "#choices"):
            self.query_one(hidden).display = False
        self.query_one("#prompt").focus()
        begin(self, self._list_engines, "engines")

    async def _list_engines(self) -> None:
        """What can draw here; without a list the best that is ready draws."""
        self._engines = await self.dcode.engines()
        names = [(f"{one['engine']}{'' if one['ready'] else '  (not here)'}", one["engine"]) for one in self._engines]
        self.query_one("#engine", Select).set_options(names)
        self.choose_engine(self._engine)

    def choose_engine(self, engine: str) -> None:
        """By which engine it is to be drawn; the choice stays as it is for one that is not listed."""
        if any(one["engine"] == engine for one in self._engines):
            self.query_one("#engine", Select).value = engine

    # The wish.

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        """Ask for what is typed; a wish that makes no sense is told where it is typed."""
        prompt = self.query_one("#prompt", Input).value.strip()
        if not prompt:
            self._tell("Type what is to be drawn.")
            self.query_one("#prompt").focus()
            return
        try:
            wish = self._typed()
        except ValueError as error:
            self._tell(str(error))
            return
        self._ask_for({"prompt": prompt, "seed": some_seed(), **wish})

    def _typed(self) -> Message:
        """What is chosen besides the prompt. Raises ValueError with the sentence to show."""
        wish: dict[str, Any] = {}
        for name, kind in WHOLE.items():
            if text := self.query_one(f"#{name}", Input).value.strip():
                try:
                    wish[name] = kind(text.replace(",", "."))
                except ValueError:
                    raise ValueError(f"{name.capitalize()}: {text!r} is no such number.") from None
        if size := self.query_one("#size", Input).value.strip().lower():
            try:
                wish["width_mm"], wish["height_mm"] = (float(part) for part in size.removesuffix("mm").split("x"))
            except ValueError:
                raise ValueError(f"Size: {size!r} is no size; 200x300 is one, in mm.") from None
        engine = self.query_one("#engine", Select).value
        if isinstance(engine, str):
            wish["engine"] = engine
        if model := self.query_one("#model", Input).value.strip():
            wish["model"] = model
        if self.query_one("#live", YesNo).value:
            wish |= {"live": True, "confirmed": True}
        return wish

    def _ask_for(self, wish: Message) -> None:
        begin(self, partial(self._begin, wish), "wish", exclusive=True)

    async def _begin(self, wish: Message) -> None:
        before, self._job = self._job, None
        if before is not None:
            await self.dcode.ask("job.cancel", job=before)
        self._wish, self._drawings, self._noted = wish, None, ""
        self._tell(f'◌ "{wish["prompt"]}" is on its way to the engine.')
        self.query_one(Answers).display = False
        self.query_one(Sheet).show_path(None)
        self._show_only(still=False)
        self.add_class("busy")
        if self.has_class("narrow"):
            self.set_focus(None)  # the wish is hidden, and its keys would do something unseen
        if (job := await self.dcode.ask("job.draw", **wish)) is not None:
            self._job = job["id"]
            self._follow(job)
        else:
            self._over("✕ Nothing is drawn.")

    # The drawing.

    def store_changed(self, changes: Changes) -> None:
        if self._job is None:
            return
        if not self.store.live:
            self._tell("✕ The daemon is gone; when it is there again, this goes on if the drawing does.")
            return
        if Part.DRAWN in changes and (drawn := self.store.drawn.get(self._job)):
            self._grow(drawn)
        if Part.JOBS in changes and (job := self.store.jobs.get(self._job)):
            self._follow(job)
        elif Part.LINK in changes:
            self._over("✕ The daemon that is there now has not kept this drawing.")

    def _grow(self, drawn: Message) -> None:
        """How far it is, with the strokes or the picture so far."""
        total = drawn.get("total")
        bar = self.query_one(ShareBar)
        bar.display = True
        bar.show_share(drawn["done"] / total if total else None)
        self._tell(f"✎ {drawn['stage']} {drawn['done']}{f' of {total}' if total else ''}")
        try:
            if drawn.get("points") and drawn.get("counts"):
                self.query_one(Sheet).grow(Packed(drawn["points"], drawn["counts"]).lines())
                self._show_only(still=False)
            elif drawn.get("preview"):
                self.query_one(Still).show_png(preview_bytes(drawn["preview"]))
                self._show_only(still=True)
        except (GenerationError, OSError) as error:  # a picture that is none is an OSError
            self._tell(str(error))
        if drawn.get("note") and drawn["note"] != self._noted:
            self._noted = drawn["note"]
            self.notify(self._noted, markup=False)

    def _follow(self, job: Message) -> None:
        state = job["state"]
        if state == "ready" and job["held"]:
            if self._drawings is None and (self._looking is None or self._looking.is_finished):
                self._looking = begin(self, partial(self._look, job["id"]), "look")
        elif state in ("failed", "cancelled", "interrupted"):
            self._over(f"✕ {job['reason'] or state}")
        elif job["growing"]:
            self._tell("▶ It is plotted while it is drawn." if state == "plotting" else state_word(job))
        elif state not in ("drawing", "checking"):
            self._over("✓ It is queued.")

    def _over(self, told: str) -> None:
        self._job, self._drawings = None, None
        self.remove_class("busy")
        self.query_one("#prompt").focus()
        self.query_one(ShareBar).display = False
        self.query_one(Answers).display = False
        self._tell(told)

    async def _look(self, number: int) -> None:
        """The drawing is there: show its program as it will be plotted, and ask."""
        drawings = await self.dcode.ask("job.drawings", job=number)
        if drawings is None or number != self._job:
            return
        await self._show_program(number)
        if number != self._job:  # it was dropped meanwhile
            return
        self._drawings = drawings
        self.query_one(ShareBar).display = False
        about = drawings["drawings"][drawings["chosen"]]
        count = len(drawings["drawings"])
        self._tell("\n".join([*drawing_lines(about, drawings["chosen"], count), *drawings["notes"]]))
        answers = self.query_one(Answers)
        answers.show_choices([KEEP, *([NEXT] if count > 1 else []), AGAIN, VARY, DROP])
        answers.display = True
        answers.focus()

    async def _show_program(self, number: int) -> None:
        with suppress(DcodeError, ValueError):  # it can be kept unseen; what is gone says so with the next event
            async for path in read_path(self.dcode.link.call, number, Path()):
                if number != self._job:
                    return
                self.query_one(Sheet).show_path(path)
                self._show_only(still=False)

    def _show_only(self, *, still: bool) -> None:
        self.query_one(Still).display = still
        self.query_one(Sheet).display = not still

    def _tell(self, text: str) -> None:
        self.query_one("#told", Static).update(text)

    # The answer.

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        event.stop()
        if self._job is None or self._drawings is None:
            return
        match event.choice:
            case "keep":
                self.dcode.act("job.confirm", job=self._job)
            case "next":
                self._looking = begin(self, partial(self._next, self._drawings), "look", exclusive=True)
            case "again":
                self._ask_for(self._wish | {"seed": self._wish["seed"] + int(self._wish.get("count", 1))})
            case "vary":
                self.remove_class("busy")
                self.query_one("#seed", Input).value = str(self._wish["seed"])
                self.query_one("#prompt").focus()
            case "drop":
                self.dcode.act("job.cancel", job=self._job)

    async def _next(self, drawings: Message) -> None:
        number = (drawings["chosen"] + 1) % len(drawings["drawings"])
        job = drawings["job"]["id"]
        if await self.dcode.ask("job.pick", job=job, drawing=number) is not None and job == self._job:
            self._drawings = None
            await self._look(job)

    async def action_leave(self) -> None:
        """A drawing that nobody kept stays in the queue and waits for its yes; one that is being drawn is given up."""
        job = self.store.jobs.get(self._job or 0)
        if job and job["state"] == "drawing":
            self.dcode.act("job.cancel", job=job["id"])
        else:
            self.leave()


def drawing_lines(about: Message, chosen: int, count: int) -> list[str]:
    """Which drawing it is, who drew it, and after what."""
    number = f"{chosen + 1} of {count}: " if count > 1 else ""
    score = "" if about["score"] is None else f", score {about['score']:.2f}"
    by = f"{about['engine']} ({about['model']})" if about["model"] else about["engine"]
    lines = [f"{number}{about['strokes']} strokes in {about['seconds']:.1f} s by {by}, seed {about['seed']}{score}"]
    return [*lines, about["source"]] if about["source"] else lines
