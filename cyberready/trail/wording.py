"""What each kind of entry says to a reader, in one sentence."""

from collections.abc import Mapping

from cyberready.kernel.actor import CLOCK
from cyberready.platform.texts import gettext, lazy_gettext
from cyberready.trail.rules import Kind, Line

_ = lazy_gettext
WORDING = {
    Kind.EXERCISE_PLANNED: _("Exercise planned: %(title)s"),
    Kind.EXERCISE_STARTED: _("Exercise started"),
    Kind.EXERCISE_PAUSED: _("Exercise paused"),
    Kind.EXERCISE_RESUMED: _("Exercise resumed"),
    Kind.EXERCISE_PACE_CHANGED: _("Pace changed to %(pace)s times"),
    Kind.EXERCISE_JUMPED: _("Exercise time moved"),
    Kind.EXERCISE_ENDED: _("Exercise ended"),
    Kind.EXERCISE_NOTED: _("Observation: %(text)s"),
    Kind.VARIABLES_FILLED: _("Names in the scenario filled in"),
    Kind.ADDRESS_CONFIRMED: _("Address confirmed for mail in this exercise"),
    Kind.PARTICIPANT_JOINED: _("Joined team %(team)s"),
    Kind.INJECT_FIRED: _("Inject %(number)s: %(title)s"),
    Kind.INJECT_SKIPPED: _("Inject %(number)s left out: %(title)s (%(reason)s)"),
    Kind.INJECT_ADDED: _("Inject %(number)s added: %(title)s"),
    Kind.INJECT_ANSWERED: _("Answer of %(team)s to inject %(number)s: %(text)s"),
    Kind.DECISION_POINT_ASKED: _("Decision asked: %(title)s"),
    Kind.DECISION_POINT_CHOSEN: _("Decision taken on “%(question)s”: %(text)s. %(reason)s"),
    Kind.DECISION_LOGGED: _("Decision of %(team)s: %(decision)s. Reason: %(reason)s. Owner: %(owner)s"),
    Kind.INCIDENT_DECLARED: _("Incident declared: %(title)s"),
    Kind.INCIDENT_LOGGED: _("Logged: %(text)s"),
    Kind.INCIDENT_DECIDED: _("Decision %(number)s: %(decision)s"),
    Kind.INCIDENT_CORRECTED: _("Correction of entry %(corrects)s: %(text)s"),
    Kind.EFFECT_TESTED: _("Public-effect test: %(outcome)s"),
    Kind.INCIDENT_ESCALATED: _("From %(from_name)s to %(to_name)s by order of %(ordered_by)s: %(reason)s"),
    Kind.KNOWLEDGE_ESTABLISHED: _("Moment of knowledge established: %(trigger)s. On the basis of: %(basis)s"),
    Kind.NOTIFICATION_JUDGED: _("Duty to notify judged: %(clock_name)s, %(judgement)s"),
    Kind.PLAYBOOK_FOLLOWED: _("Playbook followed from now on: %(title)s, version %(version)s"),
    Kind.INCIDENT_CLOSED: _("Incident closed: %(reason)s"),
    Kind.HANDOVER_OFFERED: _("Handover offered to %(receiver)s"),
    Kind.HANDOVER_RECEIVED: _("Handover received by %(receiver)s"),
    Kind.HANDOVER_ACCEPTED: _("Handover accepted by %(receiver)s: %(note)s"),
    Kind.HANDOVER_REFUSED: _("Handover refused by %(receiver)s: %(reason)s"),
    Kind.HANDOVER_RETURNED: _("Incident returned by %(receiver)s: %(reason)s"),
    Kind.PLAYBOOK_PUBLISHED: _("Playbook published: %(title)s %(version)s"),
    Kind.PLAYBOOK_WITHDRAWN: _("Version %(version)s withdrawn: %(reason)s"),
    Kind.MANDATE_SET: _("Mandate set: %(approvers)s"),
    Kind.DRAFT_BEGUN: _("Draft %(version)s begun"),
    Kind.DRAFT_BROUGHT_IN: _(
        "Draft %(version)s brought in from a file: %(origin)s. Also written by: %(written_by)s"
    ),
    Kind.DRAFT_SAVED: _("Draft %(version)s saved, text %(revision)s"),
    Kind.DRAFT_DESCRIBED: _("Draft %(version)s described as %(change)s: %(note)s"),
    Kind.DRAFT_REBASED: _("Draft %(version)s goes on from version %(base)s"),
    Kind.TEMPLATE_OFFERED: _("Version %(version)s offered as a regional template"),
    Kind.TEMPLATE_ENDED: _("Version %(version)s no longer offered as a regional template"),
    Kind.TEMPLATE_BUILT_ON: _("Begun from the regional template %(title)s %(version)s"),
    Kind.TEMPLATE_SETTLED: _(
        "Changes of template version %(version)s settled: %(take)s taken over, %(edit)s written anew, %(leave)s left"
    ),
    Kind.DRAFT_ABANDONED: _("Draft %(version)s abandoned: %(reason)s"),
    Kind.DRAFT_SUBMITTED: _("Draft %(version)s submitted for approval as %(release)s"),
    Kind.DRAFT_RECALLED: _("Draft %(version)s taken back from review"),
    Kind.DRAFT_APPROVED: _("Approved (%(name)s, %(function)s): draft %(version)s as %(release)s"),
    Kind.DRAFT_REFUSED: _("Draft %(version)s sent back by %(name)s, %(function)s: %(remarks)s"),
    Kind.APPROVALS_LAPSED: _("Approvals of draft %(version)s lapsed: %(count)s"),
    Kind.DELEGATION_SET: _("%(deputy)s approves playbooks for %(principal)s from %(starts)s until %(ends)s"),
    Kind.DELEGATION_ENDED: _("%(deputy)s no longer approves playbooks for %(principal)s"),
    Kind.PLACEHOLDERS_FILLED: _("Filled in for the playbooks: %(count)s"),
    Kind.IMAGE_KEPT: _("Image kept for playbooks: %(digest)s"),
    Kind.UPLOAD_KEPT: _("File brought in, waits for a decision: %(name)s"),
    Kind.UPLOAD_DROPPED: _("File thrown away: %(name)s"),
    Kind.FINDING_FILED: _("Finding (%(occasion)s): %(text)s"),
    Kind.FINDING_DISMISSED: _("Finding put aside: %(reason)s"),
    Kind.IMPROVEMENT_OPENED: _("Improvement opened: %(title)s"),
    Kind.IMPROVEMENT_CHANGED: _("Improvement changed: %(title)s, by %(due_on)s"),
    Kind.IMPROVEMENT_BEGUN: _("Improvement begun in a draft: %(title)s"),
    Kind.IMPROVEMENT_CLOSED: _("Improvement closed by version %(version)s: %(title)s"),
    Kind.IMPROVEMENT_REOPENED: _("Improvement open again, as version %(version)s was withdrawn: %(title)s"),
    Kind.RETEST_TAKEN: _("To be tested again: %(text)s"),
    Kind.RETEST_JUDGED: _("Evaluation point judged"),
    Kind.COMMENT_MADE: _("Comment on %(place)s: %(text)s"),
    Kind.COMMENT_RESOLVED: _("Comment on %(place)s resolved: %(text)s"),
    Kind.CARE_SET: _("Looked after by: %(owners)s. To be read by: %(readers)s"),
    Kind.REVIEW_CONFIRMED: _("Version %(version)s reviewed and left as it is: %(note)s"),
    Kind.REVIEW_ASKED: _("Review asked after: %(occasion)s"),
    Kind.PLAYBOOK_READ: _("%(name)s has read and understood version %(version)s"),
    Kind.REMINDERS_SENT: _("People reminded of what waits for them: %(count)s"),
    Kind.KIT_MADE: _("Crisis kit made with %(playbooks)s playbooks"),
    Kind.KIT_HANDED_OUT: _("Copy of the crisis kit handed out to %(holder)s"),
    Kind.KIT_TAKEN_BACK: _("Copy of the crisis kit taken back from %(holder)s"),
    Kind.KIT_HOLDERS_TOLD: _("%(told)s holders told that their crisis kit is out of date"),
    Kind.SCENARIO_PUBLISHED: _("Scenario published: %(title)s %(version)s"),
    Kind.CAMPAIGN_PLANNED: _("Campaign planned: %(title)s"),
    Kind.CAMPAIGN_CHANGED: _("Campaign changed: %(title)s"),
    Kind.ACTIVITY_CHANGED: _("Campaign activity changed: %(title)s"),
    Kind.ACTIVITY_SUBMITTED: _("Campaign activity submitted for approval: %(title)s"),
    Kind.ACTIVITY_APPROVED: _("Campaign activity approved: %(title)s"),
    Kind.ACTIVITY_REJECTED: _("Campaign activity sent back: %(title)s"),
    Kind.ACTIVITY_SENT: _("Campaign mail sent: %(title)s"),
    Kind.ACTIVITY_PUBLISHED: _("Campaign text published: %(title)s"),
    Kind.ACTIVITY_REMINDED: _("Owner reminded of campaign activity: %(title)s"),
    Kind.ACTIVITY_DONE: _("Campaign activity done: %(title)s"),
    Kind.ACTIVITY_WITHDRAWN: _("Campaign activity withdrawn: %(title)s (%(reason)s)"),
    Kind.AUDIENCE_CHANGED: _("Addresses of audience %(group)s changed"),
    Kind.FEED_RENEWED: _("Calendar address renewed"),
    Kind.MAIL_REQUEUED: _("Mail queued again"),
    Kind.MAIL_DISCARDED: _("Mail discarded"),
    Kind.ORGANISATION_FOUNDED: _("Organisation set up"),
    Kind.ACCOUNT_OPENED: _("Account opened"),
    Kind.ACCOUNT_CLOSED: _("Account closed"),
    Kind.ROLES_CHANGED: _("Roles changed"),
    Kind.PASSWORD_CHANGED: _("Password changed"),
    Kind.PROFILE_CHANGED: _("Name or language of an account changed"),
    Kind.LINK_REQUESTED: _("Sign-in link requested"),
    Kind.SIGNED_IN: _("Signed in"),
    Kind.SIGNED_OUT: _("Signed out"),
    Kind.SIGNED_OUT_EVERYWHERE: _("Signed out everywhere"),
    Kind.CONTACT_CHANGED: _("Contact changed"),
    Kind.CONTACT_REMOVED: _("Contact removed"),
    Kind.DUTY_ASSIGNED: _("Duty assigned"),
    Kind.DUTY_REMOVED: _("Duty removed"),
    Kind.PAYLOAD_ERASED: _("Content of entry %(erased)s erased: %(reason)s"),
}


