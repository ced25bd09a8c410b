"""From an empty database to a first administrator, and the sentences when something is wrong."""

import re
import stat

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cyberready.cli.main import main
from cyberready.kernel.checkpoint import SigningKey
from cyberready.migrations import run as migrations
from cyberready.people import queries
from cyberready.people.models import Account, Organisation
from cyberready.platform.clock import now
from cyberready.platform.db import Database

FIRST = ("found", "waterveld", "Gemeente Waterveld", "--administrator", "kim@waterveld.example")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "own"


@pytest.fixture
def run(folder):
    folder.mkdir()

    def running(*words, **changed):
        environment = {
            "CYBERREADY_SECRET_KEY": "test",
            "CYBERREADY_DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}",
            "CYBERREADY_SIGNING_KEY_FILE": str(folder / "signing.pem"),
            "CYBERREADY_BASE_URL": "https://cyber.waterveld.example",
            **changed,
        }
        return CliRunner().invoke(main, words, env=environment)

    return running


@pytest.fixture
def database(folder):
    made = Database(f"sqlite:///{folder / 'own.sqlite3'}")
    yield made
    made.close()


def test_upgrade_makes_key_and_tables_and_twice_is_once(run, folder, database):
    result = run("upgrade")
    assert result.exit_code == 0, result.output
    key = folder / "signing.pem"
    assert f"Made a signing key in {key}" in result.output
    assert f"at version {migrations.newest()}" in result.output
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert SigningKey.from_pem("x", key.read_bytes()).fingerprint
    written = key.read_bytes()
    again = run("upgrade")
    assert again.exit_code == 0
    assert "Made a signing key" not in again.output
    assert key.read_bytes() == written
    assert migrations.drift(database) == []


def test_the_first_administrator_gets_a_link_that_works(run, database):
    run("upgrade")
    assert (
        run(
            "found", "regio", "Regio", "--kind", "safety_region", "--administrator", "a@regio.example"
        ).exit_code
        == 0
    )
    result = run(*FIRST, "--region", "regio")
    assert result.exit_code == 0, result.output
    secret = re.search(r"https://cyber\.waterveld\.example/sign-in/(\S+)", result.output)[1]
    link = database.read(lambda session: queries.usable_link(session, secret, now=now()))
    owner, home, region = database.read(
        lambda session: (
            session.get(Account, link.account_id),
            session.scalars(select(Organisation).where(Organisation.slug == "waterveld")).one(),
            session.scalars(select(Organisation).where(Organisation.slug == "regio")).one(),
        )
    )
    assert owner.email == "kim@waterveld.example"
    assert home.region_id == region.id
    person = database.read(lambda session: queries.principal_of(session, owner.id, home.id))
    assert person.may("people.manage")


def one_sentence(result):
    """The only thing that is said is a sentence, not a trace."""
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.output.strip() or str(result.exception)


def test_a_slug_that_is_taken_is_said_and_nothing_is_kept(run, database):
    run("upgrade")
    run(*FIRST)
    assert one_sentence(run(*FIRST)).startswith("Error: ")
    assert len(database.read(lambda session: session.scalars(select(Organisation)).all())) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--region", "nergens"), "does not exist"),
        (("--administrator", "geen adres"), "address"),
    ],
)
def test_what_is_wrong_with_an_organisation_is_said(run, changed, said):
    run("upgrade")
    assert said in one_sentence(run(*FIRST, *changed))


def test_an_unknown_kind_is_wrong_use(run):
    assert run(*FIRST, "--kind", "waterschap").exit_code == 2


def test_a_database_without_tables_asks_for_the_upgrade(run):
    assert "cyberready upgrade" in one_sentence(run(*FIRST))


@pytest.mark.parametrize("command", [("upgrade",), FIRST, ("serve",), ("trail", "verify")])
def test_missing_settings_are_named_in_one_sentence(command):
    empty = dict.fromkeys(("CYBERREADY_SECRET_KEY", "CYBERREADY_DATABASE_URL", "CYBERREADY_SIGNING_KEY_FILE"))
    result = CliRunner().invoke(main, command, env=empty)
    assert "Not set: CYBERREADY_SECRET_KEY, CYBERREADY_DATABASE_URL" in str(result.exception) + result.output


def test_a_key_in_a_folder_that_is_not_there_is_said(run, folder):
    said = one_sentence(run("upgrade", CYBERREADY_SIGNING_KEY_FILE=str(folder / "nergens" / "key.pem")))
    assert "key.pem" in said


@pytest.mark.parametrize(
    "url", ["not an address", "sqlite:////nergens/is/dit/x.sqlite3", "mysql://x", "sqlit:///x"]
)
def test_a_database_that_cannot_be_opened_is_said(run, url):
    one_sentence(run("upgrade", CYBERREADY_DATABASE_URL=url))
