"""A crisis kit holds all one needs without a network, leads to nothing outside, and says what it is."""

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
import pyzipper
from babel.support import NullTranslations
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exchange.jobs import AMSTERDAM, AT, due
from cyberready.exchange.kit import archive, facts
from cyberready.exchange.kit.contents import Booklet, Kit, OnDuty, Person
from cyberready.exchange.kit.page import to_html
from cyberready.exchange.kit.register import to_pdf
from cyberready.exchange.standing import Standing
from cyberready.kernel.refusals import Refused
from cyberready.platform import texts
from cyberready.playbooks import messages
from cyberready.settings import content_root
from tests.playbooks.writing import SMALL

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOSTILE = '=1+2 <script>alert("x")</script> *[#import]*'
PASSPHRASE = "vier paarden op de dijk"


def standing(**values):
    return Standing(made=NOW, organisation="Waterveld", values=values)


def kit(*sources, **changes):
    given = {
        "organisation": "Waterveld",
        "language": "nl",
        "made_at": NOW,
        "expires_at": NOW + timedelta(days=30),
        "booklets": tuple(Booklet(source, standing()) for source in sources or (SMALL,)),
        "people": (Person("Kim de Boer", "CISO", (("Mobile phone", "06 5550 0001"),), "Noor"),),
        "duties": (OnDuty("Piket ICT", "Noor", NOW, NOW + timedelta(days=7)),),
        "messages": tuple(messages.library("nl")),
    }
    return Kit(**given | changes)


def unpacked(data, passphrase=""):
    with pyzipper.AESZipFile(io.BytesIO(data)) as package:
        if passphrase:
            package.setpassword(passphrase.encode())
        return {name: package.read(name) for name in package.namelist()}


def shipped():
    return [path.read_text("utf-8") for path in sorted((content_root() / "playbooks").glob("*.md"))]


def test_the_page_leads_nowhere_outside_and_every_link_inside_arrives():
    page = BeautifulSoup(to_html(kit(*shipped()[:4])), "html.parser")
    ids = [one["id"] for one in page.select("[id]")]
    assert len(ids) == len(set(ids))
    inside = {link["href"][1:] for link in page.select("a[href^='#']")}
    assert inside <= set(ids)
    assert not page.select("script, link, iframe, img[src^=http], [style]")
    assert "default-src 'none'" in page.select_one("meta[http-equiv]")["content"]
    assert {link["href"].partition(":")[0] for link in page.select("a:not([href^='#'])")} <= {
        "http",
        "https",
        "mailto",
        "tel",
    }


def test_the_page_says_what_it_holds_until_when_and_its_fingerprint():
    made = kit()
    text = BeautifulSoup(to_html(made), "html.parser").get_text(" ")
    for said in (
        "Crisiskit van Waterveld",
        "23 november 2026 09:00",
        "23 december 2026 09:00",
        made.digest,
        "06 5550 0001",
    ):
        assert said in text
    for title in (
        "Contacten",
        "Piketrooster",
        "Actiekaarten",
        "Berichten die klaarliggen",
        "Blanco formulieren",
    ):
        assert title in text
    assert made.versions[0][4] in text


class Unsaid(NullTranslations):
    """Notes every text that has no Dutch."""

    def __init__(self):
        super().__init__()
        self.texts = set()

    def gettext(self, message):
        self.texts.add(message)
        return message


@pytest.fixture
def unsaid():
    found = Unsaid()
    texts.catalogue.cache_clear()
    texts.catalogue("nl").add_fallback(found)
    yield found
    texts.catalogue.cache_clear()


def test_every_word_of_a_dutch_kit_is_dutch(unsaid):
    assert texts.translate("nl", "no such text") == "no such text"
    archive.to_zip(kit(*shipped()[:2]))
    assert unsaid.texts == {"no such text"}


def test_it_speaks_the_language_of_the_kit():
    page = BeautifulSoup(to_html(kit(language="en", messages=())), "html.parser")
    assert page.html["lang"] == "en"
    assert "Crisis kit of Waterveld" in page.get_text()


def test_two_playbooks_with_the_same_steps_keep_their_own_places():
    other = SMALL.replace("slug: stroomstoring", "slug: storing")
    page = BeautifulSoup(to_html(kit(SMALL, other)), "html.parser")
    assert page.select_one("#stroomstoring-nl--kijk")
    assert page.select_one("#storing-nl--kijk")
    assert page.select_one("section:has(> #storing-nl) a[href='#storing-nl--waarschuw']")


