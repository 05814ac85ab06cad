"""Calibrating the machine, on a wall whose truth the calibration does not know."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from statistics import median

import numpy as np
import pytest

from dcode.config.machine_file import parse_machine
from dcode.config.machine_text import with_changes, written
from dcode.config.paths import data_dir
from dcode.errors import CalibrationError
from dcode.firmware.profile import builtin_profiles
from dcode.firmware.tuning import tuning_of
from dcode.gcode.interpret import interpret
from dcode.gcode.reading import Reading
from dcode.geometry.kinematics import Belts
from dcode.machine.calibration import card
from dcode.machine.calibration.firmware_settings import Tuning
from dcode.machine.calibration.guide import Go, Lift, Plot, Save, Tell
from dcode.machine.calibration.guides import Start, guide
from dcode.machine.calibration.machine_guide import MachineGuide
from dcode.machine.calibration.pulleys import verdict
from dcode.machine.check import check
from dcode.machine.machine import BeltDrive, Machine
from dcode.machine.sheet import drawable
from dcode.simulator.setup import owners_machine
from dcode.simulator.truth import Truth
from dcode.simulator.wall import Hanging, Wall

BELIEVED_STEPS = 80.0
TUNING = Tuning(lines=("M665 L{left} R{right} T{top}", "M92 X{steps} Y{steps}"))
FILE = {
    "machine": {"width_mm": 1219.2, "height_mm": 1524.0},
    "work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
    "pen": {"up_angle": 90, "down_angle": 40, "travel_speed": 1000, "draw_speed": 500},
}
SHEET = drawable(owners_machine())
SQUARE = ((-350.0, 350.0), (350.0, 350.0), (350.0, -350.0), (-350.0, -350.0))


class Trial:
    """One crooked wall, one user with a rule that is off by `noise` mm, and the guide between them."""

    def __init__(self, seed: int, noise: float = 0.5, tuning: Tuning = TUNING, **known: float) -> None:
        self.chance = np.random.default_rng(seed)
        self.noise = noise
        self.teeth = int(known.get("teeth", self.chance.choice([16, 18, 20])))
        hanging = Hanging(
            motor_distance_mm=1219.2 + known.get("wider", self.chance.uniform(-40, 40)),
            pulley_teeth=self.teeth,
            left_offset_mm=known.get("left", self.chance.uniform(-15, 15)),
            right_offset_mm=known.get("right", self.chance.uniform(-15, 15)),
            skew_degrees=known.get("skew", self.chance.uniform(-0.5, 0.5)),
        )
        self.machine = owners_machine()
        self.truth = Truth(Wall(belts=hanging), self.machine)
        self.guide = MachineGuide(Start(self.machine, (0.0, 0.0), today="2026-11-23", tuning=tuning))
        self.ink: dict[str, tuple[float, float]] = {}
        self.registered, self.sheet = self.machine.home, SHEET

    def measure(self, name: str) -> float:
        one, other = (self.ink[end] for end in name)
        return math.dist(one, other) + self.chance.normal(0, self.noise)

    def motors(self) -> dict[str, float]:
        left, right = self.truth.belts.left_anchor, self.truth.belts.right_anchor
        ways = {"motors": (left, right), "left_K": (left, self.ink["K"]), "right_G": (right, self.ink["G"])}
        return {name: math.dist(*way) + self.chance.normal(0, self.noise) for name, way in ways.items()}

    def draw(self, believed: Belts | None = None, steps: float = BELIEVED_STEPS) -> None:
        """Ruler and card; their ink is where the belts bring the pen for what the firmware believes."""
        self.believed = believed or self.machine.anchors, steps
        self.guide.answer("draw", {})
        sheet, home = self.sheet, self.machine.home
        marks = card.ruler_marks(sheet, home)
        self._lay(marks)
        ruler = self.measure("MN")
        self.guide.answer("card", {"MN": ruler})
        self._lay(card.card_marks(sheet, home, ruler / math.dist(marks["M"], marks["N"])))

    def _lay(self, marks: dict[str, tuple[float, float]]) -> None:
        (belts, steps), at = self.believed, self.registered
        self.ink |= {name: self.truth.lands(place, belts, steps, at) for name, place in marks.items()}

    def distances(self, count: int) -> dict[str, float]:
        return {name: self.measure(name) for name in card.DISTANCES[:count]}

    def fact(self, label: str) -> str:
        return next(fact.value for fact in self.guide.view.facts if fact.label == label)

    def saved(self) -> Machine:
        self.guide.answer("settings", {})
        *_, save = self.guide.answer("send", {})
        assert isinstance(save, Save)
        return parse_machine(written(with_changes(FILE, save.changes)))

    def square_error(self, machine: Machine) -> float:
        """The worst of four sides and two diagonals, once firmware and dcode go by that machine."""
        assert machine.belts
        steps = machine.belts.steps_per_mm
        corners = [self.truth.lands(corner, machine.anchors, steps, machine.home) for corner in SQUARE]
        ways = combinations(range(4), 2)
        return max(
            abs(math.dist(corners[one], corners[other]) - math.dist(SQUARE[one], SQUARE[other])) for one, other in ways
        )


def calibrated(seed: int, count: int, *, with_motors: bool = False) -> tuple[Trial, float]:
    trial = Trial(seed)
    trial.draw()
    trial.guide.answer("fit", trial.distances(count) | (trial.motors() if with_motors else {}))
    if trial.guide.view.step == "check":  # noise of four standard deviations, once in a thousand distances
        trial.guide.answer("keep", {})
    assert f"{trial.teeth} teeth" in trial.fact("steps per mm")
    return trial, trial.square_error(trial.saved())


def test_all_the_distances_bring_a_700_mm_square_to_0_3_mm_and_name_the_pulley_in_100_of_100() -> None:
    errors = [calibrated(seed, len(card.DISTANCES))[1] for seed in range(100)]
    assert median(errors) < 0.3
    assert max(errors) < 1.0


def test_with_the_motors_measured_eight_distances_do() -> None:
    assert median(calibrated(seed, 8, with_motors=True)[1] for seed in range(100)) < 0.3


def test_four_distances_are_enough_for_a_usable_machine() -> None:
    assert median(calibrated(seed, 4)[1] for seed in range(100)) < 0.6


def test_without_noise_the_machine_is_found_exactly() -> None:
    trial = Trial(0, noise=0.0, teeth=16, wider=30.0, left=12.0, right=-15.0, skew=0.4)
    trial.draw()
    trial.guide.answer("fit", trial.distances(18))
    machine = trial.saved()
    assert trial.square_error(machine) < 0.05
    assert machine.anchors.span == pytest.approx(1249.2, abs=0.2)
    assert machine.belts and machine.belts.steps_per_mm == pytest.approx(100.0, abs=0.01)
    assert machine.belts.pulley_teeth == 16
    assert machine.home == (0.0, 0.0)
    lengths = trial.truth.belts.lengths(*trial.truth.start((0.0, 0.0)))
    assert machine.anchors.lengths(0.0, 0.0) == pytest.approx(lengths, abs=0.4)


@pytest.mark.parametrize("seed", range(20))
def test_a_mistyped_distance_is_asked_for_again_by_its_name(seed: int) -> None:
    trial = Trial(seed)
    trial.draw()
    right = trial.distances(12)
    name = list(right)[seed % 12]
    trial.guide.answer("fit", right | {name: right[name] + (10.0 if seed % 2 else -10.0)})
    assert trial.guide.view.step == "check"
    asked = [question.id for question in trial.guide.view.questions]
    assert asked == [name]
    trial.guide.answer("fit", {name: right[name]})
    assert trial.guide.view.step == "result"
    assert trial.square_error(trial.saved()) < 1.0


def test_it_says_what_the_distances_do_not_tell() -> None:
    trial = Trial(3)
    trial.draw()
    trial.guide.answer("fit", {name: trial.measure(name) for name in ("AC", "DF", "GK", "BE")})
    assert trial.fact("not determined").startswith("left belt, right belt")
    trial.guide.answer("more", {})
    trial.guide.answer("fit", trial.distances(12))
    assert "not determined" not in [fact.label for fact in trial.guide.view.facts]


def test_a_distance_that_was_typed_stands_as_a_default_when_more_are_measured() -> None:
    trial = Trial(5)
    trial.draw()
    four = trial.distances(4)
    trial.guide.answer("fit", four)
    trial.guide.answer("more", {})
    assert {one.id: one.default for one in trial.guide.view.questions if one.default is not None} == four


def test_the_skew_of_the_sheet_is_what_the_motors_are_turned_by() -> None:
    trial = Trial(1, noise=0.0, skew=0.4, wider=10.0, left=5.0, right=-8.0, teeth=20)
    trial.draw()
    edge = 800.0  # the sheet's upper edge, mm above its centre
    above = {f"edge_{name}": edge - trial.ink[name][1] for name in "AC"}
    trial.guide.answer("fit", trial.distances(18) | above)
    assert trial.fact("skew").startswith("drawings are turned on the sheet by 0.40 degrees clockwise")


def test_ruler_and_card_are_programs_that_the_check_admits() -> None:
    machine = owners_machine()
    for ratio in (0.5, 0.8, 1.0, 1.25, 2.0):
        begun = MachineGuide(Start(machine, (0.0, 0.0), tuning=TUNING))
        plots = [*begun.answer("draw", {}), *begun.answer("card", {"MN": 300.0 * ratio})]
        for plot in plots:
            assert isinstance(plot, Plot)
            assert check(interpret(plot.gcode.encode(), Reading()), machine).ok
        marks = card.card_marks(drawable(machine), machine.home, ratio)
        assert max(abs(x) for x, _ in marks.values()) * ratio < machine.work_area.right


@pytest.mark.parametrize("small", [(120.0, 300.0), (300.0, 150.0)])
def test_a_sheet_without_room_for_a_card_is_refused(small: tuple[float, float]) -> None:
    machine = owners_machine()
    area = replace(machine.work_area, left=-small[0] / 2, right=small[0] / 2, top=small[1] / 2, bottom=-small[1] / 2)

    def draw_both() -> None:
        begun = MachineGuide(Start(replace(machine, work_area=area), (0.0, 0.0)))
        begun.answer("draw", {})
        begun.answer("card", {"MN": 100.0})

    with pytest.raises(CalibrationError, match=r"needs \d+ mm of sheet"):
        draw_both()


def test_a_value_that_cannot_be_is_told_in_its_own_unit() -> None:
    with pytest.raises(CalibrationError, match="-5 steps/mm cannot be"):
        MachineGuide(Start(owners_machine(), (0.0, 0.0))).answer("draw", {"steps": -5.0})


def test_a_firmware_that_starts_at_the_left_motor_is_found_from_there() -> None:
    trial = Trial(0, noise=0.0)
    hanging = Hanging(left_anchor=(-609.6, 762.0), right_anchor=(631.0, 762.0), pulley_teeth=18)
    trial.truth, trial.teeth = Truth(Wall(belts=hanging), trial.machine), 18
    trial.registered = trial.machine.anchors.left_anchor
    tuning = Tuning(lines=("$130={span}", "$100={steps}"), starts_at_motor=True)
    trial.guide = MachineGuide(Start(trial.machine, (0.0, 0.0), today="2026-11-23", tuning=tuning))
    trial.draw()
    trial.guide.answer("fit", trial.distances(18))
    assert trial.fact("left belt").startswith("0.")
    assert "at the left motor" in trial.fact("left belt")
    trial.guide.answer("settings", {})
    span, steps = [fact.value for fact in trial.guide.view.facts]
    assert float(span.removeprefix("$130=")) == pytest.approx(1240.6, abs=0.3)
    assert float(steps.removeprefix("$100=")) == pytest.approx(3200 / 36, rel=1e-4)
    assert "hang the gondola at the left motor" in trial.guide.view.text


def test_leaving_at_any_step_lifts_the_pen_and_saves_nothing() -> None:
    for steps in range(5):
        trial = Trial(7)
        begun = trial.guide
        if steps > 0:
            begun.answer("draw", {})
        if steps > 1:
            begun.answer("card", {"MN": 240.0})
        if steps > 2:
            begun.answer("fit", dict.fromkeys(("AC", "DF", "GK"), 0.8 * 700) | {"AG": 0.8 * 1000})
        if steps > 3 and begun.view.step == "result":
            begun.answer("settings", {})
        assert begun.leave() == (Lift(),)
        assert begun.over
        assert begun.view.text == "Nothing was changed."


@pytest.mark.parametrize(
    ("choice", "values", "said"),
    [
        ("settings", {}, "There is no 'settings' here"),
        ("fit", {"AC": -3.0}, "cannot be"),
        ("fit", {"edge_A": 1500.0, "edge_C": 2.0}, "measure to the edge again"),
        ("fit", {"XY": 640.0}, "no distance 'XY'"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(choice: str, values: dict[str, float], said: str) -> None:
    trial = Trial(2)
    trial.draw()
    before = trial.guide.view
    with pytest.raises(CalibrationError, match=said):
        trial.guide.answer(choice, values)
    assert trial.guide.view == before


@pytest.mark.parametrize("length", [30.0, 1000.0])
def test_a_ruler_that_cannot_be_is_refused(length: float) -> None:
    begun = guide("machine", Start(owners_machine(), (0.0, 0.0)))
    begun.answer("draw", {})
    with pytest.raises(CalibrationError, match="cannot be"):
        begun.answer("card", {"MN": length})
    assert begun.view.step == "ruler"


def test_settings_are_sent_only_at_a_yes_from_home_and_saved_last() -> None:
    for choice, told in (("send", True), ("save", False)):
        trial = Trial(4)
        trial.draw()
        trial.guide.answer("fit", trial.distances(6))
        trial.guide.answer("settings", {})
        actions = trial.guide.answer(choice, {})
        assert actions[:2] == (Lift(), Go((0.0, 0.0)))
        assert any(isinstance(action, Tell) for action in actions) == told
        assert isinstance(actions[-1], Save)
        assert trial.guide.over
        assert "dcode home --here" in trial.guide.view.text


@pytest.mark.parametrize("name", ["makelangelo", "marlin", "grblhal", "grbl"])
def test_no_firmware_is_told_anything_of_the_sheet(name: str) -> None:
    profile = builtin_profiles(data_dir("firmware_profiles"))[name]
    if name == "grblhal":
        profile = profile.adapted("[KINEMATICS:WallPlotter v2.01]")
    told = []
    for shrink in (1.0, 0.9):
        machine = owners_machine()
        area = machine.work_area
        smaller = replace(area, bottom=area.bottom * shrink, top=area.top * shrink)
        tuning = tuning_of(profile, machine)
        found = Trial(8, tuning=tuning)
        found.guide = MachineGuide(Start(replace(machine, work_area=smaller), (0.0, 0.0), tuning=tuning))
        found.guide.answer("draw", {})
        found.guide.answer("card", {"MN": 300.0})
        marks = card.card_marks(drawable(replace(machine, work_area=smaller)), (0.0, 0.0), 1.0)
        exact = {one: math.dist(marks[one[0]], marks[one[1]]) for one in card.DISTANCES}
        found.guide.answer("fit", exact)
        found.guide.answer("settings", {})
        told.append([fact.value for fact in found.guide.view.facts])
    assert told[0] == told[1]
    assert (
        told[0]
        == {
            "makelangelo": ["M101 A0 T609.6 B-609.6", "M101 A1 T762", "M92 X80 Y80", "M500"],
            "marlin": ["M665 L-609.6 R609.6 T762", "M92 X80 Y80", "M500"],
            "grblhal": ["$130=1219.2", "$100=80", "$101=80"],
            "grbl": ["$100=80", "$101=80"],
        }[name]
    )


def test_motors_nearer_together_than_the_work_area_is_wide_are_refused_before_anything_is_told() -> None:
    trial = Trial(9, noise=0.0, wider=0.0, left=0.0, right=0.0, skew=0.0, teeth=20)
    area = replace(trial.machine.work_area, left=-609.0, right=609.0, top=400.0)
    trial.machine = replace(trial.machine, work_area=area)
    trial.truth = Truth(Wall(belts=Hanging(motor_distance_mm=1195.0)), trial.machine)
    trial.guide = MachineGuide(Start(trial.machine, (0.0, 0.0), tuning=TUNING))
    trial.sheet = drawable(trial.machine)
    trial.draw()
    trial.guide.answer("fit", trial.distances(18))
    with pytest.raises(CalibrationError, match="make the work area smaller first"):
        trial.guide.answer("settings", {})
    assert trial.guide.view.step == "result"


def test_two_mistyped_distances_are_found_one_after_the_other() -> None:
    trial = Trial(11, noise=0.2)
    trial.draw()
    right = trial.distances(16)
    trial.guide.answer("fit", right | {"AG": right["AG"] + 25.0, "DF": right["DF"] - 12.0})
    asked = list[str]()
    while trial.guide.view.step == "check":
        names = [question.id for question in trial.guide.view.questions]
        asked += names
        trial.guide.answer("fit", {name: right[name] for name in names})
    assert sorted(asked) == ["AG", "DF"]


def test_rails_are_found_axis_by_axis_with_the_pulley_and_the_lean() -> None:
    machine = owners_machine()
    tuning = Tuning(on_belts=False, lines=("$100={steps_x}", "$101={steps_y}"), steps=(80.0, 80.0))
    guided = MachineGuide(Start(machine, (0.0, 0.0), tuning=tuning))
    guided.answer("draw", {})
    guided.answer("card", {"MN": 240.0})
    marks = card.card_marks(SHEET, (0.0, 0.0), 0.8)
    lean = math.radians(0.5)
    ink = {name: (0.8 * x + 0.802 * y * math.sin(lean), 0.802 * y * math.cos(lean)) for name, (x, y) in marks.items()}
    guided.answer("fit", {name: math.dist(ink[name[0]], ink[name[1]]) for name in card.DISTANCES})
    facts = {fact.label: fact.value for fact in guided.view.facts}
    assert facts["x, steps per mm"].endswith("this looks like 16 teeth, not 20")
    assert facts["skew"].startswith("the y axis leans by +0.50 degrees")
    guided.answer("settings", {})
    assert guided.view.facts[0].value == "$100=100"
    assert float(guided.view.facts[1].value.removeprefix("$101=")) == pytest.approx(80 / 0.802, rel=1e-4)


def test_a_frame_that_is_square_is_told_nothing_to_do() -> None:
    tuning = Tuning(on_belts=False, lines=("$100={steps_x}", "$101={steps_y}"), steps=(80.0, 80.0))
    guided = MachineGuide(Start(owners_machine(), (0.0, 0.0), tuning=tuning))
    guided.answer("draw", {})
    guided.answer("card", {"MN": 300.0})
    marks = card.card_marks(SHEET, (0.0, 0.0), 1.0)
    guided.answer("fit", {name: math.dist(marks[name[0]], marks[name[1]]) for name in card.DISTANCES})
    assert {fact.label: fact.value for fact in guided.view.facts}["skew"] == "none: 0.00 degrees"


def test_belts_at_the_end_stops_are_told_as_long_as_they_truly_are() -> None:
    machine = replace(owners_machine(), end_stops=True)
    profile = builtin_profiles(data_dir("firmware_profiles"))["makelangelo"]
    trial = Trial(6, noise=0.0, teeth=16, wider=0.0, left=10.0, right=-10.0)
    trial.guide = MachineGuide(Start(machine, (0.0, 0.0), tuning=tuning_of(profile, machine, ["D71035.00 1035.00"])))
    trial.draw()
    trial.guide.answer("fit", trial.distances(18))
    trial.guide.answer("settings", {})
    line = trial.guide.view.facts[0].value
    believed = machine.anchors.lengths(0.0, 0.0)[0]
    true = trial.truth.belts.lengths(*trial.truth.start((0.0, 0.0)))
    found = [float(word[1:]) for word in line.removeprefix("D7 ").split()]
    assert found == pytest.approx([length + 0.8 * (1035.0 - believed) for length in true], abs=0.5)
    assert trial.guide.view.text.endswith("run: dcode home")


@pytest.mark.parametrize(
    ("steps", "says"), [(80.0, "20 teeth, as believed"), (88.89, "this looks like 18 teeth, not 20")]
)
def test_a_pulley_is_named_by_its_teeth(steps: float, says: str) -> None:
    assert verdict(steps, 80.0, BeltDrive()) == says


def test_a_pulley_of_no_common_size_is_not_named() -> None:
    assert "no common pulley" in verdict(70.0, 80.0, BeltDrive())
    assert verdict(100.0, 70.0, BeltDrive()) == "16 teeth"


def test_distances_of_no_machine_are_not_kept() -> None:
    trial = Trial(12)
    trial.draw()
    wrong = {name: length + 40.0 * (-1) ** at for at, (name, length) in enumerate(trial.distances(8).items())}
    trial.guide.answer("fit", wrong)
    if trial.guide.view.step == "check":
        trial.guide.answer("keep", {})
    assert "do not agree well" in trial.guide.view.text
    with pytest.raises(CalibrationError, match="No machine has these distances"):
        trial.guide.answer("settings", {})


def test_what_the_firmware_believes_counts_and_not_what_the_file_says() -> None:
    trial = Trial(10, noise=0.0, wider=0.0, left=0.0, right=0.0, skew=0.0, teeth=20)
    has = Belts((-600.0, 750.0), (600.0, 750.0))
    tuning = replace(TUNING, belts=has, steps=(81.0, 81.0))
    trial.guide = MachineGuide(Start(trial.machine, (0.0, 0.0), today="2026-11-23", tuning=tuning))
    (difference,) = trial.guide.view.facts
    assert difference.value == (
        "the firmware has them at (-600, 750) and (600, 750), machine.json at (-609.6, 762) and (609.6, 762)"
    )
    trial.draw(believed=has, steps=81.0)
    trial.guide.answer("fit", trial.distances(18))
    machine = trial.saved()
    assert machine.anchors.span == pytest.approx(1219.2, abs=0.3)
    assert machine.belts
    assert machine.belts.steps_per_mm == pytest.approx(80.0, abs=0.01)


def test_too_few_distances_are_kept_and_more_are_asked_for() -> None:
    trial = Trial(2)
    trial.draw()
    four = trial.distances(4)
    three = dict(list(four.items())[:3])
    assert trial.guide.answer("fit", three) == ()
    assert trial.guide.view.step == "card"
    assert trial.fact("still needed") == "1 more between marks"
    assert {one.id: one.default for one in trial.guide.view.questions if one.default is not None} == three
    trial.guide.answer("fit", {"CK": trial.measure("CK")})
    assert trial.guide.view.step == "result"


def test_what_goes_into_a_configuration_file_is_shown_and_nothing_is_sent() -> None:
    profile = builtin_profiles(data_dir("firmware_profiles"))["fluidnc"]
    trial = Trial(13, noise=0.0, teeth=16, tuning=tuning_of(profile, owners_machine()))
    trial.draw()
    trial.guide.answer("fit", trial.distances(18))
    trial.guide.answer("settings", {})
    view = trial.guide.view
    assert [choice.id for choice in view.choices] == ["save", "more"]
    lines = [fact.value for fact in view.facts]
    anchors = trial.guide._work.findings.belts
    assert f"    left_anchor_x: {anchors.left_anchor[0]:.3f}".rstrip("0") in [line.rstrip("0") for line in lines]
    assert lines[2].startswith("    steps_per_mm: 100")
    assert not any(isinstance(action, Tell) for action in trial.guide.answer("save", {}))
