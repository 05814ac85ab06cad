"""Text without its secrets: keys and passwords, and who and where somebody is. Pure; in doubt it takes too much.

What is known by its look (a token's prefix, a URL with a password, a private key) goes wherever it stands; what is
known by its name goes with whatever the name is set to. A secret in plain prose ("the password is swordfish") cannot
be told from other words, and stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import quote

MASK: Final = "***"

# Names that many machines have and that say nothing of a person; a log without them could not be read.
COMMON: Final = frozenset(
    (
        *("root", "admin", "administrator", "user", "guest", "nobody", "daemon", "local", "localhost", "localdomain"),
        *("raspberrypi", "ubuntu", "debian", "fedora", "archlinux", "alpine", "home", "octoprint", "octopi", "klipper"),
        *("dcode", "plotter", "makelangelo", "marlin", "grbl", "grblhal", "fluidnc"),
    )
)
SHORTEST_NAME: Final = 3  # characters: "pi" and "x" are in too many words of a plotter's

# Words that make something the name of a secret. A sentence may have blanks and ends with its line, a token is one
# word; what is called a key is most often harmless, and a secret only when it is long and looks like chance.
_SENTENCE: Final = (
    r"pass(?:word|wd|phrase|code)|secret|authorization|credential|cookie|(?<![a-z0-9])(?:pass|pwd|psk|auth)(?![a-z])"
)
_TOKEN: Final = r"token|(?:api|access|private|auth|account|signing|encryption)[-_. ]?key|session[-_]?id"
_RANDOM: Final = r"[A-Za-z0-9+/_=-]{16,}"  # hexadecimal, base64, and its form for URLs

_NAME: Final = re.compile(rf"{_SENTENCE}|{_TOKEN}", re.IGNORECASE)
_SET_TO: Final = re.compile(
    rf"(?:(?P<sentence>{_SENTENCE})|(?P<token>{_TOKEN})|(?P<key>key))(?!_file)"  # where a secret is kept is none
    r"""[\w.-]{0,40}\\*["']?\]?"""  # what may be left of the name, quoted or in brackets
    rf"(?:[ \t]*(?:=>|[:=]+)[ \t]*|[ \t]+(?={_RANDOM}))",
    re.IGNORECASE,
)
_STEMS: Final = ("pass", "secret", "auth", "credential", "cookie", "pwd", "psk", "token", "key", "session")  # of these

# Quoted values keep their quotes; JSON within JSON has backslashes before them. After one, the value must be over.
_OVER: Final = r"(?=[ \t]*(?:[,;)\]}&#\r\n]|\Z))"
_THREE_QUOTES: Final = re.compile(r"""(?P<quote>\\*(?:"{3}|'{3})).*?(?:(?P=quote)|\Z)""", re.DOTALL)
# In JSON within JSON a quote of the value has three backslashes, and a backslash of it four.
_QUOTED_TWICE: Final = re.compile(rf"""(?P<quote>\\["'])(?:\\\\(?:\\\\|\\["']|[^\\\n])|[^\\\n])*?(?P=quote){_OVER}""")
_QUOTED: Final = re.compile(rf"""(?P<quote>\\*["'])(?:\\.|[^\\\n])*?(?P=quote){_OVER}""")
_BARE: Final = {
    "sentence": re.compile(r"(?P<quote>)[^\n]*"),
    "token": re.compile(r"""(?P<quote>)(?:\\*["'][^\n]*|[^\s&"']*)"""),
    "key": re.compile(rf"""(?P<quote>\\*["']?){_RANDOM}(?P=quote)"""),
}

_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_LOOKS: Final = (
    (re.compile(r"""(?<=://)[^\s"'<>]{0,300}@"""), f"{MASK}@"),
    (
        re.compile(r"(?i)((?<![a-z])(?:bearer|basic|digest|--?(?:token|password|secret|key))[ \t]+)[^\s\"']+"),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?<![A-Za-z0-9])(?:hf|gh[opsur]|github_pat|npm|dop_v1)_\w{8,}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|xox[abeoprs]|glpat|pypi)-[\w-]{12,}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|AIza)[\w-]{12,}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9])eyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),
    (re.compile(r"(\$(?:75|77|330|331)=)[^\n]+"), rf"\1{MASK}"),  # grblHAL's settings for WiFi and web passwords
)
_OTHER_HOMES: Final = (re.compile(r"""(/(?:home|Users)/)[^/\s"':;,)\]}\\]+"""), rf"\1{MASK}")

