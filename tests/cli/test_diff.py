"""``cyberready diff``: two files, four ways of writing what changed, three ways to end."""

import json
import zipfile
from io import BytesIO

import pytest
from click.testing import CliRunner

from cyberready.cli.convert import convert
from cyberready.cli.diff import diff
from tests.playbooks.comparing import SECOND
from tests.playbooks.writing import SMALL


@pytest.fixture
def files(tmp_path):
    old, new = tmp_path / "oud.md", tmp_path / "nieuw.md"
    old.write_text(SMALL, "utf-8")
    new.write_text(SECOND, "utf-8")
    return old, new


def run(*words, language="en_GB.UTF-8"):
    return CliRunner().invoke(diff, [str(word) for word in words], env={"LANG": language, "LC_ALL": ""})


def test_text_names_the_changes_and_marks_the_words(files):
    result = run(*files)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("Stroomstoring: oud.md (1.0) → nieuw.md (1.1)\n")
    assert "* A1 Kijk wat er aan de hand is: Time target changed: 15 minuten → 20 minuten\n" in result.stdout
    assert "* B1 Ruim op: Step moved: B2 → B1\n" in result.stdout
    assert "- Tijd: [-15-]{+20+} minuten" in result.stdout
    assert "{+- [ ] Tel de lantaarns.+}\n" in result.stdout
    assert "Stap verplaatst" in run(*files, language="nl_NL.UTF-8").stdout


def test_equal_files_end_well(files):
    result = run(files[0], files[0])
    assert result.exit_code == 0
    assert "There are no differences." in result.stdout


def test_json_holds_both_texts(files):
    said = json.loads(run(*files, "--format", "json").stdout)
    for side, without, text in (("old", "new", SMALL), ("new", "gone", SECOND)):
        parts = sorted((part for part in said["passages"] if part[side]), key=lambda part: part[side]["line"])
        assert (
            "".join(piece["text"] for part in parts for piece in part["pieces"] if piece["kind"] != without)
            == text
        )


def test_the_ending_of_the_file_says_what_is_written(files, tmp_path):
    for name, start in (
        ("x.html", b"<!doctype html>"),
        ("x.docx", b"PK"),
        ("x.json", b"{"),
        ("x.txt", b"Stroom"),
    ):
        out = tmp_path / name
        assert run(*files, "--out", out).exit_code == 0
        assert out.read_bytes().startswith(start)
    assert zipfile.ZipFile(BytesIO((tmp_path / "x.docx").read_bytes())).testzip() is None


def test_html_is_one_file_that_asks_for_nothing(files):
    page = run(*files, "--format", "html").stdout
    assert "<ins>" in page
    for outside in ("src=", "<link", "@import", "url(", "<script"):
        assert outside not in page


def test_a_file_with_faults_is_compared_by_words(files):
    files[1].write_text(SMALL.replace("- Rol: ciso", "- Wie: ciso"), "utf-8")
    result = run(*files)
    assert result.exit_code == 0
    assert "Text changed" in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.md", b"\xff\xfe\x00", "UTF-8"),
        ("x.md", b"a\x00b", "cannot be shown"),
        ("x.md", b"a" * 2_200_000, "larger than"),
        ("x.exe", b"MZ\x00", "is a program"),
        ("x.docx", b"PK\x03\x04 broken", ""),
        ("x.pdf", b"%PDF-1.7", "only written, never read"),
    ],
)
def test_what_is_refused_says_why(files, tmp_path, name, content, reason):
    bad = tmp_path / name
    bad.write_bytes(content)
    result = run(files[0], bad)
    assert (result.exit_code, result.stdout) == (1, "")
    assert reason in result.stderr
    assert str(bad) in result.stderr


def test_a_word_document_is_compared_as_what_it_becomes(files, tmp_path):
    made = tmp_path / "nieuw.docx"
    assert CliRunner().invoke(convert, [str(files[0]), str(made)]).exit_code == 0
    result = run(files[0], made)
    assert result.exit_code == 0, result.stderr
    assert "Step added" not in result.stdout
    assert "Step removed" not in result.stdout


def test_an_answer_that_cannot_be_written_is_refused(files, tmp_path):
    result = run(*files, "--out", tmp_path / "nergens" / "x.html")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_wrong_usage(files, tmp_path):
    assert run(files[0]).exit_code == 2
    assert run(*files, "--format", "pdf").exit_code == 2
    assert run(files[0], tmp_path / "is-er-niet.md").exit_code == 2
