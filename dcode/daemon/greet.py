"""The first words with a firmware: wait for its greeting, ask what it is, or find out which it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from dcode.daemon.channel import Channel
from dcode.errors import FirmwareError, Stalled, UnexpectedReset
from dcode.firmware.detect import PROBES, is_certain, recognise
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.questions import identify
from dcode.firmware.translate import Translator
from dcode.link.serial import open_port
from dcode.link.transport import Transport

_ANSWER_SECONDS: Final = 8.0  # for the reply to the first question
_LISTEN_SECONDS: Final = 2.5  # a bootloader holds a board back for up to two seconds after the port is opened
_CHATTER_SECONDS: Final = 10.0  # a firmware that reports unasked is listened to no longer
_LOOK_SECONDS: Final = 0.02  # between looks at a port while listening


async def greet(channel: Channel, profile: FirmwareProfile, tools: Translator, seconds: float) -> str:
    """Wait for a greeting, at most `seconds`; it, and what the firmware is. Raises Stalled, FirmwareError."""
    greeting = await _greeting(channel, seconds)
    try:
        answer = await _identity(channel, profile, tools)
    except UnexpectedReset as late:  # it takes longer to start than its profile says
        greeting = str(late.fields.get("greeting", ""))
        answer = await _identity(channel, profile, tools)
    if answer is None and profile.realtime.reset:  # after a limit switch grbl listens to nothing else
        channel.halt(Stalled("No answer.", port=channel.transport.name))
        channel.realtime(profile.realtime.reset)
        answer = await _identity(channel, profile, tools)
    if answer is None:
        raise Stalled(
            f"{channel.transport.name} does not answer as {profile.name} at {profile.baud} baud: is it the right port, "
            f"and the right --profile? Another speed is named as in --profile {profile.dialect}@115200.",
            port=channel.transport.name,
        )
    identity = "\n".join([greeting, *answer])
    found = recognise(identity)
    if found and found != profile.dialect:
        raise FirmwareError(
            f"{channel.transport.name} is a {found}, not a {profile.name}: use --profile {found}.", found=found
        )
    return identity


async def _identity(channel: Channel, profile: FirmwareProfile, tools: Translator) -> list[str] | None:
    """What the firmware says of itself; None when it says nothing."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await channel.ask(tools.heard_out(identify(profile)))
    except (TimeoutError, Stalled):
        return None


async def _greeting(channel: Channel, seconds: float) -> str:
    await asyncio.wait([channel.greeting], timeout=seconds)
    return channel.greeting.result() if channel.greeting.done() else ""  # opening the port did not reset the board


async def find_profile(port: str, profiles: Iterable[FirmwareProfile]) -> str:
    """The name of the profile whose firmware answers on a port, tried at each of their speeds; with the speed, where
    it is another than the profile's.

    Raises LinkError, and FirmwareError when nothing that answers is known.
    """
    usual = {profile.name: profile.baud for profile in profiles}
    bauds = list(dict.fromkeys(usual.values()))
    for number, baud in enumerate(bauds):
        if found := await _who(port, baud):
            own = usual[found]
            # A pseudo-terminal or a socket answers at any speed: then it is the profile's own.
            elsewhere = baud != own and (own in bauds[:number] or await _who(port, own) != found)
            return f"{found}@{baud}" if elsewhere else found
    tried = ", ".join(map(str, bauds))
    raise FirmwareError(f"{port}: no known firmware answers at {tried} baud. Give one with --profile.", port=port)


async def _who(port: str, baud: int) -> str | None:
    """Which built-in profile's firmware answers at a speed."""
    transport = open_port(port, baud)
    try:
        heard = await _listen(transport, b"")
        heard += "" if is_certain(heard) else await _listen(transport, PROBES)
    finally:
        transport.close()
    return recognise(heard)


async def _listen(transport: Transport, question: bytes) -> str:
    """What is said, after a question if there is one, until it is certain who says it or nothing more comes."""
    loop = asyncio.get_running_loop()
    if question:
        transport.write(question)
    heard, end = "", loop.time() + _LISTEN_SECONDS
    longest = loop.time() + _CHATTER_SECONDS
    while loop.time() < min(end, longest) and not is_certain(heard):
        if more := transport.read().decode("latin-1"):
            heard, end = heard + more, loop.time() + _LISTEN_SECONDS
        await asyncio.sleep(_LOOK_SECONDS)
    return heard
