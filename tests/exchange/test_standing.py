"""What a version given out says of itself: that it was superseded, withdrawn with the reason, or lags behind."""

import io

import docx
import pytest
from pypdf import PdfReader

from cyberready.exchange import formats as exchange
from cyberready.exchange import queries as exchanged
from cyberready.exchange.pdf import writer
from cyberready.exchange.report import Kind
from cyberready.playbooks import actions_drafts, queries
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed

SLUG = "stroomstoring"
TWICE = changed(("Bel aan.", "Bel twee keer aan."))


@pytest.fixture
def house(database):
    return House(database, world.town(database))


def standing(house, release):
    found = house.ask(exchanged.version, SLUG, release.id, "Gemeente Waterveld", house.now)
    return found.source, found.standing


def words(pdf):
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def sheets(house, release):
    """Every PDF of a release, as the words of its pages."""
    source, known = standing(house, release)
    playbook = queries.parsed(source)
    return [
        words(make(playbook, known)) for make in (writer.playbook_pdf, writer.checklist_pdf, writer.cards_pdf)
    ]


def said_everywhere(house, release, sentence):
    whole, checklist, cards = sheets(house, release)
    assert sentence in whole[0]
    assert sentence in checklist[0]
    assert [card for card in cards if sentence not in card] == []
    source, known = standing(house, release)
    assert sentence in exchange.write(source, "html", known)[0].decode()
    sheet = docx.Document(io.BytesIO(exchange.write(source, "docx", known)[0]))
    assert any(sentence in "".join(part.itertext()) for part in sheet.element.body.iter("{*}p"))
    assert "Volgende herziening" not in exchange.write(source, "html", known)[0].decode()
    return whole[0]


def test_the_version_to_follow_warns_of_nothing(house):
    release = house.published()
    known = standing(house, release)[1]
    assert (known.state, known.warnings) == ("Gepubliceerd", ())
    assert known.review == "23 november 2027"


def test_a_version_that_was_superseded_says_by_which(house):
    release = house.published()
    house.next_version(SLUG, TWICE)
    first = said_everywhere(
        house, release, "Deze versie is op 23 november 2026 vervangen door versie 1.1. Volg die."
    )
    assert "Vervangen" in first
    assert "Gepubliceerd 23" in first  # the day still stands there


def test_a_version_that_was_withdrawn_says_why_and_what_to_follow(house):
    first = house.published()
    second = house.next_version(SLUG, TWICE)
    house.withdraw(second.id, "Nummer klopt niet.")
    said_everywhere(
        house,
        second,
        "Ingetrokken op 23 november 2026: Nummer klopt niet. Volg deze versie niet, maar versie 1.0.",
    )
    house.withdraw(first.id, "Achterhaald")
    said_everywhere(house, first, "Ingetrokken op 23 november 2026: Achterhaald. Volg deze versie niet.")


def test_a_translation_that_lags_behind_says_so_in_its_own_language(house):
    house.published()
    made = house.act(actions_drafts.begin, SLUG, "en", by=house.author)
    house.save(made.id, house.draft(made.id).source.replace("Bel aan.", "Ring."))
    house.described(made.id)
    house.submit(made.id)
    house.approve(made.id)
    english = house.publish(made.id)
    house.next_version(SLUG, TWICE)
    sentence = "This translates version 1.0; version 1.1 of the original is to be followed."
    for sheet in sheets(house, english):
        assert sentence in sheet[0]


def test_what_a_document_warns_of_is_no_change_when_it_comes_back(house):
    release = house.published()
    house.next_version(SLUG, TWICE)
    source, known = standing(house, release)
    back = exchange.brought("x.docx", exchange.write(source, "docx", known)[0])
    assert back.source == source
    assert not back.report.of(Kind.SKIPPED)
