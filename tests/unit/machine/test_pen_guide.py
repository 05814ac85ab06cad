"""The pen's guide alone: its table, and a person with an imagined wall who goes by what the pen marks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.errors import CalibrationError
from dcode.geometry.bounds import Bounds
from dcode.machine.calibration import guides
from dcode.machine.calibration.guide import Action, Aim, Go, Lift, Point, Save, Strokes
from dcode.machine.calibration.guides import GUIDES, Start
from dcode.machine.calibration.pen import PenGuide
from dcode.machine.calibration.pen_pattern import ROW, Cursor, Patch
from dcode.machine.calibration.pen_table import TABLE, Stage
from dcode.machine.calibration.pen_unit import PenUnit, degrees, millimetres
from dcode.machine.height_map import HeightMap
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine, NamedPen, Pen

AREA = Bounds(-420.5, 420.5, 594.5, -594.5)
HERE = (0.0, 0.0)


def machine(pen: Pen | None = None, **others: object) -> Machine:
    return replace(Machine(1219.2, 1524.0, AREA, pen or Pen()), **others)


class Wall:
    """Where the pen touches, and what it has marked. `toward` is as in Found."""

    def __init__(self, touch: float, toward: float, offsets: HeightMap, start: Point = HERE) -> None:
        self.touch, self.toward, self.offsets, self.at = touch, toward, offsets, start
        self.marks = 0
        self.height: float | None = None
        self.saved: dict[str, object] = {}

    def touch_at(self, at: Point) -> float:
        return self.touch + self.offsets.offset(AREA, at)

    def carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Aim(angle):
                    self.height = angle
                    self.marks += self.toward * (angle - self.touch_at(self.at)) >= 0
                case Go(to):
                    self.at = to
                case Strokes(lines, _, down):
                    self.marks += self.toward * (down - self.touch_at(lines[-1][-1])) >= 0
                    self.at = lines[-1][-1]
                case Save(changes):
                    self.saved = dict(changes)


class Person:
    def __init__(self, guide: PenGuide, wall: Wall) -> None:
        self.guide, self.wall = guide, wall

    def choose(self, choice: str, **values: float) -> list[Action]:
        actions = list(self.guide.answer(choice, values))
        self.wall.carry_out(actions)
        return actions

    def lower_until_it_marks(self) -> None:
        before = self.wall.marks
        while self.wall.marks == before:
            self.choose("lower")
        self.choose("touches")

    def to_the_test(self) -> None:
        self.choose("clear")
        self.lower_until_it_marks()
        for choice in ("accept", "keep", "keep"):
            self.choose(choice)

    def map_and_save(self) -> dict[str, object]:
        self.choose("map")
        while self.guide.stage is Stage.MAP:
            self.lower_until_it_marks()
        self.choose("save")
        return self.wall.saved


def begun(
    touch: float, toward: float, pen: Pen, offsets: HeightMap | None = None, unit: PenUnit | None = None
) -> Person:
    start = Start(machine(pen), HERE, unit=unit or degrees(), today="2026-11-23")
    return Person(PenGuide(start), Wall(touch, toward, offsets or HeightMap()))


@pytest.mark.parametrize("decimals", [0, 1])
def test_on_any_wall_the_pen_is_pressed_by_what_was_wanted_to_within_a_degree(decimals: int) -> None:
    chance = random.Random(7)
    for _ in range(60):
        toward, touch = chance.choice((1.0, -1.0)), chance.uniform(50, 130)
        up = touch - toward * chance.uniform(4, 30)
        wall = HeightMap(*(chance.uniform(-3, 3) for _ in range(5)))
        up -= toward * 6  # clear everywhere
        person = begun(touch, toward, Pen(up, up + toward * chance.uniform(1, 40)), wall, degrees(decimals=decimals))
        person.to_the_test()
        saved = person.map_and_save()
        found = HeightMap(**{name: float(str(saved[f"height_map.{name}"])) for name in HeightMap.__slots__})
        for x in range(-420, 421, 60):
            for y in range(-594, 595, 66):
                told = round(float(str(saved["pen.down_angle"])) + found.offset(AREA, (x, y)), decimals)
                assert abs(told - (person.wall.touch_at((x, y)) + toward * 2.0)) <= 1.03  # offsets have 2 decimals


@pytest.mark.parametrize("toward", [1.0, -1.0])
def test_without_a_map_the_touch_on_the_patch_counts(toward: float) -> None:
    person = begun(83.2, toward, Pen(83.2 - 20 * toward, 83.2 + 3 * toward))
    person.to_the_test()
    person.choose("good")
    assert [type(action) for action in person.choose("save")] == [Lift, Save]
    assert person.wall.saved["pen.down_angle"] == pytest.approx(83.2 + 2 * toward, abs=0.6)
    assert person.wall.saved["calibrated.pen"] == "2026-11-23"
    assert "pen.lower_seconds" not in person.wall.saved and not any("map" in key for key in person.wall.saved)


def test_a_reversed_servo_is_recognised_when_the_user_says_so() -> None:
    """The file says that smaller numbers lower it; in truth larger ones do."""
    person = begun(110.0, 1.0, Pen(90.0, 40.0))
    person.choose("clear")
    for _ in range(3):
        person.choose("lower")
    assert person.wall.height == 87.0 and person.wall.marks == 0
    assert person.choose("wrong_way") == [Lift(90.0)]
    person.lower_until_it_marks()
    for choice in ("accept", "keep", "keep", "good", "save"):
        person.choose(choice)
    assert person.wall.saved["pen.up_angle"] == 90.0
    assert 111.0 <= float(str(person.wall.saved["pen.down_angle"])) <= 112.6


def test_a_wrong_way_while_up_is_looked_for_goes_back_to_the_safe_end() -> None:
    guide = PenGuide(Start(machine(Pen(90.0, 40.0)), HERE))
    assert guide.answer("away", {}) == [Lift(91.0)]  # which came nearer
    assert guide.answer("away", {}) == [Lift(92.0)]
    assert guide.answer("wrong_way", {}) == [Lift(90.0)]
    assert guide.answer("away", {}) == [Lift(89.0)]
    assert guide.leave() == [Lift(89.0)]


def test_a_touch_is_not_taken_from_a_large_step() -> None:
    person = begun(62.0, -1.0, Pen(90.0, 40.0))
    for choice in ("clear", "coarser", *["lower"] * 6):
        person.choose(choice)
    with pytest.raises(CalibrationError, match="large step"):
        person.choose("touches")
    for choice in ("raise", "finer", "lower", "lower", "lower"):
        person.choose(choice)
    person.choose("touches")
    assert person.guide.stage is Stage.PRESSURE


def test_the_first_step_of_a_place_on_the_map_is_no_touch() -> None:
    """The pen came down from far above: it may have touched anywhere on that way."""
    person = begun(60.0, -1.0, Pen(90.0, 40.0), HeightMap(centre=12.0))
    person.to_the_test()
    person.choose("map")
    person.choose("lower")
    with pytest.raises(CalibrationError, match="large step"):
        person.choose("touches")


def test_a_pen_that_is_up_touches_nothing() -> None:
    guide = PenGuide(Start(machine(), HERE))
    guide.answer("clear", {})
    for choice in ("touches", "try"):
        with pytest.raises(CalibrationError, match="pen is up"):
            guide.answer(choice, {})


def test_the_end_of_the_servo_is_told() -> None:
    guide = PenGuide(Start(machine(Pen(178.0, 40.0)), HERE))
    guide.answer("away", {})
    guide.answer("away", {})
    with pytest.raises(CalibrationError, match="180 degrees is as far"):
        guide.answer("away", {})
    assert guide.leave() == [Lift(180.0)]


def test_each_stroke_of_a_row_waits_longer_than_the_one_before() -> None:
    person = begun(60.0, -1.0, Pen(90.0, 40.0, draw_speed=700.0))
    for choice in ("clear", *["lower"] * 31, "touches", "accept"):
        person.choose(choice)
    row = [action for action in person.choose("draw") if isinstance(action, Strokes)]
    assert [stroke.lower_seconds for stroke in row[:ROW]] == pytest.approx([0.05 * n for n in range(ROW)])
    assert {stroke.raise_seconds for stroke in row} == {0.6} and {stroke.feed for stroke in row} == {700.0}
    longer = person.choose("longer")
    assert [stroke.lower_seconds for stroke in longer[:ROW]] == pytest.approx([0.1 * n for n in range(ROW)])
    person.choose("found", number=4)
    ends = person.choose("draw")
    assert [stroke.raise_seconds for stroke in ends[:ROW]] == pytest.approx([0.05 * n for n in range(ROW)])
    assert all(len(stroke.lines[1]) == 1 for stroke in ends[:ROW])  # and it travels on in the stroke's direction
    person.choose("found", number=2)
    figure = person.choose("draw")[0]
    assert (figure.lower_seconds, figure.raise_seconds) == pytest.approx((0.3, 0.05))


@pytest.mark.parametrize("number", [0, 12, 2.5])
def test_a_number_that_is_not_on_the_paper_is_refused(number: float) -> None:
    person = begun(60.0, -1.0, Pen(90.0, 40.0))
    for choice in ("clear", *["lower"] * 31, "touches", "accept", "draw"):
        person.choose(choice)
    with pytest.raises(CalibrationError, match="from 1 to 11"):
        person.choose("found", number=number)


def test_firmware_that_waits_for_its_servo_itself_is_asked_for_no_less() -> None:
    guide = PenGuide(Start(machine(), HERE, own_wait=0.3))
    for choice in ("clear", *["lower"] * 31, "touches", "accept"):
        guide.answer(choice, {})
    first = guide.answer("draw", {})[0]
    assert isinstance(first, Strokes) and first.lower_seconds == 0.3
    assert {fact.label: fact.value for fact in guide.view.facts}["firmware"].startswith("waits 300 ms by itself")


def test_a_map_that_is_there_stays_true() -> None:
    """The touch on the patch, less what the map adds there, is what is kept."""
    wall = HeightMap(top_left=4.0, centre=-1.0)
    start = Start(machine(Pen(90.0, 40.0), height_map=wall), (-420.5, 594.5))
    person = Person(PenGuide(start), Wall(60.0, -1.0, wall, (-420.5, 594.5)))
    person.to_the_test()
    person.choose("good")
    person.choose("save")
    assert person.wall.saved["pen.down_angle"] == pytest.approx(58.0, abs=0.6)


def test_one_of_several_pens_is_meant_by_its_name() -> None:
    fine = NamedPen("fine", "red", Pen(70.0, 30.0))
    several = machine(Pen(90.0, 40.0), pens=(NamedPen("broad", "#000", Pen()), fine))
    person = Person(PenGuide(Start(several, HERE, options={"pen": "fine"})), Wall(60.0, -1.0, HeightMap()))
    person.to_the_test()
    person.choose("good")
    person.choose("save")
    assert person.wall.saved == {"pens[1].up_angle": 70.0, "pens[1].down_angle": 58.5}  # marked at 60, not at 61
    with pytest.raises(CalibrationError, match=r"no pen 'thick'.*broad, fine"):
        PenGuide(Start(several, HERE, options={"pen": "thick"}))


def test_an_axis_is_led_in_millimetres() -> None:
    person = begun(1.23, -1.0, Pen(), unit=millimetres(0.0, 5.0))
    person.to_the_test()
    assert {fact.label: fact.value for fact in person.guide.view.facts}["pressure"] == "0.15 mm"
    person.choose("good")
    person.choose("save")
    assert person.wall.saved["pen.z_up"] == 5.0
    assert person.wall.saved["pen.z_down"] == pytest.approx(1.08, abs=0.06)
    assert "pen.down_angle" not in person.wall.saved


def test_a_servo_whose_steps_the_profile_knows_goes_by_those() -> None:
    person = begun(61.0, -1.0, Pen(90.0, 40.0), unit=degrees(whole=10.0))
    assert "whole steps of 10.0 degrees, about 18" in {f.label: f.value for f in person.guide.view.facts}["servo"]
    person.choose("clear")
    heights = [person.choose("lower")[0] for _ in range(3)]
    assert [height.angle for height in heights if isinstance(height, Aim)] == [85.0, 75.0, 65.0]


# -- the table --------------------------------------------------------------------------------------------------------


def test_every_guide_of_the_list_can_be_begun() -> None:
    for name in GUIDES:
        begun = guides.guide(name, Start(machine(), HERE))
        assert begun.view.choices and not begun.over
        assert isinstance(begun.leave()[-1], Lift)
    with pytest.raises(CalibrationError, match="no guide 'pan'"):
        guides.guide("pan", Start(machine(), HERE))


def test_every_stage_is_in_the_table_and_every_key_means_one_thing() -> None:
    assert TABLE.keys() == set(Stage)
    for moves in TABLE.values():
        keys = [move.key for move in moves.values()]
        assert len(set(keys)) == len(keys) and "q" not in keys
        assert all(set(move.to) <= TABLE.keys() for move in moves.values())


def test_only_the_last_move_saves() -> None:
    saving = [(stage, name) for stage, moves in TABLE.items() for name, move in moves.items() if Stage.OVER in move.to]
    assert saving == [(Stage.SAVE, "save")]


def walk(guide: PenGuide, picks: list[int]) -> Iterator[list[Action]]:
    for pick in picks:
        choices = [choice.id for choice in guide.view.choices]
        if not choices:
            return
        try:
            yield list(guide.answer(choices[pick % len(choices)], {"number": float(1 + pick % ROW)}))
        except CalibrationError:
            yield []


UNITS = [degrees(), degrees(decimals=0), degrees(asks=True), degrees(whole=10.6), millimetres(0.0, 5.0)]


@given(st.sampled_from(UNITS), st.booleans(), st.lists(st.integers(0, 40), max_size=120))
def test_whatever_is_answered_heights_and_places_stay_within_their_limits(
    unit: PenUnit, reversed_: bool, picks: list[int]
) -> None:
    pen = Pen(40.0, 90.0) if reversed_ else Pen(90.0, 40.0)
    guide, limits = PenGuide(Start(machine(pen), (420.5, -594.5), unit=unit)), SoftLimits.of(machine())
    for actions in walk(guide, picks):
        for action in actions:
            match action:
                case Aim(height) | Lift(float(height)):
                    assert unit.low <= height <= unit.high
                case Go(to):
                    assert limits.violation(*to) is None
                case Strokes(lines, up, down):
                    assert unit.low <= down <= unit.high and unit.low <= up <= unit.high and up != down
                    assert all(limits.violation(x, y) is None for line in lines for x, y in line)
                case Save():
                    assert action is actions[-1] and isinstance(actions[-2], Lift) and guide.over
        assert guide.view.step == guide.stage
    assert isinstance(guide.leave()[-1], Lift)


@given(st.floats(-1000, 1000), st.floats(-1000, 1000), st.lists(st.sampled_from("strokefigurerow"), max_size=60))
def test_the_patch_is_within_the_limits_and_nothing_is_drawn_outside_it(x: float, y: float, what: list[str]) -> None:
    patch, used = Patch.at(machine(), (x, y)), Cursor()
    assert AREA.holds(Bounds(patch.left, patch.left + patch.width, patch.top, patch.top - patch.height), 1e-6)
    for _ in what:
        figure, used = patch.figure(used)
        row, used = patch.row(used)
        stroke, used = patch.stroke(used)
        lines = (*figure, *row.marks(ends=True), *(row.stroke(n) for n in range(1, ROW + 1)), stroke)
        around = Bounds.around(point for line in lines for point in line)
        assert around and Bounds(patch.left, patch.left + patch.width, patch.top, patch.top - patch.height).holds(
            around, 1e-6
        )