# What codes are called in a sentence; the code itself stays in the entry.
CALLED = {
    Kind.INJECT_SKIPPED: {
        "reason": {
            "branch not taken": _("another branch was chosen"),
            "not decided": _("nobody had decided yet"),
        }
    },
    Kind.EFFECT_TESTED: {
        "outcome": {
            "contact": _("contact the safety region"),
            "ask_again": _("not everything is known, ask again"),
            "no_effect": _("no effects"),
        }
    },
    Kind.DRAFT_DESCRIBED: {
        "change": {"minor": _("a minor change"), "major": _("a major change")},
    },
    Kind.KNOWLEDGE_ESTABLISHED: {
        "trigger": {
            "incident_known_at": _("the incident was known"),
            "significant_known_at": _("it was known that the incident is significant"),
            "report_requested_at": _("a report was requested"),
            "breach_known_at": _("it was known that personal data were breached"),
            "processor_known_at": _("the processor reported or discovered the breach"),
            "police_data_breach_known_at": _("it was known that police data were breached"),
            "crime_suspected_at": _("a crime was suspected"),
            "emergency_order_issued_at": _("an emergency order was issued"),
        }
    },
    Kind.NOTIFICATION_JUDGED: {
        "judgement": {
            "applies": _("applies"),
            "reported": _("was reported"),
            "not_applicable": _("does not apply"),
        }
    },
}


