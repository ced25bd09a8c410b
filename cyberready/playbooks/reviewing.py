"""When a playbook is to be looked at again, and who still has to read it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cyberready.playbooks.lifecycle import Change
from cyberready.playbooks.rules import review_due

USUAL_MONTHS = 12


class Stage(StrEnum):
    """How near a review is; each stage is reminded of once."""

    SIX_WEEKS = "six_weeks"
    TWO_WEEKS = "two_weeks"
    OVERDUE = "overdue"


AHEAD = (
    (timedelta(0), Stage.OVERDUE),
    (timedelta(weeks=2), Stage.TWO_WEEKS),
    (timedelta(weeks=6), Stage.SIX_WEEKS),
)


def next_review(published_at: datetime, months: int | None, confirmed_at: datetime | None) -> datetime:
    """When a release is to be reviewed: so many months (12 unless it says otherwise) after it was published or confirmed."""
    since = max(published_at, confirmed_at) if confirmed_at else published_at
    found = review_due(since, months or USUAL_MONTHS)
    if found is None:
        raise ValueError("a number of months gives a date")
    return found


def stage(due: datetime, now: datetime) -> Stage | None:
    """How near the review is: six weeks before, two weeks before, or past its date; None when it is further away."""
    return next((name for ahead, name in AHEAD if now >= due - ahead), None)


@dataclass(frozen=True, slots=True)
class Version:
    """A release as far as reading goes, older ones first in a list."""

    release_id: int
    change: str


def needed(versions: Sequence[Version]) -> int | None:
    """The oldest release whose reading still counts: the last one that asks everyone to read again; None for no release."""
    majors = [one.release_id for one in versions if one.change == Change.MAJOR]
    return majors[-1] if majors else versions[0].release_id if versions else None


def has_read(versions: Sequence[Version], read: Iterable[int]) -> bool:
    """Whether one of the releases that were *read* counts for the current one."""
    least = needed(versions)
    return least is None or any(number >= least for number in read)
