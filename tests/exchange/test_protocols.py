"""Habits of municipal protocols that a reader understands at a glance, and so must who brings one in."""

import pytest

from cyberready.exchange import formats as exchange
from cyberready.exchange import recognising
from cyberready.exchange.report import Kind
from cyberready.exchange.shaping.cast import parted
from cyberready.playbooks import formats
from tests.exchange.documents import document, heading, paragraph, table

PROTOCOL = """\
# Protocol uitval telefonie

Versie 2.3, vastgesteld door het managementteam op 14 maart 2025.

## 1. Doel

Dit protocol zegt wat medewerkers doen wanneer de telefonie uitvalt.

## 2. Melden

1. Stel vast welke nummers geraakt zijn (verantwoordelijk: ICT-beheer, binnen 15 minuten)
2. Bel de leverancier (CISO, uiterlijk na 1 uur)

## 3. Maatregelen

| Stap | Actie | Wie | Termijn |
|---|---|---|---|
| 3 | Duurt het langer dan vier uur? Ja → stap 4, nee → stap 5 | Crisisteam | 1 uur |
| Stap 4. | Schaal op | Secretaris | |
| 5a | Sluit af | CISO | |
"""


@pytest.fixture(scope="module")
def found():
    return exchange.brought("protocol.md", PROTOCOL.encode())


@pytest.fixture(scope="module")
def playbook(found):
    return formats.parse(found.source)


def test_numbers_under_a_column_step_are_numbers_and_no_titles(found, playbook):
    steps = playbook.phases[2].steps
    assert [step.title for step in steps] == ["Duurt het langer dan vier uur?", "Schaal op", "Sluit af"]
    (decision,) = playbook.decision_points
    assert [(to.answer, to.target) for to in decision.outcomes] == [
        ("Ja", "schaal-op"),
        ("Nee", "sluit-af"),
    ]
    told = [remark.said() for remark in found.report.of(Kind.SKIPPED)]
    assert any(one.endswith("3, Stap 4., 5a") for one in told)


@pytest.mark.parametrize("word", ["Beslis", "Besluit", "besluit"])
def test_a_title_that_says_it_is_a_decision_is_asked_without_saying_so_again(word):
    text = PROTOCOL.replace("Duurt het", f"{word}: duurt het")
    book = formats.parse(exchange.brought("protocol.md", text.encode()).source)
    assert [point.question for point in book.decision_points] == ["Duurt het langer dan vier uur?"]
    assert book.phases[2].steps[0].title.startswith(f"{word}: duurt")


def test_a_column_of_numbers_stays_what_is_done_where_nothing_else_says_it():
    text = (
        PROTOCOL[: PROTOCOL.index("## 3")]
        + "## 3. Wie\n\n| Stap | Wie |\n|---|---|\n| 1 | CISO |\n| 2 | ICT |\n"
    )
    made = formats.parse(exchange.brought("protocol.md", text.encode()).source)
    assert [step.title for step in made.phases[2].steps] == ["1", "2"]


def test_who_and_when_between_brackets_at_the_end_are_role_and_time(playbook):
    told = [(playbook.roles[step.role], step.time) for step in playbook.phases[1].steps]
    assert told == [("ICT-beheer", "15 minuten"), ("CISO", "1 uur")]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Bel de IBD (CISO)", "CISO"),
        ("Bel de IBD (CISO, directeur).", "CISO, directeur"),
        ("Bel de IBD (wie: de wachtcommandant; binnen een uur)", "de wachtcommandant"),
        ("Bel de IBD (binnen 5 minuten)", ""),
        ("Bel de IBD (let op: niet mailen)", ""),
    ],
)
def test_the_role_between_brackets(text, role):
    assert recognising.trailing_role(text) == role


def test_the_words_of_a_time_target_are_quoted_up_to_the_target():
    long = "Stel met de leverancier en de beheerders van alle andere locaties vast welke nummers geraakt zijn, binnen 15 minuten"
    text = PROTOCOL.replace("Bel de leverancier (CISO, uiterlijk na 1 uur)", long)
    report = exchange.brought("protocol.md", text.encode()).report
    told = next(
        one.said()
        for one in report.of(Kind.GUESSED)
        if "andere locaties" in one.said() and "time target" in one.said()
    )
    assert told.endswith("geraakt zijn, binnen 15 minuten”.")


def test_a_line_that_begins_with_the_version_says_it_and_is_no_summary(found, playbook):
    assert playbook.version == "2.3"
    assert playbook.summary == "Dit protocol zegt wat medewerkers doen wanneer de telefonie uitvalt."
    assert "vastgesteld door het managementteam" in found.source


@pytest.mark.parametrize(
    "line", ["Versie voor de raad", "Versies van dit stuk", "Versie 2.3.4.5.6.7 van alles"]
)
def test_other_lines_say_no_version(line):
    text = PROTOCOL.replace("Versie 2.3, vastgesteld door het managementteam op 14 maart 2025.", line)
    assert formats.parse(exchange.brought("protocol.md", text.encode()).source).version == "0.9"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CISO (plv. ISO)", ("CISO", "ISO", False)),
        ("CISO (plaatsvervanger: de ISO)", ("CISO", "de ISO", False)),
        ("CISO, vervanger ISO", ("CISO", "ISO", False)),
        ("Mayor (deputy: the secretary)", ("Mayor", "the secretary", False)),
        ("Adviseur (hoofd ICT/IM)", ("Adviseur (hoofd ICT/IM)", "", False)),
        ("(CISO)", ("CISO", "", False)),
        ("CISO / ISO", ("CISO", "", True)),
        ("CISO (ISO, vervanger FG)", ("CISO (ISO)", "FG", False)),
        ("CISO)", ("CISO", "", False)),
        ("", ("", "", False)),
    ],
)
def test_role_and_deputy_in_one_cell(text, told):
    assert parted(text) == told


def test_a_version_in_a_cell_is_no_number_of_a_list():
    matter = table(["Documentnaam", "Draaiboek"], ["Versie", "1.4 definitief"], ["Eigenaar", "CISO"])
    source = exchange.brought("oud.docx", document(matter + heading("1. Melden") + paragraph("Bel."))).source
    assert formats.attempt(source)[0].version == "1.4 definitief"


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("De CISO bepaalt binnen 30 minuten of het ernst is.", "30 minuten"),
        ("Binnen 2 uur, langer niet.", "2 uur"),
        ("De AP moet binnen 72 uur zijn ingelicht.", ""),  # a legal term is not the target of the step
        ("Kijk goed.", ""),
    ],
)
def test_a_heading_with_a_role_takes_its_time_target_from_a_paragraph_that_says_it(line, time):
    text = f"# Oud\n\n## Melden\n\n### Stap 1: Beoordeel\n\nWie: CISO\n\n{line}\n"
    (step,) = formats.parse(exchange.brought("oud.md", text.encode()).source).steps
    assert (step.title, step.time) == ("Beoordeel", time)
