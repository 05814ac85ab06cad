"""A worker that breaks the rules of the wire, by BEHAVIOUR; `python -m tests.generation.fake_worker`."""

from __future__ import annotations

import json
import os
import signal
import sys


def say(**table: object) -> None:
    sys.stdout.write(json.dumps(table) + "\n")
    sys.stdout.flush()


def raw(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def main() -> None:
    behaviour = os.environ["BEHAVIOUR"]
    if behaviour == "crash at start":
        import no_such_module  # noqa: F401
    if behaviour == "other version":
        say(say="ready", protocol=99, engines=[])
    if behaviour != "never ready":
        say(say="ready", protocol=1, engines=[])
    number = json.loads(sys.stdin.readline() or "{}").get("id")
    sys.stderr.write("about to misbehave\n")
    sys.stderr.flush()
    match behaviour:
        case "garbage":
            raw(b"Loading pipeline components... 100%\n")
        case "half a line":
            raw(b'{"say":"done","id":')
            return
        case "a huge line":
            try:
                while True:
                    raw(b"x" * (1 << 20))
            except BrokenPipeError:
                os._exit(0)
        case "another's answer":
            say(say="done", id=number + 1)
        case "ready twice":
            say(say="ready", protocol=1, engines=[])
        case "an unknown key":
            say(say="done", id=number, more=1)
        case "silence":
            os.close(1)
    signal.pause()


if __name__ == "__main__":
    main()
