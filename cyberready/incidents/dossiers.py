"""Read an incident for its handover dossier."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.incidents import queries, rules, screens
from cyberready.incidents.formats import dossier as paper
from cyberready.incidents.formats.dossier import HandoverDossier
from cyberready.incidents.models import Incident
from cyberready.incidents.queries import Following
from cyberready.incidents.rules import HANDOVER_KINDS, MEASURE, Role, Surety
from cyberready.kernel import ladder
from cyberready.kernel.actor import Actor
from cyberready.kernel.deadlines import State
from cyberready.kernel.ladder import Outcome, effect_test
from cyberready.people import queries as people
from cyberready.people.rules import CHANNEL_NAMES
from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing
from cyberready.platform.realm import Realm
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import lazy_gettext
from cyberready.trail.rules import Kind, Line
from cyberready.trail.wording import say, who

LANGUAGE = "nl"  # who takes over is a Dutch organisation, whatever the sender's screen speaks
ROLES = {Role.VICTIM: lazy_gettext("Victim"), Role.INVOLVED: lazy_gettext("Involved")}
CONCLUSIONS = {
    Outcome.CONTACT: lazy_gettext("There are effects on the public: contact the safety region."),
    Outcome.ASK_AGAIN: lazy_gettext("Not everything is known: ask the questions again."),
    Outcome.NO_EFFECT: lazy_gettext("There are no effects on the public."),
}
STATES = {
    State.NOT_APPLICABLE: lazy_gettext("Does not apply"),
    State.TO_JUDGE: lazy_gettext("To be judged"),
    State.RUNNING: lazy_gettext("Runs"),
    State.MET: lazy_gettext("Reported"),
    State.LATE: lazy_gettext("Too late"),
    State.WITHDRAWN: lazy_gettext("Withdrawn"),
}
STEPS = {
    Kind.HANDOVER_OFFERED: lazy_gettext("Offered"),
    Kind.HANDOVER_RECEIVED: lazy_gettext("Received"),
    Kind.HANDOVER_ACCEPTED: lazy_gettext("Accepted"),
    Kind.HANDOVER_REFUSED: lazy_gettext("Refused"),
    Kind.HANDOVER_RETURNED: lazy_gettext("Returned"),
}
KINDS = {
    Kind.INCIDENT_DECLARED: lazy_gettext("Declaration"),
    Kind.INCIDENT_LOGGED: lazy_gettext("Log entry"),
    Kind.INCIDENT_DECIDED: lazy_gettext("Decision"),
    Kind.INCIDENT_CORRECTED: lazy_gettext("Correction"),
    Kind.EFFECT_TESTED: lazy_gettext("Public-effect test"),
    Kind.INCIDENT_ESCALATED: lazy_gettext("Escalation"),
    Kind.KNOWLEDGE_ESTABLISHED: lazy_gettext("Moment established"),
    Kind.NOTIFICATION_JUDGED: lazy_gettext("Duty to notify"),
    Kind.PLAYBOOK_FOLLOWED: lazy_gettext("Playbook"),
    Kind.INCIDENT_CLOSED: lazy_gettext("Closing"),
    Kind.PAYLOAD_ERASED: lazy_gettext("Erasure"),
    **dict.fromkeys(HANDOVER_KINDS, lazy_gettext("Handover")),
}
SURE = {
    Surety.FACT: paper.Confidence.HIGH,
    Surety.ASSUMPTION: paper.Confidence.UNSURE,
    Surety.UNKNOWN: paper.Confidence.NONE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sender says with an offer; ``severity`` is his own estimate."""

    receiver_id: int
    summary: str
    requests: tuple[str, ...]
    reason: str
    area: str
    severity: paper.Severity
    next_report_at: datetime | None


