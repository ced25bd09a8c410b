"""What exercises and incidents both record, as it stands on paper: decisions, escalation, handover, trail. Pure.

Everything here is already read and already in words; moments are aware, spans are exercise time.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a trail held when the document was made, and by what the reader can check that.

    ``root`` is the base64 root of the signed checkpoint over ``size`` entries of the trail ``origin``; ``fingerprint``
    is ``cyberready.kernel.verify.fingerprint`` of the key; ``checkpoint`` is the whole signed note. ``fault`` is the
    sentence that says what does not hold, and None when everything does.
    """

    origin: str
    size: int
    root: str
    fingerprint: str
    checkpoint: str
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the trail: ``text`` is what it says, ``what`` a short name for that in front of it, or empty.

    Both are in the reader's language. ``happened_at`` is given when it was written down later than it happened. ``text`` is None once it was erased.
    """

    number: int
    at: datetime
    who: str
    role: str
    text: str | None
    what: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision in BOB form: picture, judgement, decision; an empty text was not filled in.

    ``corrected_by`` is the number of the decision that replaces this one; both stay on paper.
    """

    number: str
    at: datetime
    question: str
    picture: str
    judgement: str
    decision: str
    by: str
    owner: str = ""
    check_at: datetime | None = None
    check: str = ""
    dissent: str = ""
    corrected_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One step up or down the ladder; ``grip`` is the declared level, empty when none was."""

    at: datetime
    came_from: str
    to: str
    ordered_by: str
    reason: str
    grip: str = ""
    informed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverStep:
    """One act of the handover protocol: ``step`` says offered, received, accepted, refused or returned in words."""

    at: datetime
    step: str
    by: str
    note: str = ""
