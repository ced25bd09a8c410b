"""``cyberready verify`` and ``cyberready trail``: one sentence, a fingerprint, and an exit status that scripts can use."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cyberready.cli.main import main
from cyberready.kernel.checkpoint import SigningKey, sign_checkpoint
from cyberready.kernel.package import seal, trail_lines
from cyberready.kernel.verify import pack, root_of
from cyberready.trail import queries
from cyberready.trail.rules import Kind
from tests import world


@pytest.fixture
def key():
    return SigningKey.generate("waterveld.invalid")


@pytest.fixture
def package(tmp_path, key):
    checkpoint = sign_checkpoint("cyberready/incident/leeg", 0, root_of([]), key)
    files = {"checkpoint.txt": checkpoint.encode(), "trail.jsonl": trail_lines([])}
    path = tmp_path / "overdracht.zip"
    path.write_bytes(pack(seal(files, key)))
    return path


def run(*arguments, **environment):
    return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)


def test_a_good_package_holds_and_shows_the_key(package, key):
    result = run("verify", package)
    assert result.exit_code == 0
    assert "Alles klopt" in result.output
    assert key.fingerprint in result.output


def test_one_changed_byte_is_found_in_any_of_several_packages(package, tmp_path):
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    other = tmp_path / "anders.zip"
    other.write_bytes(content)
    result = run("verify", package, other, "--lang", "en")
    assert result.exit_code == 1
    assert "All holds" in result.output.splitlines()[0]


def test_wrong_usage_has_its_own_status(tmp_path):
    assert run("verify").exit_code == 2
    assert run("verify", tmp_path / "nergens.zip").exit_code == 2


@pytest.fixture
def environment(database_url, signing_key_file):
    return {
        "CYBERREADY_SECRET_KEY": "test",
        "CYBERREADY_DATABASE_URL": database_url,
        "CYBERREADY_SIGNING_KEY_FILE": signing_key_file,
    }


@pytest.fixture
def trail(database):
    home = world.organisation(database)
    return database.read(lambda session: queries.organisation_trail(session, home.id))


def test_every_trail_of_the_database_is_checked(database, environment, trail):
    world.organisation(database, "elders")
    result = run("trail", "verify", **environment)
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) == 2
    assert all(line.endswith("klopt") for line in result.output.splitlines())


def test_a_changed_entry_gives_its_number_and_status_1(database, environment, trail):
    with database.alone() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER trail_payloads_no_update"))
        else:
            connection.execute(text("ALTER TABLE trail_payloads DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE trail_payloads SET body = '{}'"))
    result = run("trail", "verify", "--trail", trail.id, **environment)
    assert result.exit_code == 1
    assert "regel 0" in result.output


def test_an_unknown_trail_is_said(environment, database):
    result = run("trail", "verify", "--trail", 99, **environment)
    assert result.exit_code == 1
    assert "Error" in result.output


def test_erasing_leaves_a_trail_that_holds_and_an_entry_with_the_reason(database, environment, trail):
    result = run("trail", "erase", trail.id, 0, "--reason", "Verzoek van de betrokkene", **environment)
    assert result.exit_code == 0, result.output
    lines = database.read(lambda session: queries.lines(session, trail.id))
    assert lines[0].body is None
    assert lines[-1].kind is Kind.PAYLOAD_ERASED
    assert lines[-1].text("reason") == "Verzoek van de betrokkene"
    assert run("trail", "verify", **environment).exit_code == 0
    again = run("trail", "erase", trail.id, 0, "--reason", "Nog eens", **environment)
    assert again.exit_code == 1
    assert "al eerder gewist" in again.output
