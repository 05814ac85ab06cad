"""A folder's files and its card, in one commit, by the hub's own library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError, GenerationError
from dcode.generation.engines import EXTRA
from dcode.ml.hub.cards import card
from dcode.ml.hub.contents import KINDS, Item, Kind, contents

CARD: Final = "README.md"
SOMEBODY: Final = "YOUR-NAME"  # where nobody has logged in yet
_NO_TOKEN: Final = "No token for the hub: set HF_TOKEN, or log in with `hf auth login`."


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upload would do: the repository, its files, and the card."""

    kind: Kind
    repo: str
    items: tuple[Item, ...]
    card: str

    @property
    def files(self) -> list[tuple[str, int]]:
        """Every file and its size in bytes, the card among them."""
        card_size = len(self.card.encode())
        return sorted([*((one.name, one.size) for one in self.items), (CARD, card_size)])


class Hub:
    """The hub at an address, as whoever a token belongs to. Raises ConfigError where its library is not installed."""

    def __init__(self, token: str | None, endpoint: str | None = None) -> None:
        """`token` None: that of the login, if there is one."""
        try:
            import huggingface_hub
            from huggingface_hub.errors import HfHubHTTPError
        except ImportError as error:
            raise ConfigError(f"uploading needs huggingface_hub: {EXTRA}.") from error
        self._hub: Any = huggingface_hub
        self._token: str | None = token or huggingface_hub.get_token()
        # Its HTTP library's own errors too, whichever it is built on.
        bases: Sequence[type[Exception]] = HfHubHTTPError.__mro__
        self._troubles: tuple[type[Exception], ...] = (
            OSError,
            *(one for one in bases if one.__name__ in ("HfHubHTTPError", "HTTPError")),
        )
        self._api: Any = huggingface_hub.HfApi(endpoint=endpoint, token=self._token or False)

    @property
    def owner(self) -> str:
        """Whose token it is. Raises GenerationError without one, or with one that is not taken."""
        if not self._token:
            raise GenerationError(_NO_TOKEN, reason="token")
        try:
            return str(self._api.whoami()["name"])
        except self._troubles as error:
            raise _refused(error) from error

    def send(self, plan: Plan, *, private: bool) -> str:
        """Make the repository if it is not there, and commit all files at once; where the commit is."""
        if not self._token:
            raise GenerationError(_NO_TOKEN, reason="token")
        add, kind = self._hub.CommitOperationAdd, plan.kind.repo_type
        files: Sequence[Any] = [
            *(add(path_in_repo=one.name, path_or_fileobj=str(one.path)) for one in plan.items),
            add(path_in_repo=CARD, path_or_fileobj=plan.card.encode()),
        ]
        try:
            self._api.create_repo(plan.repo, repo_type=kind, private=private, exist_ok=True)
            told = f"{plan.kind.name} by dcode"
            return str(self._api.create_commit(plan.repo, files, commit_message=told, repo_type=kind).commit_url)
        except self._troubles as error:
            raise _refused(error) from error


def planned(kind: str, folder: Path, repo: str, licence: str) -> Plan:
    """What an upload of a folder is. Raises ConfigError for a folder that is none of the kind."""
    items = contents(KINDS[kind], folder)
    return Plan(KINDS[kind], repo, tuple(items), card(KINDS[kind], folder, repo, licence))


def _refused(error: Exception) -> GenerationError:
    return GenerationError(f"The hub did not take it: {str(error).strip().splitlines()[0]}", reason="hub")
