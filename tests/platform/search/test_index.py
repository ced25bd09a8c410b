"""The index answers the same on both engines: words, stems, typing mistakes, and only what one may see."""

import pytest
from sqlalchemy import text

from cyberready.platform.realm import Realm
from cyberready.platform.search.index import Document, find, put
from tests import world

READ = {"playbooks.read"}


def document(title, text, *, permission="playbooks.read", kind="step", language="nl"):
    return Document(kind, title, text, permission, "playbooks.reading", {"slug": "x"}, "Ransomware", language)


@pytest.fixture
def here(database):
    home = world.organisation(database)
    return Realm(home.id)


@pytest.fixture
def keep(database, here):
    def kept(source, *documents, realm=here):
        database.transact(lambda session: put(session, realm, source, documents))

    return kept


@pytest.fixture
def ask(database, here):
    def asked(query, permissions=READ, realm=here, limit=50, language="nl"):
        return database.read(lambda session: find(session, realm, query, permissions, limit, language))

    return asked


def titles(found):
    return [hit.title for hit in found.hits]


def test_every_form_of_a_word_is_found_and_the_title_weighs_most(keep, ask):
    keep(
        "a",
        document("Koppel het netwerk los", "Bel bij datalekken de FG, dan nog eens de FG en dan de CISO."),
    )
    keep("b", document("Meld het datalek", "Gebruik het meldportaal."))
    assert titles(ask("datalek")) == ["Meld het datalek", "Koppel het netwerk los"]
    assert titles(ask("datalekken netwerk")) == ["Koppel het netwerk los"]
    assert titles(ask("meldp")) == ["Meld het datalek"]


def test_both_languages_are_searched_at_once(keep, ask):
    keep("a", document("Report the breaches", "Notify the authority.", language="en"))
    keep("b", document("Meld de inbreuken", "Bij de autoriteit.", language="nl"))
    assert titles(ask("breach")) == ["Report the breaches"]
    assert titles(ask("inbreuk")) == ["Meld de inbreuken"]


def test_the_language_of_the_reader_comes_first_and_what_has_none_is_as_near(keep, ask):
    keep("a", document("Backup", "Backup, backup.", language="en"))
    keep("b", document("Herstel", "Zet de backup terug als alles is nagekeken.", language="nl"))
    keep("c", document("Backup Jansen", "06", language=""))
    assert titles(ask("backup")) == ["Backup Jansen", "Herstel", "Backup"]
    assert titles(ask("backup", language="en"))[2] == "Herstel"


def test_typing_mistakes_are_forgiven_and_said(keep, ask):
    keep("a", document("Bel de veiligheidsregio", "En noteer het telefoonnummer."))
    found = ask("telefonnummer veiligheidsregoi")
    assert titles(found) == ["Bel de veiligheidsregio"]
    assert found.instead == "telefoonnummer veiligheidsregio"
    assert ask("veiligheidsregio").instead == ""
    assert ask("zandkasteel").hits == ()


def test_only_what_one_may_see(database, keep, ask):
    other = Realm(world.organisation(database, slug="elders").id)
    keep("a", document("Geheim script", "Het printerbriefje.", permission="exercises.lead"))
    keep("b", document("Elders", "Het printerbriefje."), realm=other)
    assert ask("printerbriefje").hits == ()
    assert ask("printerbriefjes", permissions=set()).hits == ()
    assert ask("printebriefje") == ask("zzzz")  # nor does a forgiven mistake tell that there is something
    assert titles(ask("printerbriefje", permissions={"exercises.lead"})) == ["Geheim script"]
    assert titles(ask("printerbriefje", realm=other)) == ["Elders"]


def test_a_source_is_replaced_and_forgotten_as_a_whole(keep, ask):
    keep("a", document("Oude titel", "Eerste tekst"), document("Tweede stap", "Eerste tekst"))
    keep("a", document("Nieuwe titel", "Andere tekst"))
    assert ask("oude").hits == ()
    assert titles(ask("nieuwe")) == ["Nieuwe titel"]
    keep("a")
    assert ask("nieuwe").hits == ()


def test_what_is_left_out_is_said(keep, ask):
    keep("a", *(document(f"Stap {number}", "Bel de piketdienst.") for number in range(5)))
    found = ask("piketdienst", limit=3)
    assert len(found.hits) == 3
    assert found.more
    assert not ask("piketdienst", limit=5).more


@pytest.mark.parametrize(
    "query", ['"', "a OR", "NEAR(", "*", "col:x", "'; DROP TABLE", "\x00", "%", "&|!", "AND", "é" * 500]
)
def test_signs_of_a_query_language_are_only_signs(keep, ask, query):
    keep("a", document("Stap", "Tekst"))
    assert ask(query).hits == ()


def test_what_is_asked_of_a_long_step_stands_with_it_and_not_in_a_store_apart(keep, database):
    if database.sqlite:
        pytest.skip("only PostgreSQL keeps large values apart")
    keep("a", document("Lang", " ".join(f"woord{number}" for number in range(300))))

    def sizes(session):
        apart = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'search_index'"
        widest = "SELECT max(pg_column_size(terms)) FROM search_index"
        return [session.scalar(text(asked)) for asked in (apart, widest)]

    apart, widest = database.read(sizes)
    assert widest > 2_000
    assert apart == 0