class Reading:
    """One reading of an incident; what cannot be read from a damaged trail is left out, never a reason to stop."""

    def __init__(
        self,
        session: Session,
        realm: Realm,
        incident: Incident,
        asked: Asked,
        standing: Standing,
        actor: Actor,
        now: datetime,
    ) -> None:
        self.session, self.realm, self.incident, self.asked = session, realm, incident, asked
        self.standing, self.actor, self.now = standing, actor, now
        every = queries.readable(session, incident.trail_id)
        about = rules.subject(incident.id)
        self.lines = [line for line in every if line.about == about]
        self.shown = self.lines if incident.exercise else every
        self.corrected = rules.corrections(self.lines)

    def dossier(self, receiver: str, number: int) -> HandoverDossier:
        """Everything that the dossier shows."""
        incident, asked = self.incident, self.asked
        sender = people.organisation(self.session, self.realm.organisation_id)
        earlier = queries.handovers(self.session, incident.id)[::-1]
        latest = self._latest_effect()
        return HandoverDossier(
            language=LANGUAGE,
            identifier=f"{sender.slug}-{incident.number}-v{number}",
            number=incident.number,
            version=number,
            title=incident.title,
            summary=asked.summary,
            exercise=incident.exercise,
            sender=self._sender(sender.name),
            receiver=paper.Party(organisation=receiver),
            as_of=self.now,
            offered_at=self.now,
            declared_at=incident.declared_at,
            reason=asked.reason or (latest.conclusion if latest else "") or asked.summary,
            step=ladder.rung(incident.rung).name_nl,
            grip=self._grip(),
            area=asked.area or sender.name,
            standing=self.standing,
            supersedes=tuple((one.identifier, one.offered_at) for one in earlier),
            role=str(ROLES[Role(incident.role)]),
            severity=asked.severity,
            next_report_at=asked.next_report_at,
            statements=tuple(self._statements()),
            playbooks=tuple(self._playbooks()),
            measures=tuple(self._measures()),
            decisions=tuple(self._decisions()),
            escalations=tuple(map(_escalation, self._of(Kind.INCIDENT_ESCALATED))),
            handover=tuple(self._handover()),
            clocks=tuple(self._clocks()),
            effect_tests=tuple(self._effects()),
            contacts=tuple(self._contacts()),
            duties=tuple(self._duties()),
            requests=tuple(paper.RequestedDecision(text=text) for text in asked.requests),
            entries=tuple(_entry(line) for line in self.shown),
        )

    def _grip(self) -> str:
        levels = {level.key: level.name_nl for level in queries.levels(self.now)}
        return levels.get(self.incident.grip or "", "")

    def _of(self, kind: Kind) -> list[Line]:
        return [line for line in self.lines if line.kind is kind and line.body is not None]

    def _sender(self, organisation: str) -> paper.Party:
        contact = next(
            (
                one
                for one in people.contacts(self.session, self.realm)
                if f"account:{one.account_id}" == self.actor.ref
            ),
            None,
        )
        reach = {channel.kind: channel.address for channel in reversed(contact.channels)} if contact else {}
        phone = reach.get("mobile") or reach.get("phone") or reach.get("satellite") or ""
        return paper.Party(
            organisation=organisation,
            person=self.actor.name,
            function=contact.function if contact else self.actor.role,
            phone=phone,
            mail=reach.get("mail", ""),
        )

    def _statements(self) -> Iterator[paper.Statement]:
        for line in self._of(Kind.INCIDENT_DECLARED):
            yield paper.Statement(
                topic=paper.Topic.NATURE,
                text=f"{line.text('title')}\n{line.text('known')}",
                source=who(line),
                at=line.happened_at or line.at,
            )
        for line in self._of(Kind.INCIDENT_LOGGED):
            if line.text("topic") == MEASURE:
                continue
            yield paper.Statement(
                topic=paper.Topic(line.text("topic") or paper.Topic.SITUATION),
                text=self._text(line),
                source=line.text("source") or who(line),
                at=line.happened_at or line.at,
                confidence=SURE.get(Surety(line.text("surety"))),
            )

    def _text(self, line: Line) -> str:
        """What a line says, or what its correction says instead."""
        correction = self.corrected.get(line.position)
        return correction.text("text") if correction else line.text("text")

    def _playbooks(self) -> Iterator[paper.FollowedPlaybook]:
        for one in queries.followed(self.session, self.incident):
            yield paper.FollowedPlaybook(
                title=one.release.title,
                version=one.release.version,
                language=one.release.language,
                digest=one.release.digest,
                since=one.since,
                by=one.by,
                remark=_standing(one),
            )

    def _measures(self) -> Iterator[paper.Measure]:
        for line in self._of(Kind.INCIDENT_LOGGED):
            if line.text("topic") == MEASURE:
                at = line.happened_at or line.at
                yield paper.Measure(at=at, text=self._text(line), owner=line.text("source") or who(line))

    def _decisions(self) -> Iterator[Decision]:
        for line in self._of(Kind.INCIDENT_DECIDED):
            correction = self.corrected.get(line.position)
            yield Decision(
                number=line.text("number"),
                at=line.at,
                question=line.text("question"),
                picture=line.text("picture"),
                judgement=line.text("judgement"),
                decision=line.text("decision"),
                by=who(line),
                owner=line.text("owner"),
                check_at=rules.moment_in(line, "check_at"),
                check=line.text("check"),
                corrected_by=_("trail entry %(number)s", number=correction.position) if correction else "",
            )

    def _handover(self) -> Iterator[HandoverStep]:
        for line in self.lines:
            if line.kind in HANDOVER_KINDS:
                note = line.text("note") or line.text("reason") or line.text("summary")
                yield HandoverStep(at=line.at, step=str(STEPS[line.kind]), by=who(line), note=note)
        offered = str(STEPS[Kind.HANDOVER_OFFERED])
        yield HandoverStep(at=self.now, step=offered, by=self.actor.name, note=self.asked.reason)

    def _clocks(self) -> Iterator[paper.LegalClock]:
        for one in screens.deadlines(self.incident, self.lines, self.now):
            state = str(STATES[one.state])
            yield paper.LegalClock(
                law=f"{one.clock.law} {one.clock.article}".strip(),
                duty=one.clock.name_nl,
                recipient=one.clock.recipient,
                state=_("Practised: %(state)s", state=state) if one.practice else state,
                started_at=one.progress.started_at,
                due_at=one.due,
                done_at=one.progress.met_at,
                note=" ".join(part for part in (one.receipt, one.reason) if part),
            )

    def _effects(self) -> Iterator[paper.EffectTest]:
        for line in self._of(Kind.EFFECT_TESTED):
            answers, why = (_texts(line, key) for key in ("answers", "explanations"))
            effect = effect_test(answers)
            yield paper.EffectTest(
                at=line.at,
                by=who(line),
                answers=tuple(
                    (question, paper.EffectAnswer(answers[question]), why.get(question, ""))
                    for question in paper.EffectQuestion
                ),
                conclusion=str(CONCLUSIONS[effect.outcome]),
            )

    def _latest_effect(self) -> paper.EffectTest | None:
        found = list(self._effects())
        return found[-1] if found else None

    def _contacts(self) -> Iterator[paper.ContactCard]:
        home = people.organisation(self.session, self.realm.organisation_id).name
        for one in people.contacts(self.session, self.realm):
            yield paper.ContactCard(
                name=one.name,
                function=one.function,
                organisation=home,
                channels=tuple((_(CHANNEL_NAMES[way.kind]), way.address) for way in one.channels),
                deputy=one.deputy.name if one.deputy else "",
            )

    def _duties(self) -> Iterator[paper.DutyTurn]:
        for one in people.on_duty(self.session, self.realm, self.now):
            yield paper.DutyTurn(
                function=one.function,
                name=one.contact.name,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                reachable="\n".join(way.address for way in one.contact.channels),
            )


def _standing(one: Following) -> str:
    """What is to be known of a version that is followed and is no longer the one to follow."""
    if one.release.withdrawal is not None:
        return _("This version was withdrawn: %(reason)s", reason=one.release.withdrawal.reason)
    newer = one.current if one.current is not None and one.current.id != one.release.id else None
    return _("Version %(version)s was published since.", version=newer.version) if newer else ""


def _texts(line: Line, key: str) -> dict[str, str]:
    value = (line.body or {}).get(key)
    return {name: str(item) for name, item in value.items()} if isinstance(value, Mapping) else {}


def _escalation(line: Line) -> Escalation:
    return Escalation(
        at=line.at,
        came_from=line.text("from_name"),
        to=line.text("to_name"),
        ordered_by=line.text("ordered_by"),
        reason=line.text("reason"),
        grip=line.text("grip"),
        informed=rules.texts_in(line, "informed"),
    )


def _entry(line: Line) -> Entry:
    return Entry(
        number=line.position,
        at=line.at,
        who=who(line),
        role=line.actor_role,
        what=str(KINDS.get(line.kind, line.kind.value)),
        text=None if line.body is None else say(line),
        happened_at=line.happened_at,
    )
