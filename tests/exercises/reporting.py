"""A small exercise that was played, for the report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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
from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def at(minutes):
    return START + timedelta(minutes=minutes)


def standing(**changed):
    sealed = Standing(
        origin="cyberready/exercise/0b0f8a52",
        size=2,
        root="q5mWm9kYJm3nq2Qb8m4sT0iKq0Cw4mVx0cQm6lqk9nE=",
        fingerprint=" ".join(["3f0c"] * 8 + ["a91b"] * 8),
        checkpoint="cyberready/exercise/0b0f8a52\n2\nq5mWm9kYJm3nq2Qb8m4sT0iKq0Cw4mVx0cQm6lqk9nE=\n\n— waterveld AAAA\n",
    )
    return replace(sealed, **changed)


def inject(number, **changed):
    played = PlayedInject(
        number=number,
        planned=timedelta(minutes=10),
        fired=timedelta(minutes=10),
        late=timedelta(milliseconds=80),
        outcome=InjectOutcome.FIRED,
        title="Briefje uit de printer",
        channel="telefoon",
        sender="Servicedesk",
        recipients=("Crisisteam",),
        expected="Het team belt de IBD.",
        answers=(Answer(team="Crisisteam", by="R. de Wit", at=timedelta(minutes=12), text="IBD gebeld."),),
        goal="bellen",
    )
    return replace(played, **changed)


def decision(**changed):
    taken = Decision(
        number="B-01",
        at=at(12),
        question="Koppelen we los?",
        picture="Veertien werkplekken zijn versleuteld.",
        judgement="Langer wachten vergroot de schade.",
        decision="Loskoppelen.",
        by="R. de Wit",
        owner="IT-beheer",
        check_at=at(42),
        check="Is het gestopt?",
    )
    return replace(taken, **changed)


def entries():
    return (
        Entry(number=0, at=at(0), who="Oefenklok", role="", what="Oefening begonnen", text=""),
        Entry(
            number=1, at=at(5), who="A. van Dam", role="CISO", what="Antwoord", text=None, happened_at=at(3)
        ),
    )


def escalation():
    return Escalation(
        at=at(20),
        came_from="ICT-incident",
        to="Digitale calamiteit",
        ordered_by="CISO",
        reason="Kritiek proces.",
        grip="GRIP 1",
        informed=("AOV", "Burgemeester"),
    )


def report(**changed):
    played = AfterActionReport(
        language="nl",
        organisation="Gemeente Waterveld",
        title="Ransomware",
        scenario="Ransomware, versie 1.0",
        summary="De printers drukken een briefje af.",
        made_at=at(200),
        started_at=at(0),
        ended_at=at(150),
        played=timedelta(minutes=141),
        leader="P. Visser",
        standing=standing(),
        teams=(
            Team(name="Crisisteam", task="Besluit.", members=(Member(name="R. de Wit", role="Voorzitter"),)),
        ),
        goals=(Goal(key="bellen", text="Het team belt de IBD."),),
        injects=(
            inject("1"),
            inject("2", late=timedelta(seconds=95), answers=()),
            inject("3", outcome=InjectOutcome.SKIPPED, fired=None, answers=(), note="Andere keuze."),
            inject("4", outcome=InjectOutcome.WAITING, fired=None, answers=(), goal=""),
        ),
        timeline=(Happening(elapsed=timedelta(minutes=1), at=at(1), who="R. de Wit", text="Belt de IBD."),),
        decisions=(decision(),),
        first_decision=timedelta(minutes=12),
        escalations=(escalation(),),
        handover=(HandoverStep(at=at(60), step="Aangeboden", by="AOV"),),
        questions=("Wat ging goed?",),
        improvements=(Improvement(text="Telefoonlijst op papier.", owner="AOV", due="1 februari 2027"),),
        entries=entries(),
    )
    return replace(played, **changed)
