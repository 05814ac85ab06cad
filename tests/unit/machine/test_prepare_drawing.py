"""From artwork to what the machine draws."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import ConfigError, LimitError
from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.write import write
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.geometry.order.effort import Mode
from dcode.machine.check import check
from dcode.machine.drawing_figures import bound_mm, pen_up_mm
from dcode.machine.drawing_motion import motion_of
from dcode.machine.machine import BeltLimits, Machine
from dcode.machine.pace import Pace
from dcode.machine.place_drawing import Placing, place
from dcode.machine.prepare_drawing import Plan, Search, prepare, travel_cost

MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
OFF_CENTRE = replace(MACHINE, work_area=Bounds(-100, 300, 500, -100), home=(0.0, 0.0))
# Up to the line between the motors: the belts forbid some of it.
TALL = replace(MACHINE, work_area=Bounds(-600, 600, 740, -594.5), belt_limits=BeltLimits(min_length_mm=120))
EXACT = Plan(placing=Placing.KEEP, tolerance=0.0, merge=0.0, order=Mode.FAST)

places = st.tuples(st.integers(-400, 400), st.integers(-500, 500)).map(lambda at: (at[0] / 8, at[1] / 8))
polylines = st.lists(places, min_size=1, max_size=5)
lines = st.lists(polylines | polylines.map(lambda line: [*line, line[0]]), min_size=1, max_size=12).map(Lines.of)
drawings = st.lists(lines, min_size=1, max_size=3).map(lambda layers: Drawing(tuple(map(Layer, layers))))
plans = st.builds(
    Plan,
    placing=st.sampled_from(Placing),
    margin=st.sampled_from([0.0, 12.3456]),
    tolerance=st.sampled_from([0.0, 0.05, 2.0]),
    merge=st.sampled_from([None, 0.0, 3.0]),
    dedupe=st.booleans(),
    passes=st.integers(1, 3),
    order=st.sampled_from([None, Mode.FAST]),
    seams=st.booleans(),
)


def segments(lines: Lines) -> Counter[Any]:
    """Each segment with its two ends in one order, and each dot that is at no segment's end."""
    found: Counter[Any] = Counter()
    for line in lines:
        points = [tuple(point) for point in line.tolist()]
        found.update(tuple(sorted(pair)) for pair in pairwise(points) if pair[0] != pair[1])
    return found


def dots(lines: Lines) -> set[Any]:
    return {tuple(line[0]) for line in lines.kept(lines.lengths == 0)}


def one_layer(*polylines: list[tuple[float, float]]) -> Drawing:
    return Drawing((Layer(Lines.of(polylines)),))


@settings(deadline=None, max_examples=50)
@given(drawings)
def test_ink_is_neither_lost_nor_added(drawing):
    after = prepare(drawing, MACHINE, EXACT).drawing
    assert len(after.layers) == len(drawing.layers)
    for before, layer in zip(drawing.layers, after.layers, strict=True):
        assert segments(layer.lines) == segments(before.lines)
        ends = {tuple(point) for point in layer.lines.points.tolist()}
        assert dots(before.lines) <= ends


@settings(deadline=None, max_examples=50)
@given(drawings)
def test_joining_adds_only_what_bridges_a_gap(drawing):
    after = prepare(drawing, MACHINE, replace(EXACT, merge=5.0)).drawing
    for before, layer in zip(drawing.layers, after.layers, strict=True):
        added = segments(layer.lines) - segments(before.lines)
        assert all(np.hypot(*np.subtract(*segment)) <= 5.0 for segment in added)
        assert not segments(before.lines) - segments(layer.lines)


@settings(deadline=None, max_examples=50)
@given(drawings, plans, st.sampled_from([MACHINE, OFF_CENTRE, TALL]))
def test_everything_is_inside_the_limits(drawing, plan, machine):
    """Whatever is not refused is safe; and what is fitted or clipped is never refused."""
    try:
        prepared = prepare(drawing, machine, plan)
    except LimitError:
        assert plan.placing is not Placing.FIT and not plan.clip
        return
    text = write(motion_of(prepared.drawing, machine, pauses=prepared.pauses))
    assert check(interpret(text.encode(), Reading()), machine).ok


