from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields

import pytest

from dcode.generation.packed import Packed
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.generation.wire import (
    MAX_ANSWER,
    MAX_REQUEST,
    BadMessage,
    Cancel,
    Done,
    Draw,
    EngineState,
    Failed,
    Found,
    Note,
    Ready,
    Step,
    encode,
    read_answer,
    read_request,
)
from dcode.geometry.lines import Lines

LINE = Lines.of([[(0.0, 0.0), (2.0, 1.0)]])
FULL = DrawRequest("a horse\n\u2028\ud800", "trace", "x/y", 2**63 - 1, 8, 210.0, 297.0, "hand", 4, 7.5, 0.0, 2048)


@pytest.mark.parametrize("message", [Draw(1, DrawRequest("a horse")), Draw(2**53, FULL), Cancel(1)])
def test_requests_come_back_as_they_went(message: Draw | Cancel):
    line = encode(message)
    assert line.count(b"\n") == 1 and read_request(line) == message


@pytest.mark.parametrize(
    "message",
    [
        Ready(1, (EngineState("strokes", True), EngineState("text", False, "needs torch"))),
        Step(1, "loading", 0),
        Step.of(1, Progress("drawing", 3, 10, b"\x89PNG\r\n\x1a\n", LINE)),
        Note(1, "said"),
        Found(1, Packed.of(LINE), "fake", "", 3, 0.5, None, "drawn after 'horse', ISC", "G1 X0\n"),
        Done(1),
        Failed(1, "GenerationError", "no", "memory", True),
    ],
)
def test_answers_come_back_as_they_went(message: Step):
    line = encode(message)
    assert line.count(b"\n") == 1 and read_answer(line) == message


def test_a_drawing_comes_back_with_all_that_it_had():
    drawn = Drawn(LINE, 0.5, "a source", "fake", "model", 3, 1.25, "G1 X0\n")
    found = read_answer(encode(Found.of(1, drawn)))
    assert isinstance(found, Found)
    back = found.drawn()
    assert (back.lines.points == LINE.points).all()
    names = [field.name for field in fields(Drawn) if field.name != "lines"]
    assert [getattr(back, name) for name in names] == [getattr(drawn, name) for name in names]


def table(**changes: object) -> bytes:
    return json.dumps({"say": "draw", "id": 1, "request": {"prompt": "a", **changes}}).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]\n",
        b"nonsense\n",
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
        b'{"say":"draw"}\n',
        b'{"say":["draw"]}\n',
        b'{"say":"done","id":1}\n',
        b'{"say":"cancel","id":-1}\n',
        b'{"say":"cancel","id":true}\n',
        b'{"say":"cancel","id":1,"more":2}\n',
        table(prompt=""),
        table(prompt="x" * 2001),
        table(prompt=3),
        table(seed=2**63),
        table(seed=1.0),
        table(count=0),
        table(count=65),
        table(width_mm=0.0),
        table(temperature=-1),
        table(guidance=float("nan")),
        table(guidance=10**400),
        table(steps=10**9),
        table(path="/etc/passwd"),
        table(model="x" * (MAX_REQUEST + 1)),
    ],
)
def test_what_is_no_request_is_refused(line: bytes):
    with pytest.raises(BadMessage):
        read_request(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"say":"draw","id":1,"request":{"prompt":"a"}}\n',
        b'{"say":"step","id":1,"stage":"a","done":-1}\n',
        b'{"say":"step","id":1,"stage":"a","done":1,"strokes":{"points":"AAAA"}}\n',
        b'{"say":"found","id":1}\n',
        b'{"say":"failed","id":1,"kind":"GenerationError","message":"' + b"x" * 2001 + b'"}\n',
        b'{"say":"note","id":1,"says":"' + b"x" * MAX_ANSWER + b'"}\n',
    ],
)
def test_what_is_no_answer_is_refused(line: bytes):
    with pytest.raises(BadMessage) as caught:
        read_answer(line)
    assert len(str(caught.value)) <= 2000


def test_what_json_cannot_say_is_not_sent():
    with pytest.raises(BadMessage, match="JSON"):
        encode(Found(1, Packed.of(LINE), "fake", "", 3, 0.5, float("nan")))


def test_a_message_that_is_too_long_is_not_sent():
    with pytest.raises(BadMessage, match="limit"):
        encode(Draw(1, DrawRequest("a", model="x" * MAX_REQUEST)))


def test_who_passes_messages_on_needs_neither_numpy_nor_torch():
    probe = (
        "import sys\n"
        "from dcode.generation import configured, supervisor, wire\n"
        "wire.read_answer(wire.encode(wire.Step(1, 'a', 1, strokes=wire.Packed('', ''))))\n"
        "print(*{'numpy', 'torch', 'pydantic', 'click'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
