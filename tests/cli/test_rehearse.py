"""The whole main job by its command: the real server, simulated people, and files that a stranger can check."""

import json
import zipfile
from dataclasses import replace

import docx
import pytest
from click.testing import CliRunner

from cyberready.cli import rehearse as command
from cyberready.cli import stage
from cyberready.cli.main import main
from cyberready.cli.rehearsal import Result
from cyberready.settings import Settings
from tests.world import SCENARIO

FILES = ("evaluatie.docx", "overdracht.zip", "verloop.jsonl")


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """One rehearsal for all tests here: thirty minutes in three seconds."""
    folder = tmp_path_factory.mktemp("rehearsal")
    script, out = folder / "stroomstoring.yaml", folder / "out"
    followed = "slug: stroomstoring\nplaybook: ransomware-bij-de-gemeente\n"
    script.write_text(SCENARIO.replace("slug: stroomstoring\n", followed), "utf-8")
    result = run("rehearse", script, "--pace", 600, "--people", 1, "--out", out)
    return result, out


def test_it_ends_well_and_says_how_it_went(rehearsed):
    result, _out = rehearsed
    assert result.exit_code == 0, result.output
    for said in ("Participants", "Lateness p99", "Entries in the trail", "Fingerprint of the key"):
        assert said in result.output


def test_its_files_are_what_they_say(rehearsed):
    _result, out = rehearsed
    assert {path.name for path in out.iterdir()} >= set(FILES)
    words = "\n".join(paragraph.text for paragraph in docx.Document(out / "evaluatie.docx").paragraphs)
    assert "Stroomstoring" in words
    with zipfile.ZipFile(out / "overdracht.zip") as package:
        assert package.testzip() is None
        assert {"overdracht.docx", "overdracht.json", "cap.xml", "verify.py"} <= set(package.namelist())
        assert b"<status>Exercise</status>" in package.read("cap.xml")
    lines = [json.loads(line) for line in (out / "verloop.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) > 20
    with zipfile.ZipFile(out / "overdracht.zip") as package:
        (playbook,) = json.loads(package.read("overdracht.json"))["totaalbeeld"]["playbooks"]
    assert playbook["title"] == "Ransomware bij de gemeente"


def test_the_package_verifies_and_one_changed_byte_is_found(rehearsed, tmp_path):
    _result, out = rehearsed
    package = out / "overdracht.zip"
    assert run("verify", package).exit_code == 0
    content = package.read_bytes()
    for place in range(0, len(content), len(content) // 12):
        changed = bytearray(content)
        changed[place] ^= 1
        other = tmp_path / "anders.zip"
        other.write_bytes(changed)
        result = run("verify", other)
        assert result.exit_code == 1, place
        assert "Traceback" not in result.output


def test_a_faulty_scenario_is_told_by_line(tmp_path):
    script = tmp_path / "fout.yaml"
    script.write_text(SCENARIO.replace("to: [ict]", "to: [marine]"), "utf-8")
    result = run("rehearse", script, "--out", tmp_path / "out")
    assert result.exit_code == 1
    line = next(n for n, text in enumerate(SCENARIO.splitlines(), 1) if "to: [ict]" in text)
    assert f"{script}:{line}: " in result.stderr
    assert "marine" in result.stderr
    assert not (tmp_path / "out").exists()


def test_another_encoding_is_told(tmp_path):
    script = tmp_path / "latin.yaml"
    script.write_bytes("title: café".encode("latin-1"))
    result = run("rehearse", script, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "not UTF-8" in result.output


@pytest.mark.parametrize("wrong", [("--pace", "0"), ("--people", "0"), ("--pace", "snel")])
def test_impossible_numbers_are_wrong_use(tmp_path, wrong):
    script = tmp_path / "goed.yaml"
    script.write_text(SCENARIO, "utf-8")
    assert run("rehearse", script, *wrong).exit_code == 2


@pytest.mark.parametrize(
    ("changed", "perfect"),
    [
        ({}, True),
        ({"seen": 7}, False),
        ({"fired": 0, "seen": 0, "due_to_be_seen": 0}, False),
        ({"faults": ["an inject came twice"]}, False),
    ],
)
def test_only_seen_exactly_once_by_everyone_is_good(tmp_path, monkeypatch, changed, perfect):
    told = replace(Result(tmp_path, fired=2, seen=8, due_to_be_seen=8, verification="ok"), **changed)

    async def played(*_args):
        return told

    monkeypatch.setattr(command.rehearsal, "run", played)
    script = tmp_path / "goed.yaml"
    script.write_text(SCENARIO, "utf-8")
    result = run("rehearse", script, "--out", tmp_path)
    assert result.exit_code == (0 if perfect else 1)
    assert all(fault in result.output for fault in told.faults)


def test_a_server_that_does_not_start_says_its_last_words(tmp_path):
    chosen = Settings("secret", f"sqlite:///{tmp_path / 'x'}", str(tmp_path / "no-key.pem"))
    with pytest.raises(RuntimeError, match="did not start"):
        stage.start(chosen, stage.free_port(), tmp_path / "log")
