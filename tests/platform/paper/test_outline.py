import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cyberready.platform.paper.outline import Paragraph, Run, marked, paragraphs, printable


def test_printable_keeps_what_people_write():
    assert printable("Één\tregel\nen → ☐ 😀") == "Één\tregel\nen → ☐ 😀"


@pytest.mark.parametrize("bad", ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_printable_drops_what_xml_refuses(bad):
    assert printable(f"a{bad}b") == "ab"


@given(st.text(st.characters(exclude_categories=())))
def test_xml_takes_whatever_printable_leaves(text):
    node = etree.Element("t")
    node.text = printable(text)
    assert etree.fromstring(etree.tostring(node)).tag == "t"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("niets vet", (Run("niets vet"),)),
        ("**Let op:** bel", (Run("Let op:", bold=True), Run(" bel"))),
        (
            "een **twee** drie **vier**",
            (Run("een "), Run("twee", bold=True), Run(" drie "), Run("vier", bold=True)),
        ),
        ("2 ** 3", (Run("2 ** 3"),)),
        ("", ()),
    ],
)
def test_stars_are_bold(text, runs):
    assert marked(text) == runs


def test_blank_lines_part_paragraphs():
    assert paragraphs("een\ntwee\n\n \ndrie\n") == (Paragraph((Run("een\ntwee"),)), Paragraph((Run("drie"),)))
    assert paragraphs(" \n\n ") == ()
