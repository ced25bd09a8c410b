"""Two versions of a playbook compared: what changed is named once, and both texts come back to the letter."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats, sides
from cyberready.playbooks.changes import ChangeKind
from cyberready.playbooks.pieces import PieceKind, differ, new_text, old_text, pieces
from tests.playbooks.comparing import SCRIPTS, STEPS
from tests.playbooks.writing import SMALL, changed, written

SHIPPED = sorted((Path(__file__).parents[2] / "playbooks").glob("*.md"))
WORDS = (
    "de",
    "burgemeester",
    "**binnen**",
    "een uur",
    "[stap](#kijk)",
    "\n",
    "\n\n",
    "- [ ] ",
    "### ",
    "é",
    "\t",
    "  ",
)
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=8)).map(" ".join)


def compared(old, new):
    found = sides.compare(old, new)
    assert found.old_text == old
    assert found.new_text == new
    return found


def said(old, new):
    """Every change as (kind, part, id, field, old, new)."""
    return [
        (one.kind.value, one.part, one.id, one.field, one.old, one.new) for one in compared(old, new).changes
    ]


def edited(text, seed, edits):
    """The text after so many edits at places that chance chose: words, line ends and whole lines."""
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(edits):
        place = chance.randrange(len(lines))
        words = lines[place].split(" ")
        at = chance.randrange(len(words))
        match chance.randrange(7):
            case 0:
                words[at] = chance.choice(WORDS)
            case 1:
                del words[at]
            case 2:
                words.insert(at, chance.choice(WORDS))
            case 3:
                words[at] += "\n"
        lines[place] = " ".join(words)
        match chance.randrange(20):
            case 0:
                del lines[place]
            case 1:
                lines.insert(chance.randrange(len(lines)), lines[place])
            case 2:
                lines.insert(chance.randrange(len(lines)), lines.pop(place))
        lines = lines or [""]
    return "\n".join(lines)


# --- words ---------------------------------------------------------------------------------------------------------


@given(TEXTS, TEXTS)
@example("a\n", "a")
@example("", " \n")
@example("\r\n a", "\x1c a")
def test_both_texts_come_back_from_the_pieces(old, new):
    found = pieces(old, new)
    assert (old_text(found), new_text(found)) == (old, new)
    assert all(piece.text for piece in found)
    assert not any(one.kind == other.kind for one, other in pairwise(found))


@pytest.mark.parametrize("edits", [1, 10, 200, 3000])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_both_texts_come_back_on_the_shipped_playbooks(path, edits):
    text = path.read_text("utf-8")
    assert len(text.split()) > 1_000
    new = edited(text, path.stem, edits)
    compared(text, new)
    compared(new, text)


def test_one_word_is_one_word():
    found = pieces("Bel de CISO binnen tien minuten.", "Bel de CISO binnen vijf minuten.")
    assert [(piece.kind.value, piece.text.strip()) for piece in found] == [
        ("same", "Bel de CISO binnen"),
        ("gone", "tien"),
        ("new", "vijf"),
        ("same", "minuten."),
    ]


def test_another_line_width_changes_no_word():
    old = "Een twee drie vier vijf zes zeven acht negen tien."
    assert not differ(pieces(old, old.replace(" ", "\n")))
    assert differ(pieces(old, old.replace("tien", "elf")))


def test_a_new_line_between_others_is_whole():
    found = pieces("- een\n- twee\n", "- een\n- anderhalf\n- twee\n")
    assert [piece.text for piece in found if piece.kind is PieceKind.NEW] == ["- anderhalf\n"]


def test_what_has_little_in_common_is_replaced_as_a_whole():
    found = pieces("De raad besluit over het krediet.", "Niemand weet waarom het licht uitging.")
    assert [piece.kind.value for piece in found] == ["gone", "new"]


def test_a_text_that_nobody_can_compare_is_still_given_back():
    old, new = "a " * 9_000 + "x", "b\n" * 3_000 + "c d " * 3_000
    assert old_text(pieces(old, new)) == old
    assert new_text(pieces(old, new)) == new


# --- structure -----------------------------------------------------------------------------------------------------

STEP = SMALL[SMALL.index("### Ruim op") :]
MIDDLE = SMALL[SMALL.index("### Waarschuw") : SMALL.index("### Ruim op")]


def test_the_same_text_has_no_change():
    assert said(SMALL, SMALL) == []


def test_a_step_that_was_added_is_one_change():
    extra = (
        SMALL
        + "\n### Meld het af {#meld-af}\n\n- Rol: ciso\n\n> **Besluit: Klaar?** {#klaar}\n> - Ja → [a](#kijk)\n> - Nee → [b](#kijk)\n"
    )
    assert said(SMALL, extra) == [("added", "step", "meld-af", "", "", "")]
    assert said(extra, SMALL) == [("removed", "step", "meld-af", "", "", "")]


def test_a_step_that_moved_is_one_change_with_both_numbers():
    assert said(SMALL, changed((STEP, ""), (MIDDLE, STEP + "\n" + MIDDLE))) == [
        ("moved", "step", "ruim-op", "", "B2", "B1")
    ]


def test_a_step_in_another_phase_moved_also_when_its_neighbours_are_the_same():
    head = "## Herstellen {#herstellen}\n\n"
    assert said(SMALL, changed((head, ""), (STEP, head + STEP))) == [
        ("moved", "step", "waarschuw", "", "B1", "A2")
    ]


def test_a_phase_that_moved_is_one_change():
    start, middle = SMALL.index("## Signaleren"), SMALL.index("## Herstellen")
    moved = SMALL[:start] + SMALL[middle:] + "\n" + SMALL[start:middle]
    assert said(SMALL, moved.rstrip("\n") + "\n")[0][:3] == ("moved", "phase", "herstellen")
    kinds = [change[0] for change in said(SMALL, moved.rstrip("\n") + "\n")]
    assert kinds.count("moved") == 1


def test_role_deputy_time_and_other_fields():
    new = changed(
        ("- Rol: ciso\n", "- Rol: ict\n"),
        ("Vervanger: ict", "Vervanger: ciso"),
        ("15 minuten", "20 minuten"),
        ("Er is een beeld.", "Er is een gedeeld beeld."),
        ("- Bewijs: Logregel.\n", "- Berichten: bewoners, raad\n"),
    )
    assert said(SMALL, new) == [
        ("role", "step", "kijk", "role", "CISO", "Manager ICT"),
        ("role", "step", "kijk", "deputy", "Manager ICT", "CISO"),
        ("time", "step", "kijk", "time", "15 minuten", "20 minuten"),
        ("field", "step", "kijk", "result", "Er is een beeld.", "Er is een gedeeld beeld."),
        ("field", "step", "kijk", "evidence", "Logregel.", ""),
        ("field", "step", "kijk", "messages", "", "bewoners, raad"),
    ]


def test_a_step_with_another_id_is_the_same_step():
    new = changed(("#waarschuw", "#bel-aan"), ("Waarschuw de bewoners", "Bel aan bij de bewoners"))
    assert [change for change in said(SMALL, new) if change[0] != "layout"] == [
        ("renamed", "step", "bel-aan", "", "waarschuw", "bel-aan"),
        ("retitled", "step", "bel-aan", "", "Waarschuw de bewoners", "Bel aan bij de bewoners"),
    ]


def test_a_phase_with_another_id_and_title_is_known_by_its_steps():
    new = changed(("## Herstellen {#herstellen}", "## Naar gewoon {#gewoon}"), ("(#herstellen)", "(#gewoon)"))
    assert [change for change in said(SMALL, new) if change[0] != "layout"] == [
        ("renamed", "phase", "gewoon", "", "herstellen", "gewoon"),
        ("retitled", "phase", "gewoon", "", "Herstellen", "Naar gewoon"),
    ]


def test_words_in_a_step_a_phase_and_the_introduction():
    new = changed(
        ("Bel aan.", "Bel overal aan."), ("Eerst kijken.", "Eerst goed kijken."), ("is voor", "dient voor")
    )
    assert said(SMALL, new) == [
        ("reworded", "intro", "", "", "", ""),
        ("reworded", "phase", "signaleren", "", "", ""),
        ("reworded", "step", "waarschuw", "", "", ""),
    ]


def test_decision_points_and_their_outcomes():
    new = changed(
        ("Is het de hele wijk?", "Is het heel de wijk?"),
        ("> - Nee -> [Herstel](#herstellen)", "> - Nee → [Ruim op](#ruim-op)\n> - Onbekend → [Kijk](#kijk)"),
    )
    assert said(SMALL, new) == [
        ("retitled", "decision", "besluit-wijk", "", "Is het de hele wijk?", "Is het heel de wijk?"),
        (
            "outcomes",
            "decision",
            "besluit-wijk",
            "",
            "Ja → Waarschuw\nNee → Herstel",
            "Ja → Waarschuw\nNee → Ruim op\nOnbekend → Kijk",
        ),
    ]


POINT = SMALL[SMALL.index("> **Besluit") : SMALL.index("## Herstellen")]


def test_a_decision_point_that_came_went_moved_or_got_another_id():
    without = changed((POINT, ""))
    assert said(without, SMALL) == [("added", "decision", "besluit-wijk", "", "", "")]
    assert said(SMALL, without) == [("removed", "decision", "besluit-wijk", "", "", "")]
    away = changed((POINT, ""), ("Bel aan.\n", "Bel aan.\n\n" + POINT.rstrip("\n") + "\n"))
    assert said(SMALL, away) == [("moved", "decision", "besluit-wijk", "", "A1", "B1")]
    renamed = changed(("#besluit-wijk", "#hele-wijk"), ("**Besluit: Is", "**Zolang: Is"))
    assert said(SMALL, renamed) == [
        ("renamed", "decision", "hele-wijk", "", "besluit-wijk", "hele-wijk"),
        ("field", "decision", "hele-wijk", "kind", "decision", "while"),
    ]


def test_a_decision_point_that_moved_to_a_new_step_came_with_it():
    extra = "### Kies {#kies}\n\n- Rol: ciso\n\n" + POINT
    assert said(SMALL, changed((POINT, extra))) == [
        ("removed", "decision", "besluit-wijk", "", "", ""),
        ("added", "step", "kies", "", "", ""),
    ]


def test_front_matter_value_by_value():
    new = changed(('version: "1.0"', 'version: "1.1"'), ("  ict: Manager ICT", "  ict: Hoofd ICT\n  fg: FG"))
    assert said(SMALL, new) == [
        ("field", "front", "", "version", "1.0", "1.1"),
        ("field", "front", "", "roles.ict", "Manager ICT", "Hoofd ICT"),
        ("field", "front", "", "roles.fg", "", "FG"),
    ]


def test_another_notation_is_named_as_such():
    assert said(SMALL, changed(("- Role: ict", "- Rol: ict"))) == [
        ("layout", "step", "waarschuw", "", "", "")
    ]


def test_ids_that_sections_are_called_by_do_not_confuse():
    new = changed(("{#kijk}", "{#front}"), ("(#kijk)", "(#front)"), ("{#ruim-op}", "{#intro}"))
    assert ("renamed", "step", "front", "", "kijk", "front") in said(SMALL, new)
    assert said(new, new) == []


def test_a_text_with_faults_is_compared_by_section_and_word():
    faulty = changed(("- Rol: ciso", "- Wie: ciso"), ("### Ruim op {#ruim-op}", "### Opruimen {#ruim-op}"))
    with pytest.raises(FaultsFound):
        formats.parse(faulty)
    found = said(SMALL, faulty)
    assert ("reworded", "step", "kijk", "", "", "") in found
    assert ("retitled", "step", "ruim-op", "", "Ruim op", "Opruimen") in found
    assert len(found) == 2
    assert said("Zo maar een tekst", "Zo maar iets anders") == [("reworded", "intro", "", "", "", "")]


@given(TEXTS, TEXTS)
def test_any_two_texts_can_be_compared(old, new):
    assert (said(old, new) == []) == (bare(old) == bare(new))


def bare(source):
    """A text without the blank lines at the ends of its sections."""
    return [section.text.rstrip() for section in sides.side(source).sections]


@given(SCRIPTS, SCRIPTS)
def test_no_change_means_the_same_text(old, new):
    assert (said(written(old), written(new)) == []) == (bare(written(old)) == bare(written(new)))


@given(SCRIPTS, STEPS, STEPS, st.randoms())
def test_moving_one_step_in_its_phase_is_one_change(phases, one, other, chance):
    source = written([*phases, ("Einde", [one, other])])
    book = formats.parse(source)
    phase = chance.choice([phase for phase in book.phases if len(phase.steps) > 1])
    sections = list(sides.side(source).sections)
    name = chance.choice(phase.steps).id
    step = next(section for section in sections if section.key == name)
    others = [section for section in sections if section is not step]
    first = next(at for at, section in enumerate(others) if section.key == phase.id)
    place = first + 1 + chance.randrange(len(phase.steps))
    texts = [section.text.rstrip("\n") + "\n\n" for section in others]
    texts.insert(place, step.text.rstrip("\n") + "\n\n")
    before = "".join(section.text.rstrip("\n") + "\n\n" for section in sections)
    after = "".join(texts)
    moved = [change for change in said(before, after) if change[0] != ChangeKind.LAYOUT]
    assert [change[0] for change in moved] == ([] if before == after else ["moved"])
