"""The comparison that everything here rests on: what it must find, and what it must not."""

from __future__ import annotations

from random import Random

import pytest
from drawn import Drawn, Path, compare
from fault_table import PROFILES
from schedule import PROFILE_OF, schedule

from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]


def motion(*strokes: list[tuple[float, float]]) -> Motion:
    made = Motion()
    for stroke in strokes:
        made.append(Kind.TRAVEL, *stroke[0], 6000.0, 1)
        made.append(Kind.PEN_DOWN, *stroke[0], 0.0, 1)
        for point in stroke[1:]:
            made.append(Kind.DRAW, *point, 3000.0, 1)
        made.append(Kind.PEN_UP, *stroke[-1], 0.0, 1)
    return made


def drawn(job: Motion, *ink: list[tuple[float, float]]) -> Drawn:
    return compare(Path(job, "grbl"), ink)


def test_the_drawing_itself_is_whole() -> None:
    found = drawn(motion(SQUARE, [(20.0, 0.0)]), SQUARE, [(20.0, 0.0)])
    assert (found.lost, found.foreign, found.repeated) == (0, 0.0, 0)


def test_a_piece_that_is_missing_is_found_where_it_is() -> None:
    found = drawn(motion(SQUARE), [*SQUARE[:2], (10.0, 4.0)], [(10.0, 7.0), *SQUARE[2:]])
    assert found.missing == [pytest.approx((14.0, 17.0))]


def test_a_missing_dot_is_found() -> None:
    assert drawn(motion(SQUARE, [(20.0, 0.0)]), SQUARE).missing_dots == [1]


def test_a_chord_across_a_corner_is_foreign_and_leaves_a_hole() -> None:
    found = drawn(motion(SQUARE), [(0.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)])
    assert found.foreign > 5
    assert found.missing == [pytest.approx((0.0, 20.0))]


def test_what_is_drawn_twice_is_found_where_it_is() -> None:
    found = drawn(motion(SQUARE), [*SQUARE[:2], (10.0, 5.0)], [(10.0, 2.0), *SQUARE[2:]])
    assert found.twice == [pytest.approx((12.0, 15.0))]


def test_there_and_back_on_one_line_are_two_pieces() -> None:
    hairpin = [(0.0, 0.0), (10.0, 0.0), (0.0, 0.0)]
    assert drawn(motion(hairpin), [(0.0, 0.0), (10.0, 0.0)]).missing == [pytest.approx((10.0, 20.0))]
    assert drawn(motion(hairpin), hairpin).lost == 0


def test_ink_beside_the_line_is_foreign() -> None:
    assert drawn(motion(SQUARE), [(0.0, 0.2), (10.0, 0.2)]).foreign == pytest.approx(10.0)


def test_ink_to_a_place_counts_the_way_inside_its_row() -> None:
    job = motion(SQUARE)
    assert Path(job, "grbl").ink_to(Place(3, 10.0, 4.0)) == pytest.approx(14.0)
    assert Path(job, "grbl").ink_to(Place(2, 0.0, 0.0)) == 0.0


@pytest.mark.parametrize("profile", PROFILES)
def test_any_hole_in_any_drawing_is_found(profile: str) -> None:
    """Cut a piece out of a seeded drawing: just that is missing."""
    for seed in range(20):
        random = Random(seed)
        job = schedule(seed).motion
        path = Path(job, profile)
        ink = [list(stroke.points) for stroke in path.strokes]
        assert compare(path, ink).lost == 0
        number = random.choice([n for n, points in enumerate(ink) if len(points) > 2])
        hole = random.randrange(1, len(ink[number]))
        cut = [*ink[:number], ink[number][:hole], ink[number][hole:], *ink[number + 1 :]]
        length = path.strokes[number].ink[hole] - path.strokes[number].ink[hole - 1]
        found = compare(path, [points for points in cut if points])
        assert sum(end - begin for begin, end in found.missing) == pytest.approx(length if length > path.gap else 0.0)


def test_drawings_have_the_lines_that_count() -> None:
    for seed in range(50):
        plan = schedule(seed)
        assert PROFILE_OF[plan.profile].name == plan.profile
        assert len(plan.motion) > 20
