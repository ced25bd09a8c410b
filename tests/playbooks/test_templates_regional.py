"""Regional templates: offered by the region, built on by its municipalities, settled change by change."""

import threading
from datetime import timedelta

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people.models import Organisation
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, actions_drafts, actions_templates, queries_drafts, queries_templates
from cyberready.playbooks.merging import Answer, Verdict
from cyberready.playbooks.models_editing import PlaybookImage
from cyberready.playbooks.models_templates import PlaybookBase, TemplateDecision
from cyberready.trail.models import Entry
from tests import world
from tests.playbooks.comparing import published
from tests.playbooks.writing import SMALL, changed

LATER = world.START + timedelta(days=1)
SECOND = changed(
    ('"1.0"', '"2.0"'), ("Bel aan.", "Bel overal aan."), ("Eerst kijken.", "Eerst rustig kijken.")
)
TAKE, LEAVE = Answer(Verdict.TAKE), Answer(Verdict.LEAVE)
STEP, PHASE = "step:waarschuw", "phase:signaleren"


class Places:
    """A region with a municipality that builds on its template, and another region beside it."""

    def __init__(self, database) -> None:
        self.database = database
        self.town = world.town(database)
        self.home, self.region = Realm(self.town.home.id), Realm(self.town.region.id)
        self.actor = world.actor(self.town["security_officer"], self.town.home)

    def do(self, verb, *words, realm=None, at=world.START, **named):
        return self.database.transact(
            lambda session: verb(session, realm or self.home, *words, actor=self.actor, now=at, **named)
        )

    def ask(self, question, *words, realm=None):
        return self.database.read(lambda session: question(session, realm or self.home, *words))

    def offer(self, source):
        [release] = published(self.database, self.town.region, source)
        return self.do(actions_templates.offer, release.id, realm=self.region)

    def built(self, own=SMALL):
        """The municipality published its own text, made of the first template."""
        template = self.offer(SMALL)
        draft = self.do(actions_templates.build_on, template.id)
        self.publish(draft.id, own)
        return template

    def publish(self, draft_id, text, version="1.0"):
        """The draft gives way to a release of the same text."""
        source = text.replace('version: "1.0"', f'version: "{version}"')
        self.do(actions.publish, source, at=LATER)
        self.do(actions_drafts.abandon, draft_id, at=LATER)

    def text(self, draft):
        return self.ask(queries_drafts.draft, draft.id).source

    def proposal(self):
        return self.ask(queries_templates.proposal, "stroomstoring", "nl")

    def settle(self, answers, **named):
        found = self.proposal()
        seen = {"template_id": found.template.id, "own_digest": found.own_digest} | named
        return self.do(actions_templates.settle, "stroomstoring", "nl", answers, at=LATER, **seen)


@pytest.fixture
def places(database):
    return Places(database)


def keys(proposal):
    return [question.key for question in proposal.questions]


def test_a_municipality_builds_on_a_template_of_its_region(places):
    template = places.offer(SMALL)
    [offer] = places.ask(queries_templates.offers)
    assert (offer.template.id, offer.base, offer.newer) == (template.id, None, False)
    draft = places.do(actions_templates.build_on, template.id)
    assert (draft.slug, draft.organisation_id) == ("stroomstoring", places.town.home.id)
    assert places.text(draft) == SMALL
    [offer] = places.ask(queries_templates.offers)
    assert (offer.base.release_id, offer.slug, offer.newer) == (template.release_id, "stroomstoring", False)


def test_nobody_else_sees_it(places, database):
    template = places.offer(SMALL)
    other = world.town(database, "elders")
    for realm in (Realm(other.home.id), Realm(other.region.id)):
        assert places.ask(queries_templates.offers, realm=realm) == []
        with pytest.raises(NotFound):
            places.ask(queries_templates.template, template.id, realm=realm)
        with pytest.raises(NotFound):
            places.do(actions_templates.build_on, template.id, realm=realm)
        with pytest.raises(NotFound):
            places.do(actions_templates.end, template.id, realm=realm)
        with pytest.raises(NotFound):
            places.do(actions_templates.offer, template.release_id, realm=realm)
    with pytest.raises(NotFound):
        places.do(actions_templates.end, template.id)


