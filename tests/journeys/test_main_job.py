"""The main job on real screens: an exercise with its leader, its players, the crisis team and the safety region."""

import re

from playwright.sync_api import expect

SUMMARY = "Versleutelde servers; de balie is dicht en een brug luistert niet."
NOTE = "Wij nemen de regie over; eerste overleg om half elf."


def plan(house):
    """The leader signs in by link, chooses a scenario, plans, fills in names; returns the screen and the join code."""
    leader = house.signed_in("exercise_leader")
    leader.page.get_by_role("link", name="Oefeningen", exact=True).click()
    leader.page.locator("a.cr-tile", has_text="Ransomware").click()
    leader.page.locator("a[href$='/plan']").click()
    leader.send("", title="Najaarsoefening")
    leader.see(".cr-notice", "Vul")
    leader.see(".cr-notice", "Crisisteam")
    leader.send("/variables", **{"var-burgemeester": "Anna Bloemendaal"})
    leader.see("form[action*='/clock/start'] button")
    return leader, leader.page.locator(".cr-code").inner_text().strip()


def join(house, code, name, seat, width=1440, **options):
    """A participant joins with the code, without an account."""
    screen = house.screen(width, 844, **options)
    screen.open("/exercises/join")
    screen.send("/join", code=code.lower())
    screen.page.get_by_label("Uw naam").fill(name)
    screen.page.locator(f"input[value='{seat}']").check()
    screen.page.locator("main form button").click()
    screen.see("h1", "Najaarsoefening")
    screen.live()
    return screen


def script_line(leader, title):
    return leader.page.locator(".cr-event", has_text=title)


def play(house):
    """Start; injects appear by themselves; answer and decide; the leader sees it live; two tabs both live."""
    leader, code = plan(house)
    ciso = join(house, code, "Yasmin Bakker", "ict-respons/ciso", width=390)
    desk = join(house, code, "Tom Visser", "dienstverlening/hoofd")
    second = ciso.tab()
    second.goto(ciso.page.url)
    expect(second.locator("[data-live=on]")).to_be_visible()
    expect(ciso.page.locator(".cr-message")).to_have_count(0)
    leader.page.reload()
    leader.send("/clock/start")
    leader.live()
    for tab in (ciso.page, second):
        expect(tab.locator(".cr-message")).to_have_count(1)
        expect(tab.get_by_role("heading", name="Briefjes uit de printer")).to_be_visible()
    assert desk.page.locator(".cr-message").count() == 0
    second.close()
    return leader, ciso, desk


def answer(leader, ciso):
    """A half-typed text survives the next inject; answer and decision arrive at the leader by themselves."""
    half = "Kabels eruit op de eerste en tweede"
    ciso.type_in("/decisions", decision="Netwerk loskop", owner="CISO")
    field = ciso.page.locator(".cr-message textarea").first
    field.fill(half)
    script_line(leader, "Ernstige melding").get_by_role("button", name=re.compile("^Nu")).click()
    ciso.see(".cr-message h3", "Ernstige melding")
    assert ciso.page.locator(".cr-message textarea").last.input_value() == half
    assert ciso.page.locator("[name=decision]").input_value() == "Netwerk loskop"
    leader.live()
    first = ciso.page.locator(".cr-message", has_text="Briefjes uit de printer")
    first.locator("textarea").fill(half + " verdieping.")
    first.locator("button[type=submit]").click()
    expect(first.locator(".cr-log")).to_contain_text("verdieping.")
    assert ciso.page.locator("[name=decision]").input_value() == "Netwerk loskop"
    leader.see("#log", "verdieping.")
    ciso.send("/decisions", decision="Netwerk loskoppelen", reason="Verspreiding stoppen")
    ciso.see("#decisions", "Netwerk loskoppelen")
    leader.see("#decisions", "Netwerk loskoppelen")


