import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberready.cli.check import check, schema
from cyberready.exercises.formats import json_schema
from tests.playbooks.writing import SMALL, changed

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = re.compile(r"^````(markdown|yaml)\n(.*?)^````$", re.DOTALL | re.MULTILINE)


def run(*paths, language="en_GB.UTF-8"):
    return CliRunner().invoke(check, [str(path) for path in paths], env={"LANG": language, "LC_ALL": ""})


@pytest.fixture
def write(tmp_path):
    def writing(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return writing


def test_shipped_files_are_good():
    folders = ("playbooks", "exercises", "templates/campaigns", "templates/messages/crisis")
    result = run(*(ROOT / folder for folder in folders))
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert sum(": playbook " in line for line in lines) >= 15
    assert sum(": message " in line for line in lines) >= 16
    assert any(
        line.endswith("ransomware-bij-de-gemeente.md: playbook Ransomware bij de gemeente, 30 steps")
        for line in lines
    )
    assert result.stderr == ""


def test_every_example_in_the_documentation_is_good(tmp_path):
    examples = EXAMPLE.findall((ROOT / "docs" / "formats.md").read_text(encoding="utf-8"))
    assert [language for language, _ in examples] == ["markdown", "yaml", "yaml"]
    folders = {"markdown": "playbooks", "yaml": "exercises"}
    paths = []
    for language, text in examples:
        slug = re.search(r"^slug: (.+)$", text, re.MULTILINE)[1]
        path = tmp_path / folders[language] / f"{slug}.{'md' if language == 'markdown' else 'yaml'}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    result = run(*paths)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        f"{paths[0]}: playbook Stroomstoring in het gemeentehuis, 5 steps",
        f"{paths[1]}: scenario Donker in {{{{ gemeente }}}}, 2 injects",
        f"{paths[2]}: campaign Donker thuis, 2 activities",
    ]


def test_faults_go_to_standard_error_with_file_line_and_remedy(write):
    good = write("stroomstoring.md", SMALL)
    bad = write("anders/stroomstoring.md", changed(("- Rol: ciso", "- Rol: baas"), ("15 minuten", "gauw")))
    result = run(good, bad)
    assert result.exit_code == 1
    assert result.stdout == f"{good}: playbook Stroomstoring, 3 steps\n"
    assert result.stderr.splitlines() == [
        f"{bad}:22: There is no role baas in the front matter. Choose from: ciso, ict.",
        f"{bad}:24: gauw is not a time target. Write a number and minuten, uur or dagen: 15 minuten.",
    ]


def test_messages_are_dutch_when_the_language_is(write):
    good = write("stroomstoring.md", changed(("### Ruim op {#ruim-op}\n\n- Rol: ict\n", "")))
    bad = write("anders/stroomstoring.md", changed(("- Rol: ciso", "- Rol: baas")))
    result = run(good, bad, language="nl_NL.UTF-8")
    assert result.stdout == f"{good}: draaiboek Stroomstoring, 2 stappen\n"
    assert (
        result.stderr == f"{bad}:22: De rol baas staat niet in de gegevens bovenaan. Kies uit: ciso, ict.\n"
    )


def test_a_message_is_told_from_a_playbook_and_its_faults_have_lines(write):
    good = write(
        "bericht.nl.md",
        "---\nkey: bericht\ntitle: Bericht\nlanguage: nl\naudience: Inwoners\nchannel: Website\nsummary: Kort.\n---\n\nHallo.\n",
    )
    bad = write("fout.nl.md", "---\nkey: fout\ntitle: Fout\nlanguage: nl\n---\n\n{{ wie }}\n")
    result = run(good, bad)
    assert result.stdout == f"{good}: message Bericht\n"
    assert f"{bad}:2: audience is missing." in result.stderr


def test_the_name_of_the_file_is_its_slug(write):
    path = write("storing.md", SMALL)
    assert run(path).stderr == (
        f"{path}:2: The slug is stroomstoring, but the file is called storing.md. Make them the same.\n"
    )


@pytest.fixture
def example():
    return EXAMPLE.findall((ROOT / "docs" / "formats.md").read_text(encoding="utf-8"))[1][1]


def test_a_scenario_is_held_against_the_playbook_beside_it(write, example):
    write("playbooks/stroomstoring.md", SMALL)
    path = write("exercises/donker.yaml", example.replace("step: kijk", "step: keik"))
    result = run(path)
    assert result.exit_code == 1
    assert "Playbook stroomstoring has no step keik. Choose from: kijk" in result.stderr


def test_a_scenario_without_its_playbook_is_good_but_says_so(write, example):
    path = write("exercises/donker.yaml", example)
    result = run(path)
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "2 injects; playbook stroomstoring is not here or has faults, so the steps were not checked\n"
    )


def test_a_huge_file_and_another_encoding_are_refused(write):
    huge = write("huge.yaml", b"a: b\n" * 2_000_000)
    latin = write("latin.yaml", "a: é".encode("latin-1"))
    result = run(huge, latin)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{huge}:1: The file is larger than 2 MB. Split it.",
        f"{latin}:1: This is not UTF-8. Save the file as UTF-8.",
    ]


@pytest.mark.parametrize("name", ["absent.md", "photo.png", "empty"])
def test_wrong_use_is_status_2(tmp_path, name):
    (tmp_path / "photo.png").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / name).exit_code == 2


def test_no_path_is_wrong_use():
    assert run().exit_code == 2


def test_the_schema_is_printed():
    assert CliRunner().invoke(schema).stdout == json_schema()
