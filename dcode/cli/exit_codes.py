"""What the process says when it ends. Scripts rely on these numbers: they are API."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from dcode.errors import DcodeError


class ExitCode(IntEnum):
    """0 is the job done; everything else says who has to act."""

    DONE = 0
    JOB = 1  # the job failed, was cancelled or interrupted; or dcode itself failed
    USAGE = 2  # bad usage, configuration or file, limits included
    UNREACHABLE = 3  # no daemon
    NOT_READY = 4  # the machine is unplugged, unregistered, in alarm or busy
    GENERATION = 5  # no drawing came of a prompt
    INTERRUPTED = 130  # Ctrl-C, as a shell counts it: 128 + SIGINT


# By the names in dcode.errors, which are also what comes over the API; a class that is missing takes its base's.
OF_ERROR: Final[dict[str, ExitCode]] = {
    "DcodeError": ExitCode.JOB,
    "ConfigError": ExitCode.USAGE,
    "GcodeError": ExitCode.USAGE,
    "DrawingError": ExitCode.USAGE,
    "LimitError": ExitCode.USAGE,
    "UnsafeProgram": ExitCode.USAGE,
    "JobError": ExitCode.USAGE,
    "CalibrationError": ExitCode.USAGE,
    "LinkError": ExitCode.NOT_READY,
    "FirmwareError": ExitCode.NOT_READY,
    "Refused": ExitCode.JOB,
    "MachineNotReady": ExitCode.NOT_READY,
    "DaemonUnreachable": ExitCode.UNREACHABLE,
    "GenerationError": ExitCode.GENERATION,
}


def of_error(error: DcodeError) -> ExitCode:
    """The exit code for an error that ended the command."""
    return next(OF_ERROR[base.__name__] for base in type(error).__mro__ if base.__name__ in OF_ERROR)


def of_job(state: str) -> ExitCode:
    """The exit code for the state in which a job ended."""
    return ExitCode.DONE if state == "done" else ExitCode.JOB
