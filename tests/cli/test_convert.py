"""``cyberready convert``: every sensible direction, the report, and what it says when it refuses."""

import json
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from cyberready.cli.main import main
from tests.exchange.documents import document, heading, packed, paragraph
from tests.exchange.test_pages import PIXEL
from tests.playbooks.writing import SMALL

PROTOCOL = document(
    heading("Signaleren") + paragraph("CISO: bel binnen 15 minuten", count=1) + paragraph("Ruim op", count=1)
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    (tmp_path / "stroomstoring.md").write_text(SMALL)
    (tmp_path / "protocol.docx").write_bytes(PROTOCOL)
    return tmp_path


def convert(*words):
    return CliRunner().invoke(main, ["convert", *words])


@pytest.mark.parametrize("kind", ["docx", "json", "zip", "md"])
def test_out_and_in_again(folder, kind):
    out = convert("stroomstoring.md", f"uit.{kind}")
    assert (out.exit_code, out.stderr) == (0, "")
    back = convert(f"uit.{kind}", "terug.md")
    assert back.exit_code == 0
    if kind != "json":
        assert (folder / "terug.md").read_text() == SMALL


def test_a_page(folder):
    assert convert("stroomstoring.md", "uit.html").exit_code == 0
    page = (folder / "uit.html").read_text()
    assert page.startswith('<!doctype html>\n<html lang="nl">')
    assert "Kijk wat er aan de hand is" in page


def test_a_pdf(folder):
    assert convert("protocol.docx", "uit.pdf").exit_code == 0
    assert (folder / "uit.pdf").read_bytes().startswith(b"%PDF")


def test_a_protocol_with_its_report(folder):
    done = convert("protocol.docx", "protocol.md", "--report", "verslag.json")
    assert done.exit_code == 0
    assert "Gegokt: alinea 1 onder “Signaleren”: De rol CISO komt uit de woorden" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("protocol.md: begrepen ")
    told = json.loads((folder / "verslag.json").read_text())
    assert (told["source"], told["target"]) == ("protocol.docx", "Markdown")
    assert {
        "kind": "guessed",
        "place": "alinea 2 onder “Signaleren”",
        "sentence": "Voor “Ruim op” is geen rol gevonden: vul die in.",
    } in told["remarks"]


def test_english_unless_the_environment_is_dutch(folder, monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert (
        "Guessed: paragraph 1 under “Signaleren”: The role CISO"
        in convert("protocol.docx", "protocol.md").stdout
    )


def test_refused_with_the_reason(folder):
    (folder / "macro.docm").write_bytes(PROTOCOL)
    done = convert("macro.docm", "uit.md")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "macro" in done.stderr
    (folder / "fout.md").write_text(SMALL.replace("- Rol: ciso", "- Rol: niemand"))
    done = convert("fout.md", "uit.docx")
    assert done.exit_code == 1
    assert done.stderr.startswith("fout.md:")
    assert "niemand" in done.stderr
    assert not (folder / "uit.docx").exists()


def test_wrong_usage(folder):
    assert convert("stroomstoring.md", "uit.xyz").exit_code == 2
    assert convert("weg.md", "uit.docx").exit_code == 2
    assert convert("stroomstoring.md").exit_code == 2


def test_a_target_that_cannot_be_written(folder):
    done = convert("stroomstoring.md", "weg/uit.docx")
    assert done.exit_code == 1
    assert "weg/uit.docx" in done.stderr


@pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="no converter for .odt"
)
def test_opendocument_where_a_converter_is(folder):
    assert convert("stroomstoring.md", "uit.odt").exit_code == 0
    assert convert("uit.odt", "terug.md").exit_code == 0
    assert "### Kijk wat er aan de hand is" in (folder / "terug.md").read_text()


def test_no_converter_is_said(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    done = convert("stroomstoring.md", "uit.odt")
    assert done.exit_code == 1
    assert "geen omzetter voor .odt" in done.stderr


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_GIF = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["docx", "pdf", "html"])
@pytest.mark.parametrize("picture", [SVG, NO_GIF, b"", PIXEL + b"<script>alert(1)</script>"])
def test_a_picture_that_is_none_is_left_out_with_the_reason(folder, kind, picture):
    (folder / "foto.zip").write_bytes(
        packed({"a.md": "## Fase\n\n1. Kijk ![Kaart](b.png)\n", "b.png": picture})
    )
    done = convert("foto.zip", f"uit.{kind}", "--report", "verslag.json")
    assert (done.exit_code, done.exception) == (0, None)
    told = [
        one for one in json.loads((folder / "verslag.json").read_text())["remarks"] if one["kind"] == "lost"
    ]
    if picture.startswith(PIXEL):
        assert told == []
    else:
        assert "b.png" in told[0]["place"]
    assert b"alert(1)" not in (folder / f"uit.{kind}").read_bytes()


def test_pictures_go_on_unchanged_in_a_zip(folder):
    (folder / "foto.zip").write_bytes(
        packed({"a.md": "## Fase\n\n1. Kijk ![Kaart](b.png)\n", "b.png": PIXEL})
    )
    assert convert("foto.zip", "uit.zip").exit_code == 0
    with zipfile.ZipFile(folder / "uit.zip") as made:
        assert PIXEL in [made.read(name) for name in made.namelist()]


def test_a_report_that_cannot_be_written_stops_before_the_target(folder):
    done = convert("protocol.docx", "uit.md", "--report", "nergens/verslag.json")
    assert done.exit_code == 1
    assert done.stderr.startswith("nergens/verslag.json: Het bestand kan niet worden geschreven: ")
    assert not (folder / "uit.md").exists()


def test_a_key_that_is_none_is_named_itself(folder):
    (folder / "sleutel.pem").write_text("geen sleutel")
    done = convert("stroomstoring.md", "uit.json", "--sign", "sleutel.pem", "--signee", "Gemeente Waterveld")
    assert done.exit_code == 1
    assert done.stderr.startswith("sleutel.pem: Dit is geen geheime sleutel")
    assert not (folder / "uit.json").exists()
