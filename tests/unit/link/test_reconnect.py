"""Waiting for a port that was lost, and only for that one."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcode.link import ports
from dcode.link.reconnect import LONGEST_PAUSE, Backoff, is_back, lasting_name


@pytest.fixture
def terminal() -> Iterator[str]:
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /dev/serial/by-id of our own."""
    folder = tmp_path / "by-id"
    folder.mkdir()
    monkeypatch.setattr(ports, "BY_ID", folder)
    monkeypatch.setattr(ports, "BY_PATH", tmp_path / "by-path")
    return folder


def test_a_link_is_back_once_it_leads_to_a_terminal_again(tmp_path: Path, terminal: str) -> None:
    link = tmp_path / "usb-1a86_USB2.0-Serial-if00-port0"
    assert not is_back(str(link))
    link.symlink_to("/dev/pts/none")
    assert not is_back(str(link)), "the device is gone, the link is not"
    link.unlink()
    link.symlink_to(terminal)
    assert is_back(str(link))


def test_another_port_with_another_name_is_not_the_one_that_was_lost(tmp_path: Path, terminal: str) -> None:
    (tmp_path / "usb-Arduino_Uno-if00").symlink_to(terminal)
    assert not is_back(str(tmp_path / "usb-1a86_USB2.0-Serial-if00-port0"))


def test_a_pseudo_terminal_without_a_link_is_never_back(terminal: str) -> None:
    assert not is_back(terminal)


def test_what_is_no_device_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "plotter").write_text("G1 X1\n")
    assert not is_back(str(tmp_path / "plotter"))
    assert not is_back(str(tmp_path))


def test_a_port_that_may_not_be_opened_yet_is_not_back(
    tmp_path: Path, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plotter").symlink_to(terminal)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert not is_back(str(tmp_path / "plotter"))


def test_of_a_url_only_opening_can_tell() -> None:
    assert is_back("socket://plotter.local:23") and is_back("rfc2217://plotter.local:2217")


def test_a_device_is_waited_for_by_its_link(by_id: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = by_id / "usb-1a86_USB2.0-Serial-if00-port0"
    link.symlink_to("/dev/ttyUSB0")
    assert lasting_name("/dev/ttyUSB0") == str(link)
    assert lasting_name("/dev/ttyUSB1") == "/dev/ttyUSB1", "it has no link: the name is all there is"


@pytest.mark.parametrize("name", ["socket://plotter.local:23", "/dev/plotter", "/dev/serial/by-id/usb-x", "./plotter"])
def test_a_name_that_somebody_chose_is_kept(by_id: Path, name: str) -> None:
    assert lasting_name(name) == name


def test_the_first_attempt_is_due_at_once_and_the_next_after_growing_pauses() -> None:
    backoff, now, pauses = Backoff(), 1000.0, []
    for _ in range(9):
        assert backoff.due(now)
        pauses.append(backoff.failed(now))
        assert not backoff.due(now)
        now += pauses[-1]
    assert pauses == sorted(pauses)
    assert pauses[0] == 0.5 and pauses[-1] == LONGEST_PAUSE == 10.0


def test_it_may_be_tried_for_days() -> None:
    backoff = Backoff()
    assert {backoff.failed(float(number)) for number in range(10_000)} >= {LONGEST_PAUSE}


def test_after_a_success_it_begins_anew() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.failed(0.0)
    backoff.reset()
    assert backoff.due(0.0) and backoff.failed(0.0) == 0.5
