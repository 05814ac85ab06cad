"""Captioners as they lie on the hub: tiny BLIPs with random weights, in their real format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
import transformers
from PIL import Image

from dcode.errors import GenerationError
from dcode.ml.data.captions.captioner import Captioner
from dcode.ml.device import Running
from tests.cli.conftest import Ended, dcode, surroundings  # noqa: F401  (fixtures)

RUNNING = Running(torch.device("cpu"), torch.float32)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]", "a", "drawing", "of", "horse", "cat", "##s"]


SIZE: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture(scope="module")
def blip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what transformers saves of a BLIP."""
    folder = tmp_path_factory.mktemp("blip")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    prepare = transformers.BlipImageProcessor(size={"height": 32, "width": 32})
    transformers.BlipProcessor(prepare, tokenizer).save_pretrained(folder)
    text = {"vocab_size": len(WORDS), "bos_token_id": 5, "sep_token_id": 3, "pad_token_id": 0, "eos_token_id": 3}
    config = transformers.BlipConfig(
        text_config={**SIZE, **text, "encoder_hidden_size": 16, "max_position_embeddings": 64},
        vision_config={**SIZE, "image_size": 32, "patch_size": 16},
        projection_dim=16,
    )
    torch.manual_seed(5)
    model = transformers.BlipForConditionalGeneration(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    return folder


def pictures() -> list[Image.Image]:
    shades = [(250, 250, 250), (0, 0, 0), (200, 30, 30)]
    return [Image.new("RGB", (40, 20 + 9 * place), shade) for place, shade in enumerate(shades)]


def test_captions_pictures_of_any_size_in_one_batch_as_one_by_one(blip: Path) -> None:
    captioner = Captioner(str(blip), RUNNING)
    captions = captioner.captions(pictures())
    assert len(captions) == 3
    assert captions == [captioner.captions([picture])[0] for picture in pictures()]
    assert len(set(captions)) > 1


def test_takes_captioners_of_other_kinds(blip: Path, tmp_path: Path) -> None:
    """GIT, which writes on from its picture and has no decoder apart."""
    prepare = transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    transformers.GitProcessor(prepare, transformers.BertTokenizer(str(blip / "vocab.txt"))).save_pretrained(tmp_path)
    marks = {"vocab_size": len(WORDS), "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    seen = {**SIZE, "image_size": 32, "patch_size": 16}
    torch.manual_seed(1)
    transformers.GitForCausalLM(transformers.GitConfig(vision_config=seen, **SIZE, **marks)).save_pretrained(tmp_path)
    assert len(Captioner(str(tmp_path), RUNNING).captions(pictures())) == 3


def test_a_folder_that_lacks_something_is_told(blip: Path, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="no such folder"):
        Captioner(str(tmp_path / "none"), RUNNING)
    with pytest.raises(GenerationError, match="the weights is missing"):
        Captioner(str(tmp_path), RUNNING)
    (tmp_path / "model.safetensors").write_bytes(b"torn")
    for name in ("config.json", "processor_config.json"):
        (tmp_path / name).write_bytes((blip / name).read_bytes())
    with pytest.raises(GenerationError, match="cannot be read"):
        Captioner(str(tmp_path), RUNNING)


def test_the_command_captions_a_manifest_in_a_process_of_its_own(blip: Path, tmp_path: Path, dcode: Any) -> None:  # noqa: F811
    pairs = []
    for number, picture in enumerate(pictures()):
        picture.save(tmp_path / f"{number}.png")
        pairs.append({"image": f"{number}.png", "gcode": f"{number}.gcode", "algorithm": "trace", "source": "a/b.png"})
    (tmp_path / "manifest.json").write_text(json.dumps({"pairs": pairs}))
    ended: Ended = dcode(
        *("caption", "-m", tmp_path / "manifest.json", "-o", tmp_path / "captioned.json"),
        *("--model", blip, "-b", "2", "--json"),
    )
    assert ended.code == 0, ended.err
    assert (ended.json["pairs"], ended.json["left_out"]) == (3, 0)
    captions = [pair["caption"] for pair in json.loads((tmp_path / "captioned.json").read_text())["pairs"]]
    assert captions == Captioner(str(blip), RUNNING).captions(pictures())
