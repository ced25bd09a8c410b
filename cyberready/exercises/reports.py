"""Read an exercise for its after-action report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from babel.dates import format_date
from sqlalchemy.orm import Session

from cyberready.exercises import formats, queries
from cyberready.exercises.documents import (
    AfterActionReport,
    Answer,
    Goal,
    Happening,
    Improvement,
    InjectOutcome,
    Member,
    PlayedInject,
    Team,
)
from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise, Inject
from cyberready.exercises.rules import InjectState
from cyberready.exercises.wording import CHANNELS, DECISION
from cyberready.improvements import queries as improvements
from cyberready.improvements.rules import Outcome
from cyberready.improvements.wording import OUTCOMES as OUTCOMES_AGAIN
from cyberready.kernel.checkpoint import SigningKey
from cyberready.people import queries as people
from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep
from cyberready.platform.realm import Realm
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language as spoken
from cyberready.platform.texts import speaking
from cyberready.trail import queries as trails
from cyberready.trail import verification
from cyberready.trail.rules import Kind, Line
from cyberready.trail.wording import say, who

OUTCOMES = {
    InjectState.FIRED: InjectOutcome.FIRED,
    InjectState.SKIPPED: InjectOutcome.SKIPPED,
    InjectState.PENDING: InjectOutcome.WAITING,
}
STAFF_ONLY = {Kind.PARTICIPANT_JOINED, Kind.VARIABLES_FILLED, Kind.ADDRESS_CONFIRMED}
HANDOVER = {
    Kind.HANDOVER_OFFERED: "Offered",
    Kind.HANDOVER_RECEIVED: "Received",
    Kind.HANDOVER_ACCEPTED: "Accepted",
    Kind.HANDOVER_REFUSED: "Refused",
    Kind.HANDOVER_RETURNED: "Returned",
}


def after_action(
    session: Session, realm: Realm, exercise_id: int, *, key: SigningKey, language: str, now: datetime
) -> AfterActionReport:
    """Everything the report shows, read once; nothing is left out because it is missing."""
    exercise = queries.exercise(session, realm, exercise_id)
    script = queries.scenario(exercise.release)
    lines = trails.lines(session, exercise.trail_id)
    leader = people.account(session, realm, exercise.leader_id)
    with speaking(language):
        return AfterActionReport(
            language=language,
            organisation=people.organisation(session, realm.organisation_id).name,
            title=exercise.title,
            scenario=f"{exercise.release.title} {exercise.release.version}",
            summary=exercise.release.summary,
            made_at=now,
            started_at=exercise.started_at,
            ended_at=exercise.ended_at,
            played=exercise.clock.elapsed(exercise.ended_at or now),
            leader=leader.name,
            standing=verification.standing(session, exercise.trail_id, key),
            playbook=_playbook(session, exercise, script),
            teams=_teams(session, exercise, script),
            goals=tuple(Goal(key=name, text=text) for name, text in script.objectives.items()),
            injects=_injects(queries.injects(session, exercise_id), lines, exercise, script),
            timeline=tuple(_happenings(lines)),
            decisions=tuple(_decisions(lines)),
            first_decision=_first_decision(lines),
            escalations=tuple(_escalations(lines)),
            handover=tuple(_handover(lines)),
            questions=(*script.evaluation, *_tested_again(session, realm, exercise_id)),
            improvements=tuple(_improvements(session, realm, exercise_id)),
            entries=tuple(entry(line) for line in lines),
        )


def _playbook(session: Session, exercise: Exercise, script: Scenario) -> str:
    """The version of the playbook that was practised, also when it was withdrawn since; else what the script names."""
    found = queries.playbook(session, exercise)
    if found is None:
        return script.playbook or ""
    named = f"{found.release.title} {found.release.version}"
    return _("%(playbook)s (withdrawn since)", playbook=named) if found.standing == "withdrawn" else named


def _tested_again(session: Session, realm: Realm, exercise_id: int) -> Iterator[str]:
    """What earlier findings ask of this exercise, with how it went where that was judged."""
    for retest in improvements.retests(session, realm, exercise_id):
        asked = _("Tested again: %(text)s", text=retest.finding.text)
        judged = (
            f" {OUTCOMES_AGAIN[Outcome(retest.outcome)]}. {retest.note}".rstrip() if retest.outcome else ""
        )
        yield asked + judged


def _improvements(session: Session, realm: Realm, exercise_id: int) -> Iterator[Improvement]:
    """What was found in this exercise, with who improves it by when where that is known."""
    names = {account.id: account.name for account in people.accounts(session, realm)}
    for finding in improvements.seen_at(session, realm, f"exercise:{exercise_id}"):
        made = finding.improvement
        yield Improvement(
            text=finding.text,
            owner=names.get(made.owner_id, "") if made else "",
            due=format_date(made.due_on, "d MMM y", locale=spoken()) if made else "",
        )


def _teams(session: Session, exercise: Exercise, script: Scenario) -> tuple[Team, ...]:
    seats = queries.participants(session, exercise.id)
    return tuple(
        Team(
            name=team.name,
            task=team.task,
            members=tuple(
                Member(name=seat.name, role=team.roles.get(seat.role, ""), joined_at=seat.joined_at)
                for seat in seats
                if seat.team == key
            ),
        )
        for key, team in script.teams.items()
    )


def _injects(
    played: Sequence[Inject], lines: Sequence[Line], exercise: Exercise, script: Scenario
) -> tuple[PlayedInject, ...]:
    fired = {(line.body or {}).get("inject"): line for line in lines if line.kind in FIRINGS}
    answers: dict[object, list[Answer]] = {}
    for line in lines:
        if line.kind in {Kind.INJECT_ANSWERED, Kind.DECISION_POINT_CHOSEN}:
            answers.setdefault((line.body or {}).get("inject"), []).append(_answer(line, script))
    skipped = {
        (line.body or {}).get("inject"): line.text("reason")
        for line in lines
        if line.kind is Kind.INJECT_SKIPPED
    }
    return tuple(
        PlayedInject(
            number=str(one.number),
            planned=one.offset,
            fired=elapsed(fired[one.id]) if one.id in fired else None,
            late=one.late,
            outcome=OUTCOMES[InjectState(one.state)],
            title=formats.fill(one.title, exercise.variables),
            channel=str(CHANNELS.get(one.channel, DECISION)),
            sender=formats.fill(one.sender, exercise.variables),
            recipients=tuple(_recipient(to, script) for to in one.to),
            expected=one.expected,
            answers=tuple(answers.get(one.id, ())),
            goal=one.objective or "",
            critical=one.critical,
            note=skipped.get(one.id, ""),
        )
        for one in played
    )


FIRINGS = {Kind.INJECT_FIRED, Kind.DECISION_POINT_ASKED}


def _recipient(to: str, script: Scenario) -> str:
    if to == formats.EVERYONE:
        return _("everyone")
    team, _slash, role = to.partition("/")
    name = script.teams[team].name
    return f"{name}: {script.teams[team].roles[role]}" if role else name


def _answer(line: Line, script: Scenario) -> Answer:
    team = script.teams.get(line.text("team"))
    said = line.text("text") + (f" ({line.text('reason')})" if line.text("reason") else "")
    return Answer(
        team=team.name if team else line.text("team"),
        by=who(line),
        at=elapsed(line) or timedelta(),
        text=said,
    )


def elapsed(line: Line) -> timedelta | None:
    """Exercise time of an entry, when it carries one."""
    value = (line.body or {}).get("elapsed_us")
    return timedelta(microseconds=value) if isinstance(value, int) else None


def _happenings(lines: Iterable[Line]) -> Iterable[Happening]:
    for line in lines:
        if line.kind not in STAFF_ONLY:
            yield Happening(elapsed=elapsed(line), at=line.at, who=who(line), text=say(line))


def _decisions(lines: Iterable[Line]) -> Iterable[Decision]:
    taken = (Kind.DECISION_LOGGED, Kind.DECISION_POINT_CHOSEN, Kind.INCIDENT_DECIDED)
    chosen = [line for line in lines if line.kind in taken]
    for number, line in enumerate(chosen, 1):
        yield Decision(
            number=str(number),
            at=line.at,
            question=line.text("question"),
            picture=line.text("picture"),
            judgement=line.text("judgement") or line.text("reason"),
            decision=line.text("decision") or line.text("text"),
            by=who(line),
            owner=line.text("owner"),
            check=line.text("check"),
        )


def _first_decision(lines: Iterable[Line]) -> timedelta | None:
    taken = (Kind.DECISION_LOGGED, Kind.DECISION_POINT_CHOSEN)
    return next((elapsed(line) for line in lines if line.kind in taken), None)


def _escalations(lines: Iterable[Line]) -> Iterable[Escalation]:
    for line in lines:
        if line.kind is Kind.INCIDENT_ESCALATED:
            yield Escalation(
                at=line.at,
                came_from=line.text("from_name") or line.text("from"),
                to=line.text("to_name") or line.text("to"),
                ordered_by=line.text("ordered_by"),
                reason=line.text("reason"),
                grip=line.text("grip"),
                informed=_names(line.body or {}),
            )


def _names(body: Mapping[str, object]) -> tuple[str, ...]:
    informed = body.get("informed")
    return tuple(str(name) for name in informed) if isinstance(informed, list) else ()


def _handover(lines: Iterable[Line]) -> Iterable[HandoverStep]:
    for line in lines:
        if line.kind in HANDOVER:
            note = line.text("note") or line.text("reason") or line.text("summary")
            yield HandoverStep(at=line.at, step=_(HANDOVER[line.kind]), by=who(line), note=note)


def entry(line: Line) -> Entry:
    """One line of the trail as it stands on paper."""
    return Entry(
        number=line.position,
        at=line.at,
        who=who(line),
        role=line.actor_role,
        what="",
        text=None if line.body is None else say(line),
        happened_at=line.happened_at,
    )
