"""A comparison in Word: accepting every change gives the new text, rejecting every change the old one."""

import random
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.texts import speaking
from cyberready.playbooks import lifecycle, sides
from cyberready.playbooks.comparison import Comparison
from cyberready.playbooks.documents_changes import Author, as_docx
from cyberready.playbooks.documents_comparison import Heading, arranged, as_html, as_text, is_front
from cyberready.playbooks.documents_comparison import facts as facts_of
from cyberready.playbooks.lines import LineStyle, lines, rows
from tests.playbooks.comparing import SCRIPTS, SECOND
from tests.playbooks.writing import SMALL, changed, written

SHIPPED = Path(__file__).parents[2] / "playbooks"
AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
AUTHOR = Author("Kim de Boer", AT, "Waterveld")


def word(old, new):
    with speaking("nl"):
        written = as_docx(sides.compare(old, new), Heading("Stroom", "versie 1.0", "versie 1.1"), AUTHOR)
    return docx.Document(BytesIO(written)).element.body


def read(body, *, accepted):
    """The paragraphs as Word leaves them after accepting or rejecting every change."""
    keep, drop = ("ins", "del") if accepted else ("del", "ins")
    found, open_ = [], ""
    for paragraph in body.iterchildren(qn("w:p")):
        for node in paragraph.iter(qn("w:t"), qn("w:delText")):
            inside = {parent.tag for parent in node.iterancestors()}
            if qn(f"w:{drop}") not in inside:
                open_ += node.text
        if paragraph.xpath(f"./w:pPr/w:rPr/w:{drop}"):
            continue  # its end goes, so that what follows joins it
        found.append(open_)
        open_ = ""
    assert keep != drop
    return [" ".join(text.split()) for text in found if text.strip()]


def text_part(words):
    """What stands below the summary, without the notes about what moved."""
    after = words[words.index("De tekst met de wijzigingen") + 1 :]
    return [one for one in after if not one.startswith("Verplaatst van")]


def expected(source):
    """What is to stand there: every section with its number and title, without the front matter."""
    side = sides.side(source)
    numbers = {step.id: step.number for step in side.playbook.steps}
    found = []
    for section in side.sections[1:]:
        first, _, rest = section.text.partition("\n")
        found.append(
            f"{numbers.get(section.key, '')} {section.title}\n{rest}" if section.movable else first + rest
        )
    return found


def letters(words):
    """Only letters: marks of Markdown, bullets and white space do not count."""
    return "".join(sign for sign in "".join(words) if sign.isalpha())


@pytest.mark.parametrize("accepted", [True, False])
def test_accepting_gives_the_new_text_and_rejecting_the_old(accepted):
    body = word(SMALL, SECOND)
    words = text_part(read(body, accepted=accepted))
    assert ("20 minuten" in "".join(words), "15 minuten" in "".join(words)) == (accepted, not accepted)
    assert any("lantaarns" in one for one in words) == accepted
    assert "A1 Kijk wat er aan de hand is" in words


