"""Making a kit, and the register of who holds which copy."""

import io
from datetime import timedelta

import pypdf
import pytest
import pyzipper

from cyberready.exchange import actions_kits, queries_kits
from cyberready.exchange.jobs import KEPT_NIGHTS, Night
from cyberready.people.actions_roster import assign_duty, save_contact
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.realm import Realm
from cyberready.playbooks import messages, placeholders
from cyberready.playbooks.actions_placeholders import fill
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import SMALL, changed
from tests.world import START

PASSPHRASE = "vier paarden op de dijk"
COPY = {"holder": "Burgemeester", "mail": "b@waterveld.example", "medium": "usb", "place": "Kluis"}


@pytest.fixture
def house(database):
    made = House(database, world.town(database))
    made.published()
    return made


@pytest.fixture
def officer(browser, house):
    return browser.sign_in(house.officer, house.town.home)


def make(browser, **typed):
    data = {"csrf_token": browser.token(), "form": "zip", **typed}
    return browser.client.post("/playbooks/exchange/kit", data=data)


def kinds(house):
    def question(session):
        head = trails.organisation_trail(session, house.realm.organisation_id)
        return [line.kind for line in trails.lines(session, head.id)]

    return house.database.read(question)


def hand_out(officer, house, **typed):
    (kit, *_) = house.ask(queries_kits.kits)
    officer.post("/playbooks/exchange/kit/copies", {"kit": kit.id, **COPY, **typed})


def holdings(house, at=START):
    return house.database.read(lambda session: queries_kits.holdings(session, house.realm, at))


def test_without_a_kit_the_page_says_so(officer):
    text = officer.get("/playbooks/exchange/kit").get_text()
    assert "Er is nog geen kit gemaakt." in text
    assert "Niemand heeft nog een exemplaar." in text
    assert "heeft daarvoor geen map ingesteld" in text


def test_a_zip_with_what_is_current_now_and_its_record(officer, house):
    officer.get("/playbooks/exchange/kit")
    answer = make(officer, passphrase=PASSPHRASE)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with pyzipper.AESZipFile(io.BytesIO(answer.data)) as package:
        package.setpassword(PASSPHRASE.encode())
        page = package.read("index.html").decode()
    assert "Stroomstoring" in page
    (kept,) = house.ask(queries_kits.kits)
    assert kept.digest in page
    assert (kept.encrypted, kept.night, kept.made_by_name) == (True, None, "Test security_officer")
    assert kinds(house)[-1] == Kind.KIT_MADE


def test_one_page_for_a_browser(officer):
    officer.get("/playbooks/exchange/kit")
    answer = make(officer, form="html")
    assert answer.mimetype == "text/html"
    assert "filename=crisiskit-2026-11-23.html" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"passphrase": "kort"}, "minstens 12"),
        ({"form": "html", "passphrase": PASSPHRASE}, "Kies de zip"),
        ({"form": "exe"}, ""),
    ],
)
def test_what_cannot_be_made_is_said_at_its_field(officer, house, typed, said):
    page = officer.post("/playbooks/exchange/kit", {"form": "zip", **typed}, status=422)
    assert said in page.get_text()
    assert house.ask(queries_kits.kits) == []


def test_a_copy_is_out_of_date_when_a_playbook_changes_and_its_holder_is_told_once(officer, house):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    hand_out(officer, house, holder="Archief", mail="")
    assert [one.outdated for one in holdings(house)] == [False, False]
    house.next_version("stroomstoring", changed(("Bel aan.", "Bel bij iedereen aan.")))
    assert {one.changes for one in holdings(house)} == {("Stroomstoring",)}
    page = officer.get("/playbooks/exchange/kit")
    assert "Sindsdien gewijzigd: Stroomstoring." in page.get_text()
    assert "waarschuw zelf" in page.get_text()
    for _ in range(2):
        officer.post("/playbooks/exchange/kit/copies/tell")
    (mail,) = house.database.read(lambda session: session.query(OutboxMessage).all())
    assert (mail.recipient, mail.subject) == ("b@waterveld.example", "Uw crisiskit is verouderd")
    assert "Sindsdien gewijzigd: Stroomstoring." in mail.text


