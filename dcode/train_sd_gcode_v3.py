"""Train the decoder of latents: `torchrun --nproc_per_node=4 -m dcode.train_sd_gcode_v3 captioned.json`.

One process does without torchrun: `python -m dcode.train_sd_gcode_v3 captioned.json`. `dcode train-sd-gcode-v3` starts
either. All is in dcode.ml.train.
"""

from __future__ import annotations

import sys

from dcode.ml.train.sd_gcode import main

if __name__ == "__main__":
    sys.exit(main())
