"""Several processes of one training, as torchrun starts them; what to install is said where there is no torch."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from dcode.ml.answer import run


def main(words: Sequence[str] | None = None) -> int:
    """`python -m dcode.ml.train.several ...`, with torchrun's words. The first process of the training answers."""
    try:
        from torch.distributed.run import main as launch
    except ImportError as error:
        return run(_missing(error))
    launch(list(sys.argv[1:] if words is None else words))
    return 0


def _missing(error: ImportError) -> Any:
    def work() -> Mapping[str, Any]:
        raise error

    return work


if __name__ == "__main__":
    sys.exit(main())
