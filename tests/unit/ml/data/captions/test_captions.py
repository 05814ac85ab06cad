"""Captioned manifests: by a model that is a function here, and by the names of folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dcode.errors import ConfigError
from dcode.ml.data.captions.by_folder import caption_by_folder, imagenet
from dcode.ml.data.captions.by_model import caption

SYNSETS = ("n01440764", "n04591713", "n04507155", "golden_retriever", "Art-Nouveau")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Five pictures, each of a shade of grey of its own, with two programs each."""
    pairs = list[dict[str, Any]]()
    for number, folder in enumerate(SYNSETS):
        image = tmp_path / f"data/images/{number}.png"
        image.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (10 * number,) * 3).save(image)
        for program in range(2):
            gcode, source = f"gcode/{number}_{program}.gcode", f"../raw/sketch/{folder}/sketch_{number}.JPEG"
            pairs.append({"image": f"images/{number}.png", "gcode": gcode, "algorithm": "trace", "source": source})
    path = tmp_path / "data/manifest.json"
    path.write_text(json.dumps({"pairs": pairs, "failed": [{"path": "x", "error": "y"}], "stats": {"pictures": 5}}))
    return path


class Describer:
    """Says how grey pictures are, and remembers how many it was shown at a time; stops after so many batches."""

    def __init__(self, stop: int = 100) -> None:
        self.shown, self._stop = list[int](), stop

    def __call__(self, pictures: Sequence[Image.Image]) -> list[str]:
        if len(self.shown) == self._stop:
            raise KeyboardInterrupt
        self.shown.append(len(pictures))
        greys = [picture.getpixel((0, 0))[0] for picture in pictures]  # type: ignore[index]
        return ["" if grey == 77 else f"a grey of {grey}" for grey in greys]


def captioned(manifest: Path, output: Path, describer: Describer, batch: int = 2) -> dict[str, Any]:
    caption(manifest, output, describer, "tests/grey", batch, lambda line: None)
    found: dict[str, Any] = json.loads(output.read_text())
    return found


def test_every_pair_gets_the_caption_of_its_picture_which_is_looked_at_once(manifest: Path) -> None:
    describer = Describer()
    found = captioned(manifest, manifest.parent / "captioned.json", describer)
    before = json.loads(manifest.read_text())
    assert describer.shown == [2, 2, 1]
    assert [pair.pop("caption") for pair in found["pairs"]] == [f"a grey of {10 * (n // 2)}" for n in range(10)]
    assert found["pairs"] == before["pairs"]
    assert found["failed"] == before["failed"]
    figures = {"pictures": 5, "total_pairs": 10, "total_failed": 1, "algorithms": {"trace": 10}}
    assert found["stats"] == {**figures, "captioner": "tests/grey"}
    assert sorted(path.name for path in manifest.parent.iterdir()) == ["captioned.json", "images", "manifest.json"]


def test_goes_on_with_the_batch_that_was_not_done(manifest: Path) -> None:
    whole = captioned(manifest, manifest.parent / "whole.json", Describer())
    output = manifest.parent / "captioned.json"
    for stop in range(3):
        describer = Describer(stop=1)
        if stop < 2:
            with pytest.raises(KeyboardInterrupt):
                captioned(manifest, output, describer)
            assert not output.exists()
        else:
            assert captioned(manifest, output, describer) == whole
        assert describer.shown == [1 if stop == 2 else 2]


def test_begins_anew_with_another_model_or_batch(manifest: Path) -> None:
    output = manifest.parent / "captioned.json"
    with pytest.raises(KeyboardInterrupt):
        captioned(manifest, output, Describer(stop=2))
    describer = Describer()
    captioned(manifest, output, describer, batch=3)
    assert describer.shown == [3, 2]


def test_a_picture_without_a_caption_is_listed_and_its_pairs_left_out(manifest: Path) -> None:
    (manifest.parent / "images/1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (manifest.parent / "images/3.png").unlink()
    Image.new("RGB", (8, 8), (77, 77, 77)).save(manifest.parent / "images/4.png")  # of which nothing is said
    found = captioned(manifest, manifest.parent / "captioned.json", Describer())
    assert len(found["pairs"]) == 4
    assert [one["path"] for one in found["failed"]] == ["x", "images/1.png", "images/3.png", "images/4.png"]


def test_paths_lead_from_the_folder_of_the_captioned_manifest(manifest: Path, tmp_path: Path) -> None:
    found = captioned(manifest, tmp_path / "elsewhere/deep/captioned.json", Describer())
    pair = found["pairs"][0]
    assert (pair["image"], pair["gcode"]) == ("../../data/images/0.png", "../../data/gcode/0_0.gcode")
    assert pair["source"] == "../../raw/sketch/n01440764/sketch_0.JPEG"


def test_folders_say_what_is_in_their_pictures(manifest: Path) -> None:
    output = manifest.parent / "captioned.json"
    told = caption_by_folder(manifest, output)
    assert (told["pairs"], told["captions"], told["left_out"]) == (10, 5, 0)
    captions = [pair["caption"] for pair in json.loads(output.read_text())["pairs"]][::2]
    assert captions == [
        "a sketch of a tench",
        "a sketch of a wine bottle",
        "a sketch of a umbrella",
        "a sketch of a golden retriever",
        "a sketch of a Art Nouveau",
    ]


def test_knows_the_thousand_classes_and_takes_a_list_of_more(manifest: Path, tmp_path: Path) -> None:
    assert len(imagenet()) == 1000
    whole = json.loads(manifest.read_text())
    whole["pairs"][0]["source"] = "raw/n99999999/a.png"
    manifest.write_text(json.dumps(whole))
    with pytest.raises(ConfigError, match=r"n99999999 is a synset of no list.*--words"):
        caption_by_folder(manifest, tmp_path / "out.json")
    words = tmp_path / "LOC_synset_mapping.txt"
    words.write_text("n99999999 unicorn, Equus monoceros\n")
    caption_by_folder(manifest, tmp_path / "out.json", words)
    assert json.loads((tmp_path / "out.json").read_text())["pairs"][0]["caption"] == "a sketch of a unicorn"
    words.write_text("unicorn\n")
    with pytest.raises(ConfigError, match="line 1"):
        caption_by_folder(manifest, tmp_path / "out.json", words)


@pytest.mark.parametrize("text", ["{", "[]", '{"pairs": [{"image": "a.png"}]}', None])
def test_what_is_no_manifest_is_refused_with_what_makes_one(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=r"generate_dataset\.py makes one"):
        caption_by_folder(path, tmp_path / "out.json")
