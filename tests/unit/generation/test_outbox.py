from __future__ import annotations

import pytest

from dcode.generation.outbox import Outbox, Overfull


def emptied(outbox: Outbox) -> list[bytes]:
    lines = list[bytes]()
    while line := outbox.next():
        lines.append(line)
    return lines


def test_lines_go_in_the_order_in_which_they_were_said():
    outbox = Outbox()
    outbox.say(b"a")
    outbox.step(1, b"b")
    outbox.say(b"c")
    assert emptied(outbox) == [b"a", b"b", b"c"]
    assert outbox.held == 0


def test_only_the_newest_step_of_a_request_waits():
    outbox = Outbox(most=20)
    for number in range(1000):
        outbox.step(1, b"one %d" % number)
        outbox.step(2, b"two %d" % number)
    assert emptied(outbox) == [b"one 999", b"two 999"]


def test_what_must_not_be_lost_is_bounded_too():
    outbox = Outbox(most=10)
    outbox.say(b"12345")
    outbox.say(b"12345")
    with pytest.raises(Overfull):
        outbox.say(b"6")
