from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from dcode.api import codec
from dcode.client.sync import Client
from dcode.errors import Alarm, DaemonUnreachable, DcodeError, GcodeError, LimitError, MachineNotReady, UnsafeProgram


def test_a_call_gives_its_result(daemon):
    with Client(daemon(lambda peer: peer.answer({"pid": 7}))) as client:
        assert client.call("daemon.info") == {"pid": 7}


def test_a_call_says_method_and_params(daemon):
    peers = []

    def talk(peer):
        peers.append(peer)
        peer.answer(None)

    with Client(daemon(talk)) as client:
        assert client.call("plotter.jog", dx=-1.5, dy=2) == {}
    assert peers[0].heard == [{"jsonrpc": "2.0", "id": 1, "method": "plotter.jog", "params": {"dx": -1.5, "dy": 2}}]


def test_calls_are_numbered(daemon):
    def talk(peer):
        assert [peer.answer({})["id"] for _ in range(3)] == [1, 2, 3]

    with Client(daemon(talk)) as client:
        for _ in range(3):
            client.call("status")


def test_nothing_listens(tmp_path: Path):
    with pytest.raises(DaemonUnreachable, match="No daemon is running"):
        Client(tmp_path / "dcode.sock")


def test_a_socket_that_a_killed_daemon_left_behind_is_no_daemon(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dcode.sock"))
    with pytest.raises(DaemonUnreachable):
        Client(tmp_path / "dcode.sock")


@pytest.mark.parametrize(
    "error",
    [
        LimitError("X 431 is outside.", axis="x", value=431.0, limit=420.5, line=212),
        MachineNotReady("The machine is unplugged.", reason="disconnected"),
        Alarm("ALARM:1", code=1),
        GcodeError("what is this", line=3, column=2, text="Q"),
        UnsafeProgram("line 1: no", {"ok": False, "violations": []}),
    ],
)
def test_an_error_comes_back_as_what_it_was(daemon, error: DcodeError):
    wire = {"code": codec.DCODE_ERROR, "message": error.message, "data": {"kind": error.kind, "fields": error.fields}}
    with Client(daemon(lambda peer: peer.refuse(**wire))) as client, pytest.raises(type(error)) as caught:
        client.call("job.commit")
    assert type(caught.value) is type(error)
    assert (caught.value.message, str(caught.value)) == (error.message, str(error))
    assert caught.value.fields == error.fields


def test_the_fields_of_an_error_are_its_attributes_again(daemon):
    fields = {"axis": "x", "value": 431.0, "limit": 420.5, "line": 212}
    wire = {"code": codec.DCODE_ERROR, "message": "no", "data": {"kind": "LimitError", "fields": fields}}
    with Client(daemon(lambda peer: peer.refuse(**wire))) as client, pytest.raises(LimitError) as caught:
        client.call("plotter.jog")
    assert (caught.value.axis, caught.value.value, caught.value.line) == ("x", 431.0, 212)


@pytest.mark.parametrize(
    "wire",
    [
        {"code": codec.DCODE_ERROR, "message": "no", "data": {"kind": "PaperJam", "fields": {"tray": 2}}},
        {"code": codec.DCODE_ERROR, "message": "no", "data": {"kind": "SystemExit"}},
        {"code": codec.DCODE_ERROR, "message": "no", "data": ["LimitError"]},
        {"code": codec.DCODE_ERROR, "message": "no", "data": {"kind": ["LimitError"], "fields": 5}},
        {"code": codec.INTERNAL_ERROR, "message": "no"},
    ],
)
def test_an_error_of_an_unknown_kind_is_a_dcode_error(daemon, wire):
    with Client(daemon(lambda peer: peer.refuse(**wire))) as client, pytest.raises(DcodeError, match="no") as caught:
        client.call("status")
    assert type(caught.value) is DcodeError


def test_an_unknown_method_points_at_the_version(daemon):
    wire = {"code": codec.METHOD_NOT_FOUND, "message": "there is no method 'fly'."}
    with Client(daemon(lambda peer: peer.refuse(**wire))) as client, pytest.raises(DcodeError, match="another version"):
        client.call("fly")


@pytest.mark.parametrize("error", [[], "no", 5, {"code": None}])
def test_an_error_that_says_nothing_is_still_an_error(daemon, error):
    def talk(peer):
        peer.send({"jsonrpc": "2.0", "id": peer.request()["id"], "error": error})

    with Client(daemon(talk)) as client, pytest.raises(DcodeError):
        client.call("status")


def test_a_request_that_the_daemon_cannot_read_is_answered_without_a_number(daemon):
    def talk(peer):
        peer.request()
        peer.send({"jsonrpc": "2.0", "id": None, "error": {"code": codec.PARSE_ERROR, "message": "not JSON"}})

    with Client(daemon(talk)) as client, pytest.raises(DcodeError, match="not JSON"):
        client.call("status")


@pytest.mark.parametrize(
    "line",
    [
        b"{\n",
        b"\xff\xfe\x00\n",
        b"[1]\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b'{"jsonrpc":"2.0","id":1,"result":[1]}\n',
        b'{"jsonrpc":"2.0","id":2,"result":{}}\n',
        b'{"jsonrpc":"2.0","method":"shutdown","params":{}}\n',
        b'{"jsonrpc":"2.0","method":"event","params":7}\n',
        b"x" * (codec.MAX_MESSAGE + 2),
    ],
    ids=["cut", "binary", "array", "null", "deep", "list", "other", "method", "event", "long"],
)
def test_what_is_not_an_answer_ends_the_connection(daemon, line: bytes):
    def talk(peer):
        peer.request()
        peer.send_bytes(line)
        peer.wait_until_left()

    with Client(daemon(talk)) as client:
        with pytest.raises(DaemonUnreachable):
            client.call("status")
        with pytest.raises(DaemonUnreachable):
            client.call("status")


@pytest.mark.parametrize("last_words", [b"", b'{"jsonrpc":"2.0","id":1,"res'])
def test_a_daemon_that_dies_in_the_middle_of_a_call(daemon, last_words: bytes):
    def talk(peer):
        peer.request()
        peer.send_bytes(last_words)

    with Client(daemon(talk)) as client, pytest.raises(DaemonUnreachable, match="hung up"):
        client.call("status")


def test_a_daemon_that_never_answers_is_not_waited_for_for_ever(daemon):
    with Client(daemon(lambda peer: peer.wait_until_left()), answer_within=0.01) as client:
        with pytest.raises(DaemonUnreachable, match="in time"):
            client.call("status")
        with pytest.raises(DaemonUnreachable):
            client.call("status")  # the late answer to the first must not be taken for one to the second


def test_an_answer_may_come_byte_by_byte(daemon):
    def talk(peer):
        number = peer.request()["id"]
        for byte in json.dumps({"id": number, "result": {"state": "idle"}}).encode() + b"\n":
            peer.send_bytes(bytes([byte]))

    with Client(daemon(talk)) as client:
        assert client.call("status") == {"state": "idle"}


def test_events_come_in_order_whenever_they_came(daemon):
    def event(number):
        return {"jsonrpc": "2.0", "method": "event", "params": {"event": "notice", "number": number}}

    def talk(peer):
        peer.answer({})
        number = peer.request()["id"]
        peer.send(event(1), event(2), {"id": number, "result": {"state": "idle"}}, event(3))

    with Client(daemon(talk)) as client:
        client.call("subscribe")
        assert client.call("status") == {"state": "idle"}
        events = client.events()
        assert [next(events)["number"] for _ in range(3)] == [1, 2, 3]
        with pytest.raises(DaemonUnreachable):
            next(events)


def test_silence_among_events_can_be_bounded(daemon):
    with Client(daemon(lambda peer: peer.wait_until_left())) as client, pytest.raises(DaemonUnreachable):
        next(client.events(within=0.01))


def test_a_request_that_is_too_long_is_not_sent(daemon):
    with Client(daemon(lambda peer: peer.wait_until_left())) as client, pytest.raises(codec.BadMessage):
        client.call("job.append", data="x" * codec.MAX_MESSAGE)
