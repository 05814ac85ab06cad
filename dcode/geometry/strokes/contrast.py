"""Tones further from middle grey, or nearer to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dcode.geometry.strokes.picture import Picture


def contrasted(picture: Picture, contrast: float) -> Picture:
    """Tones so many times as far from middle grey, no further than paper and ink; 1 leaves the picture as it is."""
    if contrast == 1:
        return picture
    tones = np.clip((picture.darkness - np.float32(0.5)) * np.float32(contrast) + np.float32(0.5), 0.0, 1.0)
    return replace(picture, darkness=tones)
