from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from dcode.generation.engines import Engines, Entry
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.generation.wire import (
    Answer,
    BadMessage,
    Cancel,
    Done,
    Draw,
    Failed,
    Found,
    Note,
    Ready,
    Step,
    encode,
    read_answer,
)
from dcode.generation.workbench import Workbench, read_requests

AT = "tests.generation.fake_engines"
ENTRIES = {
    "fake": Entry("fake", "", f"{AT}:Fake"),
    "weightless": Entry("weightless", "", f"{AT}:Weightless", (), "absent"),
    "absent": Entry("absent", "", f"{AT}:Fake", ("no_such_module", "numpy", "nor_this_one"), "fake"),
    "misnamed": Entry("misnamed", "", f"{AT}:Nobody", (), "fake"),
    "alone": Entry("alone", "", f"{AT}:Weightless"),
    "defective": Entry("defective", "", f"{AT}:Defective", (), "fake"),
    "short": Entry("short", "", f"{__name__}:Short"),
    "empty": Entry("empty", "", f"{__name__}:Empty"),
}


class Short:
    name = "short"

    def draw(self, request: DrawRequest, report: object, cancelled: object) -> Sequence[Drawn]:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory")


class Empty:
    name = "empty"

    def draw(self, request: DrawRequest, report: Callable[[Progress], None], cancelled: object) -> Sequence[Drawn]:
        return []


def answers(*messages: Draw | Cancel) -> list[Answer]:
    """All that a workbench says to these, its greeting left out."""
    said = list[Answer]()
    bench = Workbench(Engines(ENTRIES), lambda line: said.append(read_answer(line)))
    for message in messages:
        bench.take(encode(message))
    bench.end()
    bench.serve()
    assert isinstance(said[0], Ready)
    return said[1:]


def draw(engine: str | None, number: int = 1, **more: object) -> Draw:
    return Draw(number, DrawRequest("a horse", engine=engine, **more))  # type: ignore[arg-type]


def kinds(said: list[Answer]) -> list[type]:
    return [type(one) for one in said]


def test_a_drawing_is_told_step_by_step_and_given():
    said = answers(draw("fake", count=2))
    assert kinds(said) == [Step, Step, Found, Found, Done]


def test_one_request_after_the_other_is_answered():
    said = answers(draw("fake", 1), draw("fake", 2))
    assert [one.id for one in said if isinstance(one, Done)] == [1, 2]


def test_another_engine_is_used_where_one_is_missing_and_each_lack_is_said():
    said = answers(draw("weightless"))
    notes = [one.says for one in said if isinstance(one, Note)]
    assert notes == [
        "fake has no weights: fetch them. absent is used instead.",
        "absent needs no_such_module and nor_this_one: pip install 'dcode[ml]' installs them. fake is used instead.",
    ]
    assert isinstance(said[-1], Done)


def test_an_engine_that_cannot_be_imported_is_a_lack_too():
    said = answers(draw("misnamed"))
    assert "misnamed cannot be loaded" in next(one.says for one in said if isinstance(one, Note))
    assert isinstance(said[-1], Done)


@pytest.mark.parametrize(("engine", "model"), [("weightless", "some/model"), ("alone", None)])
def test_where_nobody_stands_in_the_first_lack_is_the_error(engine: str, model: str | None):
    *_, last = answers(draw(engine, model=model))
    assert last == Failed(1, "GenerationError", "fake has no weights: fetch them.", "unavailable")


def test_an_engine_that_does_not_exist_is_told_with_the_nearest():
    (failed,) = answers(draw("fkae"))
    assert isinstance(failed, Failed) and "Did you mean fake?" in failed.message


def test_a_defect_is_told_and_nobody_stands_in():
    *_, last = answers(draw("defective"))
    assert isinstance(last, Failed) and "ZeroDivisionError" in last.message and not last.ending


def test_an_engine_that_draws_nothing_has_failed():
    (failed,) = answers(draw("empty"))
    assert isinstance(failed, Failed) and "no drawing" in failed.message


def test_without_memory_it_says_so_and_carries_out_nothing_more():
    said = answers(draw("short", 1), draw("fake", 2))
    assert kinds(said) == [Failed]
    assert isinstance(said[0], Failed) and (said[0].reason, said[0].ending) == ("memory", True)


def test_what_was_cancelled_before_its_turn_is_not_begun():
    said = answers(draw("fake", 1), draw("fake", 2), Cancel(2))
    assert isinstance(said[-1], Failed) and (said[-1].id, said[-1].reason) == (2, "cancelled")
    assert [one.id for one in said if isinstance(one, Step)] == [1, 1]


def test_a_cancel_of_what_is_done_or_never_was_is_nothing():
    said = answers(Cancel(1), draw("fake", 1))
    assert isinstance(said[-1], Done)


def test_reading_ends_with_the_input_and_at_what_is_no_request():
    bench = Workbench(Engines(ENTRIES), lambda line: None)

    def reading(data: bytes) -> Callable[[int], bytes]:
        rest = [data]

        def read_line(most: int) -> bytes:
            line, rest[0] = rest[0][:most].partition(b"\n")[0], rest[0]
            end = rest[0].find(b"\n", 0, most)
            cut = most if end < 0 else end + 1
            line, rest[0] = rest[0][:cut], rest[0][cut:]
            return line

        return read_line

    assert read_requests(reading(encode(draw("fake"))), bench, 1000) == ""
    assert "no end" in read_requests(reading(b'{"say":'), bench, 1000)
    assert "no end" in read_requests(reading(b"x" * 2000 + b"\n"), bench, 1000)
    assert "no message" in read_requests(reading(b'{"say":"exec"}\n'), bench, 1000)
    with pytest.raises(BadMessage):
        bench.take(b"{}\n")
