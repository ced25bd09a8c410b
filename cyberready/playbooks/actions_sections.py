"""Writing a draft section by section, so that two people in one draft never lose a word."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.outline import key as fitting_id
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_drafts, actions_pads, editing, queries_drafts, sections
from cyberready.playbooks.lifecycle import OPEN
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.queries_editing import WHOLE
from cyberready.playbooks.sections import LABELS, PHASE, STEP, Section

GONE = "This section is no longer in the draft."
BODY = {"nl": "Beschrijf wat er gebeurt.", "en": "Describe what is done."}
NEW = {STEP: {"nl": "Nieuwe stap", "en": "New step"}, PHASE: {"nl": "Nieuwe fase", "en": "New phase"}}
LONGEST_TITLE = 200


class Overtaken(Conflict):
    """Somebody changed the same text meanwhile; ``theirs`` is what stands there now, None when it is gone."""

    def __init__(self, draft: Draft, key: str, theirs: str | None, base: str) -> None:
        super().__init__("Somebody changed this text while you were writing.")
        self.draft = draft
        self.key = key
        self.theirs = theirs
        self.base = base


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a text: the draft, the key of its section now, and whether it was joined with another change."""

    draft: Draft
    key: str
    joined: bool = False


def write(
    session: Session,
    realm: Realm,
    draft_id: int,
    key: str,
    text: str,
    *,
    base: str,
    actor: Actor,
    now: datetime,
) -> Written:
    """Give one section another text, begun from the text with digest *base*; other sections may have changed since.

    Raises Overtaken when this section did, or is gone. Raises Refused for an empty text.
    """
    draft, found = _held(session, realm, draft_id)
    if not text.strip():
        raise Refused("There is no text here. To take the section out of the draft, use Remove.")
    section = sections.find(found, key)
    if section is None:
        raise Overtaken(draft, key, None, base)
    if section.digest not in {base, sections.digest(text)}:
        raise Overtaken(draft, key, section.text, base)
    place = found.index(section)
    saved = _save(session, realm, draft, sections.replaced(found, key, text), actor, now)
    actions_pads.forget(session, realm, draft_id, key, actor=actor)
    return Written(saved, editing.sections(saved.source)[place].key)


def write_all(
    session: Session, realm: Realm, draft_id: int, text: str, *, revision: int, actor: Actor, now: datetime
) -> Written:
    """Give the whole draft another text, begun from that revision; what others changed elsewhere is joined with it.

    Raises Overtaken when somebody changed the same place since.
    """
    draft, _found = _held(session, realm, draft_id)
    wanted = text
    if draft.revision != revision:
        began = queries_drafts.revision(session, realm, draft_id, revision).source
        joined = sections.merged(began, text.rstrip("\n") + "\n", draft.source)
        if joined is None:
            raise Overtaken(draft, WHOLE, draft.source, str(revision))
        wanted = joined
    saved = _save(session, realm, draft, wanted, actor, now)
    actions_pads.forget(session, realm, draft_id, WHOLE, actor=actor)
    return Written(saved, WHOLE, joined=wanted is not text)


def put_back(
    session: Session, realm: Realm, draft_id: int, key: str, text: str, *, actor: Actor, now: datetime
) -> Written:
    """Put a text whose section was removed meanwhile back into the draft, at the end."""
    draft, found = _held(session, realm, draft_id)
    saved = _save(session, realm, draft, sections.inserted(found, "", text), actor, now)
    actions_pads.forget(session, realm, draft_id, key, actor=actor)
    return Written(saved, editing.sections(saved.source)[-1].key)


def add(
    session: Session,
    realm: Realm,
    draft_id: int,
    kind: str,
    title: str,
    *,
    after: str,
    actor: Actor,
    now: datetime,
) -> Written:
    """Add a step or a phase behind the section *after*, with an id of its own; a step gets the first role there is."""
    draft, found = _held(session, realm, draft_id)
    language = editing.language(draft.source)
    called = " ".join(title.split())[:LONGEST_TITLE] or NEW[kind][language]
    name = sections.fresh(fitting_id(called), editing.ids(draft.source))
    if kind == STEP:
        role = next(iter(editing.roles(draft.source)), "")
        field = f"- {LABELS[language]['role']}: {role}".rstrip()
        text = f"### {called} {{#{name}}}\n\n{field}\n\n{BODY[language]}\n"
    else:
        text = f"## {called} {{#{name}}}\n"
    source = sections.inserted(found, _place(found, kind, after), text)
    return Written(_save(session, realm, draft, source, actor, now), name)


def _place(found: tuple[Section, ...], kind: str, after: str) -> str:
    """Behind which section: a step never stands before the first phase, a phase never between a phase and its steps."""
    at = next((place for place, section in enumerate(found) if section.key == after), len(found) - 1)
    if kind == STEP:
        first = next((place for place, section in enumerate(found) if section.kind == PHASE), at)
        return found[max(at, first)].key
    while at + 1 < len(found) and found[at + 1].kind == STEP:
        at += 1
    return found[max(at, 1)].key


def remove(
    session: Session, realm: Realm, draft_id: int, key: str, *, base: str, actor: Actor, now: datetime
) -> Draft:
    """Take a step or a phase out of a draft; raises Conflict when somebody changed it meanwhile."""
    draft, found = _held(session, realm, draft_id)
    section = _movable(found, key)
    if section.digest != base:
        raise Conflict("Somebody changed this section meanwhile. Look at it before you remove it.")
    return _save(session, realm, draft, sections.removed(found, key), actor, now)


def move(
    session: Session, realm: Realm, draft_id: int, key: str, by: int, *, actor: Actor, now: datetime
) -> Draft:
    """Move a step or a phase one place up (*by* -1) or down (1)."""
    draft, found = _held(session, realm, draft_id)
    _movable(found, key)
    return _save(session, realm, draft, sections.moved(found, key, by), actor, now)


def _movable(found: tuple[Section, ...], key: str) -> Section:
    section = sections.find(found, key)
    if section is None:
        raise NotFound(GONE)
    if not section.movable:
        raise Refused("Front matter and introduction stay where they are.")
    return section


def _held(session: Session, realm: Realm, draft_id: int) -> tuple[Draft, tuple[Section, ...]]:
    """The draft, held until the transaction ends, so that two who save at this instant come one after the other."""
    draft = actions_drafts.held_draft(session, realm, draft_id, OPEN)
    return draft, editing.sections(draft.source)


def _save(session: Session, realm: Realm, draft: Draft, source: str, actor: Actor, now: datetime) -> Draft:
    return actions_drafts.save(
        session, realm, draft.id, source, revision=draft.revision, actor=actor, now=now
    )