# What the roles are called that must know a playbook; they stand in an entry together, separated by commas.
ROLES = {
    "administrator": _("Administrator"),
    "security_officer": _("Information security officer"),
    "exercise_leader": _("Exercise leader"),
    "crisis_team": _("Crisis team member"),
    "public_safety": _("Public-safety officer"),
    "communications": _("Communications"),
}
CALLED[Kind.CARE_SET] = {"readers": ROLES}


class _Said(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


def say(line: Line) -> str:
    """One sentence for the reader, in his language; an erased entry says that it was erased."""
    if line.body is None:
        return gettext("The content of this entry was erased; its place in the trail still holds.")
    said = _plain(line.body)
    if principal := line.body.get("on_behalf_of"):
        said["name"] = gettext(
            "%(deputy)s for %(principal)s", deputy=said.get("name", "–"), principal=principal
        )
    for key, words in CALLED.get(line.kind, {}).items():
        said[key] = ", ".join(str(words.get(one, one)) for one in str(said.get(key, "–")).split(", "))
    return str(WORDING[line.kind]) % _Said(said)


def _plain(body: Mapping[str, object]) -> dict[str, object]:
    return {key: "–" if value in (None, "") else value for key, value in body.items()}


def who(line: Line) -> str:
    """The name of who acted; the exercise clock has one in the reader's language."""
    return gettext("Exercise clock") if line.actor_ref == CLOCK.ref else line.actor_name
