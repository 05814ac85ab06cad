from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.kinematics import Belts
from dcode.geometry.lines import Lines
from dcode.geometry.order.best_order import best_order
from dcode.geometry.order.cost import PenUpLength, SlowerBelt, TravelTime
from dcode.geometry.order.effort import Effort, Mode
from tests.unit.geometry.order.conftest import drawings, least_travel, points, same_ink, small_drawings, travel, wild

LITTLE = Effort(0, 40, 40, 2)
COSTS = [PenUpLength(), TravelTime(50, 400, lift=0.4, tolerance=0.5)]


@settings(max_examples=150, deadline=None)
@given(drawings, st.booleans(), st.none() | points, st.none() | points, st.sampled_from(COSTS))
def test_all_strokes_once_and_never_dearer(lines, seams, start, rest, cost):
    result = best_order(lines, LITTLE, cost=cost, start=start, rest=rest, seams=seams, way="plain")
    sequence, ordered = result.sequence, result.sequence.apply(lines)
    assert sorted(sequence.strokes) == list(range(len(lines)))
    for place, stroke in enumerate(sequence.strokes):
        assert same_ink(lines[stroke], ordered[place])
        assert np.array_equal(ordered[place][0], lines[stroke][sequence.seams[place]]) or sequence.seams[place] == 0
    assert result.after <= result.before
    if isinstance(cost, PenUpLength):
        assert result.before == pytest.approx(travel(lines, start, rest))
        assert result.after == pytest.approx(travel(ordered, start, rest))
    if not seams:
        assert not sequence.seams.any()


@settings(max_examples=60, deadline=None)
@given(small_drawings, st.none() | points, st.none() | points)
def test_few_strokes_are_ordered_as_well_as_can_be(lines, start, rest):
    result = best_order(lines, Effort(0, 300, 300, 1), start=start, rest=rest, seams=False)
    assert result.after <= least_travel(lines, start, rest) * 1.001 + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_seven_strokes_are_ordered_as_well_as_can_be(seed):
    lines = wild(7, seed, closed=0)
    assert best_order(lines, Effort(0, 300, 300, 1)).after == pytest.approx(least_travel(lines))


def test_the_best_of_all_orders_needs_no_search(way):
    result = best_order(wild(10), Mode.BEST, way=way)
    assert result.kicks == 0
    assert result.after <= best_order(wild(10), Effort(0, 2000, 2000, 6), seams=False).after


@pytest.mark.parametrize("count", [14, 20])
def test_a_search_that_finds_nothing_more_is_over(count):
    lines = wild(count)
    result = best_order(lines, Mode.BEST)
    assert result.kicks < 60_000 and not result.stopped
    assert result.after == pytest.approx(best_order(lines, Effort(0, 60_000, 60_000, 6)).after)


def test_a_search_is_given_up_at_the_same_kick_everywhere(both):
    one, other = (best_order(wild(11, closed=0), Effort(0, 1500, 1500, 1), way=way) for way in both)
    assert 0 < one.kicks == other.kicks < 1500
    assert np.array_equal(one.sequence.strokes, other.sequence.strokes)


@pytest.mark.parametrize("effort", [*Mode, LITTLE])
def test_no_strokes_need_no_order(effort, way):
    result = best_order(Lines.of([]), effort, way=way)
    assert (len(result.sequence), result.before, result.after) == (0, 0, 0)
    assert len(result.sequence.apply(Lines.of([]))) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_strokes_that_are_all_alike(count, way):
    lines = Lines.of([[(1.0, 1.0), (5.0, 1.0)]] * count)
    result = best_order(lines, LITTLE, way=way)
    assert result.after == 0
    assert len(result.sequence.apply(lines)) == count


def test_dots_in_one_spot_and_one_far_away(way):
    lines = Lines.of([*[[(1.0, 1.0)]] * 30, [(900.0, 900.0)], *[[(1.0, 1.0)]] * 30])
    assert best_order(lines, LITTLE, way=way).after == pytest.approx(899 * math.sqrt(2))


@pytest.mark.parametrize("scale", [1e-6, 1e9, 1e12])
def test_rounding_does_not_keep_it_busy(scale, way):
    small = wild(60)
    lines = Lines(small.points * scale + 3 * scale, small.starts)
    result = best_order(lines, LITTLE, way=way)
    assert result.after == pytest.approx(best_order(small, LITTLE, way=way).after * scale, rel=0.1)


def test_a_good_order_stays_as_it_is():
    lines = Lines.of([[(float(i), 0.0), (i + 0.5, 0.0)] for i in range(50)])
    result = best_order(lines, LITTLE)
    assert list(result.sequence.strokes) == list(range(50))
    assert not result.sequence.flipped.any()


