"""A picture made of pixels, and where it lies on the paper."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.fit import fit_bounds
from dcode.geometry.lines import Lines, Points

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 100_000_000  # of a file: 10,000 by 10,000, 400 MB while it is read
_KEPT_PIXELS: Final = 4_194_304  # 2048 by 2048: finer than a pen's width on A0
_LUMA: Final = (299, 587, 114)  # thousandths: ITU-R BT.601, of the sRGB values as they are
_AT_ONCE: Final = 32_768  # points: what is worked on stays in the processor's cache, which makes it five times as fast
_MOST_SAMPLES: Final = 40_000_000  # 160 MB, and a few times that to work on them
_BEYOND: Final = 2  # pixels by which the edge of a picture is continued for those who cut at the frame afterwards
# What Pillow lets through where a file is damaged in one of the many ways that there are.
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    MemoryError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
)

Tones = npt.NDArray[np.float32]  # shape (height, width), row 0 at the top
Colours = npt.NDArray[np.uint8]  # shape (height, width, 3), sRGB


@dataclass(frozen=True, eq=False)
class Picture:
    """`darkness` from 0, paper, to 1, ink, shape (height, width), row 0 at the top; `frame` is its edge on the paper.

    The pixels are square: `frame` has the aspect of `darkness`. `colours` has shape (height, width, 3), or is None for
    a picture that was made from tones alone.
    """

    darkness: Tones
    frame: Bounds
    colours: Colours | None = None

    @property
    def pixel_mm(self) -> float:
        """The side of a pixel on the paper."""
        return float(self.frame.width / self.darkness.shape[1])

    def to_paper(self, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Points:
        """Points in mm of places in the picture; the centre of the pixel in row 3, column 5 is at (3.5, 5.5)."""
        x = self.frame.left + np.asarray(columns, dtype=np.float64) * self.pixel_mm
        y = self.frame.top - np.asarray(rows, dtype=np.float64) * self.pixel_mm
        return np.stack(np.broadcast_arrays(x, y), axis=-1)

    def lines_on_paper(self, lines: Lines) -> Lines:
        """Lines in mm of lines in pixels from the upper left corner, as (column, row)."""
        return Lines(self.to_paper(lines.points[:, 1], lines.points[:, 0]), lines.starts)

    def tone_at(self, points: Points) -> npt.NDArray[np.float64]:
        """Darkness at points in mm, shape (n, 2) to (n,), between pixel centres in proportion; 0 outside the frame."""
        tones = np.empty(len(points))
        for first in range(0, len(points), _AT_ONCE):
            tones[first : first + _AT_ONCE] = self._tones(points[first : first + _AT_ONCE])
        return tones

    def _tones(self, points: Points) -> npt.NDArray[np.float64]:
        height, width = self.darkness.shape
        row, column = (self.frame.top - points[:, 1]) / self.pixel_mm, (points[:, 0] - self.frame.left) / self.pixel_mm
        inside = (column >= 0) & (column <= width) & (row >= 0) & (row <= height)
        row = np.where(inside, np.clip(row - 0.5, 0, height - 1), 0.0)
        column = np.where(inside, np.clip(column - 0.5, 0, width - 1), 0.0)
        above = np.minimum(row.astype(np.int64), max(height - 2, 0))
        left = np.minimum(column.astype(np.int64), max(width - 2, 0))
        down, across = row - above, column - left
        tones, first = self.darkness.ravel(), above * width + left
        right, below = min(1, width - 1), width * min(1, height - 1)
        upper, lower = tones[first], tones[first + below]
        upper = upper + (tones[first + right] - upper) * across
        lower = lower + (tones[first + below + right] - lower) * across
        return np.where(inside, upper + (lower - upper) * down, 0.0)

    def grid(
        self, first: tuple[float, float], along: tuple[float, float], across: tuple[float, float], size: tuple[int, int]
    ) -> Tones:
        """Darkness on a slanted grid, shape `size` (rows, columns): row i, column j at first + i across + j along, mm.

        In proportion between pixel centres. Up to two pixels outside the frame it is that of the edge, then 0: what is
        found along a line can be cut at the frame exactly. Ten times as fast as `tone_at`. Raises DrawingError for more
        samples than fit in memory.
        """
        from PIL import Image

        rows, columns = size
        check_samples(rows * columns)
        wide = Image.fromarray(np.pad(self.darkness, _BEYOND, mode="edge"))
        (x, y), side = first, self.pixel_mm
        terms = []
        for start, by_column, by_row in (
            ((x - self.frame.left) / side + _BEYOND, along[0] / side, across[0] / side),
            ((self.frame.top - y) / side + _BEYOND, -along[1] / side, -across[1] / side),
        ):
            terms += [by_column, by_row, start - (by_column + by_row) / 2]  # Pillow asks for the centres of pixels
        found = wide.transform(
            (columns, rows), Image.Transform.AFFINE, tuple(terms), Image.Resampling.BILINEAR, fillcolor=0
        )
        return np.asarray(found, dtype=np.float32)

    @cached_property
    def covered(self) -> float:
        """The mean darkness."""
        return float(self.darkness.mean())


def check_samples(count: float) -> None:
    """Raises DrawingError for more samples of a picture than fit in memory."""
    if count > _MOST_SAMPLES:
        raise DrawingError("the picture would be looked at in too many places: choose wider steps", limit=_MOST_SAMPLES)


def darkness_of(grey: float) -> float:
    """The darkness of a grey value from 0, black, to 255, white: what a pixel of this grey has, to the last bit."""
    return float(np.float32((255.0 - grey) / 255.0))


def read_picture(data: bytes, sheet: Bounds, margin: float = 0.0) -> Picture:
    """A PNG, JPEG, GIF, WebP, BMP or TIFF file as the largest picture that fits on the sheet, centred.

    What is transparent is paper. A camera's way of turning it is obeyed. Pictures of more than four million pixels are
    made smaller: on paper a pen is wider. Raises DrawingError when it cannot be read or is too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes: below there is a limit of our own
            file = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"))
            if file.width * file.height > MOST_PIXELS:
                raise _too_large(f"has {file.width} by {file.height} pixels")
            ImageOps.exif_transpose(file, in_place=True)
            image = _on_paper(file)
    except UnidentifiedImageError as error:
        raise DrawingError("this is not a picture that can be read (PNG, JPEG, GIF, WebP, BMP, TIFF)") from error
    except Image.DecompressionBombError as error:  # Pillow's own limit is higher, but it looks first
        raise _too_large("is far too large") from error
    except _DAMAGE as error:
        raise DrawingError(f"the picture is damaged: {error}") from error
    return picture_of(np.asarray(image, dtype=np.uint8), sheet, margin)


