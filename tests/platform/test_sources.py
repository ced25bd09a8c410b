import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.faults import FaultsFound
from cyberready.platform.sources import read_yaml, text_of

PLAIN = st.characters(min_codepoint=32, max_codepoint=126)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(PLAIN, max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(PLAIN, max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def faults(text):
    with pytest.raises(FaultsFound) as found:
        read_yaml(text_of(text))
    return [(fault.line, str(fault)) for fault in found.value.faults]


def flow(value):
    """A value as YAML in flow style, every text between quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "null" if value is None else str(value).lower()


@given(VALUES)
def test_what_is_written_is_read(value):
    assert read_yaml(f"top: {flow(value)}\n").value == {"top": value}


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_whatever_is_given_is_read_or_its_faults_are_named(source):
    with suppress(FaultsFound):
        read_yaml(text_of(source))


def test_texts_that_other_readers_take_for_something_else_stay_text():
    text = "a: no\nb: 1.10\nc: 12:30\nd: 2026-11-22\ne: 0x10\nf: 007\ng: .inf\nh: ja\n"
    assert read_yaml(text).value == {
        "a": "no",
        "b": "1.10",
        "c": "12:30",
        "d": "2026-11-22",
        "e": "0x10",
        "f": "007",
        "g": ".inf",
        "h": "ja",
    }


def test_numbers_truth_and_nothing_are_read_as_such():
    text = 'a: 12\nb: true\nc: null\nd: ~\ne:\nf: "12"\ng: -3\n'
    assert read_yaml(text).value == {"a": 12, "b": True, "c": None, "d": None, "e": None, "f": "12", "g": -3}


def test_every_value_has_its_line():
    document = read_yaml("a: 1\nb:\n  - x\n  - y: 2\n    z: |\n      eerste\n      tweede\n", first_line=10)
    assert document.line(("a",)) == 10
    assert document.line(("b", 0)) == 12
    assert document.line(("b", 1, "z")) == 14
    assert document.line(("b", 1, "absent", "deeper")) == 13
    assert document.line_inside(("b", 1, "z"), len("eerste\nt"), "eerste\ntweede\n") == 16


def test_line_ends_and_byte_order_mark_of_windows_are_accepted():
    assert text_of(b"\xef\xbb\xbfa: 1\r\nb: 2\r") == "a: 1\nb: 2\n"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "Save the file as UTF-8"),
        ("a: 1\nb: x\x07y\n", 2, "(U+0007)"),
        ('a: 1\nb: "x\\0y"\n', 2, "(U+0000)"),
        ("a: 1\nb: \ud800\n", 2, "(U+D800)"),
        ("a: 1\na: 2\n", 2, "a stands here twice; the first is on line 1"),
        ("a: &x 1\nb: 2\n", 1, "Anchors and aliases"),
        ("a: &x [1]\nb: *x\n", 2, "Anchors and aliases"),
        ("a: *x\n", 1, "Anchors and aliases"),
        ("a: !!python/object:os.system x\n", 1, "Tags (!)"),
        ("a: x: y\n", 1, "A colon followed by a space"),
        ("a:\n\t- x\n", 2, "Indent with spaces"),
        ("a: 1\nb: 'x\n\nc: 1\n", 2, "quotes that open here are never closed"),
        ("a: 1\nb: [1, 2\nc: 1\n", 2, "bracket that opens here is never closed"),
        ("a: 1\nb\nc: 1\n", 3, "a colon is missing"),
        ('a: "\\q"\n', 1, "use single quotes"),
        ("a:\n  b: 1\n c: 2\n", 3, "Check the indentation"),
        ("a: 1\n---\nb: 2\n", 2, "A second document"),
        ("? [a, b]\n: 1\n", 1, "A key must be a word"),
        ("a: " + "[" * 50, 1, "nested too deeply"),
    ],
)
def test_what_is_refused_names_line_and_remedy(text, line, part):
    found = faults(text)
    assert any(at == line and part in sentence for at, sentence in found), found


def test_a_file_that_would_grow_is_refused_before_it_does():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{last}, *{last}]\n" for last, name in ("ab", "bc", "cd")
    )
    assert {sentence[:7] for _, sentence in faults(bomb)} == {"Anchors"}


def test_ten_megabytes_are_refused_at_once():
    start = time.process_time()
    assert faults(b"a: b\n" * 2_000_000) == [(1, "The file is larger than 2 MB. Split it.")]
    assert time.process_time() - start < 0.5


def test_no_more_faults_are_named_than_anyone_reads():
    with pytest.raises(FaultsFound) as found:
        read_yaml("a: 1\n" * 1000)
    assert len(found.value.faults) == 200
    assert str(found.value) == "Faults in the file: 999. Mend them and try again."