def test_what_is_no_template_stays_the_region_s_own(places):
    [secret] = published(places.database, places.town.region, SMALL)
    assert places.ask(queries_templates.offers) == []
    template = places.do(actions_templates.offer, secret.id, realm=places.region)
    assert len(places.ask(queries_templates.offers)) == 1
    places.do(actions_templates.end, template.id, realm=places.region)
    assert places.ask(queries_templates.offers) == []
    with pytest.raises(NotFound):
        places.do(actions_templates.build_on, template.id)
    again = places.do(actions_templates.offer, secret.id, realm=places.region)
    assert again.id == template.id
    places.do(actions.withdraw, secret.id, "Onjuist.", realm=places.region)
    assert places.ask(queries_templates.offers) == []


def test_who_may_not_offer_hears_why(places):
    [own] = published(places.database, places.town.home, SMALL)
    with pytest.raises(Refused, match="Only a safety region"):
        places.do(actions_templates.offer, own.id)
    strict = SMALL.replace("owner: CISO", "owner: CISO\ntlp: AMBER+STRICT")
    [kept] = published(places.database, places.town.region, strict)
    with pytest.raises(Refused, match="keeps this text inside"):
        places.do(actions_templates.offer, kept.id, realm=places.region)


def test_one_does_not_build_twice(places):
    template = places.built()
    with pytest.raises(Conflict):
        places.do(actions_templates.build_on, template.id)


def test_an_abandoned_draft_can_be_begun_again(places):
    template = places.offer(SMALL)
    first = places.do(actions_templates.build_on, template.id)
    with pytest.raises(Conflict):
        places.do(actions_templates.build_on, template.id)
    places.do(actions_drafts.abandon, first.id)
    assert places.do(actions_templates.build_on, template.id).id != first.id


def test_a_newer_template_is_taken_over_and_ones_own_changes_stay(places):
    own = changed(("Bel de netbeheerder.", "Bel de netbeheerder op 0800."))
    places.built(own)
    assert places.proposal().questions == ()
    places.offer(SECOND)
    assert places.ask(queries_templates.offers)[0].newer
    assert keys(places.proposal()) == [PHASE, STEP]
    draft = places.settle({PHASE: TAKE, STEP: TAKE})
    text = places.text(draft)
    assert text == own.replace("Bel aan.", "Bel overal aan.").replace("Eerst kijken.", "Eerst rustig kijken.")
    assert places.proposal().questions == ()


def test_leaving_a_change_is_remembered_and_needs_no_draft(places):
    places.built()
    places.offer(SECOND)
    assert places.settle({STEP: LEAVE}) is None
    assert keys(places.proposal()) == [PHASE]
    places.settle({PHASE: LEAVE})
    assert places.proposal().questions == ()
    places.offer(SECOND.replace('"2.0"', '"2.1"').replace("Bel overal aan.", "Bel overal twee keer aan."))
    [question] = places.proposal().questions
    assert question.key == STEP
    assert "Bel overal aan." in question.base


def test_what_went_into_a_draft_comes_back_when_the_draft_is_abandoned(places):
    places.built()
    places.offer(SECOND)
    draft = places.settle({STEP: TAKE, PHASE: LEAVE})
    assert places.proposal().questions == ()
    assert not places.ask(queries_templates.offers)[0].newer
    places.do(actions_drafts.abandon, draft.id)
    assert keys(places.proposal()) == [STEP]
    assert places.ask(queries_templates.offers)[0].newer


