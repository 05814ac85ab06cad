"""`python -m dcode.tui`: the screen, as `dcode-tui` is."""

from __future__ import annotations

import sys

from dcode.tui.main import main

sys.exit(main())
