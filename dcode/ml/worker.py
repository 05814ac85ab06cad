"""The worker process with everything that torch needs set before it is imported: `python -m dcode.ml.worker`.

The process itself is dcode.generation.worker, which runs without torch; engines are imported there by name.
"""

from __future__ import annotations

import os
from typing import Final

from dcode.generation.worker import main

# Read by the libraries when they are imported; what the user has set stays.
ENVIRONMENT: Final = {
    "TOKENIZERS_PARALLELISM": "false",  # its threads warn, and may hang, once the process has forked
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # progress goes out as messages
    "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",  # pictures of changing size fragment a small GPU
}

if __name__ == "__main__":
    for key, value in ENVIRONMENT.items():
        os.environ.setdefault(key, value)
    main()