def test_both_changed_the_same_step(places):
    places.built(changed(("Bel aan.", "Bel aan en wacht.")))
    places.offer(SECOND)
    question = next(one for one in places.proposal().questions if one.key == STEP)
    assert not question.untouched
    written = question.own.replace("Bel aan en wacht.", "Bel overal aan en wacht.")
    draft = places.settle({STEP: Answer(Verdict.EDIT, written)})
    text = places.text(draft)
    assert "Bel overal aan en wacht." in text
    assert keys(places.proposal()) == [PHASE]


def test_an_open_draft_takes_up_more_changes(places):
    places.built()
    places.offer(SECOND)
    first = places.settle({STEP: TAKE})
    second = places.settle({PHASE: TAKE})
    assert second.id == first.id
    assert second.revision == first.revision + 1


def test_who_saw_another_text_looks_again(places):
    places.built()
    places.offer(SECOND)
    with pytest.raises(Conflict):
        places.settle({STEP: TAKE}, own_digest="0" * 64)
    with pytest.raises(Conflict):
        places.settle({STEP: TAKE}, template_id=99)
    with pytest.raises(Refused):
        places.settle({"step:bestaat-niet": TAKE})


def test_every_act_is_in_the_trail_of_the_playbook(places, database):
    places.built()
    places.offer(SECOND)
    places.settle({STEP: TAKE, PHASE: LEAVE})

    def kinds(session):
        return {entry.kind for entry in session.query(Entry)}

    assert {"template.offered", "template.built_on", "template.settled"} <= database.read(kinds)
    rows = database.read(
        lambda session: [(one.key, one.verdict, one.by_name) for one in session.query(TemplateDecision)]
    )
    assert rows == [(PHASE, "leave", "Test security_officer"), (STEP, "take", "Test security_officer")]


def test_a_template_that_the_region_takes_back_leaves_the_own_text(places):
    template = places.built()
    places.do(actions_templates.end, template.id, realm=places.region)
    with pytest.raises(NotFound, match="no longer offers"):
        places.proposal()
    assert places.database.read(lambda session: session.query(PlaybookBase).count()) == 1


def test_who_goes_to_another_region_sees_nothing_new_of_the_old_one(places, database):
    places.built()
    places.offer(SECOND)
    assert places.proposal().questions
    other = world.organisation(database, "andere-regio", "safety_region")

    def move(session):
        session.get(Organisation, places.town.home.id).region_id = other.id

    database.transact(move)
    assert places.ask(queries_templates.offers) == []
    with pytest.raises(NotFound):
        places.proposal()
    with pytest.raises(NotFound):
        places.ask(queries_templates.template, 2)


@pytest.mark.parametrize("same", [True, False])
def test_two_who_settle_at_the_same_time(places, database, same):
    places.built()
    places.offer(SECOND)
    found = places.proposal()
    seen = {"template_id": found.template.id, "own_digest": found.own_digest}
    start, outcomes = threading.Barrier(2), []

    def one(key):
        start.wait()
        try:
            made = places.do(actions_templates.settle, "stroomstoring", "nl", {key: TAKE}, at=LATER, **seen)
        except Conflict:
            outcomes.append("again")
        else:
            outcomes.append(made.id)

    threads = [threading.Thread(target=one, args=(key,)) for key in ((STEP, STEP) if same else (STEP, PHASE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes))[1:] == ["again"]
    assert database.read(lambda session: session.query(TemplateDecision).count()) == 1


def test_images_of_a_template_come_along(places, database):
    digest = "a" * 64

    def keep(session):
        session.add(
            PlaybookImage(
                organisation_id=places.town.region.id,
                digest=digest,
                media_type="image/png",
                width=1,
                height=1,
                size=3,
                data=b"png",
                kept_at=world.START,
                kept_by=SYSTEM.ref,
            )
        )

    database.transact(keep)
    template = places.offer(changed(("Bel aan.", f"Bel aan.\n\n![Kaart](image:{digest})")))
    places.do(actions_templates.build_on, template.id)
    owners = database.read(lambda session: [one.organisation_id for one in session.query(PlaybookImage)])
    assert owners == [places.town.region.id, places.town.home.id]
