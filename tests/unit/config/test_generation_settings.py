"""The [generation] section of dcode.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcode.config.settings import Generation, load_settings
from dcode.errors import ConfigError


def test_without_a_word_the_worker_is_local_and_kept_warm():
    assert load_settings().settings.generation == Generation()


def test_file_environment_and_flag_each_win_over_the_one_before(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    text = '[generation]\nworker = "tcp://file:1"\npython = "file"\ntoken_file = "gpu.token"\nidle_seconds = 5\n'
    (own_config / "dcode.toml").write_text(text)
    monkeypatch.setenv("DCODE_GENERATION_PYTHON", "environment")
    monkeypatch.setenv("DCODE_GENERATION_MEMORY_MB", "2048")
    monkeypatch.setenv("DCODE_GENERATION_SECONDS", "1.5")
    configured = load_settings({"generation.worker": "tcp://flag:2"})
    assert configured.settings.generation == Generation(
        worker="tcp://flag:2",
        token_file=own_config / "gpu.token",
        python="environment",
        idle_seconds=5.0,
        seconds=1.5,
        memory_mb=2048,
    )
    assert configured.shown()["generation.python"] == {"value": "environment", "source": "DCODE_GENERATION_PYTHON"}
    assert configured.shown()["generation.token_file"]["value"] == str(own_config / "gpu.token")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[generation]\nworkr = ""\n', "generation.workr"),
        ('[generation]\nworker = "http://gpu"\n', "generation.worker"),
        ("[generation]\nseconds = 0\n", "generation.seconds"),
        ("[generation]\nmemory_mb = -1\n", "generation.memory_mb"),
        ("[generation]\nmemory_mb = 1.5\n", "generation.memory_mb"),
        ('generation = "gpu"\n', "generation"),
    ],
)
def test_what_is_wrong_is_named_with_its_section(own_config: Path, text: str, key: str):
    (own_config / "dcode.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.key == key
    if key == "generation.workr":
        assert caught.value.nearest == "generation.worker"
