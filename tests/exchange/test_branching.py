"""Lines such as ``Ja → stap 4`` in documents of others: decisions where it is clear where they lead, text where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exchange import formats as exchange
from cyberready.exchange.report import Kind
from cyberready.exchange.shaping.outcomes import read
from cyberready.playbooks import formats
from tests.exchange.documents import document, heading, paragraph, table

STEPS = "## Fase\n\n1. Kijk rond. {}\n2. Bel de bode.\n3. Ruim op.\n4. Schrijf op.\n"


def brought(text):
    found = exchange.brought("oud.md", text.encode())
    return formats.parse(found.source), found


def branches(book):
    return [
        (point.question, [(one.answer, one.target) for one in point.outcomes])
        for point in book.decision_points
    ]


def guesses(found):
    return [
        one.said()
        for one in found.report.of(Kind.GUESSED)
        if "outcome" in one.said() or "“Nee”" in one.said()
    ]


@pytest.mark.parametrize(
    ("line", "answer", "number"),
    [
        ("Ja → stap 4", "Ja", "4"),
        ("Nee: ga naar stap 7", "Nee", "7"),
        ("indien ja, door naar 3.2", "Ja", "3.2"),
        ("Zo nee, ga door naar stap 12.", "Nee", "12"),
        ("ja => 4", "Ja", "4"),
        ("**Ja** -> stap 4", "Ja", "4"),
        ("Hoog → stap 3", "Hoog", "3"),
        ("Als de wijk donker is, ga naar stap 4", "Als de wijk donker is", "4"),
        ("Anders: ga verder met stap 9", "Anders", "9"),
        ("If yes, go to step 3", "Yes", "3"),
        ("No: continue with step 5", "No", "5"),
        ("Ja → ga naar stap 2 (bellen)", "Ja", "2"),
    ],
)
def test_a_line_that_says_where_to_go_on(line, answer, number):
    (found,) = read(line).outcomes
    assert (found.answer, found.number) == (answer, number)


@pytest.mark.parametrize(
    "line",
    [
        "Ga naar stap 4",
        "Bel de bode en ga naar stap 4",
        "Prioriteit → 1",
        "Ja → stap 4 en bel de bode",
        "Temperatuur: 3.2",
        "binnen 30 minuten naar stap 3",
        "Ja",
        "",
        "[Ja] → stap 4",
        "Ja → stap 4. Denk aan de sleutel.",
        "x" * 500 + " → stap 4",
    ],
)
def test_another_line_does_not(line):
    assert read(line) is None


@given(st.text("ja nee→->=:;,.?123 stapgnr()*[]\\\n"))
def test_any_line_is_read_without_a_crash_and_keeps_its_words(line):
    found = read(line)
    if found is not None:
        for one in found.outcomes:
            assert one.words in " ".join(line.split())


@pytest.mark.parametrize(
    "lines",
    [
        "Ja → stap 3; nee → stap 4",
        "Ja: ga naar stap 3. Nee: ga naar stap 4.",
        "\n   - Ja → stap 3\n   - Nee → stap 4",
        "\n\n   Ja -> stap 3\n\n   Nee => stap 4",
        "\n\n   Ja → stap 3\n   nee → stap 4",
        "\n   a. x\n\n   Indien ja, door naar 3.\n   Indien nee, door naar 4.",
    ],
)
def test_outcomes_become_a_decision(lines):
    book, found = brought(STEPS.format(lines))
    assert branches(book) == [("Hoe gaat u verder?", [("Ja", "ruim-op"), ("Nee", "schrijf-op")])]
    told = [one for one in found.report.of(Kind.GUESSED) if "leads to the step" in one.said()]
    assert len(told) == 2
    assert {one.where()[:5] for one in told} == {"line "}


@pytest.mark.parametrize(
    "lines",
    [
        "Is de wijk donker? Ja → stap 3; nee → stap 4",
        "\n\n   Is de wijk donker?\n\n   - Ja → stap 3\n   - Nee → stap 4",
    ],
)
def test_the_question_before_them_is_asked(lines):
    book, found = brought(STEPS.format(lines))
    assert branches(book) == [("Is de wijk donker?", [("Ja", "ruim-op"), ("Nee", "schrijf-op")])]
    assert found.source.count("wijk donker") == 1


def test_a_yes_alone_leads_otherwise_to_the_next_step_and_says_that_this_is_a_guess():
    book, found = brought(STEPS.format("Zo ja, ga naar stap 4."))
    assert branches(book) == [("Hoe gaat u verder?", [("Ja", "schrijf-op"), ("Nee", "bel-de-bode")])]
    assert (
        guesses(found)[-1]
        == "Nothing says what follows otherwise: “Nee” leads to the next step, “Bel de bode”."
    )


def test_a_question_in_the_title_of_a_step():
    book, _found = brought(STEPS.replace("Kijk rond. {}", "Is het donker: ja → stap 3, nee → stap 4"))
    assert book.steps[0].title == "Is het donker"
    assert branches(book) == [("Is het donker", [("Ja", "ruim-op"), ("Nee", "schrijf-op")])]


@pytest.mark.parametrize(
    "lines", ["Ja → stap 3; nee → stap 9", "Hoog → stap 3", "Ja → stap 3 of 4; nee → stap 2"]
)
def test_what_is_not_clear_stays_text(lines):
    book, found = brought(STEPS.format(lines))
    assert branches(book) == []
    assert lines in found.source
    assert ("stayed text" in " ".join(one.said() for one in found.report.remarks)) == ("9" in lines)


def test_a_number_of_two_steps_stays_text_but_that_of_the_same_phase_counts():
    text = "## Een\n\n1. Kijk\n2. Bel\n\n## Twee\n\n1. Doe. Ja → stap 2; nee → stap 3\n2. Ruim op\n3. Klaar\n\n## Drie\n\nTekst\n\n1. Eind. Ja → stap 2; nee → stap 1\n"
    book, _found = brought(text)
    assert branches(book) == [("Hoe gaat u verder?", [("Ja", "ruim-op"), ("Nee", "klaar")])]


def test_numbers_of_chapters_headings_and_tables_in_word():
    body = (
        heading("3. Handelen")
        + paragraph("Kijk rond. Indien ja, door naar 4.2; indien nee, door naar 3.2.", count=1)
        + paragraph("Bel de bode", count=1)
        + heading("4. Herstellen")
        + table(
            ["Nr", "Actie", "Wie"],
            ["1", "Wacht af. Ja → stap 2; nee → 3.1", "Bode"],
            ["2", "Ruim op", "Bode"],
        )
    )
    found = exchange.brought("oud.docx", document(body))
    book = formats.parse(found.source)
    assert [outcomes for _question, outcomes in branches(book)] == [
        [("Ja", "ruim-op"), ("Nee", "bel-de-bode")],
        [("Ja", "ruim-op"), ("Nee", "kijk-rond")],
    ]
    assert "paragraph 1 under “3. Handelen”" in {one.where() for one in found.report.of(Kind.GUESSED)}


def test_a_numbered_list_in_word_counts_on_over_headings():
    body = heading("Een") + paragraph("Kijk. Ja → stap 3; nee → stap 4", count=1) + paragraph("Bel", count=1)
    body += heading("Twee") + paragraph("Ruim op", count=1) + paragraph("Schrijf op", count=1)
    book = formats.parse(exchange.brought("oud.docx", document(body)).source)
    assert branches(book) == [("Hoe gaat u verder?", [("Ja", "ruim-op"), ("Nee", "schrijf-op")])]


def test_steps_that_are_headings_in_english():
    text = "# Protocol\n\nThis is what the team does and when.\n\n## Step 1: Look around\n\nIs it dark?\n\n- Yes: go to step 3\n- No: go to step 2\n\n## Step 2: Call the desk\n\nBy phone.\n\n## Step 3: Clean up\n\nAt once.\n"
    book, _found = brought(text)
    assert branches(book) == [("Is it dark?", [("Yes", "clean-up"), ("No", "call-the-desk")])]


LINES = st.sampled_from(
    [
        "Ja → stap {}",
        "nee: ga naar stap {}",
        "Hoog → stap {} (let op)",
        "Is het zo?",
        "Doe iets.",
        "> citaat",
        "- punt",
        "`x` → stap {}",
        "**Ja** → {}",
        "- Ja → stap {}",
        "Zo nee, door naar {}",
    ]
)


@given(st.lists(st.tuples(LINES, st.integers(1, 6)), max_size=6), st.sampled_from(["\n", "\n\n"]))
def test_whatever_stands_there_becomes_a_playbook_without_faults_and_no_word_goes(lines, gap):
    said = [line.format(number) for line, number in lines]
    inside = gap.join(f"   {line}" for line in said)
    found = exchange.brought(
        "oud.md", f"## Fase\n\n1. Kijk\n\n{inside}\n\n2. Bel\n3. Ruim op\n4. Klaar\n".encode()
    )
    assert formats.attempt(found.source)[1] == []
    told = found.source + " ".join(one.said() for one in found.report.remarks)
    for line in said:
        for word in line.strip("->*` ").split():
            assert word.strip("*`") in told
