"""The report of an evaluation: every metric for each list of prompts, and each drawing by itself.

    {"engine", "model", "files": {name: sha256}, "prompts", "samples", "scorer": {...}, "training_drawings",
     "lists": {NAME: {validity, recognition, precision, copies, diversity, economy, seconds}},
     "ways": {"unranked", "after drawings unknown to the scorer", "with fallback"},  the `strokes` engine alone
     "distance", "copies_of_real_drawings", "speed", "drawings": [...]}

Shares are from 0 to 1. A drawing that was asked for and did not come about is neither valid nor recognised.
"""

from __future__ import annotations

import hashlib
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from dcode.errors import ConfigError
from dcode.generation.sketch.store import shipped_store
from dcode.generation.sketch.stroke_config import StrokeConfig
from dcode.generation.sketch.strokes import StrokesEngine
from dcode.generation.sketch.words import shipped_words
from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.clusters import Pictures, pictures
from dcode.ml.data.pairs.manifest import read_manifest
from dcode.ml.data.prompts.concepts import HELD_OUT, Concept, read_concepts, says
from dcode.ml.evaluate.copies import copied, diversity, nearest, unique
from dcode.ml.evaluate.engines import LIBRARY, STROKES, Evaluated, engine_of, evaluated, hashes, known_store
from dcode.ml.evaluate.prompts import PromptList, compared, read_prompts
from dcode.ml.evaluate.recognition import (
    SHIPPED,
    Names,
    Real,
    Recognised,
    frechet,
    open_scorer,
    real_drawings,
    recognised,
)
from dcode.ml.evaluate.samples import Plotted, Sample, Tell, plotted, profile, samples
from dcode.ml.evaluate.validity import SYNTAX
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.recogniser import Scorer
from dcode.ml.train.config import DataConfig
from dcode.ml.train.stroke_data import read_sketches

_REFERENCE: Final = 512  # real drawings whose copy rate is found
_WITH_FALLBACK, _UNRANKED, _UNJUDGED = "with fallback", "unranked", "after drawings unknown to the scorer"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be evaluated. `quickdraw` and `manifest`: what the model was trained on beside the library."""

    engine: str | None = None
    model: str | None = None
    prompts: tuple[str, ...] = ()
    seeds: int = 8
    scorer: Path | None = None
    quickdraw: str = ""
    manifest: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The report, and what it is about."""

    report: Figures
    samples: tuple[Sample, ...]
    hits: tuple[bool, ...]  # whether each was recognised


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """Who says what a drawing shows, and what real drawings come to."""

    scorer: Scorer
    names: Names
    real: Real
    of_real: Recognised


def evaluate(asked: Asked, tell: Tell) -> Evaluation:
    """Draw everything, and measure it. Raises GenerationError, ConfigError."""
    who, lists = evaluated(asked.engine, asked.model), read_prompts(asked.prompts)
    judge = _judge(open_scorer(asked.scorer), lists)
    engine = engine_of(who)
    found = samples(engine, lists, asked.seeds, who.model, tell)
    tell("measuring")
    seen, pool = _seen(judge, found), _training_drawings(asked)
    images = pictures([one.drawn.lines if one.drawn else Lines.of(()) for one in found])
    alike, dialect = nearest(images, pool), profile()
    on_machine = [plotted(one.drawn, dialect) if one.drawn else None for one in found]
    parts = {one.name: [at for at, sample in enumerate(found) if sample.prompts == one.name] for one in lists}
    report: Figures = {
        "engine": who.name,
        "model": next((one.drawn.model for one in found if one.drawn), who.model or ""),
        "files": hashes(who),
        "prompts": {one.name: len(one.concepts) for one in lists},
        "samples": asked.seeds,
        "scorer": _about(asked.scorer, judge.scorer),
        "training_drawings": len(pool),
        "lists": {
            name: {
                "validity": _validity([on_machine[at] for at in part]),
                **_recognition([found[at] for at in part], [seen[at] for at in part], judge),
                "copies": copied(np.array([alike[at] for at in part if found[at].drawn])),
                "diversity": _diversity([found[at] for at in part], images[part]),
                "economy": _economy([one for at in part if (one := on_machine[at])]),
                "seconds": _seconds([found[at] for at in part]),
            }
            for name, part in parts.items()
        },
        "ways": _ways(engine, who, lists, asked.seeds, found, judge, tell),
        "distance": _distance(seen, judge),
        "copies_of_real_drawings": _real_copies(pool),
        "speed": _speed(found),
    }
    report["drawings"] = [_row(*row) for row in zip(found, seen, on_machine, alike.tolist(), strict=True)]
    hits = tuple(one is not None and one[0] == 0 for one in seen)
    return Evaluation(_rounded(report), tuple(found), hits)


