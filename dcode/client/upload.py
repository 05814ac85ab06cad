"""A program on its way to the daemon: contents, not a name, for the file may change and the daemon be elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from dcode.api.codec import CHUNK, Message
from dcode.client.sync import Client


def upload(
    client: Client,
    name: str,
    data: bytes,
    *,
    fit: bool = False,
    clip: bool = False,
    require_ready: bool = False,
    also: Message | None = None,
    progress: Callable[[int], None] = lambda sent: None,
) -> Message:
    """Queue a program; what job.commit answers: the job, and the report of its check.

    `also`: what else job.begin takes. `progress` is told how many bytes have arrived. Raises UnsafeProgram when the
    check refuses it and MachineNotReady with `require_ready`; then nothing is queued. A connection that closes before
    the end leaves nothing either.
    """
    how = {"fit": fit, "clip": clip} | (also or {})
    ticket = client.call("job.begin", name=name[-255:] or "unnamed", size=len(data), **how)["upload"]
    for start in range(0, len(data), CHUNK):
        piece = b64encode(data[start : start + CHUNK]).decode("ascii")
        progress(client.call("job.append", upload=ticket, data=piece)["received"])
    return client.call("job.commit", upload=ticket, require_ready=require_ready)