def test_the_zip_holds_each_file_and_a_manifest_that_fits():
    files = unpacked(archive.to_zip(kit()))
    manifest = files.pop("MANIFEST.txt").decode()
    listed = dict(re.findall(r"^([0-9a-f]{64})  (.+)$", manifest, re.MULTILINE))
    assert {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} == {
        name: digest for digest, name in listed.items()
    }
    assert {name.partition("/")[0] for name in files} == {
        *("index.html", "draaiboeken", "checklists", "actiekaarten", "berichten"),
        *("contacten.csv", "piketrooster.csv", "formulieren.docx"),
    }
    assert files["draaiboeken/stroomstoring.nl.md"].decode() == SMALL
    paper = pypdf.PdfReader(io.BytesIO(files["actiekaarten/stroomstoring.nl.pdf"]))
    assert "Kijk wat er aan de hand is" in "".join(one.extract_text() for one in paper.pages)


def test_every_sheet_says_which_kit_it_is_from_and_until_when():
    made = kit(SMALL, SMALL.replace("language: nl", "language: en"))
    files = unpacked(archive.to_zip(made))
    feet = {
        "nl": f"Crisiskit van 23 november 2026 09:00 · vervangen vóór 23 december 2026 09:00 · {made.digest[:12]}",
        "en": f"Crisis kit of 23 November 2026 09:00 · replace before 23 December 2026 09:00 · {made.digest[:12]}",
    }
    papers = {name: data for name, data in files.items() if name.endswith(".pdf")}
    assert len(papers) == 6
    for name, data in papers.items():
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            assert feet[name.split(".")[1]] in " ".join(page.extract_text().split()), name


def test_an_encrypted_zip_opens_with_its_passphrase_only():
    data = archive.to_zip(kit(), PASSPHRASE)
    assert b"06 5550 0001" not in data
    assert b"Kim de Boer" in unpacked(data, PASSPHRASE)["contacten.csv"]
    for wrong in ("", "vier paarden op het dak"):
        with pytest.raises(RuntimeError):
            unpacked(data, wrong)
    with pyzipper.AESZipFile(io.BytesIO(data)) as package:
        assert {one.wz_aes_strength for one in package.infolist()} == {3}  # AES-256


def test_a_short_passphrase_is_refused():
    with pytest.raises(Refused, match="at least"):
        archive.to_zip(kit(), "geheim")


def test_hostile_words_stay_words():
    made = kit(people=(Person(HOSTILE, HOSTILE, (("Radio", HOSTILE),)),), messages=())
    page = BeautifulSoup(to_html(made), "html.parser")
    assert not page.select("script")
    assert HOSTILE in page.get_text()
    files = unpacked(archive.to_zip(made))
    assert "'=1+2" in files["contacten.csv"].decode("utf-8-sig")


def test_the_same_kit_has_the_same_fingerprint_and_another_moment_another():
    assert kit().digest == kit().digest
    others = [kit(made_at=NOW + timedelta(seconds=1)), kit(people=()), kit(SMALL.replace("Bel aan.", "Bel."))]
    assert len({kit().digest, *(one.digest for one in others)}) == 4


def test_a_fact_that_another_version_of_the_program_kept_is_passed_over():
    today = facts.of_kit(kit())
    assert facts.changed(today | {"weather": "ab"}, today) == ()
    assert facts.changed(today | {"contacts": "ab"}, today) == ("Contacts",)


def test_the_register_is_a_pdf_with_every_holder():
    rows = [("Burgemeester", "USB", "Kluis", "gisteren", "ab12", "Actueel"), (HOSTILE,) * 6]
    data = to_pdf(
        "Register",
        "Waterveld",
        ["Wie", "Op", "Waar", "Gemaakt", "Kenmerk", "Stand"],
        rows,
        language="nl",
        made_at=NOW,
    )
    reader = pypdf.PdfReader(io.BytesIO(data))
    text = "".join(one.extract_text() for one in reader.pages)
    assert "Burgemeester" in text
    assert "#import" in text
    assert reader.trailer["/Root"]["/Lang"] == "nl"


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    )
)
def test_the_next_kit_is_due_at_three_by_dutch_clocks_within_a_day_and_an_hour(last):
    found = due(last)
    assert timedelta() < found - last <= timedelta(hours=25)
    assert found.astimezone(AMSTERDAM).time() == AT
