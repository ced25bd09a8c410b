import pytest

from cyberready.incidents.documents import ANSWERS, CONFIDENCE, PARTS, QUESTIONS, TOPICS, compose
from cyberready.incidents.formats.dossier import Confidence, EffectAnswer, EffectQuestion, Topic
from cyberready.platform.paper.outline import NoticeKind, Picture
from cyberready.platform.paper.word import to_docx
from cyberready.platform.texts import speaking
from tests.exercises.reporting import standing
from tests.incidents.dossiers import bare, dossier
from tests.platform.paper.outlines import fields, headings, prose, rows, section
from tests.platform.paper.reading import languages, opened


def test_the_sections_of_the_totaalbeeld_in_order():
    assert headings(compose(dossier())) == [
        "In het kort",
        "Gevraagde besluiten",
        "Gegevens van de overdracht",
        "Het incident",
        "De aanpak",
        "Prognose",
        "Toets op maatschappelijke effecten",
        "Genomen maatregelen",
        "Besluiten",
        "Actuele crisisorganisatie",
        "Opschaling en overdracht",
        "Wettelijke termijnen",
        "Wie is bereikbaar",
        "Controle van het verloop",
        "Ontvangst op papier",
        "Bijlage: het verloop",
    ]


def test_every_question_of_the_totaalbeeld_has_its_place():
    asked = [topic for _, topics in PARTS for topic in topics]
    assert asked == list(Topic)
    assert set(TOPICS) == set(Topic)
    assert (set(CONFIDENCE), set(QUESTIONS), set(ANSWERS)) == (
        set(Confidence),
        set(EffectQuestion),
        set(EffectAnswer),
    )


def test_title_and_properties():
    outline = compose(dossier())
    assert outline.title == "Overdrachtsdossier: Gijzelsoftware bij de gemeente"
    assert (
        outline.subtitle
        == "Incident 2026-0007, versie 2 · van Gemeente Waterveld aan Veiligheidsregio Meerland"
    )
    about = opened(to_docx(outline)).core_properties
    assert (about.author, about.subject) == (
        "Gemeente Waterveld",
        "Overdracht aan de reguliere crisisorganisatie",
    )
    assert outline.properties.created == dossier().offered_at


def test_the_first_page_says_why_when_and_what_is_asked():
    outline = compose(dossier())
    assert fields(section(outline, "In het kort")) == {
        "Reden van de overdracht": "Effecten op inwoners.",
        "Peiltijd": "zondag 22 november 2026 10:58 CET",
        "Zekerheid van het beeld": "Vrij zeker",
        "Op- en afschaling": "In contact met de veiligheidsregio\nGRIP 2",
        "Volgende rapportage": "zondag 22 november 2026 12:00 CET",
    }
    assert rows(section(outline, "Gevraagde besluiten")) == [
        ["1", "Stel een team op maat samen.", "Onrust.", "22 nov 2026 11:30"]
    ]


def test_each_answer_has_source_time_and_confidence_and_may_be_unknown():
    outline = compose(dossier())
    assert rows(section(outline, "Het incident"))[:3] == [
        [
            "Aard en betrokken objecten",
            "Gijzelsoftware op 14 werkplekken.",
            "CISO",
            "22 nov 2026 10:40",
            "Zeker",
        ],
        ["Actuele situatie", "Onbekend", "–", "–", "–"],
        ["Risico’s, effecten en beheersing", "Onbekend", "–", "–", "–"],
    ]
    public = [row for row in rows(section(outline, "Prognose")) if row[0] == "Wat denkt het publiek"]
    assert public == [["Wat denkt het publiek", "Onbekend", "Omgevingsanalist", "22 nov 2026 10:55", "–"]]
    assert len(rows(section(outline, "Prognose"))) == 9


def test_processes_come_in_the_order_of_recovery():
    found = rows(section(compose(dossier()), "Getroffen processen, in volgorde van herstel"))
    assert found == [
        ["1", "Uitkeringen", "Ligt stil", "Donderdag", "–"],
        ["2", "Aangifte van overlijden", "Op papier", "–", "–"],
    ]


def test_the_playbooks_are_named_with_version_and_digest():
    found = section(compose(dossier()), "Draaiboeken die worden gevolgd")
    assert rows(found) == [
        [
            "Ransomware bij de gemeente\nDeze versie is ingetrokken: nummer klopt niet.",
            "1.1",
            "22 nov 2026 10:12\nJ. Smit",
            "4f" * 32,
        ],
        ["Crisiscommunicatie", "2.0", "22 nov 2026 10:20\nCISO", "0a" * 32],
    ]
    nothing = section(compose(bare()), "Draaiboeken die worden gevolgd")
    assert prose(nothing) == ["Er wordt geen draaiboek gevolgd."]


