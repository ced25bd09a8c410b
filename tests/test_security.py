"""Every route × every role × a foreign organisation: closed unless declared open."""

import io
import re

import pytest
from PIL import Image

from cyberready.campaigns import actions as campaigns
from cyberready.campaigns import formats
from cyberready.campaigns.models import Activity, AudienceAddress, Campaign
from cyberready.exchange.models_kits import CrisisKit, KitCopy
from cyberready.exercises import actions as exercises
from cyberready.exercises.models import Inject
from cyberready.improvements.models import Finding, Improvement, Retest
from cyberready.incidents.models import Handover, Incident
from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_roster as roster
from cyberready.people.models import Account, ContactChannel, Duty, Membership, SignInLink
from cyberready.people.rules import PERMISSIONS, ChannelKind, Role
from cyberready.platform.mail.outbox import enqueue
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions as playbooks
from cyberready.playbooks import actions_approval as approval
from cyberready.playbooks import actions_comments as comments
from cyberready.playbooks import actions_drafts as drafts
from cyberready.playbooks import actions_images as images
from cyberready.playbooks import actions_templates as templates
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Delegation, Draft
from cyberready.playbooks.models_editing import PlaybookImage, StepComment
from cyberready.playbooks.models_templates import PlaybookTemplate
from cyberready.settings import content_root
from cyberready.trail import queries as trails
from tests import world
from tests.playbooks.writing import SMALL
from tests.world import START

ROLES = [role.value for role in Role if role is not Role.PARTICIPANT]


@pytest.fixture
def built(app, database):
    """A municipality with one of everything, and the numbers by which routes name them."""
    town = world.town(database)
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    realm, leader = Realm(town.home.id), world.actor(town["exercise_leader"], town.home)
    database.transact(lambda session: exercises.start(session, realm, exercise.id, actor=leader, now=START))
    database.transact(lambda session: furnish(session, town))
    numbers = database.read(lambda session: named(session, town))
    numbers |= {"exercise_id": exercise.id, "code": exercise.join_code, "verb": "pause"}
    return town, numbers


def furnish(session, town):
    home, now = Realm(town.home.id), START
    contact = roster.save_contact(
        session,
        home,
        name="Piet",
        function="Piket",
        channels=[(ChannelKind.MOBILE, "06 1")],
        actor=SYSTEM,
        now=now,
    )
    roster.assign_duty(
        session,
        home,
        contact_id=contact.id,
        function="Piket",
        starts_at=START,
        ends_at=START.replace(day=28),
        actor=SYSTEM,
        now=now,
    )
    ransomware = (content_root() / "playbooks" / "ransomware-bij-de-gemeente.md").read_bytes()
    playbooks.publish(session, home, ransomware, actor=SYSTEM, now=now)
    write_a_draft(session, town)
    enqueue(session, organisation_id=town.home.id, key="k", to="a@b.example", subject="s", text="t", now=now)
    source = (content_root() / "templates" / "campaigns" / "alert-online.yaml").read_text("utf-8")
    author = world.actor(town["communications"], town.home)
    campaigns.plan_from(
        session,
        home,
        formats.parse(source),
        START.date().replace(year=2027),
        owner_id=town["communications"].id,
        actor=author,
        now=now,
    )
    session.add(
        AudienceAddress(organisation_id=town.home.id, audience="x", address="a@b.example", added_at=now)
    )
    region = Realm(town.region.id)
    shared = playbooks.publish(session, region, ransomware, actor=SYSTEM, now=now)
    templates.offer(session, region, shared.id, actor=SYSTEM, now=now)
    trail = trails.organisation_trail(session, town.home.id)
    incident = Incident(**incident_values(town, trail.id))
    session.add(incident)
    session.flush()
    session.add(Handover(**handover_values(town, incident)))
    kit = CrisisKit(**filled(CrisisKit, {"organisation_id": town.home.id, "facts": {}}))
    session.add(kit)
    session.flush()
    session.add(
        KitCopy(**filled(KitCopy, {"organisation_id": town.home.id, "kit_id": kit.id, "medium": "usb"}))
    )
    improvement = Improvement(
        **filled(Improvement, {"organisation_id": town.home.id, "due_on": START.date()})
    )
    session.add(improvement)
    session.flush()
    known = {
        "organisation_id": town.home.id,
        "improvement_id": improvement.id,
        "theme": "law",
        "origin": "audit",
    }
    session.add(Finding(**filled(Finding, known)))
    session.flush()
    session.add(Retest(**filled(Retest, {"organisation_id": town.home.id, "exercise_id": 1})))


