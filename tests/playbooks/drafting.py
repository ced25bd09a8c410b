"""A municipality that writes playbooks: an author, two approvers, and each act as one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from cyberready.people import actions_roster as roster
from cyberready.people.models import Account
from cyberready.people.rules import ChannelKind
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions,
    actions_approval,
    actions_drafts,
    actions_sections,
    queries,
    queries_drafts,
)
from cyberready.playbooks.actions_approval import Remark
from cyberready.playbooks.lifecycle import Change
from cyberready.trail import queries as trails
from tests import world
from tests.playbooks.pages import section
from tests.playbooks.writing import SMALL

NOTE = "De belronde is aangescherpt na de oefening van mei."


@dataclass
class House:
    """One organisation, its people, and what they can do with a draft."""

    database: Database
    town: world.Town
    now: object = world.START

    @property
    def realm(self) -> Realm:
        return Realm(self.town.home.id)

    def actor(self, who: Account):
        return world.actor(who, self.town.home)

    @property
    def author(self) -> Account:
        return self.town["communications"]

    @property
    def director(self) -> Account:
        return self.town["administrator"]

    @property
    def officer(self) -> Account:
        return self.town["security_officer"]

    @property
    def deputy(self) -> Account:
        return self.town["crisis_team"]

    def act(self, verb, *arguments, by, **named):
        self.now += timedelta(seconds=1)
        return self.database.transact(
            lambda session: verb(session, self.realm, *arguments, actor=self.actor(by), now=self.now, **named)
        )

    def ask(self, question, *arguments, **named):
        return self.database.read(lambda session: question(session, self.realm, *arguments, **named))

    def draft(self, draft_id):
        return self.ask(queries_drafts.draft, draft_id)

    def bring_in(self, source=SMALL, by=None):
        return self.act(actions_drafts.bring_in, source, origin="stroomstoring.md", by=by or self.author)

    def mandate(self, playbook_id, *approvers, in_order=True):
        named = [(account.id, function) for account, function in approvers]
        return self.act(actions_approval.set_mandate, playbook_id, named, in_order=in_order, by=self.officer)

    def described(self, draft_id, change=Change.MINOR, note=NOTE, by=None):
        return self.act(actions_drafts.describe, draft_id, change, note, by=by or self.author)

    def submitted(self, source=SMALL, *approvers, in_order=True):
        """A draft of *source* under review, by one approver unless others are given."""
        made = self.bring_in(source)
        self.mandate(made.playbook_id, *(approvers or ((self.director, "directeur"),)), in_order=in_order)
        self.described(made.id)
        return self.submit(made.id)

    def submit(self, draft_id, by=None):
        return self.act(actions_approval.submit, draft_id, by=by or self.author)

    def save(self, draft_id, source, by=None, revision=None):
        revision = self.draft(draft_id).revision if revision is None else revision
        return self.act(actions_drafts.save, draft_id, source, revision=revision, by=by or self.author)

    def approve(self, draft_id, by=None, digest=None):
        digest = digest or self.draft(draft_id).digest
        return self.act(actions_approval.approve, draft_id, digest=digest, by=by or self.director)

    def delegate(self, deputy=None, start=world.START, lasting=timedelta(days=2)):
        """Let somebody, the deputy unless another is given, approve for the director."""
        deputy_id = (deputy or self.deputy).id
        named = {"starts_at": start, "ends_at": start + lasting}
        return self.act(actions_approval.delegate, deputy_id, **named, by=self.director)

    def refuse(self, draft_id, *remarks, by=None):
        said = [Remark(step, text) for step, text in remarks]
        digest = self.draft(draft_id).digest
        return self.act(actions_approval.refuse, draft_id, said, digest=digest, by=by or self.director)

    def publish(self, draft_id, by=None):
        return self.act(actions_approval.publish_draft, draft_id, by=by or self.officer)

    def published(self, source=SMALL, *approvers):
        """A release of *source* that went the whole way."""
        made = self.submitted(source, *approvers)
        for account, _function in approvers or ((self.director, ""),):
            self.approve(made.id, by=account)
        return self.publish(made.id)

    def finish(self, draft, *pairs, change=Change.MINOR):
        """Publish a draft after replacing each (old, new) in it."""
        text = self.draft(draft.id).source
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        self.save(draft.id, text)
        self.described(draft.id, change)
        self.submit(draft.id)
        self.approve(draft.id)
        return self.publish(draft.id)

    def next_version(self, slug, source, change=Change.MINOR):
        """The next release of a playbook with a mandate, from its current one."""
        made = self.act(actions_drafts.begin, slug, by=self.author)
        self.save(made.id, source)
        self.described(made.id, change)
        self.submit(made.id)
        self.approve(made.id)
        return self.publish(made.id)

    def next_version_from(self, release, source):
        """A release that was brought in as a file, after *release* was withdrawn."""
        made = self.bring_in(source)
        assert made.playbook_id == release.playbook_id
        self.described(made.id)
        self.submit(made.id)
        self.approve(made.id)
        return self.publish(made.id)

    def withdraw(self, release_id, reason="Nummer klopt niet."):
        return self.act(actions.withdraw, release_id, reason, by=self.officer)

    def on_duty(self, start, days=2):
        """Put the crisis-team member on duty from *start* on, as the contact that belongs to the account."""
        made = self.act(
            roster.save_contact,
            by=self.officer,
            name=self.deputy.name,
            function="Piket",
            channels=[(ChannelKind.MOBILE, "06 5550 0001")],
            account_id=self.deputy.id,
        )
        self.act(
            roster.assign_duty,
            by=self.officer,
            contact_id=made.id,
            function="Piket",
            starts_at=start,
            ends_at=start + timedelta(days=days),
        )

    def entries(self, playbook_id):
        """The kinds of entries in the trail of a playbook, oldest first."""

        def question(session):
            return [line.kind for line in trails.lines(session, queries.trail_of(session, playbook_id))]

        return self.database.read(question)


def overtake(act, draft, old="- [ ] Kijk naar buiten.", new="- [ ] Van haar."):
    """Somebody else changes the step *kijk*."""
    base = section(SMALL, "kijk")
    assert old in base.text
    text = base.text.replace(old, new)
    write = partial(actions_sections.write, draft_id=draft.id, key="kijk", text=text, base=base.digest)
    act(write, role="communications")
    return base