@pytest.mark.parametrize("seed", range(6))
def test_on_a_real_text_every_letter_comes_back(seed):
    old = (SHIPPED / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    chance = random.Random(seed)
    parts = old.split("\n")
    plain = [place for place, line in enumerate(parts) if line[:1].isalpha() or line.startswith("- [ ]")]
    for place in sorted(chance.sample(plain[30:], 40), reverse=True):
        said = parts[place].split(" ")
        words = [at for at, one in enumerate(said) if one.isalpha()]
        said[chance.choice(words)] = "gewijzigd"
        parts[place] = " ".join(said)
        if chance.random() < 0.3:
            parts.insert(place, parts[place] + " Nog een zin.")
        elif chance.random() < 0.2:
            del parts[place]
    new = "\n".join(parts)
    body = word(old, new)
    assert letters(text_part(read(body, accepted=True))) == letters(expected(new))
    assert letters(text_part(read(body, accepted=False))) == letters(expected(old))


def test_every_change_says_who_and_when():
    body = word(SMALL, SECOND)
    marks = body.xpath(".//w:ins | .//w:del")
    assert marks
    assert {mark.get(qn("w:author")) for mark in marks} == {"Kim de Boer"}
    assert {mark.get(qn("w:date")) for mark in marks} == {"2026-11-23T08:30:00Z"}
    numbers = [mark.get(qn("w:id")) for mark in marks]
    assert len(numbers) == len(set(numbers))
    assert not body.xpath(".//w:del//w:t")
    assert not body.xpath(".//w:ins//w:delText")


def test_a_step_that_came_or_went_is_tracked_with_its_heading():
    extra = SMALL + "\n### Meld het af {#meld-af}\n\n- Rol: ciso\n"
    for old, new, accepted in ((SMALL, extra, True), (extra, SMALL, False)):
        body = word(old, new)
        assert "B3 Meld het af" in read(body, accepted=accepted)
        assert "B3 Meld het af" not in read(body, accepted=not accepted)


def test_the_same_comparison_gives_the_same_file():
    found = sides.compare(SMALL, SECOND)
    heading = Heading("Stroom", "1.0", "1.1")
    assert as_docx(found, heading, AUTHOR) == as_docx(found, heading, AUTHOR)
    assert as_html(found, heading) == as_html(found, heading)


def test_lines_for_the_eye():
    new = changed(
        ("Bel aan.", "Bel aan\nbij iedereen."),
        ("- [ ] Kijk naar buiten.", "- [ ] Kijk naar boven."),
        ("Eerst kijken.\n", "1. Eerst kijken.\n2. Dan doen.\n   - En praten.\n"),
    )
    found = {passage.section.key: lines(passage.pieces) for passage in sides.compare(SMALL, new).passages}
    assert [(one.style, one.state) for one in found["kijk"]][6] == (LineStyle.TASK, "changed")
    assert [(one.style, one.depth, one.sign) for one in found["signaleren"][2:]] == [
        (LineStyle.NUMBER, 0, "2."),
        (LineStyle.BULLET, 1, ""),
    ]
    said = ["".join(piece.text for piece in one.pieces) for one in found["waarschuw"]]
    assert said[3:] == ["Bel aan bij iedereen."]


def test_what_is_gone_stands_beside_what_came():
    found = sides.compare(SMALL, changed(("- [ ] Kijk naar buiten.\n", "- [ ] Onderzoek alles.\n")))
    passage = next(one for one in found.passages if one.section.key == "kijk")
    pairs = [(left, right) for left, right in rows(lines(passage.pieces)) if left is not right]
    assert [(left.state, right.state) for left, right in pairs] == [("gone", "new")]


FACTS = st.dictionaries(
    st.sampled_from(["title", "summary", "owner", "tlp"]),
    st.sampled_from(["GREEN", "AMBER", "RED"]),
)


@given(SCRIPTS, SCRIPTS, FACTS)
def test_what_is_told_holds_both_texts_and_the_front_matter_last(before, after, facts):
    old, new = written(before), written(after)
    for name, said in facts.items():
        new = lifecycle.with_front(new, name, said)
    found = sides.compare(old, new)
    told = [passage for _place, passage in arranged(found.passages)]
    again = Comparison(tuple(told))
    assert (again.old_text, again.new_text) == (old, new)
    assert [is_front(passage) for passage in told] == sorted(is_front(passage) for passage in told)
    changed_facts = [change for passage in told if is_front(passage) for change in passage.changes]
    assert facts_of(enumerate(told)) == [one for one in changed_facts if one.field != "version"]


@given(FACTS)
def test_the_file_and_the_terminal_tell_the_front_matter_after_the_text(facts):
    new = SECOND
    for name, said in facts.items():
        new = lifecycle.with_front(new, name, said)
    found, heading = sides.compare(SMALL, new), Heading("Stroom", "versie 1.0", "versie 1.1")
    with speaking("nl"):
        text, page = as_text(found, heading), as_html(found, heading)
    assert text.index("== B1 Ruim op") < text.index("== Gegevens bovenaan")
    assert text.index("* B1 Ruim op") < text.index("* Gegevens bovenaan")
    assert page.index("Stap verplaatst") < page.index("De gegevens bovenaan, woord voor woord")
    assert ('class="cr-table cr-front"' in page) == any(
        lifecycle.front_of(new, name) != lifecycle.front_of(SMALL, name) for name in facts
    )
