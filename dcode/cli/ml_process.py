"""Work of dcode.ml, which a command does not import, in the interpreter that the settings name for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from dcode.cli.exit_codes import ExitCode
from dcode.errors import GenerationError, revived


def run_ml(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """What `python -m module` answers; its stderr is this process's. Paths in the arguments must be absolute.

    Raises the error that the work ended with; GenerationError where it ended without a word.
    """
    from dcode.config.settings import load_settings
    from dcode.generation.configured import local_worker

    words, folder = local_worker(load_settings().settings.generation).begins()
    try:
        process = subprocess.Popen(
            [*words, "-m", module, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
    except OSError as error:
        told = f"{words[0]} cannot be started: {error.strerror}. generation.python names it."
        raise GenerationError(told, python=words[0]) from error
    with process:
        try:
            said, _ = process.communicate()
        except KeyboardInterrupt:  # it heard the same Ctrl-C
            process.wait()
            raise
    if process.returncode == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return _answer(said, module, process.returncode)


def _answer(said: str, module: str, code: int) -> dict[str, Any]:
    try:
        answer = json.loads(said.rstrip("\n").rpartition("\n")[2])
        assert isinstance(answer, dict)
    except (ValueError, AssertionError):
        raise GenerationError(f"{module} ended without an answer (exit code {code}).", code=code) from None
    if "error" in answer:
        error = answer["error"]
        raise revived(error["kind"], error["message"], error["fields"])
    return answer
