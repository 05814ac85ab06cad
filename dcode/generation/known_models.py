"""Models that the engines are known to draw with: what they are called on the hub, how large and how free they are.

An engine takes any other model of the same format too, by its hub id or its folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Known:
    """`model` is a hub id; `megabytes` what is fetched of it in half precision, about; `needs` what it goes with."""

    engine: str
    model: str
    about: str
    megabytes: int
    licence: str
    needs: str = ""

    @property
    def is_here(self) -> bool:
        """Whether the hub's cache of this computer has something of it, and of what it needs."""
        wanted = [self.model, self.needs] if self.needs else [self.model]
        return all(any((_cache() / f"models--{name.replace('/', '--')}").glob("snapshots/*/*")) for name in wanted)


BASE: Final = Known(
    "trace",
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "25 steps; the base of the original's models, under its new name",
    2100,
    "CreativeML OpenRAIL-M",
)
TRACE: Final = Known(
    "trace", "stabilityai/sd-turbo", "1 to 4 steps; the engine's own choice", 2600, "Stability AI Community"
)
SD_GCODE: Final = Known(
    "sd-gcode", "twarner/dcode-sd-gcode-v3", "the original's last and largest", 2900, "as its page says", BASE.model
)
CAPTIONER: Final = "Salesforce/blip-image-captioning-large"  # what the original captioned its pictures with
TEXT: Final = Known("text", "twarner/dcode-flan-t5-base", "the original's text model", 1000, "as its page says")
KNOWN: Final = (
    TRACE,
    BASE,
    Known("trace", "SimianLuo/LCM_Dreamshaper_v7", "2 to 8 steps", 4300, "MIT"),
    SD_GCODE,
    Known("sd-gcode", "twarner/dcode-sd-gcode", "the original's, before that", 2700, "as its page says", BASE.model),
    Known(
        "sd-gcode", "twarner/dcode-latent-gcode", "an early one of the original's", 2400, "as its page says", BASE.model
    ),
    TEXT,
)


def _cache() -> Path:
    """Where the hub's library keeps what it has fetched; by the variables that it reads itself."""
    if told := os.environ.get("HF_HUB_CACHE"):
        return Path(told)
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return Path(home) / "hub"
