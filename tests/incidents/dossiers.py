"""A small incident that is handed over, for the dossier and its formats."""

from dataclasses import replace

from cyberready.incidents.formats.dossier import (
    ActiveTeam,
    AffectedProcess,
    Certainty,
    Confidence,
    ContactCard,
    DutyTurn,
    EffectAnswer,
    EffectQuestion,
    EffectTest,
    FollowedPlaybook,
    HandoverDossier,
    LegalClock,
    Measure,
    Party,
    RequestedDecision,
    Severity,
    Statement,
    Topic,
    Urgency,
)
from cyberready.platform.paper.record import HandoverStep
from tests.exercises.reporting import at, decision, entries, escalation, standing

PARTS = (
    *(
        "supersedes",
        "statements",
        "processes",
        "playbooks",
        "measures",
        "decisions",
        "teams",
        "escalations",
        "handover",
    ),
    *("clocks", "effect_tests", "contacts", "duties", "requests", "entries"),
)


def dossier(**changed):
    offered = HandoverDossier(
        language="nl",
        identifier="waterveld-2026-0007-v2",
        number="2026-0007",
        version=2,
        title="Gijzelsoftware bij de gemeente",
        summary="Werkplekken zijn versleuteld. De balie is dicht.",
        exercise=False,
        sender=Party(
            organisation="Gemeente Waterveld",
            person="J. Smit",
            function="AOV",
            phone="06 12 34 56 78",
            mail="aov@waterveld.example",
        ),
        receiver=Party(organisation="Veiligheidsregio Meerland", mail="piket@meerland.example"),
        as_of=at(58),
        offered_at=at(60),
        declared_at=at(5),
        reason="Effecten op inwoners.",
        step="In contact met de veiligheidsregio",
        area="Gemeente Waterveld",
        standing=standing(),
        supersedes=(("waterveld-2026-0007-v1", at(40)),),
        grip="GRIP 2",
        role="Slachtoffer",
        event_code="malicious-code",
        severity=Severity.SEVERE,
        urgency=Urgency.IMMEDIATE,
        certainty=Certainty.OBSERVED,
        confidence=Confidence.FAIR,
        next_report_at=at(120),
        statements=(
            Statement(
                topic=Topic.NATURE,
                text="Gijzelsoftware op 14 werkplekken.",
                source="CISO",
                at=at(40),
                confidence=Confidence.HIGH,
            ),
            Statement(topic=Topic.PUBLIC_THINKS, text=None, source="Omgevingsanalist", at=at(55)),
        ),
        processes=(
            AffectedProcess(priority=2, name="Aangifte van overlijden", state="Op papier"),
            AffectedProcess(priority=1, name="Uitkeringen", state="Ligt stil", minimum="Donderdag"),
        ),
        playbooks=(
            FollowedPlaybook(
                title="Ransomware bij de gemeente",
                version="1.1",
                language="nl",
                digest="4f" * 32,
                since=at(12),
                by="J. Smit",
                remark="Deze versie is ingetrokken: nummer klopt niet.",
            ),
            FollowedPlaybook(
                title="Crisiscommunicatie",
                version="2.0",
                language="nl",
                digest="0a" * 32,
                since=at(20),
                by="CISO",
            ),
        ),
        measures=(Measure(at=at(14), text="Netwerk losgekoppeld.", owner="IT-beheer"),),
        decisions=(decision(),),
        teams=(ActiveTeam(name="Crisisteam", chair="Burgemeester", task="Effecten", since=at(55)),),
        escalations=(escalation(),),
        handover=(HandoverStep(at=at(60), step="Aangeboden", by="AOV"),),
        clocks=(
            LegalClock(
                law="Cbw art. 26",
                duty="Vroegtijdige waarschuwing",
                recipient="NCSC",
                state="Loopt",
                started_at=at(10),
                due_at=at(10 + 24 * 60),
            ),
        ),
        effect_tests=(
            EffectTest(
                at=at(45),
                by="AOV",
                answers=(
                    (EffectQuestion.RESIDENTS, EffectAnswer.YES, "Uitkeringen"),
                    (EffectQuestion.COMPANIES, EffectAnswer.UNKNOWN, ""),
                    (EffectQuestion.PUBLIC_ORDER, EffectAnswer.NO, ""),
                    (EffectQuestion.SAFETY, EffectAnswer.NO, "Bruggen staan los."),
                ),
                conclusion="Opschalen.",
            ),
        ),
        contacts=(
            ContactCard(
                name="A. van Dam",
                function="CISO",
                organisation="Gemeente Waterveld",
                channels=(("Mobiel", "06 11 11 11 11"), ("Mail", "ciso@waterveld.example")),
                deputy="B. Kuiper",
            ),
        ),
        duties=(DutyTurn(function="OvD-Bz", name="S. Yilmaz", starts_at=at(-60), ends_at=at(600)),),
        requests=(RequestedDecision(text="Stel een team op maat samen.", why="Onrust.", by_when=at(90)),),
        entries=entries(),
    )
    return replace(offered, **changed)


def bare(**changed):
    """A dossier with nothing but what it must have."""
    empty = dict.fromkeys(PARTS, ())
    return dossier(
        **empty,
        **{
            "version": 1,
            "grip": "",
            "role": "",
            "summary": "",
            "next_report_at": None,
            **changed,
        },
    )
