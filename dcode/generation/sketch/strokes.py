"""The `strokes` engine: words -> memory -> eight candidates -> the best of them, smoothed.

The memory is of the words and of drawings of the library that show about the same. After those it draws in a hand of
its own, or freely; either way they are named as its source. Candidates are ranked by a recogniser, or, where none
is there, by how likely the model itself thinks them. Where no word is known, or even the best is below the model's
threshold and neither this engine nor a model was asked for by name, the engine says so and leaves the drawing to the
library. Each drawing of a request is that of its own seed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np

from dcode.errors import GenerationError
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.generation.sketch.candidates import Taste, candidates
from dcode.generation.sketch.compose import composed
from dcode.generation.sketch.decoder import StrokeDecoder, read_decoder
from dcode.generation.sketch.events import Caps, Events, Kind, decode, encode, sketched
from dcode.generation.sketch.find import DOUBTFUL, Finder
from dcode.generation.sketch.prompt import Part, Place, parts, whole
from dcode.generation.sketch.recogniser import Ranker, read_recogniser
from dcode.generation.sketch.smooth import smoothed
from dcode.generation.sketch.store import shipped_store
from dcode.generation.sketch.stroke_config import UNKNOWN
from dcode.generation.sketch.words import shipped_words
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Points

MODEL: Final = "strokes.safetensors"  # in the package's data, or in a folder that a request names
RECOGNISER: Final = "recogniser.safetensors"
CANDIDATES: Final = 8
_STEP: Final = 8  # events between two reports
_NEAR: Final = 0.35  # a neighbour further off than this is not looked at
_AMONG: Final = 8  # the nearest drawings, from which each seed takes its neighbours,
_AS_NEAR: Final = 0.1  # if they are no further off than this from the nearest
_SNAP: Final = 2.0  # cells between the ends of a stroke that was meant to be closed
_SIDE: Final = 255.0 / 127.0  # the size of a cell in the units that smoothing is made for
_FRAME: Final = Bounds(0.0, 255.0, 255.0, 0.0)  # that no point leaves; a smoothed line may bulge by a hair


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A decoder, who ranks its candidates, and what its file says about using it."""

    name: str
    decoder: StrokeDecoder
    ranker: Ranker | None
    threshold: float | None  # of the ranker's score, or of the likelihood where there is none
    style: str | None


class StrokesEngine:
    """Draws stroke by stroke. Loads the model at the first drawing; another model where a request names one."""

    name = "strokes"

    def __init__(
        self, folder: Path | None = None, finder: Callable[[], Finder] | None = None, *, ranked: bool = True
    ) -> None:
        """`ranked` false: the first candidate is the drawing, and no other is made."""
        self._folder, self._make_finder, self._ranked = folder, finder or _shipped_finder, ranked
        self._finder: Finder | None = None
        self._models: dict[str | None, Model] = {}

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """`count` drawings, the best first. Raises GenerationError, Cancelled."""
        model, least = self._model(request.model), -math.inf
        if not named(request) and model.threshold is not None:
            least = model.threshold
        artist = _Artist(model, self._search(), request, report, cancelled, ranked=self._ranked, least=least)
        found = [artist.drawn(request.seed + number) for number in range(request.count)]
        found.sort(key=lambda drawn: -(drawn.score or 0.0))
        if (best := found[0].score or 0.0) < least:
            told = f"The stroke model's drawings of {request.prompt.strip()!r} are not good enough."
            raise GenerationError(told, reason="unavailable", score=best)
        return found

    def threshold(self, name: str | None = None) -> float | None:
        """The score below which a drawing is not good enough; None where the model has none. Raises GenerationError."""
        return self._model(name).threshold

    def _search(self) -> Finder:
        if self._finder is None:
            self._finder = self._make_finder()
        return self._finder

    def _model(self, name: str | None) -> Model:
        if name not in self._models:
            folder = self._folder if name is None else Path(name)
            if folder is not None:
                self._models[name] = read_model(folder)
            else:
                with as_file(files(__package__) / "data") as data:
                    self._models[name] = read_model(data)
        return self._models[name]


