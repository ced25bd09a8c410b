"""The handover protocol and its package: every step, two at once, and a check without our software."""

import io
import json
import subprocess
import sys
import threading
import zipfile

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from cyberready.exercises import actions as exercises
from cyberready.exercises import actions_injects
from cyberready.incidents import actions_handover, actions_playbooks, dossiers_package, queries
from cyberready.incidents.dossiers import Asked
from cyberready.incidents.formats.dossier import Severity
from cyberready.incidents.rules import HandoverState
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.platform.workers import Workers
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.incidents import incident_world
from tests.playbooks.drafting import House
from tests.playbooks.writing import SMALL
from tests.world import START

OFFER = {
    "summary": "De dienstverlening ligt stil.",
    "requested": "Voorlichting afstemmen\r\nNoodopvang voorbereiden",
}


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def sender(browser, town):
    return browser.sign_in(town["crisis_team"], town.home)


@pytest.fixture
def officer(browser, town):
    return browser.another().sign_in(town["public_safety"], town.region)


@pytest.fixture
def incident(database, town):
    made = incident_world.incident(database, town)
    incident_world.logged(database, town, made)
    return made


@pytest.fixture
def offered(sender, town, database, incident):
    sender.post(
        f"/incidents/{incident.id}/handovers", OFFER | {"receiver": town.region.id, "severity": "Severe"}
    )
    return database.read(lambda session: queries.handovers(session, incident.id))[0]


def state(database, handover):
    return database.read(
        lambda session: queries.handovers(session, handover.incident_id)[-handover.number].state
    )


def kinds(database, incident):
    return [line.kind for line in database.read(lambda session: queries.lines(session, incident))]


def acted(verb, town, handover, **said):
    person = world.actor(town["public_safety"], town.region)
    return lambda session: verb(session, Realm(town.region.id), handover.id, **said, actor=person, now=START)


def test_an_offer_arrives_in_the_inbox_of_the_region(officer, offered):
    page = officer.get("/incidents/inbox")
    assert "Waterveld" in page.select_one("#inbox").get_text()
    assert "Ransomware" in officer.get("/incidents/").select_one(".cr-notice").get_text()
    page = officer.get(f"/incidents/handovers/{offered.id}")
    assert "De dienstverlening ligt stil." in page.get_text()
    assert "Noodopvang voorbereiden" in page.get_text()
    assert "De servers zijn uitgezet." in page.select_one("#log").get_text()


def test_it_is_received_accepted_and_returned_each_with_an_entry(
    officer, sender, database, incident, offered
):
    url = f"/incidents/handovers/{offered.id}"
    officer.post(f"{url}/receipt")
    officer.post(f"{url}/acceptance", {"note": "Wij nemen het over om 10.00 uur."})
    assert "Wij nemen het over" in sender.get(f"/incidents/{incident.id}").select_one("#handovers").get_text()
    officer.post(f"{url}/return", {"reason": "De gevolgen zijn voorbij."})
    assert kinds(database, incident)[-4:] == [
        Kind.HANDOVER_OFFERED,
        Kind.HANDOVER_RECEIVED,
        Kind.HANDOVER_ACCEPTED,
        Kind.HANDOVER_RETURNED,
    ]
    assert state(database, offered) == HandoverState.RETURNED
    assert officer.get(url).select_one("#acts").get_text(strip=True) == ""


def test_the_receiver_keeps_its_own_record_of_what_it_was_offered(database, town, offered):
    lines = database.read(
        lambda session: trails.lines(session, trails.organisation_trail(session, town.region.id).id)
    )
    package = database.read(lambda session: queries.package(session, offered.id))
    entry = next(line for line in lines if line.kind is Kind.HANDOVER_OFFERED)
    assert entry.text("sha256") == package.sha256
    assert entry.text("checkpoint").startswith("cyberready/incident/")


