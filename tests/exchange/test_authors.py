"""Who a document says that wrote it, and who of the organisation that may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exchange import formats as exchange
from cyberready.exchange.authors import AUTHOR, LAST, TABLE, TRACKED, Named, is_same, proposed
from tests.exchange.documents import RELS, document, heading, paragraph, run, table

CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{}</dc:creator>'
    "<cp:lastModifiedBy>{}</cp:lastModifiedBy></cp:coreProperties>"
)
CORE_RELATION = (
    '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/></Relationships>'
)
WORDS = st.text("abcdefgh", min_size=2, max_size=8)
NAMES = st.lists(WORDS, min_size=2, max_size=4).map(lambda words: " ".join(map(str.capitalize, words)))


def written_by(author, last, body=""):
    parts = {
        "docProps/core.xml": CORE.format(author, last),
        "_rels/.rels": RELS.replace("</Relationships>", CORE_RELATION),
    }
    return document(heading("Fase") + body + paragraph("Doe iets", count=1), parts)


def tracked(author, kind="ins"):
    return f'<w:p><w:{kind} w:id="1" w:author="{author}">{run("x")}</w:{kind}></w:p>'


@pytest.mark.parametrize(
    "written",
    [
        "Anja Bakker",
        "anja bakker",
        "Bakker, Anja",
        "A. Bakker",
        "a.bakker",
        "anja.bakker@waterveld.nl",
        "Anja Bakker (gemeente)",
        "Anjá Bakker",
        "A.B. Bakker",
        "ANJA  BAKKER",
    ],
)
def test_a_name_is_known_as_documents_write_it(written):
    assert is_same(written, "Anja Bakker")


@pytest.mark.parametrize(
    "written", ["", "Anja", "Bakker", "B. Bakker", "Anja de Bakker", "Anja Bakkers", "A.", "Gebruiker", "😀"]
)
def test_another_name_is_not(written):
    assert not is_same(written, "Anja Bakker")


@given(NAMES)
def test_a_name_is_itself_however_it_is_turned(name):
    first, *others = name.split()
    for written in (name, name.upper(), f"{' '.join(others)}, {first}", f"{first[0]}. {' '.join(others)}"):
        assert is_same(written, name)


def test_a_document_says_who_made_saved_and_changed_it():
    body = tracked("Cor Dam") + tracked("Dina Els", "del") + tracked("Cor Dam")
    body += table(["Versie", "Datum", "Auteur"], ["0.1", "1 mei", "Fik Gans / H. Ibis, Jo Kat"])
    found = exchange.brought("oud.docx", written_by("Anja Bakker", "Bram Cool", body)).people
    assert set(found) == {
        Named("Anja Bakker", AUTHOR),
        Named("Bram Cool", LAST),
        Named("Cor Dam", TRACKED),
        Named("Dina Els", TRACKED),
        Named("Fik Gans", TABLE),
        Named("H. Ibis", TABLE),
        Named("Jo Kat", TABLE),
    }


def test_people_are_proposed_with_the_first_place_that_names_them():
    named = [Named("Anja Bakker", AUTHOR), Named("A. Bakker", TABLE), Named("h. ibis", TABLE)]
    people = {1: "Hans Ibis", 2: "Anja Bakker", 3: "Niemand Anders"}
    assert proposed(named, people) == {1: TABLE, 2: AUTHOR}


def test_a_table_of_something_else_names_no_writers():
    body = table(["Naam", "Telefoon"], ["Anja Bakker", "1234"])
    assert exchange.brought("oud.docx", document(heading("Fase") + body)).people == ()


def test_a_table_of_facts_names_its_author():
    body = table(["Auteur", "Anja Bakker"], ["Versie", "1.2"])
    assert exchange.brought("oud.docx", document(body + heading("Fase"))).people == (
        Named("Anja Bakker", TABLE),
    )
