"""Verbs of texts that follow others: saying that a draft translates the current original; refusing one that adds nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import lifecycle, queries, queries_translations
from cyberready.playbooks.actions_drafts import held_draft, save
from cyberready.playbooks.lifecycle import OPEN
from cyberready.playbooks.models_drafts import Draft


def follow_original(session: Session, realm: Realm, draft_id: int, *, actor: Actor, now: datetime) -> Draft:
    """Say that what changed in the original was translated, so that this draft translates its current version.

    Raises Conflict when it says so already or is no translation.
    """
    kept = held_draft(session, realm, draft_id, OPEN)
    found = queries_translations.original(session, realm, kept, None)
    if found is None or not found.lags:
        raise Conflict("This draft follows the original that is to be followed.")
    text = lifecycle.with_front(kept.source, "translates", found.current.version)
    return save(session, realm, draft_id, text, revision=kept.revision, actor=actor, now=now)


def refuse_unchanged(session: Session, realm: Realm, kept: Draft) -> None:
    """Raise Refused for a draft whose text says nothing that the version it was begun from does not say."""
    base = queries.release(session, realm, kept.base_release_id) if kept.base_release_id else None
    if base is None or not queries_translations.adds_nothing(kept, base):
        return
    follows = lifecycle.front_of(kept.source, "translates")
    if follows != base.translates:
        raise Refused(
            "The text is that of version %(version)s, which does not translate version %(original)s. "
            "Translate first what changed in the original.",
            version=base.version,
            original=follows,
        )
    raise Refused(
        "Nothing was changed since version %(version)s. Change the text first.", version=base.version
    )
