"""Tiny language models in the layout of the hub: Flan-T5's kind, BART's, GPT-2's and CodeGen's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from tests.ml import builders

KINDS = ("t5", "bart", "gpt2", "codegen")
END = "<|endoftext|>"


def save_text(folder: Path, kind: str, pickled: bool = False) -> Path:
    """Write a model's folder, with random weights."""
    torch.manual_seed(3)
    tokenizer = _sentences() if kind in ("t5", "bart") else _bytes()
    tokenizer.save_pretrained(folder)
    model = _MODELS[kind](len(tokenizer))
    model.save_pretrained(folder)
    if pickled:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder


def _sentences() -> Any:
    """Flan-T5's: blanks in the pieces, line ends are blanks."""
    words = Tokenizer.from_str(builders.t5_tokenizer())
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def _bytes() -> Any:
    """GPT-2's: byte pairs, line ends are bytes as any others."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    words.train_from_iterator((builders.gcode(seed) for seed in range(20)), trainer)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, eos_token=END, bos_token=END)


_MODELS: dict[str, Any] = {
    "t5": lambda vocab: transformers.T5ForConditionalGeneration(
        transformers.T5Config(
            vocab_size=vocab + 28, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0
        )
    ),
    "bart": lambda vocab: transformers.BartForConditionalGeneration(
        transformers.BartConfig(
            vocab_size=vocab,
            d_model=16,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_position_embeddings=512,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=0,
            decoder_start_token_id=1,
            forced_eos_token_id=None,
        )
    ),
    "gpt2": lambda vocab: transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=vocab, n_positions=640, n_embd=16, n_layer=1, n_head=2)
    ),
    "codegen": lambda vocab: transformers.CodeGenForCausalLM(
        transformers.CodeGenConfig(
            vocab_size=vocab, n_positions=640, n_ctx=640, n_embd=16, n_layer=1, n_head=4, rotary_dim=4
        )
    ),
}
