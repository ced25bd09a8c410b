"""Files in and out in a real browser: no barriers, nothing sticks out, and the page that is given out needs nothing."""

import os
from pathlib import Path

import pytest

from cyberready.exchange import formats
from cyberready.settings import content_root
from tests.exchange.documents import MERGED, document, heading, paragraph, run, table
from tests.journeys.conftest import open_house

WIDTHS = ((1440, 1000), (390, 844), (320, 800))
PROTOCOL = document(
    heading("1. Inleiding")
    + paragraph("Dit protocol is voor iedereen die bij een stroomstoring moet handelen.")
    + heading("2. Signaleren")
    + paragraph("De servicedesk belt binnen 15 minuten de CISO. Noteer tijd en naam.", count=1)
    + paragraph("Kijk naar buiten (bode)", count=1)
    + f'<w:p>{run("Dit blijft. ")}<w:del w:author="Kim"><w:r><w:delText>Dit niet meer.</w:delText></w:r></w:del></w:p>'
    + heading("3. Handelen")
    + table(
        ["Nr", "Actie", "Verantwoordelijke", "Termijn", "Opmerking"],
        ["1", "Bel de netbeheerder", (MERGED, "Bode"), "30 min", "Nummer staat op de bereikbaarheidskaart"],
        ["2", "Roep het team bijeen", ("<w:vMerge/>", ""), "1 uur", ""],
    )
)


@pytest.fixture(scope="module")
def house(chromium, stocked, tmp_path_factory):
    with open_house(chromium, stocked, tmp_path_factory.mktemp("house")) as made:
        yield made


def reviewed(screen, name):
    """Axe and what sticks out, at every width; pictures for people in the folder SCREENS."""
    faults = []
    for width, height in WIDTHS:
        screen.resize(width, height)
        faults += screen.barriers() + screen.overflow()
        if folder := os.environ.get("SCREENS"):
            screen.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
    return faults


def test_a_protocol_is_brought_in(house, tmp_path):
    file = tmp_path / "Protocol stroomstoring.docx"
    file.write_bytes(PROTOCOL)
    screen = house.signed_in("security_officer")
    screen.open("/playbooks/")
    screen.page.get_by_role("link", name="Bestand binnenhalen").click()
    screen.see("h1", "Bestand binnenhalen")
    faults = reviewed(screen, "bring")
    screen.page.locator("input[type=file]").set_input_files(str(file))
    screen.page.get_by_role("button", name="Bestand lezen").click()
    screen.see("h1", "Protocol stroomstoring.docx")
    screen.see("td", "Dit niet meer.")
    for folded in screen.page.locator("details.cr-more summary").all():
        folded.click()
    faults += reviewed(screen, "waiting")
    screen.page.get_by_role("button", name="Concept maken").click()
    screen.see("h1", "Protocol stroomstoring")
    assert faults == []


def test_what_is_refused_is_said_at_the_field(house, tmp_path):
    file = tmp_path / "groot.docx"
    file.write_bytes(b"PK" + b"\0" * 20 * 1024 * 1024)
    screen = house.signed_in("security_officer")
    screen.open("/playbooks/exchange/")
    screen.page.locator("input[type=file]").set_input_files(str(file))
    screen.page.get_by_role("button", name="Bestand lezen").click()
    screen.see(".cr-error", "20 MB")
    assert reviewed(screen, "refused") == []


def test_a_version_is_taken_along(house):
    screen = house.signed_in("crisis_team")
    screen.open("/playbooks/ransomware-bij-de-gemeente")
    screen.page.get_by_role("link", name="Downloaden").click()
    screen.see("h1", "meenemen")
    faults = reviewed(screen, "give")
    with screen.page.expect_download() as begun:
        screen.page.get_by_role("link", name="Word (.docx)").click()
    data = Path(begun.value.path()).read_bytes()
    source = (content_root() / "playbooks" / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    assert formats.brought(begun.value.suggested_filename, data).source == source
    with screen.page.expect_download() as begun:
        screen.page.get_by_role("link", name="Pagina (.html)").click()
    asked = []
    screen.page.on("request", lambda request: asked.append(request.url))
    path = Path(begun.value.path()).rename(Path(begun.value.path()).with_suffix(".html"))
    screen.open(path.as_uri())
    screen.see("h1", "Ransomware")
    faults += reviewed(screen, "page")
    assert [url for url in asked if not url.startswith("file:")] == []
    assert faults == []
