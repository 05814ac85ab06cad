"""Contact sheets: every drawing of a list of prompts, good and bad alike, in one picture.

A row is a prompt's drawings by seed from left to right; what the recogniser that scores did not recognise has a grey
ground. Several prompts stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dcode.ml.evaluate.prompts import PromptList
from dcode.ml.evaluate.raster import SIDE, raster
from dcode.ml.evaluate.report import Evaluation
from dcode.ml.evaluate.samples import Sample

_CELL: Final = 64  # pixels: the canonical picture at half its size
_LABEL, _GAP = 92, 6
_SHADES: Final = 8  # of grey, so that a sheet is small
_MISSED: Final = 226  # the ground of what was not recognised
_HEIGHT: Final = 16  # rows of prompts


def write_sheet(path: Path, evaluation: Evaluation, prompts: PromptList) -> None:
    """The sheet of one list, as PNG."""
    rows = list[list[tuple[Sample, bool]]]()
    for concept in prompts.concepts:
        both = zip(evaluation.samples, evaluation.hits, strict=True)
        rows.append([one for one in both if one[0].prompts == prompts.name and one[0].concept == concept])
    sheet = _sheet([concept.name for concept in prompts.concepts], rows)
    levels = sheet.quantize(_SHADES, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    levels.save(path, optimize=True)


def _sheet(names: Sequence[str], rows: Sequence[Sequence[tuple[Sample, bool]]]) -> Image.Image:
    across = max(map(len, rows), default=0)
    high = min(_HEIGHT, len(rows))
    blocks = math.ceil(len(rows) / high) if high else 0
    width = _LABEL + across * _CELL + _GAP
    sheet = Image.new("L", (max(1, blocks * width), max(1, high * (_CELL + _GAP))), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        left, top = (number // high) * width, (number % high) * (_CELL + _GAP)
        pen.text((left + 4, top + _CELL // 2 - 8), name, fill=0, font=font)
        for place, (sample, hit) in enumerate(row):
            sheet.paste(_cell(sample, hit), (left + _LABEL + place * _CELL, top))
    return sheet


def _cell(sample: Sample, hit: bool) -> Image.Image:
    """A drawing, its lines a little darker than halving them leaves them; nothing where there is none."""
    half = _CELL - 2
    ink = raster(sample.drawn.lines) if sample.drawn else np.zeros((SIDE, SIDE), dtype=np.float32)
    shade = np.minimum(ink * 1.5, 1.0)
    small = Image.fromarray(np.rint(shade * 255).astype(np.uint8)).resize((half, half), Image.Resampling.BOX)
    dark = np.minimum(np.asarray(small, dtype=np.float32) / 255 * 1.4, 1.0)
    ground = 255 if hit else _MISSED
    cell = Image.new("L", (_CELL, _CELL), 255)
    cell.paste(Image.fromarray(np.rint(ground * (1 - dark)).astype(np.uint8)), (1, 1))
    return cell