def steer(leader, ciso, desk):
    """Pause, resume, another pace, leave out, add, jump."""
    leader.send("/clock/pause")
    ciso.see("#status", "Gepauzeerd")
    leader.see("#status", "Gepauzeerd")
    leader.send("/clock/resume")
    desk.see("#status", "Loopt")
    leader.send("/pace", pace="2")
    desk.see("#status", "2×")
    leader.live()
    script_line(leader, "Vergaderverzoek").get_by_role("button", name=re.compile("^Overslaan")).click()
    leader.see(".cr-event", "Vergaderverzoek")
    expect(script_line(leader, "Vergaderverzoek").locator(".cr-badge")).to_contain_text("Overgeslagen")
    leader.send(
        "/injects",
        title="Brandalarm in de hal",
        body="Het alarm gaat af.",
        sender="Bode",
        to="dienstverlening",
    )
    desk.see(".cr-message h3", "Brandalarm in de hal")
    leader.send("/jump", to="0:05")
    desk.see(".cr-message h3", "Balieschermen blijven zwart")
    assert ciso.page.locator(".cr-message", has_text="Brandalarm").count() == 0


def escalate(house, leader):
    """The crisis team joins, declares the exercise's incident, tests the public effect, escalates and offers it."""
    chair = house.signed_in("crisis_team")
    chair.open(re.sub(r"\?.*", "", leader.page.url) + "/room")
    chair.page.locator("input[value='crisisteam/voorzitter']").check()
    chair.page.locator("main form button").click()
    chair.live()
    chair.page.locator("a[href*='/incidents/new']").click()
    chair.send("/incidents/new", title="Ransomware op de servers", known="Vier servers zijn versleuteld.")
    chair.live()
    chair.send("/effect", residents="yes", companies="unknown", public_order="no", safety="no")
    chair.see("#effect", "veiligheidsregio")
    chair.send("/escalation", to="safety_region", reason="Brug buiten bediening", ordered_by="Burgemeester")
    chair.see(".cr-ladder", "Burgemeester")
    chair.send("/handovers", summary=SUMMARY, requested="Opschalen naar GRIP 2\nAlgemeen commandant leveren")
    chair.see("#handovers", "Aangeboden")
    chair.live()
    return chair


def accept(house, chair, leader):
    """The region's officer, elsewhere, confirms and accepts; crisis team and leader see that by themselves."""
    officer = house.signed_in("public_safety", width=390)
    officer.page.locator("main a[href*='/handovers/'], main a[href$='/inbox']").first.click()
    if officer.page.url.endswith("/inbox"):
        officer.page.locator("main a[href*='/handovers/']").first.click()
    officer.see("main", SUMMARY)
    officer.send("/receipt")
    chair.see("#handovers", "Ontvangen")
    officer.send("/acceptance", note=NOTE)
    officer.see(".cr-steps [aria-current=step]", "Aanvaard")
    chair.see("#handovers", NOTE)
    leader.see("#log", "Ruben Hoekstra")


def watch(house, leader):
    """The wall shows clock, injects and decisions on one screen without scrolling."""
    wall = leader.tab()
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.goto(re.sub(r"\?.*", "", leader.page.url) + "/wall")
    expect(wall.locator(".cr-wall-clock .cr-clock").first).to_have_text(re.compile(r"^0:0[5-9]:\d\d$"))
    expect(wall.locator("#wall")).to_contain_text("Netwerk loskoppelen")
    expect(wall.locator("#wall")).to_contain_text("Balieschermen")
    too_tall = wall.evaluate("() => document.documentElement.scrollHeight - innerHeight")
    assert too_tall <= 0, f"the wall is {too_tall} px too tall"
    wall.close()


def finish(leader, ciso, chair):
    """End, download the report; signing out ends the stream."""
    leader.send("/clock/end")
    ciso.see("#status", "Afgelopen")
    with leader.page.expect_download() as waiting:
        leader.page.locator("a[href$='evaluatie.docx']").click()
    assert waiting.value.suggested_filename == "evaluatie.docx"
    assert waiting.value.path().read_bytes()[:2] == b"PK"
    other = chair.tab()
    other.goto(chair.page.url)
    expect(other.locator("[data-live=on]")).to_be_visible()
    other.locator("form[action$='/sign-out'] button").click()
    chair.see("h1", "Inloggen")


def test_an_exercise_from_sign_in_to_report(house):
    leader, ciso, desk = play(house)
    answer(leader, ciso)
    steer(leader, ciso, desk)
    chair = escalate(house, leader)
    accept(house, chair, leader)
    watch(house, leader)
    finish(leader, ciso, chair)
