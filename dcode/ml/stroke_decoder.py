"""Our stroke decoder in torch, top to bottom, for training; dcode.generation.sketch.decoder is the same in numpy.

    words or latent -> 16 memory tokens  \\
    style, detail   ->  2 memory tokens   >  memory -> transformer decoder, a pen event a step -> p(kind)
    neighbours      -> a token an event  /                          p(across | kind)  p(up | kind, across)

It is of the family of decoder.py: memory tokens, pre-norm layers with attention to them, learned places. A step reads
the event before it (kind, cell, the way it went) and writes the next (events.py). Neighbours are drawings of the
library near in meaning. A token of theirs is an event with the cell that the pen is on before it, by the tables that
the decoder's own events are told by: a pen that is near that cell finds there how another drawing went on. Without the
text (a learned null memory) and without neighbours it is the unconditional model that classifier-free guidance needs.

GELU by its tanh form, which numpy has too. B drawings, T events, M memory tokens, d the width throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from dcode.generation.sketch.events import GRID, KINDS, STEPS, Kind
from dcode.generation.sketch.stroke_config import DETAILS, StrokeConfig
from dcode.ml.decoder import Attention, CnnProjector, DecoderConfig

IGNORED: Final = -1  # a target that does not count
_TABLES: Final = 0.05  # standard deviation of tables at the beginning
_WAVES: Final = 0.25  # the same of tables of numbers
_ALIKE: Final = 1.25  # times as large as others are queries and keys that begin alike
_MOST_WAVES: Final = 24.0  # times the longest wave
# Tables and heads whose rows are numbers in their order.
_NUMBERS: Final = tuple(
    f"{name}.weight"
    for name in ("x_embed", "y_embed", "across_embed", "up_embed", "up_across", "across_head", "up_head")
)


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What a batch is drawn after. `picture` (B, text_size), or latents (B, 4, 64, 64).

    `without` (B,) is true where neither words nor neighbours are given; `style`, `detail` (B,) are numbers, 0 for
    unknown; `neighbours` (B, K, P, 5) are programs as events.told tells them, padded with their END, and `present`
    (B, K) is true for those that are looked at.
    """

    picture: Tensor
    without: Tensor
    style: Tensor
    detail: Tensor
    neighbours: Tensor
    present: Tensor


