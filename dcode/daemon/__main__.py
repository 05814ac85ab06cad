"""`python -m dcode.daemon`: how a client starts a daemon in the background. For people there is `dcode daemon run`."""

from __future__ import annotations

import argparse
import sys

from dcode.daemon.main import run
from dcode.errors import ConfigError, DcodeError


def main() -> int:
    """The exit codes are those of the command line: 2 for a bad configuration, 4 where another daemon runs."""
    parser = argparse.ArgumentParser(prog="python -m dcode.daemon")
    for option in ("--state-dir", "--port", "--profile", "--machine"):
        parser.add_argument(option)
    try:
        run(vars(parser.parse_args()))
    except DcodeError as error:
        print(f"dcode: {error.message}", file=sys.stderr)  # noqa: T201  # the log that its starter reads
        return 2 if isinstance(error, ConfigError) else 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
