"""Programs out of decoders: valid whatever the weights, the same for the same seed, in lines as they come."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

import torch

from dcode.errors import GenerationError
from dcode.machine.machine import Machine
from dcode.ml.checkpoint import LoadedDecoder
from dcode.ml.sampling import Candidates, Fresh, Sampling, Written, choice
from dcode.ml.writing import Enough, Stop, Writing
from tests.ml import builders
from tests.ml.conftest import Open
from tests.ml.programs import faults, prolific, random_programs


def write(
    loaded: LoadedDecoder, machine: Machine, sampling: Sampling, already: list[tuple[int, ...]] | None = None
) -> tuple[list[Written], list[Fresh]]:
    candidates = Candidates(loaded, builders.latent(), machine, sampling, already=already or [])
    fresh = list(candidates.stream())
    return candidates.written(), fresh


@pytest.mark.parametrize("layout", builders.LAYOUTS)
def test_programs_of_random_weights_pass_the_machine_check(layout: str, opened: Open) -> None:
    loaded = prolific(opened(layout))
    drawn = 0
    for written, machine in random_programs(loaded, number=84, batch=6, length=150):
        assert faults(written.text, machine) == [], written.text
        drawn += written.strokes > 0
    assert drawn > 40


def test_the_same_seed_gives_the_same_programs(opened: Open, owners: Machine) -> None:
    loaded = opened("v3")
    one, again, other = (write(loaded, owners, Sampling(seed, 2, max_len=160))[0] for seed in (7, 7, 8))
    assert one == again
    assert {written.text for written in one}.isdisjoint({written.text for written in other})
    assert one[0].text != one[1].text


def test_a_candidate_does_not_depend_on_how_many_there_are(opened: Open, owners: Machine) -> None:
    loaded = opened("v3")
    alone, many = (write(loaded, owners, Sampling(3, count, max_len=130))[0] for count in (1, 3))
    assert alone[0].text == many[0].text


def test_a_cut_off_run_is_continued_with_the_identical_rest(opened: Open, owners: Machine) -> None:
    loaded, sampling = opened("v3"), Sampling(11, 2, max_len=160)
    whole, _ = write(loaded, owners, sampling)
    continued, _ = write(loaded, owners, sampling, [whole[0].ids[:37], whole[1].ids[:20]])
    assert continued == whole


def test_lines_come_as_they_are_written_and_add_up_to_the_program(opened: Open, owners: Machine) -> None:
    written, fresh = write(opened("v3"), owners, Sampling(12, 8, max_len=200))
    assert len(fresh) > 16
    for number, program in enumerate(written):
        mine = [one for one in fresh if one.candidate == number]
        assert "\n".join(chain.from_iterable(one.lines for one in mine)) + "\n" == program.text
        assert tuple(chain.from_iterable(one.ids for one in mine)) == program.ids


def test_a_cancelled_run_leaves_whole_programs(opened: Open, owners: Machine) -> None:
    looks = iter([False, True])
    candidates = Candidates(opened("v3"), builders.latent(), owners, Sampling(5, 8, max_len=400))
    list(candidates.stream(lambda: next(looks)))
    cut = [written for written in candidates.written() if written.stop is Stop.CANCELLED]
    assert cut
    assert all(len(written.ids) == 2 * 16 and faults(written.text, owners) == [] for written in cut)


def test_programs_are_written_with_the_machines_own_pen(opened: Open, owners: Machine) -> None:
    machine = replace(owners, pen=replace(owners.pen, up_angle=85.5, down_angle=20.0, servo_index=2))
    written, _ = write(opened("v3"), machine, Sampling(5, max_len=300))
    assert "M280 P2 S85.5 ; pen up" in written[0].text
    assert "S90" not in written[0].text and "S40" not in written[0].text


def test_a_length_without_room_is_refused(opened: Open, owners: Machine) -> None:
    with pytest.raises(GenerationError, match="no room"):
        write(opened("v3"), owners, Sampling(max_len=5))


def test_a_latent_of_another_size_is_refused(opened: Open, owners: Machine) -> None:
    with pytest.raises(GenerationError, match="1x4x64x64"):
        Candidates(opened("v3"), builders.latent(size=32), owners, Sampling())


def test_the_choice_follows_the_shares_and_leaves_out_the_tail() -> None:
    shares = torch.tensor([[0.1, 0.5, 0.15, 0.25]])
    allowed = torch.ones(1, 4, dtype=torch.bool)
    noise = [0.0, 0.6, 0.7, 0.99]
    picks = [choice(shares.log(), allowed, torch.tensor([u]), 1.0, 0.75).item() for u in noise]
    assert picks == [1, 1, 3, 3]
    assert choice(shares.log(), allowed, torch.tensor([0.5]), 0.0, 0.9).item() == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30])
@pytest.mark.parametrize("noise", [0.0, 0.5, 1 - 2**-24])
def test_the_choice_is_allowed_whatever_the_logits(value: float, noise: float) -> None:
    allowed = torch.zeros(3, 999, dtype=torch.bool)
    allowed[0, 998] = allowed[1, 5] = allowed[2, 7:500] = True
    logits = torch.full((3, 999), value)
    logits[:, ::2] = -value
    for top_p in (0.01, 0.9, 1.0):
        for temperature in (0.0, 1e-3, 1.0, 100.0):
            picks = choice(logits, allowed, torch.full((3,), noise), temperature, top_p)
            assert allowed.gather(1, picks[:, None]).all()


def writing(opened: Open, owners: Machine, text: str, enough: Enough | None = None) -> Writing:
    words = opened("v3").tokenizer
    one = Writing(words, owners, enough or Enough(), rest=3)
    one.take(words.encode(text))
    return one


BEGUN = "G0 X0 Y0\nM280 P0 S40 ; pen down\n"


def test_drawing_the_same_stretch_again_and_again_ends_the_program(opened: Open, owners: Machine) -> None:
    one = writing(opened, owners, BEGUN + "G1 X10 Y0\nG1 X0 Y0\n" * 9)
    assert one.stop is Stop.REPETITION
    assert one.lines[-3:] == ["M280 P0 S90 ; pen up", "", "M84 ; motors off"]
    assert one.points == 4


def test_rays_from_one_point_are_no_repetition(opened: Open, owners: Machine) -> None:
    rays = [f"{BEGUN}G1 X{x} Y50\nM280 P0 S90\n" for x in range(20)]
    assert writing(opened, owners, "".join(rays)).stop is None


@pytest.mark.parametrize(
    ("enough", "why"),
    [(Enough(points=3), Stop.POINTS), (Enough(strokes=1), Stop.STROKES), (Enough(ink_mm=120.0), Stop.INK)],
)
def test_enough_is_enough(enough: Enough, why: Stop, opened: Open, owners: Machine) -> None:
    stroke = BEGUN + "G1 X50 Y0\nG1 X50 Y50\nM280 P0 S90\n"
    one = writing(opened, owners, stroke + stroke.replace("50", "70") * 2, enough)
    assert one.stop is why
    assert faults(one.text, owners) == []


def test_a_stroke_that_was_not_begun_leaves_nothing(opened: Open, owners: Machine) -> None:
    one = writing(opened, owners, BEGUN + "G1 X5")
    one.finish(Stop.LENGTH)
    assert one.lines[-2:] == ["", "M84 ; motors off"]
    assert not any(line.startswith(("G0", "G1 ")) for line in one.lines)
