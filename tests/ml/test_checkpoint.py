"""Models by their folder: every published layout, and what is said of a folder that is not right."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

import torch

from dcode.errors import GenerationError
from dcode.ml.checkpoint import load_decoder
from tests.ml import builders


class Marker:
    """Unpickling one of these would make a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def change(file: Path, how: Callable[[dict[str, Any]], None]) -> None:
    weights = torch.load(file, weights_only=True)
    how(weights)
    torch.save(weights, file)


@pytest.mark.parametrize("layout", builders.LAYOUTS)
def test_the_layout_is_told_by_the_names_of_the_weights(layout: str, tmp_path: Path) -> None:
    builders.save(tmp_path, layout)
    loaded = load_decoder(str(tmp_path))
    assert loaded.config.layout == layout
    assert loaded.decoder.config is loaded.config
    assert loaded.folder == tmp_path
    assert len(loaded.tokenizer) <= loaded.config.vocab_size
    assert not loaded.decoder.training


def test_the_deleted_base_model_is_named_by_its_new_name(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    assert load_decoder(tmp_path).sd_model_id == "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.mark.parametrize("layout", ["v2", "v1"])
def test_the_head_shares_the_embeddings_matrix(layout: str, tmp_path: Path) -> None:
    builders.save(tmp_path, layout)
    stored = torch.load(tmp_path / "pytorch_model.bin", weights_only=True)
    assert ("gcode_decoder.lm_head.weight" in stored) is (layout == "v1")
    decoder = load_decoder(tmp_path).decoder
    assert decoder.lm_head.weight is decoder.token_embed.weight


@pytest.mark.parametrize("layout", ["v3", "v2"])
def test_safetensors_give_the_same_model(layout: str, tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    theirs = builders.save(tmp_path, layout, safe=True)
    ids = torch.arange(20)[None]
    assert (load_decoder(tmp_path).decoder(builders.latent(), ids) - theirs(builders.latent(), ids)).abs().max() < 1e-4


def test_a_checkpoint_within_training_has_no_prefix(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    stored = torch.load(tmp_path / "pytorch_model.bin", weights_only=True)
    prefix = "gcode_decoder."
    torch.save({n.removeprefix(prefix): t for n, t in stored.items() if n.startswith(prefix)}, tmp_path / "decoder.pt")
    (tmp_path / "pytorch_model.bin").unlink()
    assert load_decoder(tmp_path).config.layout == "v3"


def test_weights_are_copied_in_the_type_asked_for(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    whole, half = load_decoder(tmp_path), load_decoder(tmp_path, dtype=torch.bfloat16)
    assert half.bytes * 2 == whole.bytes
    logits = half.decoder(builders.latent(), torch.arange(20)[None])
    assert logits.dtype == torch.bfloat16
    (tmp_path / "pytorch_model.bin").unlink()  # they do not depend on the mapped file
    assert whole.decoder(builders.latent(), torch.arange(20)[None]).isfinite().all()


def refused(folder: Path, *expected: str) -> None:
    with pytest.raises(GenerationError) as caught:
        load_decoder(folder)
    for part in expected:
        assert re.search(part, caught.value.message), caught.value.message
    assert caught.value.fields["file"] and caught.value.fields["expected"]
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_truncated_weights_are_named(share: float, tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    file = tmp_path / "pytorch_model.bin"
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    refused(
        tmp_path,
        r"pytorch_model\.bin",
        "expected a whole file|tensors alone",
    )


def test_truncated_safetensors_are_named(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    builders.save(tmp_path, "v3", safe=True)
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    refused(tmp_path, r"model\.safetensors", "expected a whole safetensors file")


def test_weights_of_another_size_are_named_with_both_shapes(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    settings = json.loads((tmp_path / "config.json").read_text())
    settings["gcode_decoder"]["ffn_mult"] = 2
    (tmp_path / "config.json").write_text(json.dumps(settings))
    refused(tmp_path, r"layers\.0\.linear1\.weight is 128x32; expected 64x32")


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    change(tmp_path / "pytorch_model.bin", lambda weights: weights.pop("gcode_decoder.layers.1.norm2.bias"))
    refused(tmp_path, r"layers\.1\.norm2\.bias is missing; expected 32")


def test_more_layers_than_the_config_says_are_named(tmp_path: Path) -> None:
    builders.save(tmp_path, "v2")
    settings = json.loads((tmp_path / "config.json").read_text())
    settings["gcode_decoder"]["num_layers"] = 1
    (tmp_path / "config.json").write_text(json.dumps(settings))
    refused(tmp_path, r"layers\.1\.\S+ has no place", "expected 1 layers")


def test_weights_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    change(tmp_path / "pytorch_model.bin", lambda weights: weights["gcode_decoder.ln_f.bias"].fill_(float("nan")))
    refused(tmp_path, r"ln_f\.bias holds values that are no numbers")


def test_another_kind_of_model_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    torch.save({"bert.embeddings.weight": torch.zeros(2)}, tmp_path / "pytorch_model.bin")
    refused(tmp_path, "no decoder in a known layout", r"bert\.embeddings")


@pytest.mark.parametrize(
    ("key", "value"),
    [("vocab_size", None), ("hidden_size", -1), ("num_heads", 5), ("num_layers", 10**9), ("ffn_mult", 4.5)],
)
def test_a_size_that_makes_no_sense_is_named(key: str, value: object, tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    settings = json.loads((tmp_path / "config.json").read_text())
    settings["gcode_decoder"][key] = value
    (tmp_path / "config.json").write_text(json.dumps(settings))
    refused(tmp_path, r"config\.json", key)


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"gcode_decoder": 3}'])
def test_a_config_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    (tmp_path / "config.json").write_text(text)
    refused(tmp_path, r"config\.json")


@pytest.mark.parametrize("name", ["config.json", "pytorch_model.bin", "gcode_tokenizer/tokenizer.json"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    (tmp_path / name).unlink()
    refused(tmp_path, re.escape(name))


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    builders.save(tmp_path, "v2")
    (tmp_path / "gcode_tokenizer" / "tokenizer.json").write_text(builders.own_tokenizer())
    refused(tmp_path, "tokenizer has 700 tokens")


def test_code_in_a_weights_file_is_not_run(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    torch.save({"gcode_decoder.ln_f.bias": Marker(tmp_path / "made")}, tmp_path / "pytorch_model.bin")
    refused(tmp_path, r"pytorch_model\.bin: holds more than weights")
    assert not (tmp_path / "made").exists()


def test_loading_writes_nothing_into_the_folder(tmp_path: Path) -> None:
    builders.save(tmp_path, "v3")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    load_decoder(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_hub_id_is_fetched_without_code_and_without_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")
    builders.save(tmp_path, "v3")
    asked: dict[str, Any] = {}

    def fetched(repo: str, **options: Any) -> str:
        asked.update(options, repo=repo)
        return str(tmp_path)

    monkeypatch.setattr(hub, "snapshot_download", fetched)
    assert load_decoder("someone/a-decoder", revision="v1.0").config.layout == "v3"
    assert (asked["repo"], asked["revision"]) == ("someone/a-decoder", "v1.0")
    assert not any(pattern.endswith(".py") or "*" in pattern for pattern in asked["allow_patterns"])


def test_a_hub_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")

    def fetched(repo: str, **options: Any) -> str:
        raise hub.errors.LocalEntryNotFoundError("no connection\nand much more")

    monkeypatch.setattr(hub, "snapshot_download", fetched)
    with pytest.raises(GenerationError, match=r"a-decoder .* not be fetched from the hub \(no connection\)"):
        load_decoder("someone/a-decoder")


@pytest.mark.parametrize("source", ["/no/such/folder", "../up", "a b/c", "plain"])
def test_what_is_neither_a_folder_nor_an_id_is_refused(source: str) -> None:
    with pytest.raises(GenerationError, match="no such folder"):
        load_decoder(source)
