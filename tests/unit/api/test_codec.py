"""One JSON object a line, and nothing that is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.api import codec

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values))
def test_what_is_encoded_is_decoded_to_the_same(message: dict[str, object]) -> None:
    line = codec.encode(message)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert json.dumps(codec.decode(line)) == json.dumps(message)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_bad_message(line: bytes) -> None:
    try:
        assert isinstance(codec.decode(line), dict)
    except codec.BadMessage as error:
        assert error.code in (codec.PARSE_ERROR, codec.INVALID_REQUEST)


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"a":' * 100_000, b"[]", b"1", b"", b'{"a":1}{"b":2}'])
def test_deep_and_wrong_json_is_a_bad_message(line: bytes) -> None:
    with pytest.raises(codec.BadMessage):
        codec.decode(line)


def test_a_message_longer_than_a_mebibyte_is_neither_made_nor_read() -> None:
    with pytest.raises(codec.BadMessage):
        codec.encode({"a": "x" * codec.MAX_MESSAGE})
    with pytest.raises(codec.BadMessage):
        codec.decode(b" " * (codec.MAX_MESSAGE + 1))
