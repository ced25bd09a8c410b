"""The same work with the keyboard alone, and without JavaScript."""

import re

from playwright.sync_api import expect

from cyberready.cli import town
from cyberready.exercises import queries
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm

COVERED = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const x = Math.min(box.left + box.width / 2, innerWidth - 1);
  const y = Math.min(box.top + Math.min(box.height / 2, 12), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const style = getComputedStyle(focused);
  const label = focused.labels?.[0];
  return {
    name: `${focused.tagName} ${focused.name ?? ""} ${focused.textContent.trim().slice(0, 30)}`,
    seen: top === focused || focused.contains(top) || top?.contains(focused) || label?.contains(top) === true,
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""


def planned(house):
    """An exercise that waits for its leader: its number and its join code."""
    database, founded = house.database, house.town
    realm = Realm(founded.home)
    release = database.read(
        lambda session: next(one.id for one in queries.releases(session, realm) if one.slug == "ransomware")
    )
    number = database.transact(lambda session: town.plan(session, founded, release, "Najaarsoefening", now()))
    return number, database.read(lambda session: queries.exercise(session, realm, number)).join_code


class Keys:
    """Somebody who has a keyboard only; every stop must be marked and in sight."""

    def __init__(self, screen) -> None:
        self.page = screen.page

    def walk_to(self, selector, stops=120):
        """Press Tab until the focus is there."""
        for _ in range(stops):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("() => document.activeElement === document.body"):
                continue
            stop = self.page.evaluate(COVERED)
            assert stop["marked"], f"{self.page.url}: the focus does not show at {stop['name']}"
            assert stop["seen"], f"{self.page.url}: {stop['name']} has the focus out of sight"
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{self.page.url}: no way to {selector} by Tab")

    def write(self, selector, text):
        """Walk to a field and type."""
        self.walk_to(selector)
        self.page.keyboard.type(text)

    def press(self, selector, key="Enter"):
        """Walk to a button or link and use it."""
        self.walk_to(selector)
        self.page.keyboard.press(key)


def test_with_the_keyboard_alone(house):
    number, code = planned(house)
    screen = house.screen()
    leader = Keys(screen)
    screen.open(house.link("exercise_leader"))
    leader.press("main form button")
    screen.see("h1", "Overzicht")
    leader.press(".cr-skip")
    assert screen.page.evaluate("() => document.activeElement.id") == "main"
    screen.open(f"/exercises/{number}")
    leader.press("form[action$='/clock/start'] button", "Space")
    screen.live()

    seat = house.screen(height=700)
    player = Keys(seat)
    seat.open("/exercises/join")
    player.write("[name=code]", code)
    player.press("main form button")
    seat.see("[name=name]")
    player.write("[name=name]", "Yasmin Bakker")
    player.walk_to("[name=seat]")
    while seat.page.evaluate("() => document.activeElement.value") != "ict-respons/ciso":
        seat.page.keyboard.press("ArrowDown")
    seat.page.keyboard.press("Space")
    player.press("main form button")
    seat.see(".cr-message")
    player.write(".cr-message textarea", "Kabels eruit.")
    player.press(".cr-message button", "Space")
    seat.see(".cr-message .cr-log", "Kabels eruit.")
    player.write("[name=decision]", "Netwerk loskoppelen")
    player.write("[name=reason]", "Verspreiding stoppen")
    player.write("[name=owner]", "CISO")
    player.press("form[action$='/decisions'] button")
    seat.see("#decisions", "Netwerk loskoppelen")
    screen.see("#decisions", "Netwerk loskoppelen")


def test_without_javascript(house):
    number, code = planned(house)
    plain = {"java_script_enabled": False}
    leader = house.signed_in("exercise_leader", **plain)
    leader.open(f"/exercises/{number}")
    leader.page.locator("form[action$='/clock/start'] button").click()
    expect(leader.page.locator("#status")).to_contain_text("Loopt")

    seat = house.screen(390, 844, **plain)
    seat.open(f"/exercises/join/{code}")
    seat.page.get_by_label("Uw naam").fill("Yasmin Bakker")
    seat.page.locator("input[value='ict-respons/ciso']").check()
    seat.page.locator("main form button").click()
    first = seat.page.locator(".cr-message", has_text="Briefjes uit de printer")
    first.locator("textarea").fill("Kabels eruit.")
    first.locator("button").click()
    expect(seat.page.locator(".cr-message .cr-log").first).to_contain_text("Kabels eruit.")
    decide = seat.page.locator("form[action$='/decisions']")
    for name, text in (("decision", "Netwerk los"), ("reason", "Verspreiding stoppen"), ("owner", "CISO")):
        decide.locator(f"[name={name}]").fill(text)
    decide.locator("button").click()
    expect(seat.page.locator("#decisions")).to_contain_text("Netwerk los")

    for verb, state in (("pause", "Gepauzeerd"), ("resume", "Loopt")):
        leader.page.locator(f"form[action$='/clock/{verb}'] button").click()
        expect(leader.page.locator("#status")).to_contain_text(state)
    event = leader.page.locator(".cr-event", has_text="Ernstige melding")
    event.get_by_role("button", name=re.compile("^Nu versturen")).click()
    expect(event).to_contain_text("Verstuurd")
    seat.page.reload()
    expect(seat.page.locator(".cr-message")).to_have_count(2)

    hand_over(house, number, plain)


def hand_over(house, number, plain):
    """The crisis team declares and offers, the region accepts, all by plain forms."""
    chair = house.signed_in("crisis_team", **plain)
    chair.open(f"/incidents/new?exercise_id={number}")
    chair.page.locator("[name=title]").fill("Ransomware op de servers")
    chair.page.locator("[name=known]").fill("Vier servers zijn versleuteld.")
    chair.page.locator("main form button").click()
    offer = chair.page.locator("form[action$='/handovers']")
    chair.page.locator("details", has=offer).locator("summary").click()
    offer.locator("[name=summary]").fill("Versleutelde servers.")
    offer.locator("[name=requested]").fill("Opschalen naar GRIP 2")
    offer.locator("button").click()
    expect(chair.page.locator("#handovers")).to_contain_text("Aangeboden")
    officer = house.signed_in("public_safety", **plain)
    officer.open("/incidents/inbox")
    officer.page.locator("main a[href*='/handovers/']").click()
    officer.page.locator("form[action$='/receipt'] button").click()
    officer.page.locator("form[action$='/acceptance'] textarea").fill("Wij nemen de regie over.")
    officer.page.locator("form[action$='/acceptance'] button").click()
    expect(officer.page.locator(".cr-steps [aria-current=step]")).to_contain_text("Aanvaard")
    chair.page.reload()
    expect(chair.page.locator("#handovers")).to_contain_text("Wij nemen de regie over.")