def test_a_refusal_without_reason_is_refused_and_keeps_the_page(officer, database, offered):
    url = f"/incidents/handovers/{offered.id}"
    officer.post(f"{url}/receipt")
    page = officer.post(f"{url}/refusal", {"reason": ""}, status=422)
    assert page.select_one("#refuse-reason-error")
    page = officer.post(f"{url}/refusal", {"reason": "   "}, status=422)
    assert page.select_one(".cr-error-summary")
    assert page.select_one("textarea#refuse-reason").get_text().strip("\r\n") == "   "
    assert state(database, offered) == HandoverState.RECEIVED


def test_after_a_refusal_the_incident_is_offered_again(officer, sender, town, database, incident, offered):
    url = f"/incidents/handovers/{offered.id}"
    officer.post(f"{url}/receipt")
    officer.post(f"{url}/refusal", {"reason": "Eerst de gemeentesecretaris bellen."})
    assert "gemeentesecretaris" in sender.get(f"/incidents/{incident.id}").select_one("#handovers").get_text()
    sender.post(
        f"/incidents/{incident.id}/handovers", OFFER | {"receiver": town.region.id, "severity": "Unknown"}
    )
    found = database.read(lambda session: queries.handovers(session, incident.id))
    assert [(one.number, one.state) for one in found] == [(2, "offered"), (1, "refused")]
    again = zipped(database, found[0])
    assert b"<msgType>Update</msgType>" in again["cap.xml"]
    assert offered.identifier.encode() in again["cap.xml"]


def test_no_second_offer_while_one_is_under_way(sender, town, incident, offered):
    sender.post(
        f"/incidents/{incident.id}/handovers",
        OFFER | {"receiver": town.region.id, "severity": "Unknown"},
        status=409,
    )


@pytest.mark.parametrize("verb", [actions_handover.refuse, actions_handover.give_back])
def test_who_has_the_incident_no_longer_hears_no_more_of_it(database, town, offered, verb):
    officer = world.actor(town["public_safety"], town.region)
    home = Realm(town.region.id)

    def answer(step, **said):
        database.transact(lambda session: step(session, home, offered.id, actor=officer, now=START, **said))

    answer(actions_handover.confirm_receipt)
    if verb is actions_handover.give_back:
        answer(actions_handover.accept, note="")
    bells = []
    database.listeners.append(bells.append)
    answer(verb, reason="Blijft bij u.")
    assert any(f"gone:account:{town['public_safety'].id}" in rung for rung in bells)


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (actions_handover.accept, {"note": ""}),
        (actions_handover.refuse, {"reason": "Nee."}),
        (actions_handover.give_back, {"reason": "Klaar."}),
    ],
)
def test_a_step_that_is_not_its_turn_is_a_conflict(database, town, offered, verb, said):
    with pytest.raises(Conflict, match="Confirm receipt"):
        database.transact(acted(verb, town, offered, **said))


def test_a_reason_is_needed_to_refuse_and_to_return(database, town, offered):
    with pytest.raises(Refused):
        database.transact(acted(actions_handover.refuse, town, offered, reason=" "))
    with pytest.raises(Refused):
        database.transact(acted(actions_handover.give_back, town, offered, reason=" "))


