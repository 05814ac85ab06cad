"""What a diffusion model is told beside the person's own words, so that it makes lines and not photographs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dcode.errors import GenerationError

_ARTICLE: Final = re.compile(r"(?:an?|the)\s+", re.IGNORECASE)
_ITSELF: Final = re.compile(r"(?:an?\s+)?(?:\w+\s+)?(?:sketch|line drawing|line art|lineart|drawing)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Template:
    """`text` with {x} for the person's words; `bare`: without their article. `negative` is what not to draw."""

    text: str
    negative: str = ""
    bare: bool = False

    def filled(self, prompt: str) -> str:
        """The prompt for the model. Words that say themselves that they want a drawing stay as they are."""
        words = " ".join(prompt.split())
        if _ITSELF.match(words):
            return words
        return self.text.replace(
            "{x}", _ARTICLE.sub("", words, count=1) if self.bare and _ARTICLE.match(words) else words
        )


PLAIN: Final = Template("{x}")
# The captions of the original's training data: the classes of ImageNet-Sketch in this sentence.
SKETCH: Final = Template("a sketch of a {x}", bare=True)
_NO_TONES: Final = "shading, shadow, grey, gradient, colour, photo, texture, hatching, fill, frame, text, watermark"
LINE_ART: Final = Template(
    "{x}, simple black and white line art, clean thin even black outlines on a plain white background, no shading",
    _NO_TONES,
)
ONE_LINE: Final = Template(
    "{x}, minimalist drawing by one continuous thin black line on a plain white background", _NO_TONES
)
DETAILED: Final = Template(
    "{x}, detailed black ink pen drawing, fine lines on white paper, no shading", "grey, gradient, colour, photo, text"
)


def template(style: str | None, known: Mapping[str, Template], engine: str) -> Template:
    """The template of a style, the first one for None. Raises GenerationError for a style that the engine has not."""
    if style is None:
        return next(iter(known.values()))
    if style not in known:
        raise GenerationError(f"{engine} has no style {style!r}; it has {', '.join(known)}.")
    return known[style]