# -- who judges ------------------------------------------------------------------------------------------------------

_Seen = tuple[int, bool, Any]  # the rank of the right class, whether its prompt is the nearest, features


def _judge(scorer: Scorer, lists: Sequence[PromptList]) -> _Judge:
    texts = compared(lists)
    names = Names(texts, shipped_words().vectors(texts))
    real = real_drawings(shipped_store(), [concept for one in lists for concept in one.concepts])
    seeds = [number % 8 for number in range(len(real.drawings))]
    return _Judge(scorer, names, real, recognised(scorer, real.drawings, real.concepts, seeds, names))


def _seen(judge: _Judge, found: Sequence[Sample]) -> list[_Seen | None]:
    """What is recognised of each sample; None where there is no drawing."""
    there = [one for one in found if one.drawn]
    lines = [one.drawn.lines for one in there if one.drawn]
    told = recognised(judge.scorer, lines, [one.concept for one in there], [one.seed for one in there], judge.names)
    rows = iter(zip(told.rank.tolist(), told.nearest.tolist(), told.features, strict=True))
    return [next(rows) if one.drawn else None for one in found]


def _about(file: Path | None, scorer: Scorer) -> Figures:
    path = file or SHIPPED
    figures = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    return {**figures, "classes": len(scorer.names), "figures": dict(scorer.figures)}


def _training_drawings(asked: Asked) -> Pictures:
    """What may have been copied: the library and doodles without held-out concepts, or the programs of a manifest."""
    if asked.manifest is None:
        held = read_concepts(HELD_OUT)
        sketches = read_sketches(DataConfig(quickdraw=asked.quickdraw), StrokeConfig(), known_store())
        return pictures([one.lines for one in sketches if not says(one.phrases, held)])
    folder, names = asked.manifest.parent, [str(pair["gcode"]) for pair in read_manifest(asked.manifest)["pairs"]]
    try:
        return pictures([ProgramStrokes.of((folder / name).read_text(encoding="utf-8")) for name in names])
    except OSError as error:
        raise ConfigError(f"a program cannot be read: {error}", file=str(asked.manifest)) from error


# -- figures ---------------------------------------------------------------------------------------------------------


def _validity(rows: Sequence[Plotted | None]) -> Figures:
    """All five rules; the three of syntax; and what the machine's own check lets be plotted."""
    return {
        "all": _share([one is not None and not one.broken for one in rows]),
        "syntactic": _share([not one.broken & SYNTAX for one in rows if one]),
        "plottable": _share([one.safe for one in rows if one]),
        "broken": {rule: sum(rule in {r.value for r in one.broken} for one in rows if one) for rule in "abcde"},
        "missing": sum(one is None for one in rows),
    }


def _recognition(found: Sequence[Sample], seen: Sequence[_Seen | None], judge: _Judge) -> Figures:
    """Recognition at 1 and 5 of drawings whose concept is a class, of the ceiling too; R-precision of all."""
    classes, wanted = set(judge.scorer.names), {one.concept for one in found}
    ranks = [one[0] if one else -1 for sample, one in zip(found, seen, strict=True) if sample.concept.name in classes]
    here = [at for at, concept in enumerate(judge.real.concepts) if concept in wanted]
    real = [int(judge.of_real.rank[at]) for at in here if judge.of_real.rank[at] >= 0]
    figures: Figures = {"recognition": {"drawings": len(ranks), "real_drawings": len(real)}}
    for most in (1, 5):
        share, ceiling = (_share([0 <= rank < most for rank in some]) for some in (ranks, real))
        of_ceiling = share / ceiling if ceiling else None
        figures["recognition"][f"at_{most}"] = share
        figures["recognition"][f"ceiling_at_{most}"] = ceiling
        figures["recognition"][f"of_ceiling_at_{most}"] = of_ceiling
    figures["precision_at_32"] = {
        "share": _share([one is not None and one[1] for one in seen]),
        "real_drawings": _share([bool(judge.of_real.nearest[at]) for at in here]),
    }
    return figures


def _diversity(found: Sequence[Sample], images: Pictures) -> Figures:
    groups = dict[Concept, list[int]]()
    for at, one in enumerate(found):
        if one.drawn:
            groups.setdefault(one.concept, []).append(at)
    there = [at for group in groups.values() for at in group]
    return {"share": diversity([images[group] for group in groups.values()]), "unique": unique(images[there])}