def test_of_two_answers_at_once_one_counts(database, town, incident, offered):
    database.transact(acted(actions_handover.confirm_receipt, town, offered))
    outcomes, start = [], threading.Barrier(4)

    def answer(work):
        start.wait()
        try:
            database.transact(work)
            outcomes.append("done")
        except Conflict as conflict:
            outcomes.append(str(conflict))

    works = [acted(actions_handover.accept, town, offered, note="Ja.") for _ in range(2)]
    works += [acted(actions_handover.refuse, town, offered, reason="Nee.") for _ in range(2)]
    threads = [threading.Thread(target=answer, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1
    assert all(one == "done" or "already" in one for one in outcomes)
    ends = {Kind.HANDOVER_ACCEPTED, Kind.HANDOVER_REFUSED}
    assert len([kind for kind in kinds(database, incident) if kind in ends]) == 1


def test_a_foreign_organisation_finds_nothing(browser, database, offered, incident):
    other = world.town(database, "elders")
    stranger = browser.another().sign_in(other["public_safety"], other.region)
    url = f"/incidents/handovers/{offered.id}"
    for path in (url, f"{url}/overdracht.zip", f"/incidents/{incident.id}"):
        stranger.get(path, status=404)
    for path, form in (
        ("receipt", {}),
        ("acceptance", {"note": ""}),
        ("refusal", {"reason": "x"}),
        ("refusal", {}),
        ("return", {"reason": "x"}),
    ):
        stranger.post(f"{url}/{path}", form, status=404)
    with pytest.raises(NotFound):
        database.read(lambda session: queries.handover(session, Realm(other.region.id), offered.id))


def test_the_sender_cannot_answer_for_the_receiver(database, town, offered):
    with pytest.raises(NotFound):
        database.transact(
            lambda session: actions_handover.confirm_receipt(
                session,
                Realm(town.home.id),
                offered.id,
                actor=world.actor(town["crisis_team"], town.home),
                now=START,
            )
        )


def zipped(database, handover):
    content = database.read(lambda session: queries.package(session, handover.id)).content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def checked(folder, content):
    """What verify.py from inside the package says, run by itself."""
    (folder / "overdracht.zip").write_bytes(content)
    with zipfile.ZipFile(folder / "overdracht.zip") as package:
        package.extractall(folder / "uit")
    run = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=folder / "uit", capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout


def test_the_package_proves_itself_without_our_software(officer, database, offered, app, tmp_path):
    officer.get(f"/incidents/handovers/{offered.id}/overdracht.zip")
    content = officer.response.data
    assert "overdracht.zip" in officer.response.headers["Content-Disposition"]
    status, said = checked(tmp_path, content)
    assert status == 0, said
    assert "Alles klopt" in said
    key = app.extensions["cyberready"].key
    assert key.fingerprint in said
    files = zipped(database, offered)
    assert set(files) == {
        *("overdracht.docx", "overdracht.json", "cap.xml", "trail.jsonl", "checkpoint.txt", "verify.py"),
        *("LEESMIJ.txt", "manifest.json", "manifest.sig"),
    }
    assert len(files["LEESMIJ.txt"].decode().splitlines()) == 5
    assert b"<status>Actual</status>" in files["cap.xml"]
    assert key.fingerprint.replace(" ", "") in "".join(word(files).split())
    assert "De servers zijn uitgezet." in word(files)


def word(files):
    with zipfile.ZipFile(io.BytesIO(files["overdracht.docx"])) as document:
        return BeautifulSoup(document.read("word/document.xml"), "xml").get_text()


def test_the_package_and_the_receiver_name_the_playbooks_that_are_followed(
    sender, officer, database, town, incident
):
    house = House(database, town)
    older = house.published()
    house.act(actions_playbooks.follow, incident.id, "stroomstoring", by=town["crisis_team"])
    house.next_version("stroomstoring", SMALL.replace("Bel aan.", "Roep om."))
    form = OFFER | {"receiver": town.region.id, "severity": "Severe"}
    sender.post(f"/incidents/{incident.id}/handovers", form)
    (handover,) = database.read(lambda session: queries.handovers(session, incident.id))
    files = zipped(database, handover)
    (named,) = json.loads(files["overdracht.json"])["totaalbeeld"]["playbooks"]
    assert (named["title"], named["version"], named["digest"]) == ("Stroomstoring", "1.0", older.digest)
    assert (named["by"], named["remark"]) == ("Test crisis_team", "Intussen is versie 1.1 gepubliceerd.")
    assert older.digest in word(files)
    assert "Draaiboek wordt gevolgd: Stroomstoring, versie 1.0" in word(files)
    assert older.digest in files["trail.jsonl"].decode()
    url = f"/incidents/handovers/{handover.id}"
    page = officer.get(url)
    assert "Stroomstoring versie 1.0" in page.select_one("#playbooks").get_text()
    assert not page.select("#playbooks a"), "the playbooks of the sender open for nobody else"
    officer.post(f"{url}/receipt")
    officer.post(f"{url}/refusal", {"reason": "Blijft bij u."})
    assert not officer.get(url).select("#playbooks")


def without_guards(database, statement):
    """Change the store as somebody with all rights could: first take the guards away."""
    with database.alone() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name LIKE 'trail_%'")
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("trail_entries", "trail_payloads"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_payloads SET body = REPLACE(body, 'uitgezet', 'aangezet') WHERE trail_id = {trail}",
        "UPDATE trail_payloads SET body = 'kapot' WHERE trail_id = {trail} AND position = 1",
        "UPDATE trail_entries SET leaf = 'kapot' WHERE trail_id = {trail} AND position = 1",
    ],
)
def test_a_broken_trail_is_handed_over_and_says_so_first(
    sender, officer, town, database, incident, tmp_path, statement
):
    without_guards(database, statement.format(trail=incident.trail_id))
    form = OFFER | {"receiver": town.region.id, "severity": "Unknown"}
    sender.get(f"/incidents/{incident.id}")
    sender.post(f"/incidents/{incident.id}/handovers", form)
    assert sender.follow().select_one("#handovers article")
    handover = database.read(lambda session: queries.handovers(session, incident.id))[0]
    files = zipped(database, handover)
    assert json.loads(files["manifest.json"])["trail"] == "broken"
    officer.get(f"/incidents/handovers/{handover.id}")
    document = word(files)
    assert document.index("LET OP: het verloop") < document.index("In het kort")
    content = database.read(lambda session: queries.package(session, handover.id)).content
    status, said = checked(tmp_path, content)
    assert status == 1
    assert "het verloop klopt niet" in said


def test_a_package_cannot_be_changed_in_the_database(database, offered):
    with pytest.raises(Exception, match="append-only"), database.alone() as connection:
        connection.execute(text("UPDATE handover_packages SET sha256 = 'x'"))


def test_an_offer_without_requests_keeps_what_was_typed(sender, town, incident, database):
    form = {
        "receiver": town.region.id,
        "summary": "Dit blijft staan.",
        "requested": "",
        "severity": "Unknown",
    }
    page = sender.post(f"/incidents/{incident.id}/handovers", form, status=422)
    assert "Dit blijft staan." in page.select_one("#offer-summary").get_text()
    assert not database.read(lambda session: queries.handovers(session, incident.id))


def test_the_package_can_be_made_in_another_process(database, town, incident, app):
    asked = Asked(town.region.id, "Neem het over.", ("Voorlichten",), "", "", Severity.SEVERE, None)
    taken = database.read(
        lambda session: dossiers_package.snapshot(
            session,
            Realm(town.home.id),
            incident.id,
            asked,
            key=app.extensions["cyberready"].key,
            actor=world.actor(town["crisis_team"], town.home),
            now=START,
        )
    )
    workers = Workers()
    try:
        made = workers.run(dossiers_package.files, taken, "")
    finally:
        workers.close()
    assert made["trail.jsonl"].count(b"\n") == 2


def test_players_of_an_exercise_get_the_package_after_its_end(browser, sender, officer, database, town):
    leader = world.actor(town["exercise_leader"], town.home)
    exercise, home = world.exercise(database, town.home, town["exercise_leader"]), Realm(town.home.id)
    database.transact(lambda session: exercises.start(session, home, exercise.id, actor=leader, now=START))
    incident = incident_world.incident(database, town, exercise_id=exercise.id)
    database.transact(
        lambda session: actions_injects.note(
            session, home, exercise.id, "Team twijfelt lang", actor=leader, now=START
        )
    )
    sender.post(
        f"/incidents/{incident.id}/handovers", OFFER | {"receiver": town.region.id, "severity": "Severe"}
    )
    (offered,) = database.read(lambda session: queries.handovers(session, incident.id))
    package = f"/incidents/handovers/{offered.id}/overdracht.zip"
    sender.get(package, status=403)
    officer.get(package)
    held = zipfile.ZipFile(io.BytesIO(officer.response.data)).read("trail.jsonl").decode()
    assert "exercise.noted" in held
    assert "twijfelt" not in held
    browser.another().sign_in(town["exercise_leader"], town.home).get(package)
    assert sender.get(f"/incidents/{incident.id}").select('form[action$="/log"]')
    database.transact(lambda session: exercises.end(session, home, exercise.id, actor=leader, now=START))
    sender.get(package)
    assert not sender.get(f"/incidents/{incident.id}").select('main form[action^="/incidents/"]')
