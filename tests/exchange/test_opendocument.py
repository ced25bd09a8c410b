"""OpenDocument by way of a converter: what it is given, how it is confined, and what is said where there is none."""

import io
import os
import zipfile

import pytest

from cyberready.exchange import formats as exchange
from cyberready.exchange.word import office, opendocument
from cyberready.kernel.refusals import Refused
from tests import world
from tests.exchange.documents import document, heading, packed, paragraph

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "script", "drawing")
)
SPACES += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
TABLE = "<table:table>{}</table:table>"
ENCRYPTED = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="content.xml">'
    "<m:encryption-data/></m:file-entry></m:manifest>"
)
ECHO = """#!/bin/sh
for one; do case $before in --outdir) out=$one;; esac; before=$one; given=$one; done
mkdir -p "$out"
{}
"""


def odt(body="<text:p>Doe iets</text:p>", parts=None, root=""):
    content = f"<office:document-content {SPACES}>{root}<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return packed({"mimetype": opendocument.MIME, "content.xml": content, **(parts or {})})


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a program on the path that takes the place of LibreOffice."""

    def put(what):
        program = tmp_path / "soffice"
        program.write_text(ECHO.format(what))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return put


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (odt(parts={"Basic/x.xml": "x"}), "macros"),
        (odt(parts={"Scripts/python/x.py": "x"}), "macros"),
        (odt(root="<office:scripts><script:event-listener/></office:scripts>"), "macros"),
        (odt(parts={"META-INF/manifest.xml": ENCRYPTED}), "password"),
        (odt(TABLE.format('<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>')), "20000 cells"),
        (odt(TABLE.format('<table:table-column table:number-columns-repeated="999999"/>')), "20000 cells"),
        (odt(TABLE.format('<table:table-row><table:table-cell table:number-columns-repeated="99999"/></table:table-row>')), "20000 cells"),
        (odt('<text:p><text:s text:c="999999999"/></text:p>'), "spaces in a row"),
        (odt("<text:p/>" * 20_001), "20000 paragraphs"),
        (odt(parts={"content.xml": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'}), "document type"),
        (odt(parts={"styles.xml": "<kapot"}), "styles.xml"),
        (packed({"mimetype": opendocument.MIME}), "no OpenDocument|not an OpenDocument"),
    ],
)  # fmt: skip
def test_what_is_not_safe_to_convert_is_refused_before_it_is(stand_in, data, said):
    stand_in('echo done > "$out/document.docx"')
    with pytest.raises(Refused) as refused:
        exchange.brought("oud.odt", data)
    assert any(part in str(refused.value) for part in said.split("|"))


def test_only_texts_and_pictures_go_on_and_nothing_that_leads_outside():
    body = '<text:p><text:a xlink:href="https://waterveld.example">x</text:a><drawing:image xlink:href="http://169.254.169.254/"/>'
    body += '<drawing:image xlink:href="Pictures/a.png"/><text:section-source xlink:href="file:///etc/passwd"/></text:p>'
    parts = {
        "Pictures/a.png": "x",
        "Pictures/b.svm": "x",
        "Object 1/content.xml": "x",
        "settings.xml": "<x/>",
    }
    with zipfile.ZipFile(io.BytesIO(opendocument.cleaned(odt(body, parts)))) as made:
        assert set(made.namelist()) == {"mimetype", "content.xml", "Pictures/a.png", "META-INF/manifest.xml"}
        content = made.read("content.xml").decode()
    assert "https://waterveld.example" in content
    assert "Pictures/a.png" in content
    assert "169.254" not in content
    assert "passwd" not in content


def test_the_converter_knows_no_settings_and_has_limits(stand_in, monkeypatch):
    monkeypatch.setenv("CYBERREADY_SECRET_KEY", "geheim")
    stand_in('{ env; ulimit -t; ulimit -v; } > "$out/document.docx"')
    said = office.to_docx(odt("<text:p>grenzen</text:p>")).decode().splitlines()
    assert said[-2:] == ["30", str(2 * 1024 * 1024)]
    assert not [line for line in said if "CYBERREADY" in line or "geheim" in line]


def test_a_converter_that_goes_on_too_long_is_ended_with_all_that_it_started(stand_in, tmp_path):
    late = tmp_path / "laat"
    stand_in(f"(sleep 3; touch {late}) & sleep 60")
    with pytest.raises(Refused, match="took more than"):
        office.to_docx(odt("<text:p>traag</text:p>"), 1)
    stand_in("sleep 3; exit 1")
    with pytest.raises(Refused, match="could not read"):
        office.to_docx(odt("<text:p>stuk</text:p>"), 10)
    assert not late.exists()


@pytest.fixture
def writer(browser, database):
    town = world.town(database)
    return browser.sign_in(town["security_officer"], town.home)


def test_the_page_takes_it_where_a_converter_is(writer, stand_in, tmp_path):
    made = tmp_path / "gemaakt.docx"
    made.write_bytes(document(heading("Signaleren") + paragraph("Bel de bode", count=1)))
    stand_in(f'cp {made} "$out/document.docx"')
    page = writer.get("/playbooks/exchange/")
    assert ".odt" in page.select_one("input[type=file]")["accept"]
    assert "via LibreOffice" in page.get_text(" ")
    writer.post("/playbooks/exchange/", {"file": (io.BytesIO(odt()), "Oud.odt")})
    assert "Bel de bode" in writer.follow().select_one("pre").get_text()


def test_the_page_says_where_there_is_none(writer, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    page = writer.get("/playbooks/exchange/")
    assert ".odt" not in page.select_one("input[type=file]")["accept"]
    assert "geen LibreOffice" in page.get_text(" ")
    page = writer.post(
        "/playbooks/exchange/", {"file": (io.BytesIO(odt("<text:p>niet</text:p>")), "Oud.odt")}, status=422
    )
    assert "geen omzetter voor .odt" in page.select_one(".cr-error").get_text(" ")
