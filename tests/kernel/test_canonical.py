import hashlib
import json
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel.canonical import canonical, moment, read_moment, seal_payload


class Kind(StrEnum):
    NOTE = "note"


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_one_spelling():
    value = {"z": (1, True, None), "a": MappingProxyType({"é": Kind.NOTE}), "\U0001f600": [], "\ufb33": "\n"}
    expected = '{"a":{"é":"note"},"z":[1,true,null],"\U0001f600":[],"\ufb33":"\\n"}'
    assert canonical(value) == expected.encode()  # names in UTF-16 order: RFC 8785 section 3.2.3
    assert canonical(OrderedDict(b=1, a=2)) == canonical({"a": 2, "b": 1})


@given(plain)
def test_what_was_written_reads_back_the_same(value):
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        b"x",
        {1: "x"},
        {"deep": [{"er": 1.0}]},
        object(),
        {1, 2},
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
)
def test_no_single_spelling(value):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\udfff": 1}])
def test_what_other_readers_would_change(value):
    with pytest.raises(ValueError):
        canonical(value)


def test_a_moment_has_six_decimals_and_is_utc():
    local = datetime(2026, 11, 28, 1, 15, tzinfo=timezone(timedelta(hours=1)))
    assert moment(local) == "2026-11-28T00:15:00.000000Z"
    assert read_moment("2026-11-28T00:15:00.000000Z") == local
    with pytest.raises(ValueError, match="no time zone"):
        moment(datetime(2026, 11, 28))  # noqa: DTZ001 -- the fault under test


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_read_back(at):
    assert read_moment(moment(at)) == at
    assert len(moment(at)) == 27


@pytest.mark.parametrize(
    "text", ["2026-11-28T00:15:00.0Z", "2026-11-28T00:15:00Z", "2026-1-28T00:15:00.000000Z", ""]
)
def test_other_spellings_of_a_moment_are_refused(text):
    with pytest.raises(ValueError):
        read_moment(text)


def test_a_seal_covers_salt_and_payload():
    salt, payload = bytes(range(16)), canonical({"text": "x"})
    assert seal_payload(salt, payload) == hashlib.sha256(salt + payload).hexdigest()
    assert seal_payload(bytes(16), payload) != seal_payload(salt, payload)
    for short in (b"", bytes(15), bytes(17)):
        with pytest.raises(ValueError, match="16 bytes"):
            seal_payload(short, payload)
