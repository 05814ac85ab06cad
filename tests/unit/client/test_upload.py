from __future__ import annotations

from base64 import b64decode

import pytest

from dcode.api.codec import CHUNK
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import MachineNotReady


class Receiver:
    """A daemon that takes uploads."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.asked = []
        self.data = b""

    def __call__(self, peer):
        self.asked = peer.heard
        peer.answer({"upload": "u1"})
        for _ in range(self.pieces):
            request = peer.request()
            self.data += b64decode(request["params"]["data"], validate=True)
            peer.send({"id": request["id"], "result": {"received": len(self.data)}})
        peer.answer({"job": {"id": 4}, "report": {"ok": True}})


@pytest.mark.parametrize(
    ("size", "pieces"), [(0, 0), (1, 1), (CHUNK, 1), (CHUNK + 1, 2), (3 * CHUNK, 3)], ids=lambda value: str(value)
)
def test_a_file_arrives_whole_in_pieces_that_fit_a_message(daemon, size: int, pieces: int):
    data = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    receiver, progress = Receiver(pieces), []
    with Client(daemon(receiver)) as client:
        answer = upload(client, "horse.gcode", data[:size], progress=progress.append)
    assert answer["job"] == {"id": 4}
    assert receiver.data == data[:size]
    assert receiver.asked[0]["params"] == {"name": "horse.gcode", "size": size, "fit": False, "clip": False}
    assert progress == [min(end, size) for end in range(CHUNK, pieces * CHUNK + 1, CHUNK)]


def test_what_is_wanted_goes_with_it(daemon):
    receiver = Receiver(1)
    with Client(daemon(receiver)) as client:
        upload(client, "horse.gcode", b"G0", clip=True, require_ready=True)
    assert receiver.asked[0]["params"]["clip"] is True
    assert receiver.asked[-1]["params"] == {"upload": "u1", "require_ready": True}


@pytest.mark.parametrize(("name", "sent"), [("x" * 300, "x" * 255), ("", "unnamed"), ("h\udcffrse", "h?rse")])
def test_a_name_is_made_to_fit_the_api(daemon, name: str, sent: str):
    receiver = Receiver(1)
    with Client(daemon(receiver)) as client:
        upload(client, name, b"G0")
    assert receiver.asked[0]["params"]["name"] == sent


def test_a_refusal_ends_it(daemon):
    def talk(peer):
        peer.answer({"upload": "u1"})
        peer.refuse(code=-32000, message="Busy.", data={"kind": "MachineNotReady", "fields": {"reason": "busy"}})

    with Client(daemon(talk)) as client, pytest.raises(MachineNotReady, match="Busy"):
        upload(client, "horse.gcode", b"G0 X1")
