from datetime import timedelta

import pytest

from cyberready.exercises.documents import MOST_IMPROVEMENTS, Improvement, compose
from cyberready.platform.paper.outline import NoticeKind, Picture
from cyberready.platform.paper.word import to_docx
from cyberready.platform.texts import speaking
from tests.exercises.reporting import AMSTERDAM, at, decision, inject, report, standing
from tests.platform.paper.outlines import fields, headings, lines, prose, rows, section
from tests.platform.paper.reading import languages, opened

EMPTY = dict.fromkeys(
    (
        *("teams", "goals", "injects", "timeline", "decisions", "escalations"),
        *("handover", "questions", "improvements", "entries"),
    ),
    (),
)


def composed(**changed):
    return compose(report(**changed), zone=AMSTERDAM)


def test_the_sections_in_order():
    assert headings(composed()) == [
        "De oefening",
        "Samenvatting in cijfers",
        "Verbeterpunten",
        "Leerdoelen: verwacht en gedaan",
        "Nabespreking",
        "Besluiten",
        "Opschaling en overdracht",
        "Deelnemers",
        "Tijdlijn",
        "Controle van het verloop",
        "Bijlage: het verloop",
    ]


def test_title_properties_and_language():
    outline = composed()
    assert outline.title == "Evaluatieverslag: Ransomware"
    assert outline.subtitle == "Gemeente Waterveld · 22 november 2026"
    assert outline.properties.exercise
    assert outline.properties.created == at(200)
    document = opened(to_docx(outline))
    assert languages(document) == {"nl-NL", "x-none"}  # addresses and hashes are in no language
    assert document.core_properties.author == "Gemeente Waterveld"


def test_the_figures():
    found = fields(section(composed(), "Samenvatting in cijfers"))
    assert found == {
        "Injects verzonden": "2 van 4",
        "Injects overgeslagen": "1",
        "Injects niet aan de beurt gekomen": "1",
        "Injects te laat verzonden": "1, ten hoogste 0:01:35",
        "Besluiten": "1",
        "Tijd tot het eerste besluit": "0:12:00",
        "Antwoorden van Crisisteam": "1",
    }


def test_less_than_a_second_is_on_time():
    found = composed(injects=(inject("1", late=timedelta(milliseconds=999)),))
    assert fields(section(found, "Samenvatting in cijfers"))["Injects te laat verzonden"] == "0"
    late = composed(injects=(inject("1", late=timedelta(seconds=1)),))
    assert (
        fields(section(late, "Samenvatting in cijfers"))["Injects te laat verzonden"]
        == "1, ten hoogste 0:00:01"
    )


def test_expected_stands_beside_what_was_done():
    goal = section(composed(), "Het team belt de IBD.")
    assert rows(goal) == [
        [
            "1\n0:10:00",
            "Briefje uit de printer\nServicedesk → Crisisteam\ntelefoon",
            "Het team belt de IBD.",
            "Verzonden op 0:10:00\nCrisisteam (R. de Wit), 0:12:00: IBD gebeld.",
        ],
        [
            "2\n0:10:00",
            "Briefje uit de printer\nServicedesk → Crisisteam\ntelefoon",
            "Het team belt de IBD.",
            "Verzonden op 0:10:00, 0:01:35 te laat\nEr is geen antwoord vastgelegd.",
        ],
        [
            "3\n0:10:00",
            "Briefje uit de printer\nServicedesk → Crisisteam\ntelefoon",
            "Het team belt de IBD.",
            "Overgeslagen\nAndere keuze.",
        ],
    ]
    assert prose(goal) == ["Oordeel: ☐ behaald  ☐ deels behaald  ☐ niet behaald  ☐ niet waargenomen"]


def test_injects_without_a_known_goal_are_not_lost():
    stray = composed(injects=(inject("7", goal="bestaat-niet"), inject("8", goal="")))
    assert [row[0].split()[0] for row in rows(section(stray, "Overige injects"))] == ["7", "8"]
    assert prose(section(stray, "Het team belt de IBD."))[0] == "Bij dit leerdoel hoorde geen inject."


@pytest.mark.parametrize("given", [0, 2, 5, 7])
def test_there_are_five_improvements_and_room_for_the_rest(given):
    improvements = tuple(Improvement(text=f"Punt {number}") for number in range(given))
    table = rows(section(composed(improvements=improvements), "Verbeterpunten"))
    assert len(table) == MOST_IMPROVEMENTS
    assert [row[1] for row in table[:given]] == [f"Punt {number}" for number in range(min(given, 5))]
    assert all(row[1:] == ["\n", "\n", "\n"] for row in table[given:])


def test_the_hot_wash_leaves_room_to_write():
    assert lines(section(composed(questions=("Een?", "Twee?")), "Nabespreking")) == 6


