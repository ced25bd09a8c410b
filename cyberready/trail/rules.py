"""The trail's vocabulary and the bytes that are sealed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cyberready.kernel.actor import Actor

Plain = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


class Kind(StrEnum):
    """What can have happened; the past tense of every verb that matters."""

    EXERCISE_PLANNED = "exercise.planned"
    EXERCISE_STARTED = "exercise.started"
    EXERCISE_PAUSED = "exercise.paused"
    EXERCISE_RESUMED = "exercise.resumed"
    EXERCISE_PACE_CHANGED = "exercise.pace_changed"
    EXERCISE_JUMPED = "exercise.jumped"
    EXERCISE_ENDED = "exercise.ended"
    EXERCISE_NOTED = "exercise.noted"
    VARIABLES_FILLED = "exercise.variables_filled"
    ADDRESS_CONFIRMED = "exercise.address_confirmed"
    PARTICIPANT_JOINED = "participant.joined"
    INJECT_FIRED = "inject.fired"
    INJECT_SKIPPED = "inject.skipped"
    INJECT_ADDED = "inject.added"
    INJECT_ANSWERED = "inject.answered"
    DECISION_POINT_ASKED = "decision_point.asked"
    DECISION_POINT_CHOSEN = "decision_point.chosen"
    DECISION_LOGGED = "decision.logged"
    INCIDENT_DECLARED = "incident.declared"
    INCIDENT_LOGGED = "incident.logged"
    INCIDENT_DECIDED = "incident.decided"
    INCIDENT_CORRECTED = "incident.corrected"
    EFFECT_TESTED = "incident.effect_tested"
    INCIDENT_ESCALATED = "incident.escalated"
    KNOWLEDGE_ESTABLISHED = "incident.knowledge_established"
    NOTIFICATION_JUDGED = "incident.notification_judged"
    PLAYBOOK_FOLLOWED = "incident.playbook_followed"
    INCIDENT_CLOSED = "incident.closed"
    HANDOVER_OFFERED = "handover.offered"
    HANDOVER_RECEIVED = "handover.received"
    HANDOVER_ACCEPTED = "handover.accepted"
    HANDOVER_REFUSED = "handover.refused"
    HANDOVER_RETURNED = "handover.returned"
    PLAYBOOK_PUBLISHED = "playbook.published"
    PLAYBOOK_WITHDRAWN = "playbook.withdrawn"
    MANDATE_SET = "playbook.mandate_set"
    DRAFT_BEGUN = "draft.begun"
    DRAFT_BROUGHT_IN = "draft.brought_in"
    DRAFT_SAVED = "draft.saved"
    DRAFT_DESCRIBED = "draft.described"
    DRAFT_REBASED = "draft.rebased"
    TEMPLATE_OFFERED = "template.offered"
    TEMPLATE_ENDED = "template.ended"
    TEMPLATE_BUILT_ON = "template.built_on"
    TEMPLATE_SETTLED = "template.settled"
    DRAFT_ABANDONED = "draft.abandoned"
    DRAFT_SUBMITTED = "draft.submitted"
    DRAFT_RECALLED = "draft.recalled"
    DRAFT_APPROVED = "draft.approved"
    DRAFT_REFUSED = "draft.refused"
    APPROVALS_LAPSED = "draft.approvals_lapsed"
    DELEGATION_SET = "delegation.set"
    DELEGATION_ENDED = "delegation.ended"
    PLACEHOLDERS_FILLED = "placeholders.filled"
    IMAGE_KEPT = "image.kept"
    UPLOAD_KEPT = "upload.kept"
    UPLOAD_DROPPED = "upload.dropped"
    COMMENT_MADE = "comment.made"
    COMMENT_RESOLVED = "comment.resolved"
    FINDING_FILED = "finding.filed"
    FINDING_DISMISSED = "finding.dismissed"
    IMPROVEMENT_OPENED = "improvement.opened"
    IMPROVEMENT_CHANGED = "improvement.changed"
    IMPROVEMENT_BEGUN = "improvement.begun"
    IMPROVEMENT_CLOSED = "improvement.closed"
    IMPROVEMENT_REOPENED = "improvement.reopened"
    RETEST_TAKEN = "retest.taken"
    RETEST_JUDGED = "retest.judged"
    CARE_SET = "playbook.care_set"
    REVIEW_CONFIRMED = "review.confirmed"
    REVIEW_ASKED = "review.asked"
    PLAYBOOK_READ = "playbook.read"
    REMINDERS_SENT = "reminders.sent"
    KIT_MADE = "kit.made"
    KIT_HANDED_OUT = "kit.handed_out"
    KIT_TAKEN_BACK = "kit.taken_back"
    KIT_HOLDERS_TOLD = "kit.holders_told"
    SCENARIO_PUBLISHED = "scenario.published"
    CAMPAIGN_PLANNED = "campaign.planned"
    CAMPAIGN_CHANGED = "campaign.changed"
    ACTIVITY_CHANGED = "activity.changed"
    ACTIVITY_SUBMITTED = "activity.submitted"
    ACTIVITY_APPROVED = "activity.approved"
    ACTIVITY_REJECTED = "activity.rejected"
    ACTIVITY_SENT = "activity.sent"
    ACTIVITY_PUBLISHED = "activity.published"
    ACTIVITY_REMINDED = "activity.reminded"
    ACTIVITY_DONE = "activity.done"
    ACTIVITY_WITHDRAWN = "activity.withdrawn"
    AUDIENCE_CHANGED = "audience.changed"
    FEED_RENEWED = "feed.renewed"
    MAIL_REQUEUED = "mail.requeued"
    MAIL_DISCARDED = "mail.discarded"
    ORGANISATION_FOUNDED = "organisation.founded"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_CLOSED = "account.closed"
    ROLES_CHANGED = "account.roles_changed"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 -- the name of an event
    PROFILE_CHANGED = "account.profile_changed"
    LINK_REQUESTED = "account.link_requested"
    SIGNED_IN = "account.signed_in"
    SIGNED_OUT = "account.signed_out"
    SIGNED_OUT_EVERYWHERE = "account.signed_out_everywhere"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_REMOVED = "contact.removed"
    DUTY_ASSIGNED = "duty.assigned"
    DUTY_REMOVED = "duty.removed"
    PAYLOAD_ERASED = "payload.erased"


EVERYONE = "all"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry that waits for the commit; ``audience`` names who may see it live."""

    trail_id: int
    kind: Kind
    actor: Actor
    at: datetime
    about: str | None
    audience: tuple[str, ...]
    happened_at: datetime | None
    body: Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as read: ``body`` is None once it was erased."""

    trail_id: int
    position: int
    kind: Kind
    actor_ref: str
    actor_role: str
    at: datetime
    happened_at: datetime | None
    about: str | None
    audience: tuple[str, ...]
    body: Mapping[str, Plain] | None

    @property
    def actor_name(self) -> str:
        """The name as it was known, or the reference where it was erased."""
        return str(self.body["actor_name"]) if self.body and "actor_name" in self.body else self.actor_ref

    def text(self, key: str) -> str:
        """One text of the body; empty when absent or erased."""
        value = (self.body or {}).get(key)
        return "" if value is None else str(value)


def visible(audience: Iterable[str], tokens: frozenset[str]) -> bool:
    """Whether someone holding *tokens* may see an entry for *audience*; staff see everything."""
    return STAFF in tokens or not tokens.isdisjoint(audience)
