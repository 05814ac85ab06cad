"""Who one is to Kaggle: a token or a name and a key, from where Kaggle's own client looks for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

ENDPOINT: Final = "https://www.kaggle.com"
_JSON: Final = "kaggle.json"
_TOKEN: Final = "access_token"


def authorization(environment: Mapping[str, str], home: Path) -> str:
    """The header. Raises ConfigError that says where to get a token, and where to put it."""
    if token := environment.get("KAGGLE_API_TOKEN"):
        return _bearer(token)
    name, key = environment.get("KAGGLE_USERNAME"), environment.get("KAGGLE_KEY")
    if name and key:
        return _basic(name, key)
    folders = _folders(environment, home)
    for folder in folders:
        if (folder / _TOKEN).is_file():
            return _bearer((folder / _TOKEN).read_text(encoding="utf-8"))
        if (folder / _JSON).is_file():
            return _from_json(folder / _JSON)
    told = (
        "Kaggle gives its pictures to those who have an account, and no token was found: not in KAGGLE_API_TOKEN, "
        f"not in KAGGLE_USERNAME and KAGGLE_KEY, not in {' or '.join(str(folder / _JSON) for folder in folders)}. "
        f"Make one at {ENDPOINT}/settings (API, Create New Token) and put the file there; or fetch imagenet-sketch, "
        "which needs none."
    )
    raise ConfigError(told)


def download_url(dataset: str, environment: Mapping[str, str]) -> str:
    """Where a whole dataset (OWNER/NAME) is, as one zip file."""
    endpoint = environment.get("KAGGLE_API_ENDPOINT", ENDPOINT).rstrip("/")
    return f"{endpoint}/api/v1/datasets/download/{dataset}"


def _folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    if told := environment.get("KAGGLE_CONFIG_DIR"):
        return [Path(told)]
    return [home / ".kaggle", Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "kaggle"]


def _from_json(file: Path) -> str:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _basic(str(found["username"]), str(found["key"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = 'is not what Kaggle hands out: {"username": ..., "key": ...}. Make a new token at its settings page.'
        raise ConfigError(problem, file=str(file)) from error


def _bearer(token: str) -> str:
    return f"Bearer {token.strip()}"


def _basic(name: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode("ascii")