def test_a_decision_in_bob_form():
    assert fields(section(composed(), "B-01 · Koppelen we los?")) == {
        "Beeld: wat is er aan de hand": "Veertien werkplekken zijn versleuteld.",
        "Oordeel: wat betekent het": "Langer wachten vergroot de schade.",
        "Besluit: wat doen we": "Loskoppelen.",
        "Besloten door": "R. de Wit, 22 nov 2026 10:12",
        "Uitgevoerd door": "IT-beheer",
        "Toetsmoment": "22 nov 2026 10:42, Is het gestopt?",
    }


def test_a_corrected_decision_stays_and_says_so():
    found = section(composed(decisions=(decision(corrected_by="B-02"),)), "B-01 · Koppelen we los?")
    assert prose(found) == ["Dit besluit geldt niet meer: het is vervangen door B-02."]
    assert fields(found)["Besluit: wat doen we"] == "Loskoppelen."


def test_escalation_names_who_was_told():
    assert rows(section(composed(), "Opschaling en overdracht")) == [
        [
            "22 nov 2026 10:20",
            "ICT-incident → Digitale calamiteit\nGRIP 1",
            "CISO",
            "Kritiek proces.\nGeïnformeerd: AOV, Burgemeester",
        ],
        ["22 nov 2026 11:00", "Aangeboden", "AOV", "–"],
    ]


def test_the_verification_gives_root_and_fingerprint_on_two_lines():
    found = section(composed(), "Controle van het verloop")
    assert found[0].kind is NoticeKind.OK
    assert fields(found) == {
        "Verloop": "cyberready/exercise/0b0f8a52",
        "Aantal regels": "2",
        "Wortel van het ondertekende controlepunt": "q5mWm9kYJm3nq2Qb8m4sT0iKq0Cw4mVx0cQm6lqk9nE=",
        "Vingerafdruk van de sleutel": f"{' '.join(['3f0c'] * 8)}\n{' '.join(['a91b'] * 8)}",
    }
    (code,) = [block for block in found if isinstance(block, Picture)]
    assert code.png.startswith(b"\x89PNG")
    assert "2 regels" in code.alt
    assert standing().root in code.alt


def test_a_trail_of_one_entry_is_singular():
    (first, *_) = prose(section(composed(standing=standing(size=1)), "Controle van het verloop"))
    assert "de enige verloopregel" in first


def test_a_broken_trail_stands_above_the_title():
    outline = composed(standing=standing(fault="Verloopregel 12 is veranderd."))
    assert outline.alert is not None
    assert outline.alert.kind is NoticeKind.WARNING
    document = opened(to_docx(outline))
    assert document.paragraphs[0].text.startswith(
        "LET OP: het verloop bij dit document klopt niet.\nVerloopregel 12 is veranderd.\n"
    )
    assert not [block for block in outline.blocks if getattr(block, "kind", None) is NoticeKind.OK]


def test_the_appendix_shows_late_and_erased_entries():
    assert rows(section(composed(), "Bijlage: het verloop")) == [
        ["0", "22 nov 2026 10:00:00", "Oefenklok", "Oefening begonnen"],
        [
            "1",
            "22 nov 2026 10:05:00\nGebeurd: 22 nov 2026 10:03:00",
            "A. van Dam, CISO",
            "Antwoord · De inhoud is gewist; de plaats is bewezen.",
        ],
    ]


def test_empty_sections_say_that_they_are():
    outline = composed(**EMPTY, started_at=None, ended_at=None, first_decision=None, summary="")
    said = {title: prose(section(outline, title)) for title in headings(outline)}
    assert said["Leerdoelen: verwacht en gedaan"] == ["Deze oefening had geen leerdoelen en geen injects."]
    assert said["Nabespreking"] == ["Het scenario heeft geen vragen voor de nabespreking."]
    assert said["Besluiten"] == ["Er is geen besluit vastgelegd."]
    assert said["Opschaling en overdracht"] == ["Er is niet opgeschaald.", "Er is niets overgedragen."]
    assert said["Deelnemers"] == ["Er heeft geen team meegedaan."]
    assert said["Tijdlijn"] == ["Er is niets gebeurd."]
    assert said["Bijlage: het verloop"][1] == "Het verloop is leeg."
    assert fields(section(outline, "De oefening"))["Deelname"] == "0 teams, 0 deelnemers"
    assert to_docx(outline)


def test_it_speaks_its_own_language_whatever_is_spoken_around_it():
    with speaking("nl"):
        outline = composed(language="en")
    assert outline.title == "After-action report: Ransomware"
    assert headings(outline)[-1] == "Appendix: the trail"
    assert (
        fields(section(outline, "The exercise"))["Start of the exercise"]
        == "Sunday 22 November 2026 10:00 CET"
    )
    assert languages(opened(to_docx(outline))) == {"en-GB", "x-none"}


def test_the_same_exercise_gives_the_same_file():
    assert to_docx(composed()) == to_docx(composed())
