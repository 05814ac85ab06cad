"""The G-code that the original's models were trained on, as words: what its exporter wrote around every stroke.

The pen's angles are part of the language, whatever the machine's are: a model that has learnt `S40` for lowering says
so for every machine, and what it writes is put into the machine's own angles afterwards (writing.py).
"""

from __future__ import annotations

from typing import Final

HEADER: Final = "; dcode\n\nG21 ; mm\nG90 ; absolute\nM280 P0 S90 ; pen up\nG28 ; home\n\n"
LOWER: Final = "M280 P0 S40"
RAISE: Final = "M280 P0 S90"
END: Final = "M84"
LOWER_SAYS: Final = " ; pen down"
RAISE_SAYS: Final = " ; pen up"
HOME_SAYS: Final = " ; return home"
END_SAYS: Final = " ; motors off"
