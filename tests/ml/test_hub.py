"""Uploads: exactly which files, which card, which token; against a hub on this machine that keeps what it is sent."""

from __future__ import annotations

import base64
import importlib.util
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("huggingface_hub")

import dcode
from dcode.errors import ConfigError
from dcode.ml.hub.upload import planned

SCRIPT = Path(dcode.__file__).parents[1] / "scripts/upload_to_hub.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("upload_to_hub", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class FakeHub:
    """Keeps repositories that were made, and the files of each commit."""

    url: str = ""
    made: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    where: list[str] = field(default_factory=list)
    keys: dict[str, str | None] = field(default_factory=dict)  # what was sent along, by path
    refuses: int = 0


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        self._take()
        if self.hub.refuses:
            self._say({"error": "no"}, self.hub.refuses)
            return
        self._say({"name": "me", "type": "user"} if self.path == "/api/whoami-v2" else {})

    def do_POST(self) -> None:
        body = self._take()
        path = self.path
        if self.hub.refuses:
            self._say({"error": "no"}, self.hub.refuses)
        elif path == "/api/repos/create":
            self.hub.made.append(asked := json.loads(body))
            name = f"{asked['organization']}/{asked['name']}"
            place = f"datasets/{name}" if asked["type"] == "dataset" else name
            self._say({"url": f"{self.hub.url}/{place}", "name": name})
        elif "/preupload/" in path:
            names = [one["path"] for one in json.loads(body)["files"]]
            self._say({"files": [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in names]})
        elif path == "/api/validate-yaml":
            self._say({"errors": [], "warnings": []})
        else:
            self.hub.where.append(path)
            for line in body.splitlines():
                row = json.loads(line)
                if row["key"] == "file":
                    self.hub.files[row["value"]["path"]] = base64.b64decode(row["value"]["content"])
            told = {"commitUrl": f"{self.hub.url}/me/it/commit/1", "commitOid": "1", "pullRequestUrl": None}
            self._say({**told, "success": True, "hookOutput": ""})

    def _take(self) -> bytes:
        self.hub.keys[self.path] = self.headers.get("Authorization")
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _say(self, value: object, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeHub()
    handler = type("Bound", (Handler,), {"hub": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", fake.url)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def strokes(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "strokes.safetensors").write_bytes(b"weights")
    (folder / "config.toml").write_text("[data]\nlibrary = true\n")
    (folder / "figures.json").write_text('{"bits per point": 8.5}')
    (folder / "model.optimiser").write_bytes(b"not for others")
    return folder


def sd(folder: Path) -> Path:
    for place in (folder, folder / "v3"):
        (place / "gcode_tokenizer").mkdir(parents=True)
        (place / "config.json").write_text('{"sd_model_id": "runwayml/stable-diffusion-v1-5"}')
        (place / "gcode_tokenizer/tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"small")
    (folder / "v3/pytorch_model.bin").write_bytes(b"large")
    (folder / "figures.json").write_text('{"validation": 1.25}')
    (folder / "run").mkdir()
    (folder / "run/step.safetensors").write_bytes(b"a checkpoint")
    return folder


def test_a_dry_run_shows_the_exact_files_and_asks_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hub: FakeHub
) -> None:
    assert script().main(["strokes", "--folder", str(strokes(tmp_path / "best")), "--dry-run"]) == 0
    out = capsys.readouterr().out
    head, _, card = out.partition("\n\n")
    assert head.splitlines()[0] == "model YOUR-NAME/dcode-strokes"
    assert [line.split()[1] for line in head.splitlines()[1:]] == [
        "README.md",
        "config.toml",
        "figures.json",
        "strokes.safetensors",
    ]
    assert "license: mit" in card and "bits per point: 8.5" in card and "Lucide" in card and "CC-BY-4.0" in card
    assert not hub.keys


def test_what_a_dry_run_showed_is_what_is_sent_in_one_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hub: FakeHub
) -> None:
    folder = strokes(tmp_path / "best")
    assert script().main(["strokes", "--folder", str(folder), "--private"]) == 0
    assert capsys.readouterr().out == f"{hub.url}/me/it/commit/1\n"
    plan = planned("strokes", folder, "me/dcode-strokes", "")
    assert [(name, len(data)) for name, data in sorted(hub.files.items())] == plan.files
    assert hub.files["strokes.safetensors"] == b"weights" and hub.files["README.md"] == plan.card.encode()
    assert hub.where == ["/api/models/me/dcode-strokes/commit/main"]
    assert all(key == "Bearer hf_secret" for path, key in hub.keys.items() if "dcode-strokes" in path or "who" in path)
    assert (hub.made[0]["name"], hub.made[0]["visibility"]) == ("dcode-strokes", "private")


def test_an_exported_run_goes_in_the_originals_layout_with_its_base_and_licence(tmp_path: Path) -> None:
    folder = sd(tmp_path / "run")
    plan = planned("sd-gcode-v3", folder, "me/it", "")
    assert [name for name, _ in plan.files] == [
        "README.md",
        "config.json",
        "figures.json",
        "gcode_tokenizer/tokenizer.json",
        "pytorch_model.bin",
    ]
    assert "license: creativeml-openrail-m" in plan.card
    assert "base_model: stable-diffusion-v1-5/stable-diffusion-v1-5" in plan.card and "validation: 1.25" in plan.card


def test_where_no_licence_follows_one_must_be_said(tmp_path: Path) -> None:
    folder = sd(tmp_path / "run")
    (folder / "v3").rename(tmp_path / "away")
    with pytest.raises(ConfigError, match=r"does not follow .* --licence"):
        planned("sd-gcode-v3", folder, "me/it", "")
    assert "license: cc0-1.0" in planned("sd-gcode-v3", folder, "me/it", "cc0-1.0").card


def test_a_dataset_goes_as_one_with_its_rows_counted(tmp_path: Path, hub: FakeHub) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    (tmp_path / "data").mkdir()
    for name, rows in (("train-00000-of-00001", 3), ("validation-00000-of-00001", 1)):
        parquet.write_table(pyarrow.table({"prompt": ["a cat"] * rows}), tmp_path / "data" / f"{name}.parquet")
    asked = ["dataset", "--folder", str(tmp_path), "--repo", "us/drawings", "--licence", "cc-by-4.0"]
    assert script().main(asked) == 0
    assert hub.where == ["/api/datasets/us/drawings/commit/main"]
    card = hub.files["README.md"].decode()
    assert "- train: 3 rows" in card and "- validation: 1 rows" in card
    assert hub.made[0]["type"] == "dataset"


def test_a_report_of_an_evaluation_is_in_the_card(tmp_path: Path) -> None:
    folder = tmp_path / "text"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "training.json").write_text('{"source": "google/flan-t5-base", "figures": {"loss": 0.5}}')
    lists = {"seen": {"recognition": {"at_1": 0.25}, "validity": {"all": 1.0}}}
    told = {
        "lists": lists,
        "prompts": {"seen": 64},
        "samples": 8,
        "ways": {},
        "training_drawings": 10,
        "engine": "text",
    }
    told |= {"copies_of_real_drawings": {"copy_rate": 0.1}, "scorer": {"file": "s", "classes": 96, "sha256": "0"}}
    told |= {"distance": {"frechet": 3.0, "drawings": 8, "real_drawings": 9}}
    (folder / "report.json").write_text(json.dumps(told))
    plan = planned("text", folder, "me/it", "apache-2.0")
    assert "| recognised at 1 | 25.0 % |" in plan.card and "base_model: google/flan-t5-base" in plan.card
    assert "- loss: 0.5" in plan.card and "report.json" in dict(plan.files)


def test_what_is_wrong_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = script().main
    assert main(["text", "--folder", str(tmp_path), "--dry-run"]) == 2
    assert "there is no model.safetensors or model-*.safetensors in it; dcode train makes" in capsys.readouterr().err
    folder = strokes(tmp_path / "best")
    hub.refuses = 403
    assert main(["strokes", "--folder", str(folder), "--repo", "others/it"]) == 2
    assert "The hub did not take it: " in capsys.readouterr().err
    hub.refuses = 0
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")  # where nobody listens
    assert main(["strokes", "--folder", str(folder)]) == 2
    assert "The hub did not take it: " in capsys.readouterr().err
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    assert main(["strokes", "--folder", str(folder)]) == 2
    assert "No token for the hub: set HF_TOKEN, or log in with `hf auth login`." in capsys.readouterr().err
    assert not hub.files
