"""Verbs of placeholders: filling them in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import indexing, placeholders, queries
from cyberready.playbooks.models_placeholders import PlaceholderValue
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind


def fill(
    session: Session, realm: Realm, given: Mapping[str, str], *, slug: str = "", actor: Actor, now: datetime
) -> dict[str, str]:
    """Fill in placeholders, in all playbooks or in the one called *slug*; an empty value takes back what was filled in.

    Gives what changed. Raises Refused for a value that is no single line of plain text and NotFound for an unknown
    playbook.
    """
    if slug:
        queries.current(session, realm, slug)
    chosen = select(PlaceholderValue).where(
        PlaceholderValue.organisation_id == realm.organisation_id, PlaceholderValue.slug == slug
    )
    known = {row.key: row for row in session.scalars(chosen.with_for_update())}
    changed: dict[str, str] = {}
    for key, typed in given.items():
        value = _fit(key, typed)
        if value == (known[key].value if key in known else ""):
            continue
        changed[key] = value
        if not value:
            session.delete(known[key])
        elif key in known:
            known[key].value, known[key].filled_at, known[key].filled_by = value, now, actor.ref
        else:
            made = {"organisation_id": realm.organisation_id, "slug": slug, "key": key, "value": value}
            session.add(PlaceholderValue(**made, filled_at=now, filled_by=actor.ref))
    if changed:
        session.flush()  # what is found is read from what was filled in
        indexing.record_filled(session, realm, slug, changed)
        _tell(session, realm, slug, changed, actor, now)
    return changed


def _tell(
    session: Session, realm: Realm, slug: str, changed: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    head = trails.organisation_trail(session, realm.organisation_id)
    trail.write(
        session,
        head.id,
        Kind.PLACEHOLDERS_FILLED,
        actor=actor,
        at=now,
        about=f"placeholders:{slug}" if slug else "placeholders",
        audience=(STAFF,),
        slug=slug,
        values=dict(changed),
        count=len(changed),
    )


def _fit(key: str, typed: str) -> str:
    value = " ".join(typed.split())
    if len(value) > placeholders.LONGEST:
        sentence = "What you filled in for %(key)s is longer than %(limit)s characters. Shorten it."
        raise Refused(sentence, key=key, limit=placeholders.LONGEST)
    if placeholders.OPEN in value:
        raise Refused("What you filled in for %(key)s holds {{. Write plain text.", key=key)
    return value
