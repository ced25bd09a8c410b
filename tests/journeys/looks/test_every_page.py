"""Every page in the middle of an exercise: no barriers, nothing sticks out, both languages, light and dark."""

import re

import pytest

from cyberready.exercises import queries
from cyberready.kernel.checkpoint import SigningKey
from tests.journeys.conftest import open_house
from tests.journeys.evening import Evening

LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
DUTCH = re.compile(r"\b(Overzicht|Draaiboeken|Oefeningen|Bewustwording|Incidenten|Mensen|Uitloggen)\b")


@pytest.fixture(scope="module")
def house(chromium, stocked, tmp_path_factory):
    """One house for the module, in the middle of an exercise; its pages are read, not changed."""
    folder = tmp_path_factory.mktemp("house")
    played = []

    def play(database, founded):
        key = SigningKey.from_pem("journey", (folder / "signing.pem").read_bytes())
        played.append(Evening(database, founded, key).play())

    with open_house(chromium, stocked, folder, play) as made:
        made.evening = played[0]
        yield made


def pages(it):
    """Role (None for nobody) and the addresses of its pages."""
    exercise = it.database.read(lambda session: queries.exercise(session, it.realm, it.exercise))
    scenario = exercise.release_id
    return {
        None: [
            "/sign-in",
            "/exercises/join",
            f"/exercises/join/{exercise.join_code}",
            "/public/waterveld/",
            "/this-page-does-not-exist",
        ],
        "exercise_leader": [
            "/overview",
            "/exercises/",
            f"/exercises/scenarios/{scenario}",
            f"/exercises/scenarios/{scenario}/plan",
            "/exercises/scenarios/new",
            f"/exercises/{it.planned}",
            f"/exercises/{it.exercise}",
            f"/exercises/{it.exercise}/wall",
        ],
        "crisis_team": [
            f"/exercises/{it.exercise}/room",
            "/incidents/",
            "/incidents/new",
            f"/incidents/{it.incident}",
            f"/incidents/{it.real}",
            "/playbooks/",
            "/playbooks/ransomware-bij-de-gemeente",
            "/playbooks/ransomware-bij-de-gemeente/by-role",
            "/playbooks/ransomware-bij-de-gemeente/checklist",
            "/playbooks/ransomware-bij-de-gemeente/cards",
            "/playbooks/ransomware-bij-de-gemeente/flow",
            "/playbooks/datalek/placeholders",
            "/playbooks/messages",
            "/playbooks/messages/storing-website",
            "/playbooks/drafts",
            f"/playbooks/drafts/{it.draft}",
            f"/playbooks/drafts/{it.draft}/text",
            "/playbooks/delegations",
            "/playbooks/datalek/versions",
            "/playbooks/datalek/trail",
        ],
        "public_safety": ["/incidents/inbox", f"/incidents/handovers/{it.handover}"],
        "communications": [
            "/campaigns",
            "/campaigns/list",
            "/campaigns/1",
            "/campaigns/activities/1",
            "/campaigns/outbox",
        ],
        "security_officer": [
            "/people",
            "/people/accounts",
            "/people/accounts/2",
            "/account",
            "/playbooks/datalek/mandate",
            f"/playbooks/drafts/{it.draft}/publish",
            "/playbooks/crisiscommunicatie-digitale-verstoring/versions/1/withdraw",
        ],
    }


def review(screen, path):
    """Axe at both widths; nothing sticks out there, at 320 px, or with text twice as large."""
    screen.open(path)
    if path.endswith("/wall"):  # made for one size only
        screen.resize(1920, 1080)
        return screen.barriers() + screen.overflow()
    faults = []
    for width, height in ((1440, 1000), (390, 844)):
        screen.resize(width, height)
        faults += screen.barriers() + screen.overflow()
    screen.resize(320)
    faults += screen.overflow()
    screen.page.evaluate(LARGE_TEXT)
    for width in (390, 1440):
        screen.resize(width)
        faults += screen.overflow()
    return faults


@pytest.mark.parametrize(
    "role", [None, "exercise_leader", "crisis_team", "public_safety", "communications", "security_officer"]
)
def test_no_page_has_a_barrier_or_sticks_out(house, role):
    screen = house.signed_in(role) if role else house.screen()
    faults = [fault for path in pages(house.evening)[role] for fault in review(screen, path)]
    screen.context.close()
    assert not faults, "\n".join(faults)


def room(house, it, **options):
    """Somebody who joined the exercise."""
    exercise = it.database.read(lambda session: queries.exercise(session, it.realm, it.exercise))
    screen = house.screen(**options)
    screen.open(f"/exercises/join/{exercise.join_code}")
    screen.page.locator("[name=name]").fill("Eva Mulder")
    screen.page.locator("input[value='ict-respons/ciso']").check()
    screen.page.locator("main form button").click()
    screen.see(".cr-message")
    return screen


def test_rooms_dark_pages_and_english(house):
    it = house.evening
    player = room(house, it, color_scheme="dark")
    faults = review(player, f"/exercises/{it.exercise}/room")
    leader = house.signed_in("exercise_leader", color_scheme="dark")
    mains = ("/overview", f"/exercises/{it.exercise}", f"/incidents/{it.incident}")
    for path in mains:
        leader.open(path)
        faults += leader.barriers()
    leader.page.get_by_role("button", name="English").click()
    for path in (*mains, "/exercises/", f"/exercises/{it.planned}", "/playbooks/", "/incidents/", "/people"):
        leader.open(path)
        assert leader.page.locator("html").get_attribute("lang") == "en", path
        for place in (".cr-nav", ".cr-top", ".cr-page-head h1"):
            said = leader.page.locator(place).first.inner_text()
            assert not DUTCH.search(said), f"{path}: {said}"
    assert not faults, "\n".join(faults)
