"""Which Dutch words lead to which others: the same on both engines, in one index that holds them all."""

import pytest

from cyberready.platform.realm import Realm
from cyberready.platform.search.index import Document, find, put
from tests import world

READ = {"playbooks.read"}
FIRST_HALVES = "phishing gebruiker persoon crisis wacht data"
MEET = """
    losgeld losgeldeis | losgeld losgeld | melding melding | melding gemeld | gemeld melding | melden gemelde
    meldt melden | gelekt lek | lek gelekt | lekken gelekt | lek datalek | datalekken datalek | datalek datalekken
    datalek datalekmelding | datalekken datalekmelding | back-up backup | backup back-up | back-ups backup | backup back-ups
    aanval phishingaanval | aanvallen ransomware-aanval | aanval aangevallen | wachtwoord wachtwoorden | woord wachtwoord
    opschalen opgeschaald | opschaling opgeschaald | versleutelen versleuteld | versleuteld versleuteling | herstel herstelt
    hersteld herstellen | besmet besmetting | maatregel maatregelen | gemeente gemeenten | gemeente gemeentelijke
    veilig veiligheid | beveiligd beveiliging | storing storingen | storingen storingsdienst | gestoord storing
    evaluatie evalueren | evalueren geëvalueerd | escaleren escalatie | informeert geïnformeerd | naam gebruikersnamen
    bestuurder bestuurders | raadslid raadsleden | uitgevallen uitval | losgekoppeld loskoppelen | bellen gebeld
    incident cyberincident | communicatie crisiscommunicatie | foto foto's | privé privégegevens | coördinator coordinator
    brief brieven | gegevens persoonsgegevens | team crisisteam | crisis-team crisisteam | crisisteam crisis-team
    betaald betaling | overheid overheden | getest test | telef telefoonnummer | mail e-mail | email e-mail
"""
PASS_BY = """
    gemeld melaats | gemeld melk | melding meldkamer | melding gemeente | eis eiland | eis reis | bieden gebied | wel geweld
    val aanval | stand misverstand | bellen belasting | kan klant | veiling veiligheid | meen gemeente | ap apparaat
    ring melding | ing melding | lezen lek | zicht gezicht | post compost | stad bestand | geven gemeld
    volgen gemeente | ren gegevens
"""


def pairs(table):
    return [tuple(pair.split()) for line in table.strip().splitlines() for pair in line.split("|")]


@pytest.fixture
def finds(database):
    """Whether a question finds a word, in an index where every word of the tables is a document of its own."""
    realm = Realm(world.organisation(database).id)
    said = sorted({word for pair in pairs(MEET) + pairs(PASS_BY) for word in pair} | {"back up", "bel nu"})
    said.append(FIRST_HALVES)
    documents = [Document("step", word, word, "playbooks.read", "x") for word in said]
    database.transact(lambda session: put(session, realm, "words", documents))

    def found(question, word):
        answer = database.read(lambda session: find(session, realm, question, READ, limit=500))
        return not answer.instead and word in {hit.title for hit in answer.hits}

    return found


def test_forms_compounds_and_spellings_of_a_word_meet(finds):
    assert len(pairs(MEET)) >= 40
    assert [pair for pair in pairs(MEET) if not finds(*pair)] == []


def test_words_that_only_look_alike_pass_each_other_by(finds):
    assert len(pairs(PASS_BY)) >= 20
    assert [pair for pair in pairs(PASS_BY) if finds(*pair)] == []


@pytest.mark.parametrize("question", ["back up", "back-up", "backup"])
def test_what_is_written_together_or_apart_is_one_word(finds, question):
    assert finds(question, "back up")
    assert finds(question, "back-ups")
    assert finds(question, "backup")
    assert not finds(question, "bel nu")