def write_a_draft(session, town):
    """A draft with a mandate, and somebody who approves for somebody else."""
    home, author = Realm(town.home.id), world.actor(town["exercise_leader"], town.home)
    made = drafts.bring_in(session, home, SMALL, origin="x.md", actor=author, now=START)
    comments.on_draft(session, home, made.id, "kijk", "Wie belt?", actor=author, now=START)
    pixel = io.BytesIO()
    Image.new("RGB", (1, 1)).save(pixel, "PNG")
    images.keep(session, home, pixel.getvalue(), actor=author, now=START)
    signing = [(town["crisis_team"].id, "voorzitter")]
    approval.set_mandate(session, home, made.playbook_id, signing, in_order=True, actor=author, now=START)
    approval.delegate(
        session,
        home,
        town["crisis_team"].id,
        starts_at=START,
        ends_at=START.replace(day=28),
        actor=world.actor(town["administrator"], town.home),
        now=START,
    )


def filled(model, known):
    """Fill the columns that must have a value and that no test cares about."""
    plain = {"VARCHAR": "x", "TEXT": "x", "INTEGER": 1, "BOOLEAN": False, "JSON": [], "DATETIME": START}
    values = dict(known)
    for column in model.__table__.columns:
        needed = not column.nullable and column.default is None and not column.primary_key
        if needed and column.name not in values:
            values[column.name] = plain[str(column.type).split("(")[0]]
    return values


def incident_values(town, trail_id):
    known = {"organisation_id": town.home.id, "trail_id": trail_id, "declared_at": START}
    return filled(Incident, {**known, "title": "i", "role": "victim", "rung": "ict_incident"})


def handover_values(town, incident):
    known = {
        "incident_id": incident.id,
        "sender_organisation_id": town.home.id,
        "receiver_organisation_id": town.region.id,
        "state": "offered",
    }
    return filled(Handover, known)


def named(session, town):
    def first(model):
        return session.query(model).first().id

    release = session.query(PlaybookRelease).first()
    return {
        "account_id": town["crisis_team"].id,
        "activity_id": first(Activity),
        "address_id": first(AudienceAddress),
        "campaign_id": first(Campaign),
        "channel_id": first(ContactChannel),
        "contact_id": session.query(ContactChannel).first().contact_id,
        "comment_id": first(StepComment),
        "delegation_id": first(Delegation),
        "digest": session.query(PlaybookImage).first().digest,
        "draft_id": first(Draft),
        "copy_id": first(KitCopy),
        "duty_id": first(Duty),
        "finding_id": first(Finding),
        "handover_id": first(Handover),
        "improvement_id": first(Improvement),
        "retest_id": first(Retest),
        "section_key": "kijk",
        "incident_id": first(Incident),
        "key": "aanmaning-leverancier",
        "template_id": first(PlaybookTemplate),
        "inject_id": session.query(Inject).first().id,
        "number": 1,
        "release_id": release.id,
        "language": release.language,
        "version": release.version,
        "slug": "ransomware-bij-de-gemeente",
        "page_slug": "x",
        "secret": "x" * 43,
        "filename": "css/base.css",
        "kind": "md",
    }


def routes(app):
    """Every route as (method, rule, permission)."""
    found = [
        (method, rule, getattr(app.view_functions[rule.endpoint], "permission", None))
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
    ]
    return sorted(found, key=lambda one: (one[1].rule, one[0]))


def address(app, rule, numbers):
    values = {name: numbers[name] for name in rule.arguments}
    if rule.endpoint.startswith("exercises.") and "release_id" in values:
        values["release_id"] = 1
    if rule.endpoint in {"campaigns.shipped_campaign", "campaigns.plan_shipped"}:
        values["slug"] = "alert-online"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, values, method=min(rule.methods & {"GET", "POST"})
        )


def knock(browser, method, url):
    data = {"csrf_token": browser.token()} if method == "POST" else None
    return browser.client.open(url, method=method, data=data)


def test_every_route_declares_who_may_use_it(app):
    undeclared = [rule.rule for _method, rule, permission in routes(app) if not permission]
    assert undeclared == ["/static/<path:filename>"]
    known = set().union(*PERMISSIONS.values()) | {"public"}
    assert not [rule.rule for _m, rule, permission in routes(app) if permission and permission not in known]


