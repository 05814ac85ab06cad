"""Thinning, chains, distances and what is connected, against the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.skeleton.chains import chains
from dcode.geometry.skeleton.depth import Paper, depths
from dcode.geometry.skeleton.labels import labelled
from dcode.geometry.skeleton.peel import peel
from dcode.geometry.skeleton.thin import Ink, _deleted, codes, steps, thin
from dcode.geometry.skeleton.united import united


@st.composite
def masks(draw: st.DrawFn) -> Ink:
    """Small ones of any aspect, with solid places as well as single pixels."""
    height, width = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    chance = np.random.Generator(np.random.PCG64(draw(st.integers(0, 10_000))))
    mask = chance.random((height, width)) < draw(st.sampled_from([0.1, 0.4, 0.7, 0.95]))
    return np.repeat(np.repeat(mask, draw(st.integers(1, 3)), axis=0), draw(st.integers(1, 3)), axis=1)


def flooded(mask: Ink) -> list[int]:
    """A number for each pixel's connected piece, one pixel after the other."""
    number: dict[tuple[int, int], int] = {}
    for start in zip(*np.nonzero(mask), strict=True):
        waiting = [] if start in number else [start]
        piece = len(set(number.values()))
        while waiting:
            row, column = waiting.pop()
            if (row, column) in number:
                continue
            number[row, column] = piece
            near = [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
            height, width = mask.shape
            waiting += [at for at in near if 0 <= at[0] < height and 0 <= at[1] < width and mask[at]]
    return [number[at] for at in zip(*np.nonzero(mask), strict=True)]


def same_pieces(one: list[int], other: list[int]) -> bool:
    return len(one) == len(other) and len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


@settings(max_examples=60, deadline=None)
@given(masks())
def test_connected_pixels_have_one_number(mask: Ink):
    assert same_pieces(labelled(mask).tolist(), flooded(mask))


@settings(max_examples=60, deadline=None)
@given(masks())
def test_a_skeleton_is_in_as_many_pieces_as_its_ink_and_keeps_the_holes(mask: Ink):
    skeleton = thin(mask)
    assert not (skeleton & ~mask).any()
    assert len(set(flooded(skeleton))) == len(set(flooded(mask)))
    # Holes are joined by sides alone; a pixel more all around makes what is outside one piece.
    paper, bare = (len(set(_by_sides(~np.pad(ink, 1)))) for ink in (mask, skeleton))
    assert paper == bare


def _by_sides(mask: Ink) -> list[int]:
    height, width = mask.shape
    number = np.arange(height * width).reshape(height, width)
    level, upright = mask[:, 1:] & mask[:, :-1], mask[1:] & mask[:-1]
    pairs = [
        np.stack([number[:, 1:][level], number[:, :-1][level]], axis=1),
        np.stack([number[1:][upright], number[:-1][upright]], axis=1),
    ]
    found: list[int] = united(height * width, np.concatenate(pairs))[mask.ravel()].tolist()
    return found


def test_a_line_two_pixels_wide_is_thinned_to_one_piece():
    mask = np.zeros((20, 20), dtype=bool)
    for i in range(18):
        mask[i, i : i + 2] = True
    skeleton = thin(mask)
    assert len(set(flooded(skeleton))) == 1
    assert skeleton.sum() >= 16


@settings(max_examples=60, deadline=None)
@given(masks())
def test_chains_pass_every_pixel_of_a_skeleton_and_end_where_three_meet_or_one_ends(mask: Ink):
    skeleton = thin(mask)
    found = chains(skeleton)
    drawn = np.zeros_like(skeleton)
    drawn[found.rows, found.columns] = True
    assert np.array_equal(drawn, skeleton)
    inner = np.ones(len(found.rows), dtype=bool)
    inner[found.starts[:-1]] = inner[found.starts[1:] - 1] = False
    places = np.stack([found.rows, found.columns], axis=1)
    assert len(np.unique(places[inner], axis=0)) == inner.sum()
    steps = np.abs(np.diff(places, axis=0)).max(axis=1, initial=0)
    assert (np.delete(steps, found.starts[1:-1] - 1) == 1).all()
    assert same_pieces(found.parts[found.owner].tolist(), _pieces_of(found.rows, found.columns, skeleton))


def _pieces_of(rows: np.ndarray, columns: np.ndarray, skeleton: Ink) -> list[int]:
    number = np.zeros(skeleton.shape, dtype=np.int64)
    number[np.nonzero(skeleton)] = flooded(skeleton)
    found: list[int] = number[rows, columns].tolist()
    return found


@pytest.mark.parametrize("beyond", [False, True])
@settings(max_examples=60, deadline=None)
@given(mask=masks())
def test_depths_are_the_distances_from_the_nearest_paper(beyond: bool, mask: Ink):
    rows, columns = np.nonzero(mask)
    paper = np.argwhere(~mask) if beyond else np.argwhere(~np.pad(mask, 1)) - 1
    found = depths(mask, rows, columns, beyond=beyond)
    if not len(paper):
        assert (found > 1000).all()
        return
    expected = np.array([np.hypot(*(paper - at).T).min() for at in zip(rows, columns, strict=True)])
    assert found == pytest.approx(expected)
    some = depths(mask, rows, columns, 2.0, beyond=beyond)
    assert some[expected <= 2] == pytest.approx(expected[expected <= 2]) and (some[expected > 2] > 2).all()
    if beyond:
        near, across = Paper.around(mask, beyond=True).nearest(rows, columns, 100.0)
        assert not mask[near, across].any()
        assert np.hypot(near - rows, across - columns) == pytest.approx(expected)


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_what_pairs_link_belongs_to_the_lowest_of_it(count: int, pairs: list[tuple[int, int]]):
    links = [(one % count, other % count) for one, other in pairs]
    sets = [{i} for i in range(count)]
    for one, other in links:
        sets[one] |= sets[other]
        for i in sets[one]:
            sets[i] = sets[one]
    found = united(count, np.array(links, dtype=np.int64).reshape(-1, 2))
    assert found.tolist() == [min(group) for group in sets]


@settings(max_examples=60, deadline=None)
@given(masks())
def test_ink_is_peeled_alike_pixel_by_pixel_and_all_at_once(mask: Ink):
    padded = np.pad(mask, 1).astype(np.uint8)
    border, width = np.flatnonzero(padded), padded.shape[1]
    known = np.zeros(padded.size, dtype=np.uint8)
    known[border] = codes(padded.ravel(), border, width)
    flat, room = bytearray(padded), [[0] * (2 * len(border)) for _ in range(3)]
    rules = bytes(_deleted().astype(np.uint8))
    peel(flat, bytearray(known), rules, steps(width).tolist(), border.tolist(), *room)
    left = np.frombuffer(bytes(flat), dtype=np.uint8).reshape(padded.shape)[1:-1, 1:-1] & 1
    assert np.array_equal(left == 1, thin(mask, "plain"))
    assert np.array_equal(left == 1, thin(mask))


def test_a_pillar_higher_than_a_number_of_sixteen_bits_is_as_deep_as_it_is_wide():
    pillar = np.ones((70_000, 3), dtype=bool)
    rows = np.array([0, 1, 35_000, 66_000, 69_999])
    assert Paper.around(pillar).depths(rows, np.ones(5, dtype=np.int64)).tolist() == [1, 2, 2, 2, 1]
    pillar[100] = False
    found = Paper.around(pillar, beyond=True).depths(np.array([99, 15_100, 69_000]), np.zeros(3, dtype=np.int64))
    assert found[:2].tolist() == [1, 15_000] and found[2] >= 20_000
