"""The after-action report: what was practised, what happened, what to improve."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cyberready.platform.paper import annex
from cyberready.platform.paper.outline import (
    AnswerLines,
    Block,
    Fields,
    Heading,
    Outline,
    PageBreak,
    Paragraph,
    Properties,
    Run,
    Table,
    Text,
    paragraphs,
)
from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing
from cyberready.platform.paper.wording import NOTHING, day, moment, span, zoned
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext, speaking

MOST_IMPROVEMENTS = 5
ANSWER_LINES = 3
ON_TIME = timedelta(seconds=1)
ROOM = "\n"
"""An empty cell with room to write."""


class InjectOutcome(StrEnum):
    """What became of an inject."""

    FIRED = "fired"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One participant."""

    name: str
    role: str
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team with who played in it."""

    name: str
    task: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One learning goal; ``key`` is what injects refer to."""

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one team did with an inject; ``at`` is exercise time."""

    team: str
    by: str
    at: timedelta
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedInject:
    """One inject with what was expected and what came; ``planned`` and ``fired`` are exercise time.

    ``late`` is how long after its due moment it was fired, in wall time; less than a second counts as on time.
    ``goal`` is the key of a learning goal or empty; ``note`` is why it was skipped, or the observer's remark.
    """

    number: str
    planned: timedelta
    fired: timedelta | None
    late: timedelta
    outcome: InjectOutcome
    title: str
    channel: str
    sender: str
    recipients: tuple[str, ...]
    expected: str
    answers: tuple[Answer, ...]
    goal: str = ""
    critical: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the timeline: exercise time and wall time of the same moment."""

    elapsed: timedelta | None
    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """One point to improve; empty owner and due date are filled in at the evaluation."""

    text: str
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterActionReport:
    """An exercise that was played, already read: nothing here touches a database.

    ``made_at`` is the moment of the report; ``played`` is exercise time, ``pace`` is in words. Of
    ``improvements`` at most five are shown.
    """

    language: str
    organisation: str
    title: str
    scenario: str
    summary: str
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    played: timedelta
    leader: str
    standing: Standing
    playbook: str = ""
    pace: str = ""
    teams: tuple[Team, ...] = ()
    goals: tuple[Goal, ...] = ()
    injects: tuple[PlayedInject, ...] = ()
    timeline: tuple[Happening, ...] = ()
    decisions: tuple[Decision, ...] = ()
    first_decision: timedelta | None = None
    escalations: tuple[Escalation, ...] = ()
    handover: tuple[HandoverStep, ...] = ()
    questions: tuple[str, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    entries: tuple[Entry, ...] = ()


def compose(report: AfterActionReport, *, zone: ZoneInfo) -> Outline:
    """Lay the report out in its own language; times are in *zone*. Hides nothing: what is not there is said."""
    with speaking(report.language):
        return Outline(
            title=_("After-action report: %(title)s", title=report.title),
            subtitle=f"{report.organisation} · {day(report.started_at or report.made_at, zone)}",
            language=report.language,
            properties=Properties(
                subject=_("Evaluation of an exercise"),
                organisation=report.organisation,
                created=report.made_at,
                exercise=True,
            ),
            blocks=tuple(_blocks(report, zone)),
            alert=annex.broken(report.standing),
        )


def _blocks(report: AfterActionReport, zone: ZoneInfo) -> Iterator[Block]:
    yield annex.rehearsed(_("This is the report of an exercise. Nothing in it really happened."))
    yield from _facts(report, zone)
    yield from _figures(report)
    yield from _improvements(report)
    yield from _goals(report)
    yield from _hot_wash(report)
    yield Heading(1, _("Decisions"))
    yield from annex.decisions(report.decisions, zone)
    yield Heading(1, _("Escalation and handover"))
    yield annex.escalation(report.escalations, zone)
    yield annex.handover(report.handover, zone)
    yield Heading(1, _("Participants"))
    yield from _teams(report, zone)
    yield Heading(1, _("Timeline"))
    yield _timeline(report, zone)
    yield Heading(1, _("Verification of the trail"))
    how = _(
        "The download of the trail, verloop.jsonl, holds every entry with its proof to this root. Compare the fingerprint"
        " with the one that the check of a handover package prints."
    )
    yield from annex.verification(report.standing, how)
    yield PageBreak()
    yield Heading(1, _("Appendix: the trail"))
    yield Paragraph(_("All times are in the time zone %(zone)s.", zone=zone.key))
    yield annex.trail(report.entries, zone)


def _facts(report: AfterActionReport, zone: ZoneInfo) -> Iterator[Block]:
    yield Heading(1, _("The exercise"))
    yield from paragraphs(report.summary)
    teams = ngettext("%(num)s team", "%(num)s teams", len(report.teams))
    members = sum(len(team.members) for team in report.teams)
    people = ngettext("%(num)s participant", "%(num)s participants", members)
    yield Fields(
        (
            (_("Scenario"), report.scenario),
            (_("Playbook"), report.playbook or NOTHING),
            (_("Exercise leader"), report.leader),
            (_("Start of the exercise"), zoned(report.started_at, zone)),
            (_("End of the exercise"), zoned(report.ended_at, zone)),
            (_("Exercise time"), _played(report)),
            (_("Taking part"), f"{teams}, {people}"),
            (_("Report made"), zoned(report.made_at, zone)),
        )
    )


def _played(report: AfterActionReport) -> str:
    return span(report.played) + (f" ({report.pace})" if report.pace else "")


def _figures(report: AfterActionReport) -> Iterator[Block]:
    yield Heading(1, _("Summary in figures"))
    fired = [inject for inject in report.injects if inject.outcome is InjectOutcome.FIRED]
    late = [inject.late for inject in fired if inject.late >= ON_TIME]
    of_which = _("%(count)s, at most %(span)s", count=len(late), span=span(max(late))) if late else "0"
    rows: list[tuple[str, Text]] = [
        (_("Injects fired"), _("%(count)s of %(all)s", count=len(fired), all=len(report.injects))),
        (_("Injects skipped"), str(_count(report, InjectOutcome.SKIPPED))),
        (_("Injects not reached"), str(_count(report, InjectOutcome.WAITING))),
        (_("Injects fired late"), of_which),
        (_("Decisions"), str(len(report.decisions))),
        (_("Time to the first decision"), span(report.first_decision)),
    ]
    given = Counter(answer.team for inject in report.injects for answer in inject.answers)
    rows += [(_("Answers by %(team)s", team=team.name), str(given[team.name])) for team in report.teams]
    yield Fields(tuple(rows))


def _count(report: AfterActionReport, outcome: InjectOutcome) -> int:
    return sum(inject.outcome is outcome for inject in report.injects)


def _improvements(report: AfterActionReport) -> Iterator[Block]:
    yield Heading(1, _("Improvements"))
    yield Paragraph(
        _(
            "At most five, each with an owner and a date. What has no owner will not improve: fill in what is empty."
        )
    )
    found = report.improvements[:MOST_IMPROVEMENTS]
    empty = (Improvement(text=""),) * (MOST_IMPROVEMENTS - len(found))
    rows = tuple(
        (str(number), point.text or ROOM, point.owner or ROOM, point.due or ROOM)
        for number, point in enumerate((*found, *empty), start=1)
    )
    yield Table(
        (_("No."), _("What to improve"), _("Improvement owner"), _("Due")), rows, (1.1, 8.5, 4.0, 3.0)
    )


def _goals(report: AfterActionReport) -> Iterator[Block]:
    yield Heading(1, _("Learning goals: expected and done"))
    for goal in report.goals:
        yield Heading(2, goal.text)
        yield from _played_for([inject for inject in report.injects if inject.goal == goal.key])
        yield Paragraph(_("Judgement: ☐ reached  ☐ partly  ☐ not reached  ☐ not seen"))
    known = {goal.key for goal in report.goals}
    if others := [inject for inject in report.injects if inject.goal not in known]:
        yield Heading(2, _("Other injects"))
        yield from _played_for(others)
    if not report.goals and not others:
        yield annex.nothing(_("This exercise had no learning goals and no injects."))


def _played_for(injects: Sequence[PlayedInject]) -> Iterator[Block]:
    rows = tuple(
        (f"{inject.number}\n{span(inject.planned)}", _sent(inject), inject.expected or NOTHING, _done(inject))
        for inject in injects
    )
    header = (_("No."), _("Inject"), _("Expected"), _("What was done"))
    sentence = _("No inject served this goal.")
    yield annex.table_or(sentence, Table(header, rows, (1.8, 4.4, 4.8, 5.6)))


def _sent(inject: PlayedInject) -> Text:
    way = " → ".join(part for part in (inject.sender, ", ".join(inject.recipients)) if part)
    marks = [inject.channel, _("critical") if inject.critical else ""]
    return (Run(inject.title, bold=True), Run(f"\n{way}\n{', '.join(mark for mark in marks if mark)}"))


def _done(inject: PlayedInject) -> Text:
    state = {
        InjectOutcome.FIRED: _("Fired at %(time)s", time=span(inject.fired)),
        InjectOutcome.SKIPPED: _("Skipped"),
        InjectOutcome.WAITING: _("Not reached"),
    }[inject.outcome]
    if inject.late >= ON_TIME:
        state += ", " + _("%(span)s late", span=span(inject.late))
    runs = [Run(state, italic=True)]
    for answer in inject.answers:
        runs += [Run(f"\n{answer.team} ({answer.by}), {span(answer.at)}: ", bold=True), Run(answer.text)]
    if inject.outcome is InjectOutcome.FIRED and not inject.answers:
        runs.append(Run("\n" + _("No answer was recorded.")))
    if inject.note:
        runs.append(Run(f"\n{inject.note}", italic=True))
    return tuple(runs)


def _hot_wash(report: AfterActionReport) -> Iterator[Block]:
    yield Heading(1, _("Hot wash"))
    if not report.questions:
        yield annex.nothing(_("The scenario has no questions for the hot wash."))
    for question in report.questions:
        yield Heading(3, question)
        yield AnswerLines(ANSWER_LINES)


def _teams(report: AfterActionReport, zone: ZoneInfo) -> Iterator[Block]:
    if not report.teams:
        yield annex.nothing(_("No team took part."))
    for team in report.teams:
        yield Heading(2, team.name)
        if team.task:
            yield Paragraph(team.task)
        rows = tuple(
            (member.name, member.role or NOTHING, moment(member.joined_at, zone)) for member in team.members
        )
        header = (_("Name"), _("Role"), _("Joined"))
        yield annex.table_or(_("Nobody joined this team."), Table(header, rows, (6.3, 6.3, 4.0)))


def _timeline(report: AfterActionReport, zone: ZoneInfo) -> Block:
    rows = tuple((span(line.elapsed), moment(line.at, zone), line.who, line.text) for line in report.timeline)
    header = (_("Exercise time"), _("Time"), _("Who"), _("What"))
    return annex.table_or(_("Nothing happened."), Table(header, rows, (2.2, 3.0, 3.6, 7.8)))
