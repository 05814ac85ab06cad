"""The `strokes` engine: what it needs, what it says where it cannot draw well, and that a seed is a drawing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.engines import ENGINES
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.generation.sketch import strokes
from dcode.generation.sketch.strokes import MODEL, StrokesEngine, closed
from dcode.geometry.lines import Lines
from tests.unit.generation.sketch.random_model import write_random
from tests.unit.generation.sketch.small import small_finder


def engine(folder: Path, **about: object) -> StrokesEngine:
    write_random(folder / MODEL, 1, **about)
    return StrokesEngine(folder, lambda: small_finder(folder))


def drawn(made: StrokesEngine, prompt: str = "a horse", **asked: object) -> list[Drawn]:
    request = DrawRequest(prompt, **asked)  # type: ignore[arg-type]
    return list(made.draw(request, lambda told: None, lambda: False))


def same(one: Lines, other: Lines) -> bool:
    return one.points.shape == other.points.shape and bool((one.points == other.points).all())


def test_the_registry_names_it() -> None:
    assert isinstance(ENGINES["strokes"].made(), StrokesEngine)


def test_without_a_model_it_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=r"no stroke model here: strokes.safetensors is missing") as caught:
        drawn(StrokesEngine(tmp_path, lambda: small_finder(tmp_path)))
    assert caught.value.fields["reason"] == "unavailable"


def test_a_drawing_is_that_of_its_seed(tmp_path: Path) -> None:
    made = engine(tmp_path)
    three = drawn(made, seed=4, count=3)
    assert sorted(one.seed for one in three) == [4, 5, 6]
    assert [one.score for one in three] == sorted((one.score for one in three), reverse=True)
    for one in three:
        assert same(drawn(made, seed=one.seed)[0].lines, one.lines)
        assert one.lines.points.min() >= -20 and one.lines.points.max() <= 275  # smoothing may swing out a little
    assert not same(three[0].lines, three[1].lines)


def test_below_the_threshold_it_leaves_the_drawing_to_the_library(tmp_path: Path) -> None:
    made = engine(tmp_path, thresholds={"likelihood": 0.0})
    with pytest.raises(GenerationError, match="drawings of 'a horse' are not good enough") as caught:
        drawn(made)
    assert caught.value.fields["reason"] == "unavailable"
    for asked in ({"model": str(tmp_path)}, {"engine": "strokes"}):  # who names it gets what it draws
        assert drawn(made, **asked)


def test_of_several_things_it_draws_no_more_once_one_is_not_good_enough(tmp_path: Path) -> None:
    told, made = list[Progress](), engine(tmp_path, thresholds={"likelihood": 0.0})
    with pytest.raises(GenerationError, match="not good enough"):
        made.draw(DrawRequest("a cat and a house"), told.append, lambda: False)
    assert [one.done for one in told].count(8) == 1


def test_what_may_be_left_to_the_library_is_not_plotted_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strokes, "_STEP", 1)
    made = engine(tmp_path)
    for name, live in ((None, False), ("strokes", True)):
        told = list[Progress]()
        made.draw(DrawRequest("a horse", name, live=True), told.append, lambda: False)
        assert any(one.frame is not None for one in told) == live


def test_a_prompt_of_which_no_word_is_known_is_left_to_the_library(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="knows no word of 'qqq zzz'") as caught:
        drawn(engine(tmp_path), "qqq zzz")
    assert caught.value.fields["reason"] == "unavailable"


def test_several_things_stand_beside_each_other(tmp_path: Path) -> None:
    found = drawn(engine(tmp_path), "a cat and two houses")[0].lines.bounds
    assert found is not None
    assert found.right - found.left > 256  # as wide as one thing alone may be


def test_words_and_neighbours_change_what_is_drawn(tmp_path: Path) -> None:
    made = engine(tmp_path)
    assert not same(drawn(made, "a horse")[0].lines, drawn(made, "a house")[0].lines)


def test_the_drawings_that_were_looked_at_are_named(tmp_path: Path) -> None:
    made = engine(tmp_path)
    both = {"drawn after Lucide 'horse', ISC; Tabler Icons 'horse-2', MIT"}
    both.add("drawn after Tabler Icons 'horse-2', MIT; Lucide 'horse', ISC")
    found = {drawn(made, "a horse", seed=seed)[0].source for seed in range(8)}
    assert found == both  # another order for another seed
    assert drawn(made, "a horse and a tree")[0].source == drawn(made, "a horse")[0].source + "; Lucide 'tree', ISC"


def test_an_unknown_style_is_named(tmp_path: Path) -> None:
    made = engine(tmp_path)
    assert drawn(made, style="doodle")
    for name, reason in (("strokes", "style"), (None, "unavailable")):  # which may be a style of the library
        with pytest.raises(GenerationError, match="no style 'oil'") as caught:
            drawn(made, style="oil", engine=name)
        assert caught.value.fields["reason"] == reason


def test_it_stops_where_nobody_wants_it_any_more(tmp_path: Path) -> None:
    told = list[Progress]()
    with pytest.raises(Cancelled):
        engine(tmp_path).draw(DrawRequest("a horse"), told.append, lambda: bool(told))
    assert [(one.done, one.total) for one in told] == [(8, 48)]


def test_a_longest_length_is_kept_to(tmp_path: Path) -> None:
    """Six events: three points of a stroke at most, and smoothing draws curves through them."""
    lines = drawn(engine(tmp_path), max_len=3)[0].lines
    assert len(lines) == 1


def test_what_was_cut_off_is_drawn_only_where_nothing_is_whole(tmp_path: Path) -> None:
    made = engine(tmp_path)
    assert all(drawn(made, seed=seed, max_len=5)[0].ended for seed in range(6))
    assert not drawn(made, max_len=3)[0].ended


@pytest.mark.parametrize(("gap", "snaps"), [(0, True), (2, True), (3, False)])
def test_strokes_that_nearly_close_are_closed(gap: int, snaps: bool) -> None:
    line = np.array([(0, 0), (40, 0), (40, 40), (0, 40), (0, gap)], dtype=float)
    assert (closed(line)[-1] == line[0]).all() == snaps
    short = np.array([(0, 0), (2, 0), (2, 2), (0, 2)], dtype=float)
    assert closed(short)[-1].tolist() == [0, 2]
