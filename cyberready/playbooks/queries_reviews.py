"""Questions about the review of playbooks: when each is due, what asks for one, and who confirmed what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.playbooks import queries
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.models_reviews import PlaybookCare, ReviewConfirmation, ReviewRequest
from cyberready.playbooks.reviewing import Stage, next_review, stage


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a playbook: when it is due, how near that is, and the occasions that ask for one."""

    release: PlaybookRelease
    due: datetime
    stage: Stage | None
    occasions: tuple[ReviewRequest, ...]
    owner_id: int | None
    deputy_id: int | None

    @property
    def open(self) -> bool:
        """Whether somebody must look at the playbook now or soon."""
        return self.stage is not None or bool(self.occasions)


def care(session: Session, playbook_id: int) -> PlaybookCare:
    """Who looks after a playbook; nobody yet for one that nobody was named for."""
    return session.get(PlaybookCare, playbook_id) or PlaybookCare(playbook_id=playbook_id, readers=[])


def cares(session: Session, realm: Realm) -> list[PlaybookCare]:
    """Who looks after each playbook of an organisation and who must know it, where somebody said so."""
    chosen = select(PlaybookCare).join(Playbook, Playbook.id == PlaybookCare.playbook_id)
    return list(session.scalars(chosen.where(Playbook.organisation_id == realm.organisation_id)))


def reviews(session: Session, realm: Realm, now: datetime) -> list[Review]:
    """The review of every playbook, the first due first."""
    releases = queries.current_releases(session, realm)
    numbers = [one.playbook_id for one in releases]
    looking_after = {one.playbook_id: one for one in cares(session, realm)}
    confirmed = dict(
        session.execute(
            select(ReviewConfirmation.playbook_id, func.max(ReviewConfirmation.at))
            .where(ReviewConfirmation.playbook_id.in_(numbers))
            .group_by(ReviewConfirmation.playbook_id)
        ).all()
    )
    asked: dict[int, list[ReviewRequest]] = defaultdict(list)
    open_ones = select(ReviewRequest).where(
        ReviewRequest.playbook_id.in_(numbers), ReviewRequest.answered_at.is_(None)
    )
    for one in session.scalars(open_ones.order_by(ReviewRequest.id)):
        asked[one.playbook_id].append(one)
    found = []
    for release in releases:
        due = next_review(release.published_at, release.review_months, confirmed.get(release.playbook_id))
        known = looking_after.get(release.playbook_id)
        found.append(
            Review(
                release=release,
                due=due,
                stage=stage(due, now),
                occasions=tuple(asked[release.playbook_id]),
                owner_id=known.owner_id if known else None,
                deputy_id=known.deputy_id if known else None,
            )
        )
    return sorted(found, key=lambda one: (one.due, one.release.id))


def review(session: Session, realm: Realm, slug: str, now: datetime) -> Review:
    """The review of one playbook; raises NotFound."""
    release = queries.current(session, realm, slug)
    return next(one for one in reviews(session, realm, now) if one.release.playbook_id == release.playbook_id)


def confirmations(session: Session, playbook_id: int) -> list[ReviewConfirmation]:
    """Every time somebody left the playbook as it is, the latest first."""
    chosen = select(ReviewConfirmation).where(ReviewConfirmation.playbook_id == playbook_id)
    return list(session.scalars(chosen.order_by(ReviewConfirmation.id.desc())))


def confirmed_at(session: Session, playbook_id: int) -> datetime | None:
    """When somebody last left the playbook as it is."""
    chosen = select(func.max(ReviewConfirmation.at)).where(ReviewConfirmation.playbook_id == playbook_id)
    return session.scalar(chosen)
