"""Keeping what is being typed, until it is saved or thrown away.

Typing is no act: nobody else sees it and nothing follows from it, so it is not in the trail. Saving it is.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_drafts, queries_drafts, queries_editing
from cyberready.playbooks.lifecycle import OPEN, State
from cyberready.playbooks.models_editing import DraftPad

LONGEST = 2_000_000  # characters
LONGEST_NAME = 200


def keep(
    session: Session,
    realm: Realm,
    draft_id: int,
    section: str,
    text: str,
    *,
    base: str,
    actor: Actor,
    now: datetime,
) -> DraftPad:
    """Keep what somebody typed in one section of a draft, in place of what they typed before.

    Raises NotFound, Conflict for a draft that is never changed again, and Refused for a text of more than two million
    characters.
    """
    if len(text) > LONGEST or len(section) > LONGEST_NAME or len(base) > LONGEST_NAME:
        raise Refused("This text is too long to be kept. Save a part of it.")
    draft = queries_drafts.draft(session, realm, draft_id)
    if draft.state not in OPEN:
        raise Conflict(actions_drafts.NO_LONGER[State(draft.state)])
    found = queries_editing.pad(session, realm, draft_id, section, actor.ref)
    if found is None:
        found = DraftPad(
            organisation_id=realm.organisation_id, draft_id=draft.id, account=actor.ref, section=section
        )
        session.add(found)
    found.base, found.text, found.at = base, text, now
    session.flush()  # whoever keeps the same section at this instant, in another window, makes this run again
    return found


def forget(session: Session, realm: Realm, draft_id: int, section: str, *, actor: Actor) -> None:
    """Throw away what somebody typed in one section, because it was saved or is no longer wanted."""
    session.execute(
        delete(DraftPad).where(
            DraftPad.organisation_id == realm.organisation_id,
            DraftPad.draft_id == draft_id,
            DraftPad.account == actor.ref,
            DraftPad.section == section,
        )
    )
