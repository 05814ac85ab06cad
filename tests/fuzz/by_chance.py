"""Inputs by hypothesis: words of a target's language, noise, and both in any order."""

from __future__ import annotations

from hypothesis import strategies as st
from targets import Target


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """The first byte chooses a firmware, where a target has several."""
    piece = st.one_of(st.sampled_from(target.words), st.sampled_from(target.words), st.binary(max_size=6))
    return st.tuples(st.binary(min_size=1, max_size=1), st.lists(piece, max_size=60)).map(
        lambda parts: parts[0] + b"".join(parts[1])
    )
