"""The decoder of the original's models, top to bottom: a Stable Diffusion latent in, logits of G-code tokens out.

    latent (batch, 4, 64, 64) -> projector -> memory tokens (batch, M, d) -> transformer decoder -> logits (batch, T, V)

One class reads the four published layouts, which differ in three places only:

    layout   projector                                     memory  layers            head
    v3       four strided convolutions, one token a cell       16  norm before work  untied
    v2, v1   two linear layers over the flat latent            16  norm before work  tied to the embedding
    latent   three strided convolutions, one linear layer      64  norm after work   untied

Names of parameters are those of v3's file; checkpoint.py renames the others. All activations are GELU.

`forward` is the plain model. For training it takes packed texts: of a padded batch only the real tokens go through the
network's matrices, and attention alone sees the texts side by side. Decoding goes through `begin` and `step`: keys and
values of the memory are computed once, those of the text are kept, so that a token costs one row of the network and not
the whole text again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Layout = Literal["v3", "v2", "v1", "latent"]
_Look = Callable[[Tensor], Tensor]

MLP_MEMORY = 16  # memory tokens of v1 and v2
LATENT_MEMORY = 64  # and of latent-gcode
CHANNELS = (64, 128, 256)  # of the convolutions, before the last of v3
_TABLES = 0.05  # standard deviation of tables when training begins


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """The sizes of one decoder, as config.json gives them, and its layout, as the weights' names give it."""

    layout: Layout
    vocab_size: int
    hidden_size: int = 1024
    num_layers: int = 12
    num_heads: int = 16
    max_seq_len: int = 2048
    ffn_mult: int = 4
    latent_channels: int = 4
    latent_size: int = 64
    tied: bool = False

    @property
    def memory_tokens(self) -> int:
        """How many tokens stand for the picture."""
        if self.layout == "v3":
            return (self.latent_size // 16) ** 2
        return LATENT_MEMORY if self.layout == "latent" else MLP_MEMORY

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        return self.latent_channels, self.latent_size, self.latent_size


class CnnProjector(nn.Module):
    """v3: four convolutions of stride 2, each followed by a norm over channels and places; a cell is a token."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        before, side = config.latent_channels, config.latent_size
        for channels in (*CHANNELS, config.hidden_size):
            side //= 2
            parts += [nn.Conv2d(before, channels, 3, 2, 1), nn.LayerNorm([channels, side, side]), nn.GELU()]
            before = channels
        self.cnn = nn.Sequential(*parts)
        self.memory_pos = nn.Parameter(torch.zeros(1, config.memory_tokens, config.hidden_size))

    def forward(self, latent: Tensor) -> Tensor:
        cells: Tensor = self.cnn(latent)
        return cells.flatten(2).transpose(1, 2) + self.memory_pos


class MlpProjector(nn.Sequential):
    """v2 and v1: the flat latent through two linear layers and a norm over all memory tokens together."""

    def __init__(self, config: DecoderConfig) -> None:
        width, out = config.hidden_size * 4, config.hidden_size * MLP_MEMORY
        flat = config.latent_channels * config.latent_size**2
        super().__init__(nn.Linear(flat, width), nn.GELU(), nn.Linear(width, out), nn.LayerNorm(out))

    def forward(self, latent: Tensor) -> Tensor:
        memory: Tensor = super().forward(latent.flatten(1))  # type: ignore[no-untyped-call]  # torch has none here
        return memory.view(len(latent), MLP_MEMORY, -1)


class ConvProjector(nn.Module):
    """latent-gcode: three convolutions of stride 2, then one linear layer to all memory tokens together."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        before = config.latent_channels
        for channels in CHANNELS:
            parts += [nn.Conv2d(before, channels, 3, 2, 1), nn.GELU()]
            before = channels
        self.conv = nn.Sequential(*parts)
        self.proj = nn.Linear(before * (config.latent_size // 8) ** 2, LATENT_MEMORY * config.hidden_size)

    def forward(self, latent: Tensor) -> Tensor:
        memory: Tensor = self.proj(self.conv(latent).flatten(1))
        return memory.view(len(latent), LATENT_MEMORY, -1)


@dataclass(frozen=True, slots=True)
class Packing:
    """Where packed tokens stand in their padded batch: `there` (n,) are places in the flat (batch * T)."""

    there: Tensor
    batch: int
    length: int

    def spread(self, x: Tensor) -> Tensor:
        """(n, d) -> (batch, T, d) with zeros where no token is."""
        flat = x.new_zeros(self.batch * self.length, x.shape[-1]).index_copy(0, self.there, x)
        return flat.view(self.batch, self.length, -1)

    def gather(self, x: Tensor) -> Tensor:
        """(batch, T, d) -> (n, d)"""
        return x.flatten(0, 1).index_select(0, self.there)


class Attention(nn.Module):
    """Multi-head attention with the names and the packing of torch's: rows of q, then k, then v in one matrix."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(batch, T, d) -> (batch, heads, T, d / heads)"""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def all_three(self, x: Tensor, packing: Packing | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of one text, in one multiplication."""
        joined = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = (packing.spread(joined) if packing else joined).chunk(3, dim=-1)
        return self.split(q), self.split(k), self.split(v)

    def queries(self, x: Tensor, packing: Packing | None = None) -> Tensor:
        q = functional.linear(x, self.in_proj_weight[: self.width], self.in_proj_bias[: self.width])
        return self.split(packing.spread(q) if packing else q)

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        both = functional.linear(memory, self.in_proj_weight[self.width :], self.in_proj_bias[self.width :])
        k, v = both.chunk(2, dim=-1)
        return self.split(k), self.split(v)

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool = False, packing: Packing | None = None
    ) -> Tensor:
        """What the queries read; `mask` is True where a query may look."""
        read = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        side_by_side = read.transpose(1, 2).flatten(2)
        out: Tensor = self.out_proj(packing.gather(side_by_side) if packing else side_by_side)
        return out


@dataclass(slots=True)
class LayerCache:
    """What one layer keeps of the text so far and of the memory, (batch, heads, length, d / heads) each."""

    keys: Tensor
    values: Tensor
    memory_keys: Tensor
    memory_values: Tensor


class Layer(nn.Module):
    """Self-attention, attention to the memory, feed-forward; the norms before or after the work."""

    def __init__(self, config: DecoderConfig, dropout: float = 0.0) -> None:
        super().__init__()
        width = config.hidden_size
        self.drop = nn.Dropout(dropout)
        self.norm_first = config.layout != "latent"
        self.self_attn = Attention(width, config.num_heads)
        self.multihead_attn = Attention(width, config.num_heads)
        self.linear1 = nn.Linear(width, width * config.ffn_mult)
        self.linear2 = nn.Linear(width * config.ffn_mult, width)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor, memory: Tensor, packing: Packing | None = None) -> Tensor:
        """The whole text at once, each token looking back only; with a packing x is (n, d)."""
        keys, values = self.multihead_attn.keys_values(memory)

        def look_back(y: Tensor) -> Tensor:
            # Padding comes last, so that no real token looks at it: no mask, and the fast kernels.
            parts = self.self_attn.all_three(y, packing)
            return self.self_attn.attend(*parts, mask=None, causal=True, packing=packing)

        return self._work(x, look_back, keys, values, packing)

    def cached(self, x: Tensor, cache: LayerCache, at: Tensor, span: int, mask: Tensor | None) -> Tensor:
        """Only the tokens at the positions `at`; the first `span` positions of the cache are looked at."""

        def look_back(y: Tensor) -> Tensor:
            q, k, v = self.self_attn.all_three(y)
            cache.keys.index_copy_(2, at, k)
            cache.values.index_copy_(2, at, v)
            return self.self_attn.attend(q, cache.keys[:, :, :span], cache.values[:, :, :span], mask)

        return self._work(x, look_back, cache.memory_keys, cache.memory_values)

    def _work(
        self, x: Tensor, look_back: _Look, keys: Tensor, values: Tensor, packing: Packing | None = None
    ) -> Tensor:
        def look_up(y: Tensor) -> Tensor:
            q = self.multihead_attn.queries(y, packing)
            return self.multihead_attn.attend(q, keys, values, None, packing=packing)

        if self.norm_first:
            x = x + self.drop(look_back(self.norm1(x)))
            x = x + self.drop(look_up(self.norm2(x)))
            fed: Tensor = self.drop(self._feed(self.norm3(x)))
            return x + fed
        x = self.norm1(x + self.drop(look_back(x)))
        x = self.norm2(x + self.drop(look_up(x)))
        out: Tensor = self.norm3(x + self.drop(self._feed(x)))
        return out

    def _feed(self, y: Tensor) -> Tensor:
        out: Tensor = self.linear2(functional.gelu(self.linear1(y)))
        return out


class GcodeDecoder(nn.Module):
    """The model. `decoder(latent, input_ids)` is the original's call and gives the original's logits."""

    def __init__(self, config: DecoderConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        projectors = {"v3": CnnProjector, "latent": ConvProjector}
        self.latent_proj: nn.Module = projectors.get(config.layout, MlpProjector)(config)
        self.token_embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.pos_embed = nn.Embedding(config.max_seq_len, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config, dropout) for _ in range(config.num_layers))
        self.ln_f = nn.LayerNorm(config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        if config.tied:
            self.lm_head.weight = self.token_embed.weight

    def forward(self, latent: Tensor, input_ids: Tensor, there: Tensor | None = None) -> Tensor:
        """Logits (batch, T, V) after every token of `input_ids` (batch, T).

        With `there`, places (n,) in the flat batch, in their order, each text from its first token on without a gap:
        logits (n, V) after those tokens alone, and no work for the others.
        """
        memory = self.memory(latent)
        batch, length = input_ids.shape
        if there is None:
            x = self._embedded(input_ids, torch.arange(length, device=input_ids.device))
            packing = None
        else:
            x = self._embedded(input_ids.flatten().index_select(0, there), there % length)
            packing = Packing(there, batch, length)
        for layer in self.layers:
            x = layer(x, memory, packing)
        return self._logits(x)

    def randomise(self) -> None:
        """Random weights to begin training with, from torch's generator: each matrix by how many numbers it sums up.

        What ends a residual branch begins smaller where layers are many.
        """
        for name, parameter in self.named_parameters():
            if "norm" in name or name.startswith(("ln_f", "latent_proj.cnn")):
                continue  # torch's own beginning
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif name.endswith(("_embed.weight", "memory_pos")):
                nn.init.normal_(parameter, std=_TABLES)
            else:
                ends = name.endswith(("out_proj.weight", "linear2.weight"))
                std = parameter[0].numel() ** -0.5
                nn.init.normal_(parameter, std=std / (3 * self.config.num_layers) ** 0.5 if ends else std)

    def memory(self, latent: Tensor) -> Tensor:
        """The memory tokens (batch, M, d) of latents (batch, channels, size, size)."""
        memory: Tensor = self.latent_proj(latent.to(self.ln_f.weight.dtype))
        return memory

    def begin(self, latent: Tensor, batch: int, length: int) -> list[LayerCache]:
        """Empty caches for `batch` texts of at most `length` tokens; one latent may serve them all."""
        memory = self.memory(latent)
        caches = []
        for layer in self.layers:
            assert isinstance(layer, Layer)
            keys, values = layer.multihead_attn.keys_values(memory)
            shape = (batch, layer.self_attn.heads, length, self.config.hidden_size // layer.self_attn.heads)
            wide = (batch, *keys.shape[1:])
            # Zeros, not empty: a masked place must not hold a NaN.
            text = memory.new_zeros(shape), memory.new_zeros(shape)
            caches.append(LayerCache(*text, keys.expand(wide), values.expand(wide)))
        return caches

    def step(self, ids: Tensor, at: Tensor, caches: list[LayerCache], span: int, mask: Tensor | None = None) -> Tensor:
        """Logits (batch, V) after the last of `ids` (batch, T), which stand at the positions `at` (T,).

        `span` is how much of the cache is looked at: all positions up to the last of `at`, or more with a `mask`
        (T, span) that is True where a token may look.
        """
        x = self._embedded(ids, at)
        for layer, cache in zip(self.layers, caches, strict=True):
            assert isinstance(layer, Layer)
            x = layer.cached(x, cache, at, span, mask)
        return self._logits(x[:, -1])

    def _embedded(self, ids: Tensor, at: Tensor) -> Tensor:
        x: Tensor = self.token_embed(ids) + self.pos_embed(at)
        return x

    def _logits(self, x: Tensor) -> Tensor:
        logits: Tensor = self.lm_head(self.ln_f(x))
        return logits