def picture_of(colours: Colours, sheet: Bounds, margin: float = 0.0) -> Picture:
    """A picture of sRGB values, shape (height, width, 3), as large as it goes on the sheet, and centred."""
    height, width = colours.shape[:2]
    place = fit_bounds(Bounds(0.0, width, height, 0.0), sheet, margin)
    (left, bottom), (right, top) = place.apply(0.0, 0.0), place.apply(width, height)
    # In whole numbers: a sum of fractions may come out on either side of a threshold, and not everywhere on the same.
    values = np.arange(256, dtype=np.int32)
    red, green, blue = (np.take(values * share, colours[..., channel]) for channel, share in enumerate(_LUMA))
    darkness = ((255_000 - red - green - blue) / 255_000).astype(np.float32)
    return Picture(darkness, Bounds(left, right, top, bottom), colours)


def _too_large(how: str) -> DrawingError:
    return DrawingError(f"the picture {how}; make it smaller than 10,000 by 10,000", limit=MOST_PIXELS)


def _on_paper(image: Image) -> Image:
    """In sRGB, on white where it is transparent, and no larger than is kept."""
    from PIL import Image as images

    if image.mode.startswith("I"):  # 16 bits of grey
        if isinstance(clear := image.info.get("transparency"), int):
            image.info["transparency"] = int(clear / 257 + 0.5)
        image = image.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    elif image.mode == "F" and _most(image) <= 1.0:
        image = image.point(lambda value: value * 255.0 + 0.5)
    see_through = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    image = _smaller(_in_mode(image, "RGBA" if see_through else "RGB"))
    if see_through:
        image = images.alpha_composite(images.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _in_mode(image: Image, mode: str) -> Image:
    """A picture in a mode; greys are made smaller first, which comes to the same, and takes a third of the memory."""
    if image.mode == mode:
        return image
    return (_smaller(image) if image.mode == "L" and mode == "RGB" else image).convert(mode)


def _most(image: Image) -> float:
    """The greatest value of a picture of numbers."""
    _, most = image.getextrema()
    return most if isinstance(most, float) else max(most)


def _smaller(image: Image) -> Image:
    pixels = image.width * image.height
    if pixels <= _KEPT_PIXELS:
        return image
    from PIL import Image as images

    shrunk = (_KEPT_PIXELS / pixels) ** 0.5
    size = (max(1, int(image.width * shrunk)), max(1, int(image.height * shrunk)))
    return image.resize(size, images.Resampling.BOX)
