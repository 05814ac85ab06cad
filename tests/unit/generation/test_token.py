from __future__ import annotations

from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.generation.handshake import CLIENT, WORKER, proof
from dcode.generation.remote import PORT, parse_listen, parse_url
from dcode.generation.token import own_token, read_token


def test_a_token_is_made_once_for_its_owner_only(tmp_path: Path):
    file = tmp_path / "config" / "worker.token"
    token, is_new = own_token(file)
    assert is_new and len(token) >= 43
    assert file.stat().st_mode & 0o777 == 0o600
    assert own_token(file) == (token, False)
    assert read_token(file) == token


def test_two_tokens_differ(tmp_path: Path):
    assert own_token(tmp_path / "a")[0] != own_token(tmp_path / "b")[0]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_token_that_others_may_read_is_not_used(tmp_path: Path, mode: int):
    file = tmp_path / "token"
    own_token(file)
    file.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        own_token(file)


@pytest.mark.parametrize("text", ["", "short", "x" * 2000])
def test_a_token_has_a_length_that_cannot_be_guessed(tmp_path: Path, text: str):
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="characters"):
        read_token(file)


def test_a_token_that_is_not_there_says_who_makes_one(tmp_path: Path):
    with pytest.raises(ConfigError, match="dcode worker serve"):
        read_token(tmp_path / "token")


def test_a_proof_depends_on_everything_that_it_proves():
    proofs = {
        proof(token, role, own, others)
        for token in (b"one", b"two")
        for role in (WORKER, CLIENT)
        for own, others in (("1", "2"), ("2", "1"), ("1", "1"))
    }
    assert len(proofs) == 12


def test_addresses():
    assert parse_url("tcp://gpu.local:7411") == ("gpu.local", 7411)
    assert parse_url("tcp://[::1]:1") == ("::1", 1)
    assert parse_listen("0.0.0.0:80") == ("0.0.0.0", 80)
    assert parse_listen("[::]") == ("::", PORT)
    assert parse_listen("127.0.0.1:0") == ("127.0.0.1", 0)


@pytest.mark.parametrize("url", ["tcp://gpu", "http://gpu:1", "tcp://gpu:99999", "tcp://gpu:1/x", "tcp://me@gpu:1"])
def test_a_bad_address_is_an_error(url: str):
    with pytest.raises(ConfigError, match="tcp://host:port"):
        parse_url(url)


@pytest.mark.parametrize("text", ["", ":7411", "host:port", "host:1/x"])
def test_a_bad_place_to_listen_is_an_error(text: str):
    with pytest.raises(ConfigError, match="HOST:PORT"):
        parse_listen(text)
