"""The handover dossier as data: an incident as another organisation takes it over. Pure.

The parts are those of the *totaalbeeld* of the Besluit veiligheidsregio's, paragraph 2.4 (Stb. 2010, 255).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Topic(StrEnum):
    """The questions of the totaalbeeld, in its order."""

    NATURE = "nature"
    SITUATION = "situation"
    RISKS = "risks"
    MEANS = "means"
    ACCESSIBILITY = "accessibility"
    RESPONDER_SAFETY = "responder_safety"
    DEVELOPMENT = "development"
    CASUALTIES = "casualties"
    POPULATION = "population"
    PUBLIC_THINKS = "public_thinks"
    PUBLIC_DOES = "public_does"
    PUBLIC_KNOWS = "public_knows"
    VITAL = "vital"
    ENVIRONMENT = "environment"
    ECONOMY = "economy"


class Confidence(StrEnum):
    """How sure the source is; the values are those of EDXL-SitRep ``reportConfidence``."""

    HIGH = "HighlyConfident"
    FAIR = "SomewhatConfident"
    UNSURE = "Unsure"
    NONE = "NoConfidence"


class Severity(StrEnum):
    """CAP 1.2 ``severity``."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Urgency(StrEnum):
    """CAP 1.2 ``urgency``."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2 ``certainty``."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class EffectQuestion(StrEnum):
    """The four questions of the public-effect test."""

    RESIDENTS = "residents"
    COMPANIES = "companies"
    PUBLIC_ORDER = "public_order"
    SAFETY = "safety"


class EffectAnswer(StrEnum):
    """An answer to one of them; not knowing is an answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who hands over or takes over: the organisation, the person in a function, and how to reach them."""

    organisation: str
    person: str = ""
    function: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One answer to a question of the totaalbeeld; ``text`` None says that it is not known."""

    topic: Topic
    text: str | None
    source: str = ""
    at: datetime | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedProcess:
    """One process of the continuity plan, in order of priority (1 is restored first)."""

    priority: int
    name: str
    state: str
    minimum: str = ""
    depends_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something that was done, and what it brought."""

    at: datetime
    text: str
    owner: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPlaybook:
    """A playbook that is followed: which version, the SHA-256 of its text, and since when.

    ``remark`` says in words that the version was withdrawn, and why, or that there is a newer one.
    """

    title: str
    version: str
    language: str
    digest: str
    since: datetime
    by: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveTeam:
    """One team that is at work now."""

    name: str
    chair: str
    task: str = ""
    reachable: str = ""
    since: datetime | None = None
    meets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalClock:
    """One duty to notify: ``state`` is its standing in words; moments are None where they do not exist yet."""

    law: str
    duty: str
    recipient: str
    state: str
    started_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTest:
    """One public-effect test: question, answer and why, for all four; ``conclusion`` in words."""

    at: datetime
    by: str
    answers: tuple[tuple[EffectQuestion, EffectAnswer, str], ...]
    conclusion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """Somebody to call; ``channels`` are label and address, the one to try first in front."""

    name: str
    function: str
    organisation: str
    channels: tuple[tuple[str, str], ...]
    deputy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTurn:
    """Who is on duty in a function, from when to when."""

    function: str
    name: str
    starts_at: datetime
    ends_at: datetime
    reachable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedDecision:
    """What the receiver is asked to decide, and by when."""

    text: str
    why: str = ""
    by_when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDossier:
    """An incident that is handed over, already read: nothing here touches a database.

    ``identifier`` is unique for this offer (``purmerend-2026-0007-v2``), ``number`` is the incident's, ``version``
    counts its offers from 1. ``as_of`` is the moment the picture is of, ``offered_at`` that of the offer.
    ``supersedes`` are earlier offers as (identifier, offered_at), oldest first. ``step`` is the rung of the
    escalation ladder in words, ``grip`` the declared level or empty. ``event_code`` is a term of the Reference
    Security Incident Taxonomy, such as ``malicious-code``. ``area`` is where it has effect, in words.
    """

    language: str
    identifier: str
    number: str
    version: int
    title: str
    summary: str
    exercise: bool
    sender: Party
    receiver: Party
    as_of: datetime
    offered_at: datetime
    declared_at: datetime
    reason: str
    step: str
    area: str
    standing: Standing
    zone: ZoneInfo = AMSTERDAM
    supersedes: tuple[tuple[str, datetime], ...] = ()
    grip: str = ""
    role: str = ""
    tlp: str = "AMBER"
    event_code: str = "other"
    severity: Severity = Severity.UNKNOWN
    urgency: Urgency = Urgency.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    confidence: Confidence = Confidence.UNSURE
    next_report_at: datetime | None = None
    statements: tuple[Statement, ...] = ()
    processes: tuple[AffectedProcess, ...] = ()
    playbooks: tuple[FollowedPlaybook, ...] = ()
    measures: tuple[Measure, ...] = ()
    decisions: tuple[Decision, ...] = ()
    teams: tuple[ActiveTeam, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    handover: tuple[HandoverStep, ...] = ()
    clocks: tuple[LegalClock, ...] = ()
    effect_tests: tuple[EffectTest, ...] = ()
    contacts: tuple[ContactCard, ...] = ()
    duties: tuple[DutyTurn, ...] = ()
    requests: tuple[RequestedDecision, ...] = ()
    entries: tuple[Entry, ...] = ()