@settings(deadline=None, max_examples=50)
@given(drawings, st.sampled_from([MACHINE, TALL]))
def test_clipping_leaves_nothing_outside(drawing, machine):
    wide = drawing.mapped(lambda lines: Lines(lines.points * 20, lines.starts))
    prepared = prepare(wide, machine, Plan(clip=True, order=Mode.FAST))
    assert check(interpret(write(motion_of(prepared.drawing, machine)).encode(), Reading()), machine).ok


@settings(deadline=None, max_examples=50)
@given(drawings)
def test_it_never_takes_longer_than_it_did(drawing):
    prepared = prepare(drawing, MACHINE, EXACT)
    assert prepared.after.seconds <= prepared.before.seconds + 1e-6
    assert bound_mm(prepared.drawing) <= prepared.after.pen_up_mm + 1e-6


@given(drawings)
def test_without_an_order_everything_stays_as_it_is(drawing):
    prepared = prepare(drawing, MACHINE, replace(EXACT, order=None))
    for before, layer in zip(drawing.layers, prepared.drawing.layers, strict=True):
        assert np.array_equal(before.lines.points, layer.lines.points)
        assert np.array_equal(before.lines.starts, layer.lines.starts)


def test_a_page_is_put_in_the_middle_and_its_margins_with_it():
    drawing = replace(one_layer([(-40, -40), (-30, -30)]), page=(100, 100))
    placed = place(drawing, OFF_CENTRE, Placing.PAGE)
    assert placed.bounds == Bounds(60, 70, 170, 160)
    assert placed.page is None


@pytest.mark.parametrize("placing", [Placing.PAGE, Placing.CENTRE])
def test_what_has_no_page_is_centred_itself(placing):
    bounds = place(one_layer([(7, 7), (17, 27)]), OFF_CENTRE, placing).bounds
    assert bounds is not None and bounds.centre == (100, 200)


def test_a_drawing_is_fitted_into_what_the_belts_reach():
    bounds = place(one_layer([(0, 0), (1, 2)]), TALL, Placing.FIT, margin=10).bounds
    assert bounds is not None and bounds.height > 900
    assert bounds.top < 740 - 10 and bounds.bottom == -584.5