def test_the_public_effect_test_shows_all_four_answers():
    found = section(compose(dossier()), "Toets op maatschappelijke effecten")
    assert rows(found) == [
        ["Effect op inwoners?", "Ja", "Uitkeringen"],
        ["Effect op bedrijven?", "Onbekend", "–"],
        ["Effect op de openbare orde?", "Nee", "–"],
        ["Effect op de veiligheid?", "Nee", "Bruggen staan los."],
    ]
    assert prose(found) == ["Conclusie: Opschalen."]


def test_legal_deadlines_show_what_runs():
    found = section(compose(dossier()), "Wettelijke termijnen")
    assert rows(found) == [
        [
            "Vroegtijdige waarschuwing\nCbw art. 26",
            "NCSC",
            "Loopt",
            "22 nov 2026 10:10",
            "23 nov 2026 10:10",
            "–",
        ]
    ]
    assert prose(found) == []


def test_people_can_be_reached():
    found = section(compose(dossier()), "Wie is bereikbaar")
    assert rows(found) == [
        ["OvD-Bz", "S. Yilmaz", "–", "22 nov 2026 09:00\n22 nov 2026 20:00"],
        [
            "A. van Dam\nCISO",
            "Gemeente Waterveld",
            "Mobiel: 06 11 11 11 11\nMail: ciso@waterveld.example",
            "B. Kuiper",
        ],
    ]


def test_an_exercise_says_so_before_all_else_and_runs_no_deadline():
    outline = compose(dossier(exercise=True))
    assert outline.blocks[0].kind is NoticeKind.EXERCISE
    assert prose(section(outline, "Wettelijke termijnen"))[0].startswith("Dit is een oefening")
    head = opened(to_docx(outline)).sections[0].header
    assert head.paragraphs[0].text == "OEFENING – OEFENING – OEFENING"


def test_a_real_incident_never_says_exercise():
    outline = compose(dossier())
    document = opened(to_docx(outline))
    assert document.sections[0].header.is_linked_to_previous
    assert not [block for block in outline.blocks if getattr(block, "kind", None) is NoticeKind.EXERCISE]


@pytest.mark.parametrize("exercise", [True, False])
def test_a_broken_trail_is_the_first_thing_the_reader_sees(exercise):
    outline = compose(dossier(exercise=exercise, standing=standing(fault="Verloopregel 12 is veranderd.")))
    document = opened(to_docx(outline))
    assert document.paragraphs[0].style.name == "cyberready Notice"
    assert document.paragraphs[0].text.startswith(
        "LET OP: het verloop bij dit document klopt niet.\nVerloopregel 12 is veranderd."
    )
    assert section(outline, "Controle van het verloop")[0].kind is NoticeKind.WARNING


def test_a_bare_dossier_is_complete_and_says_what_is_not_known():
    outline = compose(bare())
    assert headings(outline) == headings(compose(dossier()))
    said = {title: prose(section(outline, title)) for title in headings(outline)}
    assert said["Gevraagde besluiten"] == ["Er wordt geen besluit gevraagd."]
    assert said["Toets op maatschappelijke effecten"] == [
        "De toets op maatschappelijke effecten is niet gedaan."
    ]
    assert said["Genomen maatregelen"] == ["Er is geen maatregel vastgelegd."]
    assert said["Actuele crisisorganisatie"] == ["Er is geen actief team vastgelegd."]
    assert said["Wettelijke termijnen"] == ["Er is geen wettelijke termijn vastgelegd."]
    assert said["Wie is bereikbaar"] == [
        "Het dienstrooster is leeg.",
        "Er is geen contactpersoon vastgelegd.",
    ]
    assert (
        "Er is geen GRIP-niveau afgekondigd." in fields(section(outline, "In het kort"))["Op- en afschaling"]
    )
    unknown = [
        row for title in ("Het incident", "De aanpak", "Prognose") for row in rows(section(outline, title))
    ]
    assert [row[1] for row in unknown] == ["Onbekend"] * len(Topic)
    assert to_docx(outline)


def test_without_a_checkpoint_there_is_no_code_to_scan():
    found = section(compose(dossier(standing=standing(checkpoint=""))), "Controle van het verloop")
    assert not [block for block in found if isinstance(block, Picture)]


def test_there_is_a_receipt_for_when_nothing_else_works():
    assert list(fields(section(compose(dossier()), "Ontvangst op papier"))) == [
        "Aanvaard of geweigerd",
        "Naam en functie",
        "Datum en tijd",
        "Opmerking of reden",
        "Handtekening",
    ]


def test_it_speaks_its_own_language_whatever_is_spoken_around_it():
    with speaking("nl"):
        outline = compose(dossier(language="en"))
    assert outline.title == "Handover dossier: Gijzelsoftware bij de gemeente"
    assert rows(section(outline, "The incident"))[1][:2] == ["Current situation", "Unknown"]
    assert languages(opened(to_docx(outline))) == {"en-GB", "x-none"}


def test_the_same_dossier_gives_the_same_file():
    assert to_docx(compose(dossier())) == to_docx(compose(dossier()))