def test_begins_at_the_start_and_ends_at_the_rest():
    lines = Lines.of([[(float(x), 0.0), (float(x), 1.0)] for x in (3, 1, 4, 2, 5)])
    forth = best_order(lines, LITTLE, start=(0, 0), rest=(6, 0)).sequence.apply(lines)
    back = best_order(lines, LITTLE, start=(6, 0), rest=(0, 0)).sequence.apply(lines)
    assert [line[0, 0] for line in forth] == [1, 2, 3, 4, 5]
    assert [line[0, 0] for line in back] == [5, 4, 3, 2, 1]


def test_a_closed_stroke_is_entered_where_it_is_near():
    loop = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0), (0.0, 0.0)]
    lines = Lines.of([loop, [(11.0, 10.0), (20.0, 10.0)]])
    result = best_order(lines, LITTLE)
    assert result.after == pytest.approx(1)
    assert best_order(lines, LITTLE, seams=False).after == pytest.approx(math.hypot(11, 10))
    closed = result.sequence.apply(lines)[list(result.sequence.strokes).index(0)]
    assert tuple(closed[0]) == tuple(closed[-1]) == (10.0, 10.0)


def test_lifts_count_more_than_millimetres():
    """Four strokes in a row with a slightly longer way round: only in the row do their ends meet."""
    ends = [((0.0, 0.0), (10.0, 0.0)), ((10.0, 0.0), (10.0, 9.0)), ((10.0, 9.0), (0.0, 9.0)), ((0.0, 8.0), (0.0, 1.0))]
    lines = Lines.of([ends[i] for i in (2, 0, 3, 1)])
    result = best_order(lines, LITTLE, cost=TravelTime(50, 400, lift=5, tolerance=0.01))
    assert result.after == pytest.approx(5 + 2 * math.sqrt(1 / 400))


def test_travel_time_is_from_rest_to_rest():
    near, far = (Lines.of([[(0.0, 0.0)], [(reach, 0.0)]]) for reach in (4.0, 1000.0))
    cost = TravelTime(50, 400, lift=0.5)  # reaches its speed after 3.125 mm, and stops in the same
    assert best_order(near, LITTLE, cost=cost).after == pytest.approx(2 * math.sqrt(4 / 400) + 0.5)
    assert best_order(far, LITTLE, cost=cost).after == pytest.approx(1000 / 50 + 50 / 400 + 0.5)


def test_an_impossible_machine_is_refused():
    with pytest.raises(ValueError, match="no pen moves like this"):
        TravelTime(0, 400)


def test_belts_that_change_their_length_on_their_own(way):
    belts = Belts((-600, 700), (600, 700))
    lines = wild(40, closed=0)
    result = best_order(lines, LITTLE, cost=PenUpLength(SlowerBelt(belts)), way=way)
    ordered = result.sequence.apply(lines)
    expected = 0.0
    for here, there in zip(range(39), range(1, 40), strict=True):
        one, other = belts.lengths(*ordered[here][-1]), belts.lengths(*ordered[there][0])
        expected += max(abs(a - b) for a, b in zip(one, other, strict=True))
    assert result.after == pytest.approx(expected)


def test_more_effort_is_no_worse_and_local_search_pays():
    lines = wild(300)
    fast, default = (best_order(lines, mode, seams=False).after for mode in (Mode.FAST, Effort(0, 2000, 2000, 1)))
    assert default < fast < 0.1 * travel(lines)
    assert default < best_order(lines, Effort(0, 0, 0, 1, breadth=(1,)), seams=False).after


def test_the_same_seed_gives_the_same_order():
    lines = wild(120)
    first, second, other = (best_order(lines, LITTLE, seed=seed).sequence for seed in (7, 7, 8))
    assert np.array_equal(first.strokes, second.strokes)
    assert np.array_equal(first.flipped, second.flipped)
    assert not np.array_equal(first.strokes, other.strokes)


@pytest.mark.parametrize("patience", [0, 1, 2, 3, 5, 8, 13])
def test_stopped_at_any_time_it_has_an_order(patience, way):
    lines, asked = wild(400), 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > patience

    result = best_order(lines, Effort(0, 5000, 5000, 4), stop=stop, way=way)
    assert result.stopped
    assert sorted(result.sequence.strokes) == list(range(400))
    assert result.after == pytest.approx(travel(result.sequence.apply(lines)))
    assert result.after < result.before
    assert result.kicks < 5000


def test_an_order_fits_only_its_own_drawing():
    sequence = best_order(wild(3), LITTLE).sequence
    with pytest.raises(ValueError, match="3 strokes for 2"):
        sequence.apply(wild(2))


def test_an_effort_that_the_search_has_no_room_for_is_refused():
    with pytest.raises(ValueError, match="no search"):
        Effort(0, 0, 0, 1, breadth=(5, 5, 5, 5, 5, 5))


def test_where_the_pen_may_start_is_chosen_by_where_it_rests(way):
    lines = Lines.of([[(0.0, 1.0), (0.0, 0.0)], [(0.0, 1.0), (0.0, 0.0)]])
    assert best_order(lines, LITTLE, rest=(0.0, 1.0), way=way).after == 0.0
    assert best_order(lines, LITTLE, start=(0.0, 1.0), way=way).after == 0.0