class Feed(nn.Module):
    """The feed-forward part of a layer."""

    def __init__(self, width: int, mult: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(width, width * mult), nn.Linear(width * mult, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear2(_gelu(self.linear1(x)))
        return out


class Layer(nn.Module):
    """Self-attention to what is drawn, attention to the memory, feed-forward, norms first."""

    def __init__(self, config: StrokeConfig, dropout: float) -> None:
        super().__init__()
        width = config.width
        self.self_attn, self.multihead_attn = Attention(width, config.heads), Attention(width, config.heads)
        self.feed = Feed(width, config.ffn_mult)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        back = self.self_attn.attend(*self.self_attn.all_three(self.norm1(x)), mask=None, causal=True)
        x = x + self.drop(back)
        keys, values = self.multihead_attn.keys_values(memory)
        x = x + self.drop(self.multihead_attn.attend(self.multihead_attn.queries(self.norm2(x)), keys, values, mask))
        fed: Tensor = self.drop(self.feed(self.norm3(x)))
        return x + fed


class TextProjector(nn.Linear):
    """A vector of the word table -> memory tokens."""

    def __init__(self, config: StrokeConfig) -> None:
        super().__init__(config.text_size, config.memory_tokens * config.width)
        self.tokens = config.memory_tokens

    def forward(self, vector: Tensor) -> Tensor:
        return super().forward(vector).view(len(vector), self.tokens, -1)


class StrokeDecoder(nn.Module):
    """The model. `forward` gives what training needs; `logits` what a comparison needs."""

    def __init__(self, config: StrokeConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config, width = config, config.width
        self.project: nn.Module = TextProjector(config) if config.memory == "text" else _latent_projector(config)
        self.null_text = nn.Parameter(torch.empty(config.memory_tokens, width))
        self.memory_pos = nn.Parameter(torch.empty(config.memory_tokens, width))
        self.style_embed = nn.Embedding(len(config.styles) + 1, width)
        self.detail_embed = nn.Embedding(len(DETAILS) + 2, width)
        self.neighbour_embed = nn.Parameter(torch.empty(config.neighbours, width))
        self.memory_norm = nn.LayerNorm(width)

        self.kind_embed, self.pos_embed = nn.Embedding(len(Kind), width), nn.Embedding(config.events, width)
        self.x_embed, self.y_embed = nn.Embedding(GRID, width), nn.Embedding(GRID, width)
        self.across_embed, self.up_embed = nn.Embedding(STEPS, width), nn.Embedding(STEPS, width)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(config, dropout) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(width)

        self.kind_head = nn.Linear(width, KINDS)
        self.across_in, self.across_head = nn.Linear(width, width), nn.Linear(width, STEPS)
        self.across_kind = nn.Embedding(KINDS, width)
        self.up_in, self.up_head = nn.Linear(width, width), nn.Linear(width, STEPS)
        self.up_kind, self.up_across = nn.Embedding(KINDS, width), nn.Embedding(STEPS, width)
        self._begin()

    def forward(self, conditions: Conditions, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """How unlikely the targets (B, T, 3) are, in nats, summed over the batch, and how many points they have.

        A target that is IGNORED does not count; an END counts by its kind alone and is no point.
        """
        kinds, across, up = targets.unbind(-1)
        point = (kinds == Kind.DRAW) | (kinds == Kind.MOVE)
        logits = self.logits(conditions, inputs, targets.clamp(min=0))
        wanted = kinds, across.where(point, IGNORED), up.where(point, IGNORED)
        losses = [
            functional.cross_entropy(one.flatten(0, 1).float(), want.flatten(), ignore_index=IGNORED, reduction="sum")
            for one, want in zip(logits, wanted, strict=True)
        ]
        return torch.stack(losses).sum(), point.sum()

    def logits(self, conditions: Conditions, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of kind (B, T, 3), of the way across given the kind and of the way up given both (B, T, STEPS)."""
        memory, mask = self.memory(conditions)
        x = self.embedded(inputs) + self.pos_embed.weight[: inputs.shape[1]]
        x = self.drop(x)
        for layer in self.layers:
            x = layer(x, memory, mask)
        x = self.ln_f(x)
        kinds, across, _ = targets.unbind(-1)
        for_across = _gelu(self.across_in(x) + self.across_kind(kinds.clamp(max=KINDS - 1)))
        for_up = _gelu(self.up_in(x) + self.up_kind(kinds.clamp(max=KINDS - 1)) + self.up_across(across))
        return self.kind_head(x), self.across_head(for_across), self.up_head(for_up)

    def memory(self, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """The memory tokens (B, M, d) and which of them may be looked at (B, 1, 1, M)."""
        without = conditions.without[:, None, None]
        picture = torch.where(without, self.null_text, self.project(conditions.picture)) + self.memory_pos
        tags = torch.stack([self.style_embed(conditions.style), self.detail_embed(conditions.detail)], dim=1)
        neighbours, seen = self.tokens(conditions.neighbours)
        seen = seen & (conditions.present & ~conditions.without[:, None])[:, :, None]
        memory = torch.cat([picture, tags, neighbours.flatten(1, 2)], dim=1)
        always = seen.new_ones(len(memory), picture.shape[1] + tags.shape[1])
        return self.memory_norm(memory), torch.cat([always, seen.flatten(1)], dim=1)[:, None, None]

    def tokens(self, neighbours: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (B, K, P, d) of drawings (B, K, P, 5), and which of them are of the drawing at all."""
        ends = neighbours[..., 0] == Kind.END
        there = ends.cumsum(-1) - ends.long() == 0
        places = self.pos_embed.weight[: neighbours.shape[2]]
        return self.embedded(neighbours) + places + self.neighbour_embed[:, None], there

    def embedded(self, events: Tensor) -> Tensor:
        """The sum of the embeddings of kind, cell and way: (..., 5) -> (..., d)."""
        kind, x, y, across, up = events.unbind(-1)
        found: Tensor = self.kind_embed(kind) + self.x_embed(x) + self.y_embed(y)
        ways: Tensor = self.across_embed(across) + self.up_embed(up)
        return found + ways

    def _begin(self) -> None:
        """Random weights by how many numbers each sums up; what ends a residual branch smaller where layers are many.

        Tables of cells and ways, and the heads that choose ways, begin as waves: neighbouring numbers mean about the
        same from the first step on. Without that the first 200,000 points go into learning it. Queries to the memory
        begin as its keys do, so that each looks for what is like itself: the place of a neighbour where its pen is as
        the decoder's own is. Without that neighbours are never looked at.
        """
        for name, parameter in self.named_parameters():
            if name.startswith(("project.cnn.", "ln_f")) or "norm" in name:
                continue  # torch's own beginning
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif name.endswith(_NUMBERS):
                spread = parameter.shape[1] ** -0.5 if "head" in name else _WAVES
                parameter.data.copy_(waves(*parameter.shape) * spread)
            elif name.endswith(("_embed", "_embed.weight", "_pos", "_kind.weight", "null_text")):
                nn.init.normal_(parameter, std=_TABLES)
            else:
                ends = name.endswith(("out_proj.weight", "linear2.weight"))
                std = parameter[0].numel() ** -0.5
                nn.init.normal_(parameter, std=std / (2 * self.config.layers) ** 0.5 if ends else std)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith("multihead_attn.in_proj_weight"):  # queries, keys, values
                    parameter[: 2 * self.config.width] *= _ALIKE
                    parameter[self.config.width : 2 * self.config.width] = parameter[: self.config.width]


def waves(rows: int, width: int) -> Tensor:
    """A table (rows, width) of variance 1: each column a sine of half a period to twelve over the rows."""
    periods = 0.5 * _MOST_WAVES ** torch.rand(width)
    at = torch.linspace(0, 1, rows)[:, None] * periods + torch.rand(width)
    return (2 * torch.pi * at).sin() * 2**0.5


def _latent_projector(config: StrokeConfig) -> CnnProjector:
    """The projector of the original's newest decoder, for latents 4 x 64 x 64: 16 tokens."""
    if config.memory_tokens != (tokens := DecoderConfig("v3", 1, config.width).memory_tokens):
        raise ValueError(f"a latent gives {tokens} memory tokens")
    return CnnProjector(DecoderConfig("v3", 1, config.width))


def _gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")