@pytest.mark.parametrize(
    ("polyline", "axis", "value", "words"),
    [
        ([(-450, 0), (450, 0)], "X", -450, "900.0 by 0.0 mm, and the work area 841.0 by 1189.0"),
        ([(0, 0), (0, 600)], "Y", 600, "leave the work area (5.5 mm over the top edge)"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_size_or_its_edge(polyline, axis, value, words):
    with pytest.raises(LimitError) as refused:
        prepare(one_layer(polyline), MACHINE, EXACT)
    assert (refused.value.axis, refused.value.value, refused.value.fields["reason"]) == (axis, value, "size")
    assert words in refused.value.message


def test_what_is_over_by_less_than_the_tolerance_is_put_on_the_edge():
    placed = place(one_layer([(-420.53, 0), (420.53, 0)]), MACHINE, Placing.PAGE, slack=0.05)
    assert placed.layers[0].lines.points.tolist() == [[-420.5, 0], [420.5, 0]]


def test_without_limits_nothing_is_refused_or_moved():
    drawing = replace(one_layer([(0, 0), (9000, 0)]), page=(20_000, 10))
    placed = place(drawing, MACHINE, Placing.KEEP, limited=False)
    assert placed.page == (20_000, 10) and placed.bounds == drawing.bounds


@pytest.mark.parametrize("placing", [Placing.FIT, Placing.CENTRE])
def test_a_margin_that_leaves_nothing_is_refused(placing):
    with pytest.raises(ConfigError, match="margin"):
        place(one_layer([(0, 0), (1, 1)]), MACHINE, placing, margin=500)


def test_a_margin_holds_for_what_is_not_fitted_too():
    with pytest.raises(LimitError):
        place(one_layer([(-400, 0), (400, 0)]), MACHINE, Placing.PAGE, margin=50)


def test_strokes_that_meet_by_half_a_pen_s_width_are_joined():
    near = one_layer([(0, 0), (10, 0)], [(10.2, 0), (20, 0)])
    assert prepare(near, MACHINE, Plan(order=Mode.FAST)).drawing.strokes == 1
    thin = replace(near, layers=(replace(near.layers[0], width_mm=0.2),))
    assert prepare(thin, MACHINE, Plan(order=Mode.FAST)).drawing.strokes == 2


def test_a_closed_stroke_begins_where_that_saves_travel():
    ring = [(100, 0), (100, 100), (0, 100), (0, 0), (100, 0)]
    drawing = one_layer(ring, [(-1, -1), (-50, -1)])
    plan = replace(EXACT, order=Mode.DEFAULT)
    assert pen_up_mm(prepare(drawing, MACHINE, plan).drawing) == pytest.approx(2**0.5)
    assert pen_up_mm(prepare(drawing, MACHINE, replace(plan, seams=False)).drawing) > 100


def test_layers_keep_their_order_and_pauses_their_place():
    layers = tuple(Layer(Lines.of([[(x, 0), (x, 5)]]), str(x)) for x in (50, 10, 30))
    short = Layer(Lines.of([[(0, 0), (0.01, 0)]]), "short")
    drawing = Drawing((layers[0], short, *layers[1:]))
    prepared = prepare(drawing, MACHINE, replace(EXACT, shortest=1), pauses={1: "now", 3: "and now"})
    assert [layer.name for layer in prepared.drawing.layers] == ["50", "10", "30"]
    assert prepared.pauses == {1: "now", 2: "and now"}


def test_hidden_lines_repeats_and_passes():
    square = [(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)]
    drawing = one_layer([(-10, 10), (30, 10)], square, square)
    plan = Plan(placing=Placing.KEEP, hide=True, dedupe=True, passes=2, order=Mode.FAST)
    assert prepare(drawing, MACHINE, plan).after.draw_mm == pytest.approx(2 * (20 + 80))


class Impatient(Search):
    def __init__(self) -> None:
        self.shares = list[float]()

    def stops(self) -> bool:
        return bool(self.shares)

    def progress(self, share: float) -> None:
        self.shares.append(share)


def test_whoever_waits_hears_how_far_it_is_and_can_end_it():
    random = np.random.default_rng(1)
    drawing = Drawing(tuple(Layer(Lines.of(random.uniform(-100, 100, (30, 2, 2)))) for _ in range(2)))
    search = Impatient()
    prepared = prepare(drawing, MACHINE, Plan(), search=search)
    assert prepared.stopped and prepared.drawing.strokes == 60
    assert prepared.after.seconds <= prepared.before.seconds
    assert len(search.shares) == 1 and 0 < search.shares[0] < 0.5


def test_the_same_seed_gives_the_same_order():
    random = np.random.default_rng(2)
    drawing = Drawing((Layer(Lines.of(random.uniform(-100, 100, (60, 2, 2)))),))
    one, other = (prepare(drawing, MACHINE, Plan(seed=3)).drawing.layers[0].lines for _ in range(2))
    assert np.array_equal(one.points, other.points)


def test_the_cost_of_a_travel_is_this_machine_s():
    quick = replace(MACHINE, acceleration=1234.0, max_feed=600.0)
    cost = travel_cost(quick, Layer(Lines.of([])), Pace.of(quick), 0.3)
    assert (cost.speed, cost.acceleration, cost.lift, cost.tolerance) == (10.0, 1234.0, 0.6, 0.3)


def test_an_empty_drawing_stays_empty():
    prepared = prepare(Drawing((), (100, 100)), MACHINE, Plan())
    assert (prepared.drawing.layers, prepared.after.strokes) == ((), 0)


def test_without_limits_there_is_still_a_largest_sheet():
    with pytest.raises(LimitError, match="the largest sheet"):
        place(one_layer([(0, 0), (1e9, 0)]), MACHINE, Placing.PAGE, limited=False)
