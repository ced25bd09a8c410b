"""What a step refers to, where it goes on, and the three kinds of branches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import references, wording
from cyberready.playbooks.formats import digest, parse
from cyberready.playbooks.rules import END, Outcome
from tests.playbooks.writing import SMALL, changed

FIELD = "- Bewijs: Logregel.\n"
KEYS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)


def with_field(*lines):
    return changed((FIELD, FIELD + "".join(f"- {line}\n" for line in lines)))


def faults(text):
    with pytest.raises(FaultsFound) as found:
        parse(text)
    return [(fault.line, str(fault)) for fault in found.value.faults]


@pytest.mark.parametrize("names", [wording.FIELDS], ids=["both languages"])
def test_a_step_names_its_messages_contacts_clocks_and_playbooks(names):
    text = with_field(
        "Berichten: storing-website, storing-raad",
        "Contacts: Leider CoPI, IBD (24/7)",
        "Termijnen: CBW-24,AVG-33",
        "Playbooks: opschalen",
        "Daarna: ruim-op",
    )
    step = parse(text).steps[0]
    assert step.messages == ("storing-website", "storing-raad")
    assert step.contacts == ("Leider CoPI", "IBD (24/7)")
    assert step.clocks == ("CBW-24", "AVG-33")
    assert step.playbooks == ("opschalen",)
    assert step.next == "ruim-op"
    assert parse(SMALL).steps[0].messages == ()
    assert set(names.values()) >= {*wording.LISTS, "next"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#ruim-op", "ruim-op"),
        ("ruim-op", "ruim-op"),
        ("[ruim op](#ruim-op)", "ruim-op"),
        ("herstellen", "herstellen"),
        ("besluit-wijk", "besluit-wijk"),
        ("einde", END),
        ("End", END),
    ],
)
def test_where_a_step_goes_on(written, read):
    assert parse(with_field(f"Daarna: {written}")).steps[0].next == read


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Daarna: weg", "There is no phase, step or decision point #weg. Choose from: "),
        ("Daarna: [weg](#weg)", "There is no phase, step or decision point #weg. Choose from: "),
        ("Daarna: ruim op", "ruim op is not a place to go on"),
        ("Daarna: #einde", "#einde is not a place to go on"),
        ("Berichten: Storing Website", "Storing Website is not a name that can stand here"),
        ("Termijnen: CBW 24", "CBW 24 is not a name"),
        ("Draaiboeken: a, b, a", "a stands here twice"),
        ("Contacten:", "Contacten is empty"),
        (f"Contacten: {'x' * 121}", "is not a name"),
    ],
)
def test_what_a_step_cannot_refer_to(line, part):
    found = faults(with_field(line))
    assert [at for at, _ in found] == [27]
    assert part in found[0][1]


def test_a_step_called_end_is_no_place_to_go_on_by_that_word():
    text = with_field("Daarna: einde").replace("{#ruim-op}", "{#einde}")
    assert parse(text).steps[0].next == END


@given(st.lists(KEYS, min_size=1, max_size=5, unique=True), st.sampled_from([",", ", ", " ,  "]))
def test_names_are_read_as_they_were_joined(keys, comma):
    step = parse(with_field(f"Berichten: {comma.join(keys)}")).steps[0]
    assert step.messages == tuple(keys)


@given(st.text(max_size=30))
def test_whatever_stands_after_next_is_read_or_refused(value):
    assert wording.goes_on(value) is None or value


BRANCH = "> **Besluit: Is het de hele wijk?** {#besluit-wijk}\n> - Ja → [Waarschuw](#waarschuw)\n> - Nee -> [Herstel](#herstellen)\n"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Besluit", "decision"),
        ("Decision", "decision"),
        ("Tegelijk", "parallel"),
        ("PARALLEL", "parallel"),
        ("Zolang", "while"),
        ("while", "while"),
    ],
)
def test_the_word_says_what_kind_of_branch_it_is(word, kind):
    (point,) = parse(changed(("**Besluit:", f"**{word}:"))).decision_points
    assert (point.kind, point.id, point.question) == (kind, "besluit-wijk", "Is het de hele wijk?")
    assert point.outcomes[0] == Outcome("Ja", "Waarschuw", "waarschuw", 34)


def test_what_is_repeated_needs_one_outcome_only():
    text = changed(("**Besluit:", "**Zolang:"), ("> - Nee -> [Herstel](#herstellen)\n", ""))
    assert len(parse(text).decision_points[0].outcomes) == 1


@pytest.mark.parametrize(
    ("pairs", "line", "part"),
    [
        (
            [("**Besluit:", "**Tegelijk:"), ("> - Nee -> [Herstel](#herstellen)\n", "")],
            33,
            "at the same time",
        ),
        ([("**Besluit:", "**Zolang:"), ("- Nee", "- Soms -> [x](#kijk)\n> - Nee")], 33, "has one outcome"),
        ([("**Besluit: Is het de hele wijk?** {#besluit-wijk}", "**Zolang: dat**")], 33, "Write {#dat}"),
        ([("**Besluit: Is het de hele wijk?**", "**Tegelijk: dat")], 33, "**Tegelijk: what it is about**"),
        ([("**Besluit: Is het de hele wijk?**", "**While: dat")], 33, "**Zolang: the question?**"),
    ],
)
def test_a_branch_that_is_written_wrongly(pairs, line, part):
    assert any(at == line and part in sentence for at, sentence in faults(changed(*pairs)))


@pytest.mark.parametrize(
    "words",
    ["**Tegelijk** bellen wij.", "**Let op:** niets.", "**Zolang** het duurt.", "**While you wait** sit."],
)
def test_an_ordinary_quote_stays_one(words):
    assert parse(changed(("**Let op:** raak niets aan.", words))).steps[0].content[0].endswith(f"> {words}")


def test_a_translation_says_of_what():
    text = changed(("owner: CISO", 'owner: CISO\ntranslates: "1.0"'))
    assert parse(text).translates == "1.0"
    assert parse(SMALL).translates == ""


def test_unknown_names_are_told_with_their_line():
    text = with_field("Termijnen: CBW-24, CBW-99", "Berichten: weg", "Draaiboeken: stroomstoring")
    known = {
        "messages": frozenset({"er-wel"}),
        "clocks": frozenset({"CBW-24", "AVG-33"}),
        "playbooks": frozenset({"stroomstoring"}),
    }
    found = [(fault.line, str(fault)) for fault in references.unknown(parse(text), text, known)]
    assert sorted(found) == [
        (27, "There is no legal clock CBW-99. Choose from: CBW-24, AVG-33."),
        (28, "There is no message template weg. Choose from: er-wel."),
    ]


def test_what_is_shipped_is_known():
    known = references.shipped()
    assert {"CBW-24", "AVG-33"} <= known["clocks"]
    assert "ransomware-bij-de-gemeente" in known["playbooks"]
    assert known["messages"]


def test_the_new_words_change_no_digest():
    assert parse(SMALL).digest == digest(SMALL)
