"""The handover dossier on paper: the totaalbeeld for whoever takes the incident over."""

from collections.abc import Iterator
from datetime import datetime

from cyberready.incidents.formats.dossier import (
    Confidence,
    EffectAnswer,
    EffectQuestion,
    EffectTest,
    HandoverDossier,
    Party,
    Statement,
    Topic,
)
from cyberready.platform.paper import annex
from cyberready.platform.paper.outline import (
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
from cyberready.platform.paper.wording import NOTHING, moment, zoned
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import lazy_gettext, speaking

ROOM = "\n"
PARTS = (
    (lazy_gettext("The incident"), (Topic.NATURE, Topic.SITUATION, Topic.RISKS)),
    (lazy_gettext("The response"), (Topic.MEANS, Topic.ACCESSIBILITY, Topic.RESPONDER_SAFETY)),
    (
        lazy_gettext("Prognosis"),
        (
            *(Topic.DEVELOPMENT, Topic.CASUALTIES, Topic.POPULATION),
            *(Topic.PUBLIC_THINKS, Topic.PUBLIC_DOES, Topic.PUBLIC_KNOWS),
            *(Topic.VITAL, Topic.ENVIRONMENT, Topic.ECONOMY),
        ),
    ),
)
TOPICS = {
    Topic.NATURE: lazy_gettext("Nature and objects involved"),
    Topic.SITUATION: lazy_gettext("Current situation"),
    Topic.RISKS: lazy_gettext("Risks, effects and control"),
    Topic.MEANS: lazy_gettext("Means of control"),
    Topic.ACCESSIBILITY: lazy_gettext("Accessibility"),
    Topic.RESPONDER_SAFETY: lazy_gettext("Safety of responders"),
    Topic.DEVELOPMENT: lazy_gettext("Expected development"),
    Topic.CASUALTIES: lazy_gettext("Casualties"),
    Topic.POPULATION: lazy_gettext("Risks to the population"),
    Topic.PUBLIC_THINKS: lazy_gettext("What the public thinks"),
    Topic.PUBLIC_DOES: lazy_gettext("What the public does"),
    Topic.PUBLIC_KNOWS: lazy_gettext("What the public knows"),
    Topic.VITAL: lazy_gettext("Vital interests"),
    Topic.ENVIRONMENT: lazy_gettext("Environment"),
    Topic.ECONOMY: lazy_gettext("Economy"),
}
CONFIDENCE = {
    Confidence.HIGH: lazy_gettext("Certain"),
    Confidence.FAIR: lazy_gettext("Fairly certain"),
    Confidence.UNSURE: lazy_gettext("Uncertain"),
    Confidence.NONE: lazy_gettext("Unconfirmed"),
}
QUESTIONS = {
    EffectQuestion.RESIDENTS: lazy_gettext("Effect on residents?"),
    EffectQuestion.COMPANIES: lazy_gettext("Effect on companies?"),
    EffectQuestion.PUBLIC_ORDER: lazy_gettext("Effect on public order?"),
    EffectQuestion.SAFETY: lazy_gettext("Effect on safety?"),
}
ANSWERS = {
    EffectAnswer.YES: lazy_gettext("Yes"),
    EffectAnswer.NO: lazy_gettext("No"),
    EffectAnswer.UNKNOWN: lazy_gettext("Unknown"),
}


def compose(dossier: HandoverDossier) -> Outline:
    """Lay the dossier out in its own language. Refuses nothing and hides nothing; a broken trail comes first."""
    with speaking(dossier.language):
        return Outline(
            title=_("Handover dossier: %(title)s", title=dossier.title),
            subtitle=_(
                "Incident %(number)s, version %(version)s · from %(sender)s to %(receiver)s",
                number=dossier.number,
                version=dossier.version,
                sender=dossier.sender.organisation,
                receiver=dossier.receiver.organisation,
            ),
            language=dossier.language,
            properties=Properties(
                subject=_("Handover to the regular crisis organisation"),
                organisation=dossier.sender.organisation,
                created=dossier.offered_at,
                exercise=dossier.exercise,
            ),
            blocks=tuple(_blocks(dossier)),
            alert=annex.broken(dossier.standing),
        )


def _blocks(dossier: HandoverDossier) -> Iterator[Block]:
    if dossier.exercise:
        yield annex.rehearsed(_("This is an exercise. Do not act on it outside the exercise."))
    yield from _summary(dossier)
    yield from _requests(dossier)
    yield from _particulars(dossier)
    for title, topics in PARTS:
        yield Heading(1, str(title))
        yield _picture(dossier, topics)
        if Topic.NATURE in topics:
            yield from _processes(dossier)
        if Topic.MEANS in topics:
            yield from _playbooks(dossier)
    yield from _effects(dossier)
    yield from _measures(dossier)
    yield Heading(1, _("Decisions"))
    yield from annex.decisions(dossier.decisions, dossier.zone)
    yield from _organisation(dossier)
    yield Heading(1, _("Escalation and handover"))
    yield annex.escalation(dossier.escalations, dossier.zone)
    yield annex.handover(dossier.handover, dossier.zone)
    yield from _clocks(dossier)
    yield from _people(dossier)
    yield Heading(1, _("Verification of the trail"))
    how = _(
        "Check it yourself: unpack overdracht.zip and run python3 verify.py in that folder. No other software is needed."
        " Compare the fingerprint that the check prints with the one above and, in doubt, ask the sender by telephone."
    )
    yield from annex.verification(dossier.standing, how)
    yield from _receipt()
    yield PageBreak()
    yield Heading(1, _("Appendix: the trail"))
    yield Paragraph(_("All times are in the time zone %(zone)s.", zone=dossier.zone.key))
    yield annex.trail(dossier.entries, dossier.zone)


def _summary(dossier: HandoverDossier) -> Iterator[Block]:
    zone = dossier.zone
    yield Heading(1, _("In short"))
    yield from paragraphs(dossier.summary)
    level = dossier.grip or _("No GRIP level was declared.")
    yield Fields(
        (
            (_("Reason for the handover"), (Run(dossier.reason, bold=True),)),
            (_("Picture as of"), (Run(zoned(dossier.as_of, zone), bold=True),)),
            (_("Confidence in the picture"), str(CONFIDENCE[dossier.confidence])),
            (_("Escalation and de-escalation"), f"{dossier.step}\n{level}"),
            (_("Next report"), zoned(dossier.next_report_at, zone)),
        )
    )


def _particulars(dossier: HandoverDossier) -> Iterator[Block]:
    zone = dossier.zone
    earlier = ", ".join(f"{name} ({moment(at, zone)})" for name, at in dossier.supersedes)
    yield Heading(1, _("Particulars of the handover"))
    yield Fields(
        (
            (_("Handed over by"), _party(dossier.sender)),
            (_("Offered to"), _party(dossier.receiver)),
            (_("Offered at"), zoned(dossier.offered_at, zone)),
            (_("Incident declared"), zoned(dossier.declared_at, zone)),
            (_("Area of effect"), dossier.area or NOTHING),
            (_("Role of the municipality"), dossier.role or NOTHING),
            (_("Sharing"), f"TLP:{dossier.tlp}"),
            (_("Reference"), dossier.identifier),
            (_("Replaces"), earlier or NOTHING),
        )
    )


def _party(party: Party) -> str:
    person = ", ".join(part for part in (party.person, party.function) if part)
    reach = " · ".join(part for part in (party.phone, party.mail) if part)
    return "\n".join(part for part in (party.organisation, person, reach) if part)


def _requests(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Requested decisions"))
    rows = tuple(
        (str(number), request.text, request.why or NOTHING, moment(request.by_when, dossier.zone))
        for number, request in enumerate(dossier.requests, start=1)
    )
    header = (_("No."), _("Requested decision"), _("Why"), _("Before"))
    yield annex.table_or(_("No decision is requested."), Table(header, rows, (1.1, 6.5, 6.0, 3.0)))


def _picture(dossier: HandoverDossier, topics: tuple[Topic, ...]) -> Table:
    rows = tuple(
        row
        for topic in topics
        for row in _answers(topic, [said for said in dossier.statements if said.topic is topic], dossier)
    )
    header = (_("Subject"), _("What is known"), _("Source"), _("Time"), _("Confidence"))
    return Table(header, rows, (3.6, 5.6, 2.7, 2.1, 2.6))


def _answers(topic: Topic, said: list[Statement], dossier: HandoverDossier) -> Iterator[tuple[Text, ...]]:
    for statement in said or [Statement(topic=topic, text=None)]:
        sure = NOTHING if statement.confidence is None else str(CONFIDENCE[statement.confidence])
        known: Text = statement.text if statement.text is not None else (Run(_("Unknown"), italic=True),)
        yield (
            (Run(str(TOPICS[topic]), bold=True),),
            known,
            statement.source or NOTHING,
            moment(statement.at, dossier.zone),
            sure,
        )


def _processes(dossier: HandoverDossier) -> Iterator[Block]:
    rows = tuple(
        (
            str(process.priority),
            process.name,
            process.state,
            process.minimum or NOTHING,
            process.depends_on or NOTHING,
        )
        for process in sorted(dossier.processes, key=lambda process: process.priority)
    )
    header = (_("Priority"), _("Process"), _("Standing"), _("Minimum level"), _("Depends on"))
    yield Heading(2, _("Affected processes, in order of recovery"))
    yield annex.table_or(
        _("No process is known to be affected."), Table(header, rows, (2.1, 4.0, 3.5, 3.5, 3.5))
    )


def _playbooks(dossier: HandoverDossier) -> Iterator[Block]:
    rows = tuple(
        (
            _named(one.title, one.remark),
            one.version,
            _named(moment(one.since, dossier.zone), one.by),
            one.digest,
        )
        for one in dossier.playbooks
    )
    header = (_("Playbook"), _("Version"), _("Since"), _("SHA-256 of the text"))
    yield Heading(2, _("Playbooks that are followed"))
    yield annex.table_or(_("No playbook is followed."), Table(header, rows, (5.6, 1.8, 3.6, 5.6)))


def _effects(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Public-effect test"))
    if not dossier.effect_tests:
        yield annex.nothing(_("The public-effect test was not done."))
    for test in dossier.effect_tests:
        yield _effect(test, dossier)
        if test.conclusion:
            yield Paragraph((Run(_("Conclusion") + ": ", bold=True), Run(test.conclusion)))


def _effect(test: EffectTest, dossier: HandoverDossier) -> Table:
    rows = tuple(
        (str(QUESTIONS[question]), (Run(str(ANSWERS[answer]), bold=True),), why or NOTHING)
        for question, answer, why in test.answers
    )
    caption = _("Test of %(time)s by %(name)s", time=moment(test.at, dossier.zone), name=test.by)
    return Table((_("Question"), _("Answer"), _("Explanation")), rows, (4.6, 2.4, 9.6), caption)


def _measures(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Measures taken"))
    rows = tuple(
        (moment(done.at, dossier.zone), done.text, done.owner or NOTHING, done.result or _("Not known yet"))
        for done in dossier.measures
    )
    header = (_("Time"), _("Measure"), _("Done by"), _("Result"))
    yield annex.table_or(_("No measure was recorded."), Table(header, rows, (2.4, 6.0, 3.2, 5.0)))


def _organisation(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Crisis organisation at work"))
    rows = tuple(
        (
            _named(team.name, team.task),
            team.chair or NOTHING,
            team.reachable or NOTHING,
            moment(team.since, dossier.zone),
            moment(team.meets_at, dossier.zone),
        )
        for team in dossier.teams
    )
    header = (_("Team"), _("Chair"), _("Reachable at"), _("Since"), _("Next meeting"))
    yield annex.table_or(_("No team was recorded as active."), Table(header, rows, (4.8, 3.4, 3.6, 2.4, 2.4)))


def _named(name: str, more: str) -> Text:
    return (Run(name, bold=True), Run(f"\n{more}" if more else ""))


def _clocks(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Legal deadlines"))
    if dossier.exercise:
        yield Paragraph(_("This is an exercise: no legal deadline runs. What is shown here was practised."))
    rows = tuple(
        (
            _named(clock.duty, clock.law),
            clock.recipient,
            _named(clock.state, clock.note),
            moment(clock.started_at, dossier.zone),
            moment(clock.due_at, dossier.zone),
            moment(clock.done_at, dossier.zone),
        )
        for clock in dossier.clocks
    )
    header = (_("Duty to report"), _("Recipient"), _("Standing"), _("Known since"), _("Due"), _("Done at"))
    yield annex.table_or(
        _("No legal deadline was recorded."), Table(header, rows, (3.9, 3.0, 3.4, 2.1, 2.1, 2.1))
    )


def _people(dossier: HandoverDossier) -> Iterator[Block]:
    yield Heading(1, _("Who can be reached"))
    yield Heading(2, _("On duty"))
    rows = tuple(
        (turn.function, turn.name, turn.reachable or NOTHING, _turn(turn.starts_at, turn.ends_at, dossier))
        for turn in dossier.duties
    )
    header = (_("Function"), _("Name"), _("Reachable at"), _("From and until"))
    yield annex.table_or(_("The duty roster is empty."), Table(header, rows, (4.4, 4.0, 4.2, 4.0)))
    yield Heading(2, _("Contact persons"))
    cards = tuple(
        (
            _named(card.name, card.function),
            card.organisation,
            "\n".join(f"{kind}: {address}" for kind, address in card.channels) or NOTHING,
            card.deputy or NOTHING,
        )
        for card in dossier.contacts
    )
    labels = (_("Name"), _("Organisation"), _("Reachable at"), _("Deputy"))
    yield annex.table_or(_("No contact was recorded."), Table(labels, cards, (4.4, 3.8, 5.0, 3.4)))


def _turn(start: datetime, end: datetime, dossier: HandoverDossier) -> str:
    return f"{moment(start, dossier.zone)}\n{moment(end, dossier.zone)}"


def _receipt() -> Iterator[Block]:
    yield Heading(1, _("Receipt on paper"))
    yield Paragraph(
        _(
            "Only when the handover cannot be accepted in cyberready: fill this in, keep a copy, and have it recorded in"
            " the trail afterwards."
        )
    )
    yield Fields(
        (
            (_("Accepted or refused"), ROOM),
            (_("Name and function"), ROOM),
            (_("Date and time"), ROOM),
            (_("Remark or reason"), ROOM * 3),
            (_("Signature"), ROOM * 2),
        )
    )