def call(house, number, contact_id=None, name="Noor"):
    """Somebody on the contact list with one number, added or changed."""
    channels = [("mobile", number)]
    return house.act(
        save_contact, contact_id, name=name, function="Piket ICT", channels=channels, by=house.director
    )


def test_a_copy_with_a_wrong_number_is_out_of_date(officer, house):
    noor = call(house, "06 5550 0001")
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    assert [one.outdated for one in holdings(house)] == [False]
    call(house, "06 5550 0002", noor.id)
    assert [one.told("nl") for one in holdings(house)] == ["Contacten"]
    assert "Sindsdien gewijzigd: Contacten." in officer.get("/playbooks/exchange/kit").get_text()
    officer.post("/playbooks/exchange/kit/copies/tell")
    (mail,) = house.database.read(lambda session: session.query(OutboxMessage).all())
    assert "Sindsdien gewijzigd: Contacten." in mail.text
    call(house, "06 5550 0001", noor.id)
    assert [one.outdated for one in holdings(house)] == [False]


def test_a_copy_is_out_of_date_when_what_it_has_filled_in_changes_and_for_nothing_else(officer, house):
    source = SMALL.replace("Bel aan.", "Bel {{ telefoon-wijk }}.").replace(
        "roles:", "placeholders:\n  telefoon-wijk: Nummer\nroles:", 1
    )
    house.next_version("stroomstoring", source)
    house.act(fill, {"telefoon-wijk": "14 0299"}, by=house.officer)
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    house.act(fill, {"nergens-gebruikt": "x"}, by=house.officer)
    assert [one.told("nl") for one in holdings(house)] == [""]
    house.act(fill, {"telefoon-wijk": "14 0300"}, slug="stroomstoring", by=house.officer)
    assert [one.told("nl") for one in holdings(house)] == ["Ingevulde gegevens"]
    house.act(fill, {"telefoon-wijk": ""}, slug="stroomstoring", by=house.officer)
    assert [one.told("nl") for one in holdings(house)] == [""]
    house.act(fill, {"telefoon-wijk": ""}, by=house.officer)
    assert [one.told("nl") for one in holdings(house)] == ["Ingevulde gegevens"]


def test_a_copy_is_out_of_date_when_a_message_in_it_changes(officer, house):
    key = next(key for one in messages.library("nl") for key in placeholders.used(one.body))
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    house.act(fill, {key: "Waterveld"}, by=house.officer)
    assert [one.told("en") for one in holdings(house)] == ["Messages ready to be sent"]


def test_a_changed_roster_alone_makes_no_copy_out_of_date(officer, house):
    noor = call(house, "06 5550 0001")
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    times = {"starts_at": house.now, "ends_at": house.now + timedelta(days=7)}
    house.act(assign_duty, function="Piket ICT", contact_id=noor.id, **times, by=house.director)
    assert [one.outdated for one in holdings(house)] == [False]


def test_a_kit_expires(officer, house):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    late = START + queries_kits.KEEPS + timedelta(days=1)
    assert [(one.expired, one.changes) for one in holdings(house, late)] == [(True, ())]


def test_a_copy_that_came_back_is_out_of_the_register(officer, house):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    (held,) = holdings(house)
    officer.post(f"/playbooks/exchange/kit/copies/{held.copy.id}/back")
    assert holdings(house) == []
    officer.post(f"/playbooks/exchange/kit/copies/{held.copy.id}/back", status=409)


def test_what_was_typed_stays_when_the_address_is_wrong(officer, house):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    (kit,) = house.ask(queries_kits.kits)
    page = officer.post(
        "/playbooks/exchange/kit/copies", {"kit": kit.id, **COPY, "mail": "nergens"}, status=422
    )
    assert page.select_one("input[name=holder]")["value"] == "Burgemeester"
    assert page.select_one("input[name=mail]")["value"] == "nergens"
    assert "geen e-mailadres" in page.get_text() or "mailadres" in page.get_text()


def test_the_register_on_paper(officer, house):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    answer = officer.client.get("/playbooks/exchange/kit/register.pdf")
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    assert "Burgemeester" in text
    assert "Actueel" in text or "Geldend" in text


