"""How work of dcode.ml that a command started in a process of its own answers: one JSON object at the end of stdout.

How far it is goes to stderr, line by line. See dcode/cli/ml_process.py for the other side. Of several processes that do
one work together the first answers, and whichever has an error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from dcode.errors import DcodeError, GenerationError
from dcode.generation.engines import EXTRA

INTERRUPTED = 130


def run(work: Callable[[], Mapping[str, Any]]) -> int:
    """Carry out the work and tell what came of it, or which error; the exit code."""
    try:
        answer, code = dict(work()), 0
    except DcodeError as error:
        answer, code = {"error": _told(error)}, 1
    except ImportError as error:
        told = f"This needs {error.name}, which {sys.executable} does not have: {EXTRA}."
        answer, code = {"error": _told(GenerationError(told, reason="unavailable"))}, 1
    except KeyboardInterrupt:
        return INTERRUPTED
    if code or os.environ.get("RANK", "0") == "0":  # as torchrun numbers them
        sys.stdout.write(json.dumps(answer) + "\n")
    return code


def tell(line: str) -> None:
    """A line for whoever waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _told(error: DcodeError) -> dict[str, Any]:
    return {"kind": error.kind, "message": error.message, "fields": error.fields}
