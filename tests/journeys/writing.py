"""A draft that somebody writes in a real browser."""

from playwright.sync_api import expect

from cyberready.kernel.actor import Actor
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_comments, actions_drafts, editing, queries_drafts, sections
from cyberready.playbooks.lifecycle import OPEN
from tests.journeys.screens import PATIENCE

SLUG = "ransomware-bij-de-gemeente"
TEXT = "#editor-text"


def writer_of(founded):
    return Actor(f"account:{founded.accounts['security_officer']}", "Samira Yılmaz", "CISO", founded.home)


def begin(session, founded):
    """A draft with a comment on its first step."""
    realm, act = Realm(founded.home), {"actor": writer_of(founded), "now": now()}
    made = actions_drafts.begin(session, realm, SLUG, **act)
    actions_comments.on_draft(session, realm, made.id, "leg-vast", "Wie belt er 's nachts?", **act)
    return made.id


def give_up(session, house):
    """Give up the draft where a test has not."""
    realm = Realm(house.town.home)
    if queries_drafts.draft(session, realm, house.draft).state in OPEN:
        actions_drafts.abandon(session, realm, house.draft, actor=writer_of(house.town), now=now())


def source(house):
    realm = Realm(house.town.home)
    return house.database.read(lambda session: queries_drafts.draft(session, realm, house.draft)).source


def section(house, key):
    return sections.find(editing.sections(source(house)), key).text


def at(house, screen, rest):
    screen.open(f"/playbooks/drafts/{house.draft}/{rest}")
    expect(screen.page.locator(".cr-lined[data-drawn]")).to_be_attached()


def type_at_the_end(screen, words):
    field = screen.page.locator(TEXT)
    field.focus()
    screen.page.keyboard.press("Control+End")
    screen.page.keyboard.insert_text(words)


def state(screen, words, timeout=PATIENCE):
    expect(screen.page.locator("[data-state]")).to_contain_text(words, timeout=timeout)


def save(screen):
    screen.page.locator("form[data-writing] button[type=submit]").first.click()


def pick(screen, field, name):
    """Tick one of what exists, opening the list."""
    place = screen.page.locator(f"[data-picker={field}]")
    if not place.locator("details").evaluate("place => place.open"):
        place.locator("summary").click()
    place.locator(f"input[value='{name}']").check()


def review(screen, faults):
    """What axe finds and what sticks out, wide and narrow."""
    for width, height in ((1440, 1000), (390, 844)):
        screen.resize(width, height)
        faults += screen.barriers() + screen.overflow()
    screen.resize(1440, 1000)
