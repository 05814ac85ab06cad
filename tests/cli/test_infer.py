"""dcode infer, infer-sd-gcode and models, by workers with fake engines in the place of the real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from dcode.cli.commands.infer import infer
from dcode.cli.commands.infer_sd_gcode import infer_sd_gcode
from dcode.cli.commands.models import models
from dcode.cli.session import Session
from dcode.errors import GenerationError
from dcode.generation.local import LocalWorker
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.generation.wire import EngineState
from dcode.geometry.lines import Lines

PROGRAM = "\n".join(
    [
        *("; dcode", "G21 ; mm", "G90 ; absolute", "M280 P0 S90 ; pen up", "G28 ; home"),
        *("G0 X{side} Y0", "M280 P0 S40 ; pen down", "G1 X0 Y10", "M280 P0 S90 ; pen up", "M84", ""),
    ]
)


class Writes:
    """Writes a program that tells what was asked, in its comments; far outside the sheet for the prompt "wide"."""

    name = "writes"

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        report(Progress("writing", 1, 2))
        words = [request.prompt, request.steps, request.guidance, request.temperature, request.max_len]
        program = PROGRAM.format(side=9000 if request.prompt == "wide" else 5) + f"; {json.dumps(words)}\n"
        lines, model = Lines.of([[(5.0, 0.0), (0.0, 10.0)]]), request.model or ""
        return [Drawn(lines, -1.5, None, str(request.engine), model, request.seed, 0.1, program)]


class Absent(Writes):
    """Has no weights."""

    def draw(self, *_: object) -> Sequence[Drawn]:
        raise GenerationError("some/model is not on this computer.", reason="unavailable")


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "Writes")


def use(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    engines = tuple(f"{name}=tests.cli.test_infer:{kind}" for name in ("text", "sd-gcode"))
    monkeypatch.setattr(
        "dcode.generation.configured.local_worker",
        lambda wanted: LocalWorker(module="dcode.generation.worker", engines=engines),
    )


def call(command: click.Command, *arguments: object, json: bool = False) -> None:
    command(args=[str(one) for one in arguments], obj=Session(json=json), standalone_mode=False)


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_program_is_written_with_what_was_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "horse.gcode"
    how = ("--temperature", 0.5, "--steps", 4, "--max-len", 300, "--seed", 9, "--guidance", 2)
    call(infer_sd_gcode, "a horse", "-m", "some/model", "-o", file, *how, json=True)
    answer = said(capsys)
    assert file.read_text().endswith('; ["a horse", 4, 2.0, 0.5, 300]\n')
    assert answer["file"] == str(file)
    assert (answer["engine"], answer["model"], answer["seed"]) == ("sd-gcode", "some/model", 9)
    assert answer["ok"] is True
    assert answer["draw_mm"] == pytest.approx(11.18, abs=0.01)


def test_a_person_is_told_the_size_and_the_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(infer, "a horse", "-m", "some/model", "-o", tmp_path / "a.gcode")
    out = capsys.readouterr().out
    assert "11 mm of ink" in out
    assert "by some/model, seed " in out


def test_without_a_seed_every_drawing_has_one_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeds = set()
    for _ in range(2):
        call(infer, "a horse", "-o", tmp_path / "a.gcode", json=True)
        seeds.add(said(capsys)["seed"])
    assert len(seeds) == 2


def test_stdout_gets_the_program_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call(infer, "a horse", "-o", "-")
    assert capsys.readouterr().out.startswith("; dcode\n")
    with pytest.raises(click.UsageError, match="both want the standard output"):
        call(infer, "a horse", "-o", "-", json=True)


def test_a_program_beyond_the_plotter_is_written_and_what_helps_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wide.gcode"
    call(infer, "wide", "-o", file)
    out = capsys.readouterr().out
    assert file.exists()
    assert "cannot draw it as it is" in out
    assert "dcode plot --fit" in out


def test_a_model_that_is_not_there_is_an_error_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "Absent")
    with pytest.raises(GenerationError, match="not on this computer"):
        call(infer, "a horse", "-o", tmp_path / "a.gcode")
    assert not (tmp_path / "a.gcode").exists()


def test_models_lists_engines_and_models_and_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cached = tmp_path / "models--stabilityai--sd-turbo" / "snapshots" / "0"
    cached.mkdir(parents=True)
    (cached / "model_index.json").touch()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    call(models, json=True)
    answer = said(capsys)
    here = {one["model"]: one["here"] for one in answer["models"]}
    assert here.pop("stabilityai/sd-turbo") is True
    assert not any(here.values())
    engines = {one["engine"]: one for one in answer["engines"]}
    assert list(engines) == ["strokes", "library", "trace", "sd-gcode", "text"]
    assert engines["library"]["ready"] is True
    call(models)
    assert "GB to fetch" in capsys.readouterr().out


def test_models_says_what_to_install_and_who_draws_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    states = (EngineState("library", True, ""), EngineState("trace", False, "trace needs torch: pip installs it."))
    monkeypatch.setattr("dcode.cli.commands.models.states_of_own_worker", lambda: states)
    call(models)
    out = capsys.readouterr().out
    assert "trace needs torch: pip installs it. Until then strokes draws.\n" in out
    assert "This worker has no engine text: install the same dcode there." in out