def test_every_permission_is_used_by_a_route(app):
    used = {permission for _method, _rule, permission in routes(app)}
    assert set().union(*PERMISSIONS.values()) <= used


def test_without_signing_in_only_public_pages_open(app, browser, built):
    _town, numbers = built
    for method, rule, permission in routes(app):
        if permission in {None, "public"}:
            continue
        response = knock(browser, method, address(app, rule, numbers))
        if method == "GET":
            assert response.status_code == 302, rule.rule
            assert "/sign-in" in response.headers["Location"], rule.rule
        else:
            assert response.status_code == 401, rule.rule


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_exactly_what_it_may(app, browser, built, role):
    town, numbers = built
    browser.sign_in(town[role], town.of(role))
    for method, rule, permission in routes(app):
        if permission in {None, "public"} or rule.endpoint == "people.sign_out_everywhere":
            continue
        response = knock(browser, method, address(app, rule, numbers))
        if permission in PERMISSIONS[role]:
            assert response.status_code not in {401, 403}, (rule.rule, browser_said(response))
            assert response.status_code < 500, (rule.rule, browser_said(response))
        else:
            assert response.status_code == 403, (role, rule.rule, response.status_code)
        if rule.endpoint in {"people.change_password", "people.choose_organisation"}:
            browser.sign_in(town[role], town.of(role))


DRAFTS_OPEN_TO = {"security_officer", "exercise_leader", "communications", "crisis_team"}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "public_safety"])
def test_a_draft_is_shown_to_writers_publishers_and_who_is_in_its_mandate(app, browser, built, role):
    town, numbers = built
    browser.sign_in(town[role], town.home)
    unknown = browser.client.get("/playbooks/drafts/999999").text
    pages = [
        (method, address(app, rule, numbers))
        for method, rule, permission in routes(app)
        if "/drafts/<" in rule.rule and permission in {"playbooks.approve", "playbooks.comment"}
    ]
    assert len(pages) == 7
    for method, url in pages:
        response = knock(browser, method, url)
        if role in DRAFTS_OPEN_TO:
            assert response.status_code != 404, (method, url)
        else:
            assert response.status_code == 404, (method, url)
            assert "Dit concept bestaat niet." in response.text
            same = without_token(unknown.replace("/playbooks/drafts/999999", url))
            assert method == "POST" or without_token(response.text) == same
    listed = browser.get("/playbooks/drafts").select("[aria-labelledby=drafts-head] tbody tr")
    assert len(listed) == (1 if role in DRAFTS_OPEN_TO else 0)


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_organisation_finds_nothing(app, browser, built, role, database):
    _town, numbers = built
    other = world.town(database, "elders")
    browser.sign_in(other[role], other.of(role))
    shared = {"campaigns.shipped_campaign", "campaigns.plan_shipped", "playbooks.message"}
    for method, rule, permission in routes(app):
        own = permission in {None, "public"} or not rule.arguments or permission not in PERMISSIONS[role]
        if own or rule.endpoint in shared:
            continue
        response = knock(browser, method, address(app, rule, numbers))
        assert response.status_code == 404, (
            role,
            method,
            rule.rule,
            response.status_code,
            browser_said(response),
        )


def test_accounts_and_links_of_others_stay_as_they_were(app, browser, built, database):
    _town, numbers = built
    other = world.town(database, "elders")
    before = database.read(
        lambda session: [(a.id, a.closed_at, a.generation) for a in session.query(Account)]
    )
    places = database.read(lambda session: [(m.id, m.roles) for m in session.query(Membership)])
    browser.sign_in(other["administrator"], other.home)
    for method, rule, permission in routes(app):
        if method == "POST" and permission == "people.manage" and rule.arguments:
            knock(browser, method, address(app, rule, numbers))
    after = database.read(lambda session: [(a.id, a.closed_at, a.generation) for a in session.query(Account)])
    assert after == before
    assert database.read(lambda session: [(m.id, m.roles) for m in session.query(Membership)]) == places
    assert database.read(lambda session: session.query(SignInLink).count()) == 0


def browser_said(response):
    return response.text[-1500:] if response.status_code >= 500 else response.text[:0]


def without_token(html):
    """A page without its CSRF token, which holds the second at which it was signed."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", html)
