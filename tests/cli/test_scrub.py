"""No secret survives; everything else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dcode.cli.profile_json import profile_json
from dcode.cli.scrub import COMMON, MASK, Scrubber
from dcode.config.paths import data_dir
from dcode.firmware.profile import builtin_profiles
from tests.cli.fake_daemon import ROOT, a_job, a_status

SCRUBBER = Scrubber(["/home/anna"], ["anna", "Anna Lovelace"], ["annas-laptop.lan", "annas-laptop"])

CHANCE = st.text("ABCDEFGHJKabcdefghjk0123456789", min_size=24, max_size=60)
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40)
SENTENCES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=12, max_size=40)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)

NAMES = ["password", "DB_PASSWORD", "passwd", "wifi.pass", "$Sta/Password", "client_secret", "Authorization", "Cookie"]
TOKENS = ["token", "HF_TOKEN", "access_token", "api_key", "apiKey", "API-KEY", "private_key", "session_id"]

FORMS = [  # of a secret that has a name
    '{name} = "{secret}"',
    "{name}='{secret}' # why",
    "{name}: {secret}",
    "{name}={secret}",
    '{{"a": 1, "{name}": "{secret}", "b": 2}}',
    '{{"{name}":"{secret}"}}',
    r'"{{\"{name}\": \"{secret}\"}}"',
    "{{'{name}': '{secret}'}}",
    'os.environ["{name}"] = "{secret}"',
    '{name} = """\n{secret}\n"""',
    "https://example.org/x?a=1&{name}={secret}&b=2",
]
LOOKS = [  # of one that is known without a name
    "https://anna:{secret}@example.org/x",
    "socket://{secret}@plotter.lan:23",
    "git clone https://{secret}:x-oauth-basic@example.org/a/b.git",
    "Authorization: Bearer {secret}",
    "curl -H 'X: bearer {secret}'",
    "hf_{secret}",
    "(ghp_{secret})",
    "github_pat_{secret}",
    "key=sk-{secret}",
    "AKIA{secret}",
    "eyJ{secret}.eyJ{secret}.{secret}",
    "ssh key: {secret}",
    "key {secret}",
    "the token {secret} is wrong",
    "password {secret}",
    "--token {secret}",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n{secret}\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n{secret}",
    "2025-06-15T15:06:40.000000Z > $75={secret}",
]


@pytest.mark.parametrize("form", FORMS)
@given(name=st.sampled_from(NAMES + TOKENS), secret=CHANCE, before=TEXT, after=TEXT)
@settings(max_examples=50)
def test_what_a_name_is_set_to_does_not_survive(form: str, name: str, secret: str, before: str, after: str):
    assume(secret not in before + after)
    text = f"{before}\n{form.format(name=name, secret=secret)}\n{after}"
    assert secret not in SCRUBBER.text(text)


@pytest.mark.parametrize("form", LOOKS)
@given(secret=CHANCE, before=TEXT, after=TEXT)
@settings(max_examples=50)
def test_what_looks_like_a_secret_does_not_survive(form: str, secret: str, before: str, after: str):
    assume(secret not in before + after)
    assert secret not in SCRUBBER.text(f"{before}\n{form.format(secret=secret)}\n{after}")


@pytest.mark.parametrize("form", ["{name}={secret}", "{name}: {secret}", "x {name} => {secret}"])
@given(name=st.sampled_from(NAMES), first=CHANCE, rest=SENTENCES)
def test_a_password_may_have_blanks_and_quotes(form: str, name: str, first: str, rest: str):
    assert SCRUBBER.text(form.format(name=name, secret=first[0] + rest)) == form.format(name=name, secret=MASK)


@given(name=st.sampled_from(NAMES + TOKENS), secret=PRINTABLE, others=st.dictionaries(TEXT, TEXT, max_size=3))
def test_no_json_value_survives_under_the_name_of_a_secret(name: str, secret: str, others: dict):
    for value in (secret, [secret], {"a": {"b": secret}}):
        assert secret not in str(SCRUBBER.value({"config": others | {name: value}})["config"][name])
    assert SCRUBBER.value({name: None, "port": "sim"}) == {name: None, "port": "sim"}


@given(name=st.sampled_from(NAMES + TOKENS), secret=PRINTABLE)
@example(name="password", secret='",0000000000')
@example(name="password", secret='\\",0000000000')
def test_nor_in_the_text_of_json(name: str, secret: str):
    assert SCRUBBER.text(json.dumps({name: secret, "z": 1})) == json.dumps({name: MASK, "z": 1})
    assert SCRUBBER.text(json.dumps(json.dumps({name: secret}))).count(secret) == 0


@given(
    before=TEXT, after=TEXT, word=st.sampled_from(["anna", "Anna", "ANNA LOVELACE", "annas-laptop", "annas-laptop.lan"])
)
def test_nobody_is_named(before: str, after: str, word: str):
    scrubbed = SCRUBBER.text(f"{before} {word}@{word}:/media/{word}/usb {after}").lower()
    left = scrubbed.replace(before.lower(), "").replace(after.lower(), "")
    assert "lovelace" not in left and "laptop" not in left
    assert "anna" not in SCRUBBER.text(f"/media/{word}/usb, {word}'s; {word}_1").lower().replace("<user>", "")


@pytest.mark.parametrize("name", ["zoë", "björn"])
def test_a_name_is_found_however_it_is_written(name: str):
    scrubber = Scrubber([f"/home/{name}"], [name])
    quoted = json.dumps(name)
    for text in (
        f"/home/{name}/x",
        f"hello {name}!",
        f"hello {quoted}",
        "file:///home/bj%C3%B6rn/x",
        r"M117 bj\xc3\xb6rn",
    ):
        assert "rn" not in scrubber.text(text) or name == "zoë"
        assert name not in scrubber.text(text) and quoted[1:-1] not in scrubber.text(text)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("/home/anna/.local/state/dcode", "~/.local/state/dcode"),
        ("/home/anna", "~"),
        ("/home/annabel/x", f"/home/{MASK}/x"),
        ("/Users/bob/x", f"/Users/{MASK}/x"),
        ("annabel, hannah and joanna", "annabel, hannah and joanna"),
        ("anna_1.gcode by Anna", "<user>_1.gcode by <user>"),
        ("socket://anna:x@plotter:23", f"socket://{MASK}@plotter:23"),
        ('{"password": "x", "port": "sim"}', f'{{"password": "{MASK}", "port": "sim"}}'),
    ],
)
def test_what_stands_there_instead(text: str, scrubbed: str):
    assert SCRUBBER.text(text) == scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-15T15:06:40.000000Z > G1 X103.456 Y-20.123 F3000*71",
        "< [VER:1.1h.20190830:]",
        "key pen.up_angle: 5 is the same as down_angle: the pen would never leave the paper.",
        "configs/dcode.toml: key prot: there is no such key. Did you mean port?",
        "bypass: 1, compass: 2, author: Bob, passes=3, keyboard=yes",
        "/dev/serial/by-id/usb-1a86_USB2.0-Serial-if00-port0 at 115200 baud",
        "socket://plotter.local:23",
        (ROOT / "configs" / "machine.json").read_text(),
        (ROOT / "configs" / "dcode.toml").read_text(),
        *((ROOT / "firmware_profiles" / f"{name}.toml").read_text() for name in ("grbl", "marlin", "makelangelo")),
    ],
)
def test_what_is_no_secret_stays(text: str):
    assert SCRUBBER.text(text) == text


def test_values_of_the_api_and_profiles_stay():
    for value in (a_status(), a_job(), *map(profile_json, builtin_profiles(data_dir("firmware_profiles")).values())):
        assert SCRUBBER.value(value) == value


@pytest.mark.parametrize("name", ["", "x", "pi", "1000", *sorted(COMMON)[:3], "root"])
def test_a_name_that_tells_nothing_stays(name: str):
    assert Scrubber(["/"], [name], [name]).text(f"G1 {name} /x") == f"G1 {name} /x"


@given(st.binary(max_size=200))
def test_what_has_no_secret_is_the_same_byte_by_byte(data: bytes):
    data = data.replace(b"://", b"").replace(b":", b"").replace(b"=", b"")
    assert Scrubber().data(data) == data


@given(TEXT, st.sampled_from(FORMS + LOOKS), st.sampled_from(NAMES + TOKENS), CHANCE)
def test_scrubbing_again_changes_nothing(text: str, form: str, name: str, secret: str):
    once = SCRUBBER.text(f"{text}\n{form.format(name=name, secret=secret)}")
    assert SCRUBBER.text(once) == once