_TEXTS: Final = re.compile(rb"(?:[\x20-\x7e]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){8,}")  # UTF-8


class Scrubber:
    """Takes secrets out of text and JSON values.

    `homes` are folders that become ~, `people` and `hosts` names that become <user> and <host>: whole words, in any
    case, unless they are COMMON or shorter than SHORTEST_NAME.
    """

    def __init__(self, homes: Iterable[str] = (), people: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        folders = [home.rstrip("/") for home in homes]
        self._known = (
            *_as_words([home for home in folders if "/" in home], "~", r"(?![\w.-])", start=""),
            *_as_words(_telling(people), "<user>", r"(?![^\W_])"),
            *_as_words(_telling(hosts), "<host>", r"(?![^\W_])"),
        )

    def text(self, text: str) -> str:
        """A text, also one that has been scrubbed before."""
        text = _without_values(_PRIVATE_KEY.sub(MASK, text))
        for pattern, instead in (*_LOOKS, *self._known, _OTHER_HOMES):
            text = pattern.sub(instead, text)
        return text

    def data(self, data: bytes) -> bytes:
        """A file's contents. What is not UTF-8 in it stays as it is."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def binary(self, data: bytes) -> bytes:
        """Data with texts in it: these are scrubbed, and every byte stays in its place."""
        return _TEXTS.sub(lambda found: self.data(found[0]).ljust(len(found[0]), b"*")[: len(found[0])], data)

    def value(self, value: Any) -> Any:
        """A JSON value: what stands under the name of a secret, and the secrets in all other texts."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._under(str(key), one) for key, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list | tuple) else value

    def _under(self, name: str, value: Any) -> Any:
        if _NAME.search(name) or (name.lower().endswith("key") and re.search(_RANDOM, str(value))):
            return value if value is None or isinstance(value, bool) else MASK
        return self.value(value)


def _without_values(text: str) -> str:
    """Without what the names of secrets are set to by = or :, or that look like chance after it."""
    low = text.lower()
    if not any(stem in low for stem in _STEMS):
        return text  # megabytes of wire, hundred times as fast
    kept, at = [], 0
    while found := _SET_TO.search(text, at):
        kind = str(found.lastgroup)
        forms = (_BARE[kind],) if kind == "key" else (_THREE_QUOTES, _QUOTED_TWICE, _QUOTED, _BARE[kind])
        value = next(filter(None, (form.match(text, found.end()) for form in forms)), None)
        kept.append(text[at : found.end()])
        at = found.end()
        if value and value[0]:
            kept.append(f"{value['quote']}{MASK}{value['quote']}")
            at = value.end()
    return "".join(kept) + text[at:]


def _as_words(
    names: Iterable[str], instead: str, end: str, start: str = r"(?<![^\W_])"
) -> Iterator[tuple[re.Pattern[str], str]]:
    """A rule for all spellings of some names, the longest first; no rule for no names."""
    spellings = {spelling for name in names for spelling in _spellings(name)}
    if spellings:
        anyone = "|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True))
        yield re.compile(f"{start}(?:{anyone}){end}", re.IGNORECASE), instead


def _spellings(name: str) -> Iterator[str]:
    """As it is, composed and decomposed, and as JSON, URLs and the black box write it."""
    for form in (name, normalize("NFC", name), normalize("NFD", name)):
        yield form
        yield json.dumps(form)[1:-1]
        yield quote(form, errors="surrogateescape")
        yield "".join(
            c if c.isascii() else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape")) for c in form
        )


def _telling(names: Iterable[str]) -> list[str]:
    return [name for name in names if len(name) >= SHORTEST_NAME and name.lower() not in COMMON and not name.isdigit()]