def test_nobody_sees_the_kits_of_another_organisation(browser, database, house, officer):
    officer.get("/playbooks/exchange/kit")
    make(officer)
    hand_out(officer, house)
    (held,) = holdings(house)
    other = world.organisation(database, "elders")
    stranger = world.account(database, other, "security_officer", name="Vreemde")
    browser.sign_in(stranger, other)
    assert "Er is nog geen kit gemaakt." in browser.get("/playbooks/exchange/kit").get_text()
    browser.post(f"/playbooks/exchange/kit/copies/{held.copy.id}/back", status=404)
    assert database.read(lambda session: queries_kits.holdings(session, Realm(other.id), START)) == []


def night(tmp_path, passphrase=""):
    file = tmp_path / "passphrase"
    file.write_text(passphrase)
    return Night(tmp_path / "kits", str(file) if passphrase else "")


def test_each_night_one_kit_is_laid_down_whole_and_old_ones_go(database, house, tmp_path):
    work = night(tmp_path)
    due = database.read(work.next_due)
    assert START < due < START + timedelta(days=1)
    for _ in range(KEPT_NIGHTS + 2):
        work.run(database, due)
        work.wait()
        work.run(database, due)
        work.wait()
        due = database.read(work.next_due)
    place = tmp_path / "kits" / "waterveld"
    names = sorted(path.name for path in place.iterdir())
    assert len(names) == 2 * KEPT_NIGHTS
    assert names[-1] == "crisiskit-2026-12-02.zip"
    assert (place / names[-1]).stat().st_mode & 0o777 == 0o600
    assert len(house.ask(queries_kits.kits)) == KEPT_NIGHTS + 2


def test_with_a_passphrase_there_is_no_open_page(database, house, tmp_path):
    work = night(tmp_path, PASSPHRASE)
    work.run(database, database.read(work.next_due))
    work.wait()
    (only,) = (tmp_path / "kits" / "waterveld").iterdir()
    assert only.suffix == ".zip"
    assert house.ask(queries_kits.kits)[0].encrypted


def test_open_kits_go_when_their_nights_are_over_after_encryption_is_switched_on(database, house, tmp_path):
    place = tmp_path / "kits" / "waterveld"
    place.mkdir(parents=True)
    for day in range(10, 10 + KEPT_NIGHTS):
        for ending in ("zip", "html"):
            (place / f"crisiskit-2026-11-{day}.{ending}").write_text("06 5550 0001")
    work = night(tmp_path, PASSPHRASE)
    for _ in range(2):
        work.make(database, house.realm.organisation_id, database.read(work.next_due))
    names = sorted(path.name for path in place.iterdir())
    assert names[0] == "crisiskit-2026-11-12.html"
    assert len({name.partition(".")[0] for name in names}) == KEPT_NIGHTS


def test_a_nightly_kit_is_made_by_the_program(database, house, tmp_path):
    work = night(tmp_path)
    work.make(database, house.realm.organisation_id, database.read(work.next_due))
    assert house.ask(queries_kits.kits)[0].made_by_name == "cyberready"


def test_two_processes_record_one_kit_of_a_night(database, house, tmp_path):
    at = database.read(night(tmp_path).next_due)
    for work in (night(tmp_path), night(tmp_path)):
        work.make(database, house.realm.organisation_id, at)
    assert len(house.ask(queries_kits.kits)) == 1


def test_a_kit_that_cannot_be_laid_down_is_tried_again_in_an_hour(database, house, tmp_path, caplog):
    (tmp_path / "kits").write_text("in the way")
    work = night(tmp_path)
    due = database.read(work.next_due)
    work.run(database, due)
    work.wait()
    assert "was not made" in caplog.text
    assert database.read(work.next_due) == due + timedelta(hours=1)
    (tmp_path / "kits").unlink()
    work.run(database, due + timedelta(hours=1))
    work.wait()
    assert len(house.ask(queries_kits.kits)) == 1


def test_without_a_folder_no_night_is_due(database, house):
    assert house
    assert database.read(Night(None).next_due) is None


def test_a_holder_without_a_name_is_no_holder(house):
    with pytest.raises(actions_kits.Refused):
        house.act(actions_kits.hand_out, 1, by=house.officer, holder=" ", mail="", medium="usb", place="")
