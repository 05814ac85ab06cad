"""A job's program, back from the daemon."""

from __future__ import annotations

from base64 import b64decode

from dcode.client.sync import Client


def download(client: Client, job: int) -> bytes:
    """The G-code of a job, as it came or as it was made. Raises JobError for a job that has none."""
    program = bytearray()
    while True:
        piece = client.call("job.read", job=job, offset=len(program))
        program += b64decode(piece["data"])
        if len(program) >= piece["size"] or not piece["data"]:
            return bytes(program)
