"""Stable Diffusion out of a folder: schedulers, steps, seeds, previews, what is said of bad folders."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch
from PIL import Image

from dcode.errors import GenerationError
from dcode.ml.device import Running
from dcode.ml.latent_preview import latent_png
from dcode.ml.sd_folder import SCHEDULERS
from dcode.ml.text_to_latent import Manner, Stepped, TextToLatent, Wanted
from tests.ml.sd_builders import save_sd

# numpy 2 says so of torch, in diffusers.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CPU = Running.chosen("cpu")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", _refused)


def _refused(*where: object) -> None:
    raise AssertionError(f"a connection to {where[1:]}")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sd(tmp_path_factory.mktemp("plain"), size=16)


@pytest.fixture(scope="module")
def model(plain: Path) -> TextToLatent:
    return TextToLatent(str(plain), CPU)


def latents(model: TextToLatent, seeds: list[int], prompt: str = "a horse", steps: int = 2) -> list[torch.Tensor]:
    return list(model.latents(Wanted(prompt, steps=steps), seeds))


def test_latents_have_the_models_size_or_the_one_wanted(model: TextToLatent) -> None:
    assert latents(model, [1])[0].shape == (1, 4, 16, 16)
    found = next(model.latents(Wanted("a horse", steps=1, size=(8, 24)), [1]))
    assert found.shape == (1, 4, 8, 24)
    assert model.picture(found).shape == (64, 192, 3)


def test_the_same_seed_gives_the_same_latent_to_the_bit(model: TextToLatent, plain: Path) -> None:
    again = TextToLatent(str(plain), CPU)
    assert torch.equal(latents(model, [7])[0], latents(again, [7])[0])
    assert not torch.equal(latents(model, [7])[0], latents(model, [8])[0])


def test_a_candidate_does_not_depend_on_how_many_there_are(model: TextToLatent) -> None:
    many = latents(model, [7, 8, 9])
    assert all(torch.equal(one, latents(model, [seed])[0]) for seed, one in zip([7, 8, 9], many, strict=True))


def test_candidates_made_together_differ_by_rounding_alone(model: TextToLatent, plain: Path) -> None:
    together = TextToLatent(str(plain), CPU, at_once=2)
    for one, other in zip(latents(model, [7, 8, 9]), latents(together, [7, 8, 9]), strict=True):
        assert (one - other).abs().max() < 1e-3


def test_prompt_negative_and_guidance_count(model: TextToLatent) -> None:
    def made(prompt: str = "cat", negative: str = "", guidance: float = 7.5) -> torch.Tensor:
        return next(model.latents(Wanted(prompt, negative, 2, guidance), [1]))

    base = made()
    assert not torch.equal(base, made(prompt="dog"))
    assert not torch.equal(base, made(negative="dog"))
    assert not torch.equal(base, made(guidance=2.0))
    assert torch.equal(made(guidance=0.0), made(guidance=0.0, negative="dog"))


def test_a_long_prompt_is_cut_to_what_the_encoder_reads(model: TextToLatent) -> None:
    assert latents(model, [1], "horse " * 300)[0].isfinite().all()


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_makes_latents(name: str, plain: Path) -> None:
    chosen = TextToLatent(str(plain), Running.chosen("cpu", scheduler=name))
    assert latents(chosen, [1], steps=2)[0].isfinite().all()


def test_a_model_is_used_in_the_manner_it_was_made_for(tmp_path: Path) -> None:
    wanted = {"plain": Manner(25, 7.5), "turbo": Manner(4, 0.0), "lcm": Manner(4, 8.0)}
    for kind, manner in wanted.items():
        folder = save_sd(tmp_path / kind, kind, size=8)  # type: ignore[arg-type]
        model = TextToLatent(str(folder), CPU)
        assert model.manner == manner
        assert latents(model, [1], steps=1)[0].isfinite().all()


def test_steps_are_told_with_the_latents_so_far(model: TextToLatent) -> None:
    told = list[Stepped]()
    list(model.latents(Wanted("a horse", steps=3), [1, 2], told.append))
    assert [(one.first, one.done, one.total) for one in told] == [(n, done, 3) for n in (0, 1) for done in range(4)]
    assert all(one.latents.shape == (1, 4, 16, 16) for one in told if one.done)


def test_what_is_raised_between_steps_ends_the_work(model: TextToLatent) -> None:
    done = list[int]()

    def told(stepped: Stepped) -> None:
        done.append(stepped.done)
        if stepped.done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(model.latents(Wanted("a horse", steps=9), [1], told))
    assert done == [0, 1, 2]
    assert latents(model, [1])[0].isfinite().all()


def test_a_preview_is_a_small_png_whatever_the_latent() -> None:
    for latent in (torch.randn(4, 64, 48), torch.full((4, 8, 8), 1e9), torch.full((4, 8, 8), float("nan"))):
        picture = latent_png(latent)
        assert picture is not None
        assert max(Image.open(io.BytesIO(picture)).size) == 192
    assert latent_png(torch.zeros(16, 8, 8)) is None


def test_more_steps_than_a_scheduler_has_are_refused(tmp_path: Path) -> None:
    model = TextToLatent(str(save_sd(tmp_path, "lcm", size=8)), CPU)
    with pytest.raises(GenerationError, match="cannot make a picture so"):
        latents(model, [1], steps=200)
    with pytest.raises(GenerationError, match="cannot make a picture so"):
        latents(TextToLatent(str(save_sd(tmp_path / "plain", size=8)), CPU), [1], steps=1000)


def test_half_precision_files_alone_are_enough(tmp_path: Path, model: TextToLatent) -> None:
    folder = save_sd(tmp_path, size=16)
    for part, name in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        (folder / part / f"{name}.safetensors").rename(folder / part / f"{name}.fp16.safetensors")
    assert torch.equal(latents(TextToLatent(str(folder), CPU), [1])[0], latents(model, [1])[0])


@pytest.mark.parametrize("dtype", ["bf16", "fp32"])
def test_weights_are_used_in_the_precision_asked_for(dtype: str, plain: Path) -> None:
    model = TextToLatent(str(plain), Running.chosen("cpu", dtype))
    made = latents(model, [1])[0]
    assert made.dtype == torch.float32
    assert (model.picture(made) >= 0).all()


def test_without_a_vae_none_is_needed(tmp_path: Path, model: TextToLatent) -> None:
    folder = save_sd(tmp_path, size=16)
    for file in (folder / "vae").iterdir():
        file.unlink()
    assert torch.equal(latents(TextToLatent(str(folder), CPU, vae=False), [1])[0], latents(model, [1])[0])


@pytest.mark.parametrize(
    "name",
    [
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
        "tokenizer/vocab.json",
        "scheduler/scheduler_config.json",
    ],
)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    (save_sd(tmp_path, size=8) / name).unlink()
    with pytest.raises(GenerationError, match=name) as raised:
        TextToLatent(str(tmp_path), CPU)
    assert raised.value.fields["reason"] == "unavailable"


@pytest.mark.parametrize("part", ["unet", "text_encoder"])
def test_torn_weights_are_named(part: str, tmp_path: Path) -> None:
    file = next((save_sd(tmp_path, size=8) / part).glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-500])
    with pytest.raises(GenerationError, match=f"{part}/{file.name}: cannot be read") as raised:
        TextToLatent(str(tmp_path), CPU)
    assert "reason" not in raised.value.fields


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    settings = save_sd(tmp_path, size=8) / "unet" / "config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "layers_per_block": 2}))
    with pytest.raises(GenerationError, match=r"unet/\S+: cannot be read"):
        TextToLatent(str(tmp_path), CPU)


def test_weights_that_are_no_numbers_give_no_picture(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = save_sd(tmp_path, size=8) / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({name: one * float("nan") for name, one in load_file(file).items()}, file, {"format": "pt"})
    with pytest.raises(GenerationError, match="gives no numbers"):
        latents(TextToLatent(str(tmp_path), CPU), [1])


def test_code_in_a_models_folder_is_not_run(tmp_path: Path) -> None:
    folder, ran = save_sd(tmp_path, size=8), tmp_path / "ran"
    for name in ("unet", "pipeline", "unet/unet", "unet/own"):
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own: pass\n")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": ["pipeline", "Own"], "unet": ["unet", "Own"]}))
    TextToLatent(str(folder), CPU)
    assert not ran.exists()


def test_a_scheduler_that_is_not_known_is_named(tmp_path: Path) -> None:
    settings = save_sd(tmp_path, size=8) / "scheduler" / "scheduler_config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "_class_name": "OwnScheduler"}))
    with pytest.raises(GenerationError, match="OwnScheduler is not known; name one of ddim"):
        TextToLatent(str(tmp_path), CPU)
    assert TextToLatent(str(tmp_path), Running.chosen("cpu", scheduler="euler")).manner == Manner(25, 7.5)


def test_neither_folder_nor_hub_id_is_told_apart_from_a_model_that_is_not_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    for source, told in (("/no/such/folder", "no such folder"), ("some/model", "could not be fetched")):
        with pytest.raises(GenerationError, match=told) as raised:
            TextToLatent(source, CPU)
        assert raised.value.fields["reason"] == "unavailable"


@pytest.mark.parametrize(
    ("words", "told"),
    [(("nowhere",), "DCODE_ML_DEVICE"), (("cpu", "fp7"), "no dtype 'fp7'"), (("cuda:77",), "cannot be used here")],
)
def test_what_cannot_be_run_on_is_said_in_a_sentence(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(GenerationError, match=told):
        Running.chosen(*words)
