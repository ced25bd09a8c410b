"""Pages on which a draft is written: all its sections, one of them as text or as a form, or the whole text."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import NotFound
from cyberready.platform.context import now, read
from cyberready.platform.faults import Fault
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.realm import Realm
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import AMSTERDAM, page
from cyberready.playbooks import (
    editing,
    queries,
    queries_choices,
    queries_comments,
    queries_drafts,
    queries_editing,
    queries_images,
    queries_reading,
    references,
    screens,
    sections,
)
from cyberready.playbooks.actions_sections import GONE
from cyberready.playbooks.editing import Part, Preview
from cyberready.playbooks.forms_editor import ENDS, ImageForm, StepForm, snippets
from cyberready.playbooks.lifecycle import OPEN, UNDER_REVIEW
from cyberready.playbooks.models_drafts import Approval, ApprovalRemark, Draft
from cyberready.playbooks.models_editing import DraftPad, StepComment
from cyberready.playbooks.queries_choices import Group, Place
from cyberready.playbooks.queries_editing import WHOLE
from cyberready.playbooks.screens import Reason
from cyberready.playbooks.sections import INTRO, STEP, Section
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_parts import References, Voice, places

NO_IMAGE = "There is no image %(digest)s here. Add it anew with the button Image."


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as it would be read, the part of it that is being written, and the faults there and elsewhere."""

    preview: Preview | None
    parts: tuple[Part, ...]
    intro: bool
    faults: tuple[Fault, ...]
    elsewhere: int
    first: int
    voice: Voice
    refs: References | None


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A fault in the form of a step: the field that it is in, and the line of the text in it, from 1."""

    field: str
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section on the page of all: as it would be read, with what stands beside it."""

    section: Section
    part: Part | None
    faults: tuple[Fault, ...]
    comments: tuple[StepComment, ...]
    reasons: tuple[Reason, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages of one section need; ``section`` is None for the whole text."""

    draft: Draft
    section: Section | None
    pad: DraftPad | None
    refusal: Approval | None = None

    @property
    def key(self) -> str:
        """The key of the section, empty for the whole text."""
        return self.section.key if self.section else WHOLE

    @property
    def remarks(self) -> list[ApprovalRemark]:
        """What an approver wants changed here: at this step, or for the whole text."""
        return remarks(self.refusal).get(self.key, [])

    @property
    def saved(self) -> str:
        """The text as it stands in the draft."""
        return self.section.text if self.section else self.draft.source

    @property
    def version(self) -> str:
        """By which saving knows what one began from."""
        return self.section.digest if self.section else str(self.draft.revision)

    def whole(self, text: str) -> str:
        """The whole text of the draft with *text* in this place."""
        if self.section is None:
            return text
        return sections.replaced(editing.sections(self.draft.source), self.section.key, text)


@blueprint.get("/drafts/<int:draft_id>/edit")
@may("playbooks.write")
def edit(draft_id: int) -> ResponseReturnValue:
    """A draft as it would be read, with what can be done with each of its sections."""
    actor, place = who(), realm()

    def work(session: Session) -> dict[str, Any]:
        draft = queries_drafts.draft(session, place, draft_id)
        preview = editing.preview(draft.source)
        voice, refs = reader_of(session, draft, preview)
        return {
            "draft": draft,
            "preview": preview,
            "pads": queries_editing.pads(session, place, draft_id, actor.ref),
            "comments": queries_comments.on_draft(session, place, draft_id),
            "refusal": queries_drafts.refusal(session, draft),
            "loose": loose_ends(session, place, draft.source, preview),
            "reasons": screens.reasons(session, place, draft),
            "voice": voice,
            "refs": refs,
        }

    known = read(work)
    draft, preview, pads = known["draft"], known["preview"], known["pads"]
    found = editing.sections(draft.source)
    faults = [*(preview.faults if preview else editing.faults(draft.source)), *known["loose"]]
    beside = known["comments"], known["reasons"], pads
    chapters = [_chapter(one, found, preview, faults, *beside) for one in found]
    asked = remarks(known["refusal"])
    return page(
        "playbooks/edit",
        **known,
        asked=asked,
        elsewhere=[one for key, said in asked.items() if not sections.find(found, key) for one in said],
        chapters=chapters,
        lost=[pad for key, pad in pads.items() if key != WHOLE and not sections.find(found, key)],
        faults=faults,
        is_open=draft.state in OPEN,
        under_review=draft.state in UNDER_REVIEW,
    )


def _chapter(
    section: Section,
    found: tuple[Section, ...],
    preview: Preview | None,
    faults: list[Fault],
    comments: dict[str, list[StepComment]],
    reasons: tuple[Reason, ...],
    pads: dict[str, DraftPad],
) -> Chapter:
    last = section.line + max(section.text.count("\n"), 1) - 1
    shown = (
        editing.parts(preview.playbook, section.line + preview.shift, last + preview.shift) if preview else ()
    )
    is_last = section is found[-1]
    here = tuple(
        fault for fault in faults if section.line <= fault.line <= last or (is_last and fault.line > last)
    )
    said = tuple(comments.get(section.key, ())) if section.movable else ()
    why = tuple(one for one in reasons if one.place == section.key)
    return Chapter(section, shown[0] if shown else None, here, said, why, section.key in pads)


def remarks(refusal: Approval | None) -> dict[str, list[ApprovalRemark]]:
    """The remarks of a refusal by the id of their step; under an empty id those on the whole."""
    found: dict[str, list[ApprovalRemark]] = {}
    for one in refusal.remarks if refusal else ():
        found.setdefault(one.step_id, []).append(one)
    return found


def desk_of(draft_id: int, key: str) -> Desk:
    """The draft, one of its sections, and what was typed there; raises NotFound."""
    found = desk_if_there(draft_id, key)
    if found is None:
        raise NotFound(GONE)
    return found


def desk_if_there(draft_id: int, key: str) -> Desk | None:
    """The same, but None for a section that is gone; raises NotFound when there is no such draft."""
    actor, place = who(), realm()
    return read(lambda session: _desk(session, place, actor, draft_id, key))


def _desk(session: Session, place: Realm, actor: Actor, draft_id: int, key: str) -> Desk | None:
    draft = queries_drafts.draft(session, place, draft_id)
    found = sections.find(editing.sections(draft.source), key) if key != WHOLE else None
    if found is None and key != WHOLE:
        return None
    pad = queries_editing.pad(session, place, draft_id, key, actor.ref)
    saved = found.text if found else draft.source
    kept = pad if pad and sections.digest(pad.text) != sections.digest(saved) else None
    return Desk(draft, found, kept, queries_drafts.refusal(session, draft))


def show_text(
    desk: Desk,
    status: int = 200,
    *,
    text: str | None = None,
    version: str = "",
    faults: tuple[Fault, ...] | None = None,
) -> ResponseReturnValue:
    """The page of a section as text: with *text* when something was typed just now, else with what was kept or saved."""
    kept = desk.pad if text is None else None
    shown = text if text is not None else kept.text if kept else desk.saved
    seen = look(desk, shown)
    return page(
        "playbooks/section",
        status,
        **frame(desk, shown),
        seen=seen,
        faults=faults if faults is not None else seen.faults,
        in_fields=(),
        refused=faults is not None,
        choices=choices_at(desk, seen) if desk.section is None or desk.section.kind == STEP else {},
        labels=sections.LABELS[editing.language(desk.draft.source)],
        text=shown,
        version=version or (kept.base if kept else desk.version),
        kept=kept,
    )


def show_form(desk: Desk, form: StepForm, text: str, status: int = 200) -> ResponseReturnValue:
    """The page of a step as a form."""
    seen = look(desk, text)
    found = editing.sections(desk.draft.source)
    others = [(one.key, one.title) for one in found if one.kind == STEP and one.key != desk.key]
    end = ENDS[editing.language(desk.draft.source)]
    began = editing.form_of(editing.normal(form.began.data or ""))
    before = began.values if began else {}
    form.offer(editing.roles(desk.draft.source), [*others, (end, end)], choices_at(desk, seen), before)
    in_fields = field_faults(seen, text)
    for fault in in_fields:
        form[fault.field].errors = [*form[fault.field].errors, fault.sentence]
    return page(
        "playbooks/step_form",
        status,
        **frame(desk, text),
        seen=seen,
        faults=seen.faults,
        in_fields=in_fields,
        form=form,
        kept=desk.pad if request.method == "GET" else None,
    )


def field_faults(seen: Seen, text: str) -> tuple[FieldFault, ...]:
    """The faults in the text of a step, each at the field of the form that it is in."""
    shown = editing.form_of(text)
    if shown is None:
        return ()
    found = []
    for fault in seen.faults:
        line, name = fault.line - seen.first, fault.field.partition(".")[0]
        if name not in sections.FIELDS:
            name = "title" if line < shown.heading_end else "body"
        said = _(fault.sentence, **fault.values)
        found.append(FieldFault(name, shown.body_line(line) if name == "body" else 1, said))
    return tuple(found)


def frame(desk: Desk, text: str) -> dict[str, object]:
    """What every page of a section shows."""
    source = desk.draft.source
    found = [one.key for one in editing.sections(source) if one.kind == STEP]
    roles = editing.roles(source)
    at = found.index(desk.key) if desk.key in found else -1
    why = read(lambda session: screens.reasons(session, realm(), desk.draft))
    one, two = (found[at + 1 :] + found)[0] if found else "", (found[at + 2 :] + found)[0] if found else ""
    return {
        "draft": desk.draft,
        "desk": desk,
        "snippets": snippets(editing.language(source), next(iter(roles), ""), one, two),
        "ids": sorted(editing.ids(source) | editing.ids(text)),
        "image_form": ImageForm(prefix="image"),
        "is_open": desk.draft.state in OPEN,
        "under_review": desk.draft.state in UNDER_REVIEW,
        "reasons": [one for one in why if desk.key in {WHOLE, one.place}],
        "is_step": editing.form_of(text) is not None and desk.section is not None,
    }


def look(desk: Desk, text: str) -> Seen:
    """A text in its place in the draft, as it would be read, with its faults."""
    source = desk.whole(text)
    preview = editing.preview(source)
    loose, voice, refs = read(
        lambda session: (
            loose_ends(session, realm(), source, preview),
            *reader_of(session, desk.draft, preview),
        )
    )
    faults = [*(preview.faults if preview else editing.faults(source)), *loose]
    first = desk.section.line if desk.section else 1
    last = first + text.rstrip("\n").count("\n") if desk.section else source.count("\n") + 1
    here = tuple(fault for fault in faults if first <= fault.line <= last)
    if preview is None:
        return Seen(None, (), False, here, len(faults) - len(here), first, voice, refs)
    shown = editing.parts(preview.playbook, first + preview.shift, last + preview.shift)
    intro = desk.section is None or desk.section.kind == INTRO
    return Seen(preview, shown, intro, here, len(faults) - len(here), first, voice, refs)


def choices_at(desk: Desk, seen: Seen) -> dict[str, tuple[Group, ...]]:
    """What the step that is written can name."""
    place = Place(
        slug=desk.draft.slug,
        language=desk.draft.language,
        step_id=desk.key,
        reader=language(),
        on=now().astimezone(AMSTERDAM).date(),
        may_call=principal().may("people.view"),
    )
    playbook = seen.preview.playbook if seen.preview else None
    return read(lambda session: queries_choices.choices(session, realm(), place, playbook))


def reader_of(session: Session, draft: Draft, preview: Preview | None) -> tuple[Voice, References | None]:
    """What the reading page says texts with: places to fill in marked, and what steps refer to."""
    if preview is None:
        return Voice({}), None
    found = queries_reading.links(
        session,
        realm(),
        preview.playbook,
        language=draft.language,
        on=now().astimezone(AMSTERDAM).date(),
        may_call=principal().may("people.view"),
    )
    named = places(preview.playbook)
    return Voice(preview.playbook.placeholders), References(draft.slug, language(), found, named)


def loose_ends(session: Session, place: Realm, source: str, preview: Preview | None) -> list[Fault]:
    """A fault for each image, message, legal clock and playbook that a text names and that is not there."""
    missing = queries_images.missing(session, place, source)
    lost = [
        Fault(
            source[: source.index(f"image:{digest}")].count("\n") + 1, "", NO_IMAGE, {"digest": digest[:12]}
        )
        for digest in missing
    ]
    if preview is None or preview.shift:
        return lost
    known = references.shipped()
    if any(step.playbooks for step in preview.playbook.steps):
        own = frozenset(one.slug for one in queries.current_releases(session, place))
        known = {**known, "playbooks": known["playbooks"] | own}
    return [*lost, *references.unknown(preview.playbook, source, known)]