class _Artist:
    """One request being drawn."""

    def __init__(
        self,
        model: Model,
        finder: Finder,
        request: DrawRequest,
        report: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        *,
        ranked: bool,
        least: float,
    ) -> None:
        """`least`: a drawing of several things is not gone on with once one of them scores below that."""
        self._model, self._finder, self._report, self._cancelled = model, finder, report, cancelled
        asked, config = Taste(), model.decoder.config
        self._taste = Taste(
            asked.temperature if request.temperature is None else request.temperature,
            asked.guidance if request.guidance is None else request.guidance,
        )
        self._caps = Caps(min(max(request.max_len or config.events, 3), config.events), config.strokes)
        self._style, self._least = _style(model, request), least
        self._things = self._known(request.prompt)
        if not named(request):
            self._must_be_near(request.prompt)
        # Several things are put side by side once all are drawn; and what may yet be left to the library is not begun.
        alone = request.count == len(self._things) == self._things[0].count == 1
        self._live = request.live and alone and named(request)
        self._count = 1 if self._live or not ranked else CANDIDATES

    def drawn(self, seed: int) -> Drawn:
        """The drawing of one seed: of each thing its best candidate, put together."""
        begun = time.perf_counter()
        placed, scores, after, ended = list[tuple[Lines, Place]](), list[float](), list[int](), True
        for number, part in enumerate(self._things):
            near = self._near(part.words, (seed, number))
            after += near
            ranked = self._ranked(part.words, near, (seed, number))
            chosen = [ranked[copy % len(ranked)] for copy in range(part.count)]
            copies, ended = [one[1] for one in chosen], ended and all(one[2] for one in chosen)
            row = copies[0] if len(copies) == 1 else composed([(copy, Place.BESIDE) for copy in copies])
            placed.append((row, part.place))
            scores.append(ranked[0][0])
            if scores[-1] < self._least:
                break
        lines = placed[0][0] if len(placed) == 1 else composed(placed)
        took = time.perf_counter() - begun
        source = self._finder.store.attribution(*after) if after else None
        return Drawn(lines, min(scores), source, StrokesEngine.name, self._model.name, seed, took, ended=ended)

    def _known(self, prompt: str) -> list[Part]:
        """The things of a prompt that a word is known of."""
        text = whole(prompt)
        wanted = (Part(text),) if self._finder.knows(text) else parts(text)
        known = [part for part in wanted if self._finder.words.vector(part.words).any()]
        if not known:
            told = f"The stroke model knows no word of {prompt.strip()!r}."
            raise GenerationError(told, reason="unavailable")
        return known

    def _must_be_near(self, prompt: str) -> None:
        """Raises GenerationError where the library has nothing to draw after that shows about what is asked for."""
        near = [one.score for part in self._things for one in self._finder.near(part.words, 1)]
        if max(near, default=0.0) < DOUBTFUL:
            told = f"The stroke model has nothing to draw {prompt.strip()!r} after."
            raise GenerationError(told, reason="unavailable")

    def _ranked(self, words: str, near: Sequence[int], seed: tuple[int, int]) -> list[tuple[float, Lines, bool]]:
        """Candidates for one thing with their scores, and whether the model ended them; the best first.

        `near`: the drawings of the library that the model looks at. What the cap cut off comes after all that is whole.
        """
        decoder, text = self._model.decoder, self._finder.words.vector(words)
        memory = decoder.memory(text, [self._program(place) for place in near], self._style)
        empty = decoder.memory(None, (), self._style)
        made = candidates(decoder, memory, empty, self._count, seed, self._taste, self._caps, self._watch)
        drawings = [as_plotted(decode(one.events)) for one in made]
        ranker = self._model.ranker
        scores = [one.likelihood for one in made] if ranker is None else ranker.scores(drawings, text).tolist()
        ended = [len(one.events) < self._caps.events for one in made]  # the cap leaves no other way on than the end
        return sorted(zip(scores, drawings, ended, strict=True), key=lambda found: (not found[2], -found[0]))

    def _near(self, words: str, seed: tuple[int, int]) -> list[int]:
        """The places of drawings of the library that show about the same, others for another seed.

        One that is seen whole is taken before one whose end the decoder would not see.
        """
        config, near = self._model.decoder.config, self._finder.near(words, _AMONG)
        places = [one.place for one in near if one.score >= max(_NEAR, near[0].score - _AS_NEAR)]
        mixed = [places[at] for at in np.random.default_rng((*seed, 1)).permutation(len(places))]
        mixed.sort(key=lambda place: len(self._program(place)) > config.neighbour_events)
        return mixed[: config.neighbours]

    def _program(self, place: int) -> Events:
        return encode(sketched(self._finder.store.lines(place)))

    def _watch(self, done: int, events: Events) -> bool:
        if self._cancelled():
            raise Cancelled
        if done % _STEP == 0:
            told = Progress("strokes", done, self._caps.events, None, lines := decode(events))
            if self._live:
                going_on = int(bool(len(lines)) and events[-1][0] == Kind.DRAW)
                told = replace(told, strokes=as_plotted(lines), finished=len(lines) - going_on, frame=_FRAME)
            self._report(told)
        return True


def as_plotted(lines: Lines) -> Lines:
    """Strokes of the grid closed where they nearly are, and smoothed, each by itself; 0 to 255, y up."""
    lines = Lines.of([closed(line) for line in lines])
    return smoothed(Lines(lines.points * _SIDE, lines.starts))


def closed(line: Points) -> Points:
    """A stroke that ends next to where it begins, and is much longer than that gap, made to end where it begins."""
    gap, length = float(abs(line[-1] - line[0]).max()), float(abs(line[1:] - line[:-1]).sum())
    if len(line) < 4 or gap > _SNAP or length < 8 * max(gap, 1.0):
        return line
    snapped = line.copy()
    snapped[-1] = line[0]
    return snapped


def read_model(folder: Path) -> Model:
    """The model of a folder, or of a file. Raises GenerationError, reason "unavailable"."""
    path = folder / MODEL if folder.is_dir() else folder
    if not path.is_file():
        told = f"There is no stroke model here: {path.name} is missing."
        raise GenerationError(told, reason="unavailable", file=str(path))
    decoder, weights = read_decoder(path)
    beside = path.parent / RECOGNISER
    ranker = read_recogniser(beside) if beside.is_file() else None
    thresholds = weights.config.get("thresholds", {})
    threshold = thresholds.get("likelihood" if ranker is None else "recogniser")
    name, style = str(weights.config.get("name", path.stem)), weights.config.get("style")
    return Model(name, decoder, ranker, None if threshold is None else float(threshold), style)


def named(request: DrawRequest) -> bool:
    """Whether somebody wants this engine, or a model, and no other: what it draws is what they get."""
    return request.engine == StrokesEngine.name or request.model is not None


def _style(model: Model, request: DrawRequest) -> int:
    config, name = model.decoder.config, request.style
    try:
        return config.style(name if name is not None else model.style)
    except KeyError:
        if name is None:
            return UNKNOWN
        told = f"The stroke model has no style {name!r}. It has {', '.join(config.styles)}."
        if named(request):
            raise GenerationError(told, reason="style") from None
        raise GenerationError(told, reason="unavailable", style=name) from None  # it may be one of the library's


def _shipped_finder() -> Finder:
    return Finder(shipped_store(), shipped_words())
