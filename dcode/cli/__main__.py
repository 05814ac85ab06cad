from __future__ import annotations

from dcode.cli.main import main

main()
