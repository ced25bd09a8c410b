"""Writing: a draft is begun, brought in from a file, saved, described, carried over to a newer version, abandoned."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from cyberready.improvements import actions as improvements
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform.outline import key
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, lifecycle, queries, queries_drafts, skeletons
from cyberready.playbooks.actions import held, opened, record
from cyberready.playbooks.lifecycle import OPEN, UNDER_REVIEW, Change, State, Verdict
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.models_drafts import Approval, Draft, DraftRevision, DraftWriter
from cyberready.trail.rules import Kind, Plain

SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}")
UNTITLED = "draaiboek"
# Words that stand in an address where a playbook's name stands; a test holds this to the routes.
TAKEN = frozenset(
    {
        "comments",
        "delegations",
        "drafts",
        "exchange",
        "images",
        "messages",
        "new",
        "placeholders",
        "readings",
        "templates",
    }
)
LONGEST_NAME, LONGEST_TITLE, LONGEST_NOTE = 80, 300, 4000
NO_LONGER = {
    State.DRAFT: "This draft is not under review. Look at it again.",
    State.IN_REVIEW: "This draft is under review. Look at it again.",
    State.APPROVED: "This draft was approved already. Look at it again.",
    State.PUBLISHED: "This draft was published. It is never changed again.",
    State.ABANDONED: "This draft was abandoned. It is never changed again.",
}


def begin(
    session: Session,
    realm: Realm,
    slug: str,
    language: str = queries.FIRST_LANGUAGE,
    *,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Begin a draft from the current release; a translation begins with the text that is to be translated.

    A translation that lags behind says from the start that it will translate the current original. When every version
    was withdrawn it begins from the last one. Raises NotFound when there is no release to begin from.
    """
    base = queries.to_go_on_from(session, realm, slug, language)
    playbook = held(session, base.playbook_id)
    source, same = base.source, base.language == language
    follows = queries.newer_original(session, realm, base) if same else base
    if not same:
        source = lifecycle.with_front(source, "language", language)
    if follows is not None:
        source = lifecycle.with_front(source, "translates", follows.version)
    made = _draft(session, playbook, source, language=language, title=base.title, actor=actor, now=now)
    made.base_release_id = base.id if same else None
    made.change = Change.MINOR if same else Change.MAJOR
    _keep(session, made, actor, now)
    says = {"language": language, "base": base.version, "digest": made.digest}
    noted(session, made, Kind.DRAFT_BEGUN, actor, now, **says)
    return made


def begin_new(
    session: Session, realm: Realm, title: str, slug: str, language: str, *, actor: Actor, now: datetime
) -> Draft:
    """Begin a playbook that is not there yet, with a text in which every phase says what to write.

    Without *slug* the short name is made of the title. Raises Refused for a title or a short name that cannot be, and
    Conflict when there is a playbook of that short name.
    """
    called = " ".join(title.split())[:LONGEST_TITLE]
    if not called or not called.isprintable():
        raise Refused("Give the playbook a title of ordinary text.")
    name = slug.strip() or key(called)
    if not _fit(name):
        raise Refused(
            "%(name)s cannot be a short name. Use small letters, digits and hyphens, such as power-cut.",
            name=name,
        )
    if _taken(session, realm, name):
        raise Conflict(
            "There is a playbook with the short name %(name)s already. Choose another short name.", name=name
        )
    playbook = opened(session, realm, name, now=now)
    text = skeletons.skeleton(called, name, language)
    made = _draft(session, playbook, text, language=language, title=called, actor=actor, now=now)
    made.change = Change.MAJOR
    _keep(session, made, actor, now)
    noted(session, made, Kind.DRAFT_BEGUN, actor, now, language=language, base="", digest=made.digest)
    return made


def bring_in(
    session: Session,
    realm: Realm,
    source: str | bytes,
    *,
    origin: str,
    writers: Sequence[int] = (),
    actor: Actor,
    now: datetime,
) -> Draft:
    """Begin a draft from a text that came from outside; *origin* says where from (the name of a file).

    *writers* are the accounts that wrote it besides *actor*: they can never approve it. The text may still hold faults:
    short name, title and language are read as far as possible. Raises FaultsFound for what is no text at all, and
    NotFound for a writer of another organisation.
    """
    text = formats.canonical(source)
    language = _language(text)
    title = lifecycle.front_of(text, "title")[:LONGEST_TITLE]
    playbook = opened(session, realm, _slug(text, title), now=now)
    base = queries.newest(session, playbook.id, language)
    made = _draft(session, playbook, text, language=language, title=title, actor=actor, now=now)
    made.origin = origin[:LONGEST_TITLE]
    made.base_release_id = base.id if base else None
    made.change = Change.MINOR if base else Change.MAJOR
    _keep(session, made, actor, now)
    names = _name_writers(session, realm, made, writers, actor=actor, now=now)
    says = {
        "language": language,
        "origin": made.origin,
        "digest": made.digest,
        "written_by": ", ".join(names),
    }
    noted(session, made, Kind.DRAFT_BROUGHT_IN, actor, now, **says)
    return made


