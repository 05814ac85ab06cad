"""Other feeds than the program says never pass what the machine may do, on the way there as little as afterwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.firmware.dialect import Realtime
from dcode.firmware.feed_pace import FULL, LEAST, MOST, FeedPace, next_byte, own_share, reported

GRBL = Realtime(feed_full=b"\x90", feed_up_10=b"\x91", feed_down_10=b"\x92", feed_up_1=b"\x93", feed_down_1=b"\x94")
MAX = 1000.0
percents = st.integers(LEAST, MOST)


@given(st.floats(1, MAX), percents, percents, percents)
def test_whatever_the_firmware_makes_of_a_feed_it_is_not_too_fast(feed: float, wanted: int, now: int, own: int) -> None:
    share = own_share(own, feed, MAX)
    told = FeedPace(wanted / 100, share / 100, max(now, share, 100) / 100).told(feed, MAX)
    assert told <= MAX and told * max(now, share) / 100 <= MAX * (1 + 1e-9)


@given(st.floats(1, MAX), percents)
def test_a_firmware_that_does_its_share_goes_as_fast_as_was_wanted(feed: float, wanted: int) -> None:
    share = own_share(wanted, feed, MAX)
    told = FeedPace(wanted / 100, share / 100, max(share, 100) / 100).told(feed, MAX)
    assert told * share / 100 == pytest.approx(min(feed * wanted / 100, MAX))


def test_without_an_override_feeds_are_told_as_they_are() -> None:
    assert FULL.told(123.456, MAX) == 123.456


@given(percents, percents)
def test_byte_by_byte_the_override_comes_to_what_is_wanted(now: int, wanted: int) -> None:
    steps = 0
    while now != wanted:
        byte, now = next_byte(GRBL, now, wanted)
        assert len(byte) == 1 and LEAST <= now <= MOST
        steps += 1
    assert steps <= 28


def test_what_a_report_says_of_the_override_is_believed_if_it_can_be() -> None:
    assert reported("120,100,100") == 120
    assert [reported(text) for text in (None, "", "1x0,100", "5,100,100", "900")] == [None] * 5