def _economy(rows: Sequence[Plotted]) -> Figures:
    """Means a drawing, on the machine that figures are told of."""
    if not rows:
        return {}
    all_of = [one.figures for one in rows]
    drawn, travelled = sum(one.draw_mm for one in all_of), sum(one.pen_up_mm for one in all_of)
    means = {name: float(np.mean([getattr(one, name) for one in all_of])) for name in ("lifts", "draw_mm", "points")}
    plotting = float(np.mean([one.seconds for one in all_of]))
    return {**means, "travel_of_drawn": travelled / drawn if drawn else 0.0, "plot_seconds": plotting}


def _seconds(found: Sequence[Sample]) -> Figures:
    """To draw one, and all of a prompt one after the other: medians."""
    wall = [one.seconds for one in found]
    cpu = [one.cpu_seconds for one in found]
    prompts = dict[Concept, float]()
    for one in found:
        prompts[one.concept] = prompts.get(one.concept, 0.0) + one.cpu_seconds
    return {"one": _median(wall), "one_cpu": _median(cpu), "all_of_a_prompt_cpu": _median(list(prompts.values()))}


def _speed(found: Sequence[Sample]) -> Figures:
    """The first drawing, which loads everything; points a second of the others; the most memory of this process."""
    points = [len(one.drawn.lines.points) for one in found[1:] if one.drawn]
    used = sum(one.cpu_seconds for one in found[1:] if one.drawn)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    first = found[0].seconds if found else 0.0
    return {"first": first, "points_per_cpu_second": sum(points) / used if used else 0.0, "memory_mb": memory}


def _distance(seen: Sequence[_Seen | None], judge: _Judge) -> Figures:
    """The Frechet distance of features, drawn and real; it means something from about 512 of each on."""
    drawn = [one[2] for one in seen if one]
    value = frechet(np.stack(drawn), judge.of_real.features) if drawn else 0.0
    return {"frechet": value, "drawings": len(drawn), "real_drawings": len(judge.real.drawings)}


def _real_copies(pool: Pictures) -> Figures:
    """The copy rate of real drawings against all others: what a model is to be compared with."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(pool))[:_REFERENCE])
    return {**copied(nearest(pool[chosen], pool, chosen)), "drawings": len(chosen)}


# -- other ways of the same engine -----------------------------------------------------------------------------------


def _ways(
    engine: object,
    who: Evaluated,
    lists: Sequence[PromptList],
    seeds: int,
    found: Sequence[Sample],
    judge: _Judge,
    tell: Tell,
) -> Figures:
    """What ranking and the library do for the stroke decoder; nothing for other engines."""
    if not isinstance(engine, StrokesEngine):
        return {}
    others = {_UNRANKED: engine_of(who, ranked=False), _UNJUDGED: engine_of(who, unjudged=True)}
    ways = {name: samples(other, lists, seeds, who.model, tell) for name, other in others.items()}
    if (least := engine.threshold(who.model)) is not None:
        ways[_WITH_FALLBACK] = _with_fallback(found, least)
    told: Figures = {}
    for name, drawings in ways.items():
        seen = _seen(judge, drawings)
        told[name] = {"drawn_by_strokes": _share([bool(one.drawn and one.drawn.engine == STROKES) for one in drawings])}
        for one in lists:
            part = [at for at, sample in enumerate(drawings) if sample.prompts == one.name]
            told[name][one.name] = _recognition([drawings[at] for at in part], [seen[at] for at in part], judge)
    return told


def _with_fallback(found: Sequence[Sample], least: float) -> list[Sample]:
    """The same with the library's drawing where the model's is not good enough, or is missing: as a user gets it."""
    library, drawings = engine_of(Evaluated(LIBRARY, None)), list[Sample]()
    for one in found:
        good = one.drawn is not None and (one.drawn.score or 0.0) >= least
        other = None if good else samples(library, [PromptList(one.prompts, (one.concept,))], 1, None, _silent)[0]
        drawings.append(one if other is None else replace(other, seed=one.seed))
    return drawings


def _silent(line: str) -> None:
    """Nobody waits for a single drawing."""


# -- rows and numbers ------------------------------------------------------------------------------------------------


def _row(one: Sample, seen: _Seen | None, plot: Plotted | None, alike: float) -> Figures:
    about: Figures = {"list": one.prompts, "prompt": one.concept.name, "seed": one.seed, "seconds": one.seconds}
    if one.drawn is None or seen is None or plot is None:
        return {**about, "why": one.why}
    return {
        **about,
        "engine": one.drawn.engine,
        "score": one.drawn.score,
        "source": one.drawn.source,
        "strokes": len(one.drawn.lines),
        "points": len(one.drawn.lines.points),
        "broken": "".join(sorted(rule.value for rule in plot.broken)),
        "rank": seen[0],
        "nearest_prompt": seen[1],
        "nearest_drawing": alike,
    }


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else 0.0


def _rounded(value: Any) -> Any:
    """Numbers with as many decimals as mean something."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