def save(
    session: Session,
    realm: Realm,
    draft_id: int,
    source: str | bytes,
    *,
    revision: int,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Keep a new text of a draft that was read as *revision*; under review it goes back and approvals lapse.

    The text may still hold faults. The same text changes nothing. Raises Conflict when somebody saved another text
    since, and FaultsFound for what is no text at all.
    """
    text = formats.canonical(source)
    kept = held_draft(session, realm, draft_id, OPEN)
    if formats.digest(text) == kept.digest:
        return kept
    if revision != kept.revision:
        raise Conflict(
            "This draft was changed while you were writing: text %(newer)s is there, you wrote on text %(older)s.",
            newer=kept.revision,
            older=revision,
        )
    back_to_draft(session, kept, actor=actor, now=now)
    rewrite(session, kept, text, actor=actor, now=now)
    _follow_front(session, realm, kept)
    noted(
        session,
        kept,
        Kind.DRAFT_SAVED,
        actor,
        now,
        version=kept.version,
        revision=kept.revision,
        digest=kept.digest,
    )
    return kept


def describe(
    session: Session, realm: Realm, draft_id: int, change: Change, note: str, *, actor: Actor, now: datetime
) -> Draft:
    """Say whether readers must read the new version again (major) or not (minor), and why it is made.

    Approvers agree to that too, so it takes a draft back from review. The first version is a major one in any case.
    """
    kept = held_draft(session, realm, draft_id, OPEN)
    known = queries.version_numbers(session, kept.playbook_id, kept.language)
    said, chosen = note.strip()[:LONGEST_NOTE], Change(change) if known else Change.MAJOR
    if (kept.note, kept.change) == (said, chosen):
        return kept
    back_to_draft(session, kept, actor=actor, now=now)
    # Who leaves the words of another and turns minor into major has not taken the place of that other.
    earlier = kept.described_by.split() if said == kept.note else []
    kept.described_by = " ".join(dict.fromkeys([*earlier, actor.ref]))
    kept.note, kept.change, kept.updated_at = said, chosen, now
    noted(session, kept, Kind.DRAFT_DESCRIBED, actor, now, change=chosen.value, note=said)
    return kept


def go_on_from_current(
    session: Session, realm: Realm, draft_id: int, *, actor: Actor, now: datetime
) -> Draft:
    """Say that what the version published meanwhile changed was taken over, so that this draft follows that one.

    Raises Conflict when no version was published since.
    """
    kept = held_draft(session, realm, draft_id, OPEN)
    newer = queries_drafts.moved_on(session, kept)
    if newer is None:
        raise Conflict("No version was published since this draft was begun.")
    if kept.state == State.DRAFT:
        kept.version = _next_number(session, kept.playbook_id, kept.language)
    back_to_draft(session, kept, actor=actor, now=now)
    kept.base_release_id, kept.updated_at = newer.id, now
    noted(session, kept, Kind.DRAFT_REBASED, actor, now, base=newer.version, release=newer.id)
    return kept


def abandon(
    session: Session, realm: Realm, draft_id: int, reason: str = "", *, actor: Actor, now: datetime
) -> Draft:
    """Give up a draft; its texts stay readable."""
    kept = held_draft(session, realm, draft_id, OPEN)
    lapse(session, kept, actor=actor, now=now)
    kept.state, kept.updated_at = State.ABANDONED, now
    improvements.let_go(session, realm, kept.id)
    noted(session, kept, Kind.DRAFT_ABANDONED, actor, now, reason=reason.strip()[:LONGEST_NOTE])
    return kept


def held_draft(session: Session, realm: Realm, draft_id: int, states: Sequence[State]) -> Draft:
    """A draft that is in one of *states*, which nobody else changes until the transaction ends.

    Raises NotFound, and Conflict when it is in another state.
    """
    chosen = select(Draft).where(Draft.id == draft_id, Draft.organisation_id == realm.organisation_id)
    found = session.scalars(
        chosen.options(undefer(Draft.source)).with_for_update().execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(queries_drafts.UNKNOWN)
    if found.state not in states:
        raise Conflict(NO_LONGER[State(found.state)])
    return found


def noted(session: Session, of: Draft, kind: Kind, actor: Actor, now: datetime, **body: Plain) -> None:
    """Write what happened to a draft in the trail of its playbook."""
    said = {"draft": of.id, "version": of.version, **body}
    record(session, of.playbook_id, kind, said, actor=actor, now=now, about=of.about)


def back_to_draft(session: Session, kept: Draft, *, actor: Actor, now: datetime) -> None:
    """Take a draft that is under review back to its writers under a new number; approvals lapse, if there were any."""
    if kept.state not in UNDER_REVIEW:
        return
    count = lapse(session, kept, actor=actor, now=now)
    was, kept.state, kept.mandate_id = kept.version, State.DRAFT, None
    kept.version = _next_number(session, kept.playbook_id, kept.language)
    if count:
        says: dict[str, Plain] = {"version": was, "count": count, "following": kept.version}
        noted(session, kept, Kind.APPROVALS_LAPSED, actor, now, **says)


def lapse(session: Session, kept: Draft, *, actor: Actor, now: datetime) -> int:
    """Let every approval of a draft lapse; gives how many there were."""
    valid = (Approval.draft_id == kept.id, Approval.verdict == Verdict.APPROVED, Approval.lapsed_at.is_(None))
    gone = session.execute(
        update(Approval).where(*valid).values(lapsed_at=now, lapsed_by=actor.ref).returning(Approval.id)
    )
    return len(gone.all())


def rewrite(session: Session, kept: Draft, text: str, *, actor: Actor, now: datetime) -> None:
    """Give a draft another text and keep that as a revision."""
    kept.source, kept.digest = text, formats.digest(text)
    kept.revision += 1
    kept.updated_at = now
    kept.title = lifecycle.front_of(text, "title")[:LONGEST_TITLE] or kept.title
    _revise(session, kept, actor, now)


def _draft(
    session: Session,
    playbook: Playbook,
    source: str,
    *,
    language: str,
    title: str,
    actor: Actor,
    now: datetime,
) -> Draft:
    text = formats.canonical(source)
    return Draft(
        playbook_id=playbook.id,
        organisation_id=playbook.organisation_id,
        slug=playbook.slug,
        language=language,
        title=title or playbook.slug,
        version=_next_number(session, playbook.id, language),
        state=State.DRAFT,
        note="",
        source=text,
        digest=formats.digest(text),
        revision=1,
        author=actor.ref,
        author_name=actor.name,
        described_by=actor.ref,
        created_at=now,
        updated_at=now,
    )


def _keep(session: Session, made: Draft, actor: Actor, now: datetime) -> None:
    session.add(made)
    session.flush()  # revisions and entries name the draft
    _revise(session, made, actor, now)


def _revise(session: Session, kept: Draft, actor: Actor, now: datetime) -> None:
    session.add(
        DraftRevision(
            draft_id=kept.id,
            number=kept.revision,
            source=kept.source,
            digest=kept.digest,
            by=actor.ref,
            by_name=actor.name,
            at=now,
        )
    )


def _name_writers(
    session: Session, realm: Realm, made: Draft, writers: Sequence[int], *, actor: Actor, now: datetime
) -> list[str]:
    """Keep who wrote the text before it came in, but who brings it in; gives their names."""
    known = [people.account(session, realm, number) for number in dict.fromkeys(writers)]
    others = [one for one in known if f"account:{one.id}" != actor.ref]
    session.add_all(
        DraftWriter(draft_id=made.id, writer=f"account:{one.id}", name=one.name, named_by=actor.ref, at=now)
        for one in others
    )
    return [one.name for one in others]


def _next_number(session: Session, playbook_id: int, language: str) -> str:
    chosen = select(Draft.version).where(Draft.playbook_id == playbook_id, Draft.language == language)
    published = queries.version_numbers(session, playbook_id, language)
    return str(lifecycle.next_draft(published, session.scalars(chosen)))


def _slug(text: str, title: str) -> str:
    """The short name in the front matter when it is fit, else one made of the title."""
    found = lifecycle.front_of(text, "slug")
    made = key(title or UNTITLED)
    return found if _fit(found) else made if _fit(made) else UNTITLED


def _fit(slug: str) -> bool:
    return SLUG.fullmatch(slug) is not None and len(slug) <= LONGEST_NAME and slug not in TAKEN


def _taken(session: Session, realm: Realm, slug: str) -> bool:
    named = Playbook.organisation_id == realm.organisation_id, Playbook.slug == slug
    return session.scalars(select(Playbook.id).where(*named)).first() is not None


def _language(text: str) -> str:
    """The language in the front matter, else the first one."""
    found = lifecycle.front_of(text, "language")
    return found if LANGUAGE.fullmatch(found) else queries.FIRST_LANGUAGE


def _follow_front(session: Session, realm: Realm, kept: Draft) -> None:
    """Let a playbook that was never published take the short name and the language that its text now gives it."""
    slug = lifecycle.front_of(kept.source, "slug")
    known = session.scalars(
        select(PlaybookRelease.id).where(PlaybookRelease.playbook_id == kept.playbook_id).limit(1)
    ).first()
    if known is not None:
        return
    kept.language = _language(kept.source)
    if slug == kept.slug or not _fit(slug):
        return
    alone = select(Draft.id).where(Draft.playbook_id == kept.playbook_id, Draft.id != kept.id)
    if not _taken(session, realm, slug) and session.scalars(alone.limit(1)).first() is None:
        held(session, kept.playbook_id).slug = slug
        kept.slug = slug
