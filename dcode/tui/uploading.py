"""Programs on their way to the daemon and back, over a connection of their own: blocking, for a thread."""

from __future__ import annotations

from collections.abc import Callable

from dcode.api.codec import Message
from dcode.client.address import Address
from dcode.client.download import download
from dcode.client.sync import Client
from dcode.client.upload import upload


def queue_program(
    address: Address,
    name: str,
    program: bytes,
    also: Message,
    progress: Callable[[int], None] = lambda sent: None,
) -> Message:
    """What job.commit answers. `also`: what job.begin takes. Raises as dcode.client.upload.upload."""
    with Client(address.socket) as client:
        return upload(client, name, program, also=also, progress=progress)


def program_of(address: Address, job: int) -> bytes:
    """The G-code of a job. Raises JobError for one that has none."""
    with Client(address.socket) as client:
        return download(client, job)
