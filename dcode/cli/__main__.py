"""`python -m dcode.cli`: the command line, as `dcode` is."""

from __future__ import annotations

from dcode.cli.main import main

main()
