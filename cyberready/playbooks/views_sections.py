"""What is done with the sections of a draft: saving, looking, keeping what is typed, adding, moving, removing."""

from dataclasses import dataclass
from functools import partial

from flask import make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound, Refused
from cyberready.platform.context import now, read, transact
from cyberready.platform.faults import FaultsFound
from cyberready.platform.gate import may, realm, who
from cyberready.platform.realm import Realm
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import done, page
from cyberready.playbooks import (
    actions_pads,
    actions_sections,
    editing,
    queries_drafts,
    queries_editing,
    sections,
)
from cyberready.playbooks.actions_sections import GONE, Overtaken, Written
from cyberready.playbooks.forms_editor import StepForm
from cyberready.playbooks.models_drafts import DraftRevision
from cyberready.playbooks.pieces import Piece, pieces
from cyberready.playbooks.queries_editing import WHOLE
from cyberready.playbooks.sections import PHASE, STEP
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_editor import (
    Desk,
    desk_if_there,
    desk_of,
    field_faults,
    look,
    show_form,
    show_text,
)
from cyberready.playbooks.views_lapsing import state_of, told


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two texts of one place: what stands in the draft, what was typed, how they differ, and both joined if they fit."""

    theirs: str | None
    mine: str
    parts: tuple[Piece, ...]
    joined: str | None
    by: DraftRevision


@blueprint.get("/drafts/<int:draft_id>/sections/<section_key>")
@may("playbooks.write")
def section(draft_id: int, section_key: str) -> ResponseReturnValue:
    """One section as text; what was typed here and not saved is put back, also when the section is gone."""
    desk = desk_if_there(draft_id, section_key)
    return show_text(desk) if desk else _left(draft_id, section_key)


@blueprint.get("/drafts/<int:draft_id>/source")
@may("playbooks.write")
def source(draft_id: int) -> ResponseReturnValue:
    """The whole text of a draft."""
    return show_text(desk_of(draft_id, WHOLE))


@blueprint.get("/drafts/<int:draft_id>/sections/<section_key>/form")
@may("playbooks.write")
def step_form(draft_id: int, section_key: str) -> ResponseReturnValue:
    """A step as a form."""
    desk = desk_if_there(draft_id, section_key)
    if desk is None:
        return _left(draft_id, section_key)
    text = desk.pad.text if desk.pad else desk.saved
    shown = editing.form_of(text)
    if shown is None:
        return show_text(desk)
    version = desk.pad.base if desk.pad else desk.version
    form = StepForm(data={**shown.values, "began": text, "version": version})
    return show_form(desk, form, text)


@blueprint.post("/drafts/<int:draft_id>/sections/<section_key>")
@may("playbooks.write")
def save_section(draft_id: int, section_key: str) -> ResponseReturnValue:
    """Save a section, look at it first, or decide between two texts of it."""
    return _save(draft_id, section_key)


@blueprint.post("/drafts/<int:draft_id>/source")
@may("playbooks.write")
def save_source(draft_id: int) -> ResponseReturnValue:
    """Save the whole text."""
    return _save(draft_id, WHOLE)


@blueprint.post("/drafts/<int:draft_id>/sections/<section_key>/form")
@may("playbooks.write")
def save_form(draft_id: int, section_key: str) -> ResponseReturnValue:
    """Save a step from its form."""
    form = StepForm()
    desk = desk_if_there(draft_id, section_key)
    text = _composed(form, desk)
    if desk and (not form.validate_on_submit() or request.form.get("do") == "look"):
        return show_form(desk, form, text, 200 if form.validate() else 422)
    return _write(draft_id, section_key, text, form.version.data or "")


def _save(draft_id: int, key: str) -> ResponseReturnValue:
    text = editing.normal(request.form.get("text", ""))
    version, verb = request.form.get("version", ""), request.form.get("do", "save")
    if verb == "look":
        return show_text(desk_of(draft_id, key), text=text, version=version)
    if verb == "join":
        return _meet(draft_id, key, text, request.form.get("began", ""), joining=True)
    if verb == "theirs":
        desk_if_there(draft_id, key)  # a foreign draft is not there at all
        _forget(draft_id, key)
        return done(_("The text in the draft stays as it is."), "playbooks.edit", draft_id=draft_id)
    if verb == "back":
        before = state_of(draft_id)
        return _after(draft_id, transact(partial(_put_back, draft_id=draft_id, key=key, text=text)), before)
    return _write(draft_id, key, text, version)


def _write(draft_id: int, key: str, text: str, version: str) -> ResponseReturnValue:
    work = partial(_written, draft_id=draft_id, key=key, text=text, version=version)
    before = state_of(draft_id)
    try:
        written = transact(work)
    except Overtaken:
        return _meet(draft_id, key, text, version)
    except FaultsFound as found:
        return show_text(desk_of(draft_id, key), 422, text=text, version=version, faults=found.faults)
    return _after(draft_id, written, before)


def _written(session: Session, draft_id: int, key: str, text: str, version: str) -> Written:
    actor, at = who(), now()
    if key == WHOLE:
        number = int(version) if version.isdecimal() and len(version) < 10 else 0
        return actions_sections.write_all(
            session, realm(), draft_id, text, revision=number, actor=actor, now=at
        )
    return actions_sections.write(session, realm(), draft_id, key, text, base=version, actor=actor, now=at)


def _put_back(session: Session, draft_id: int, key: str, text: str) -> Written:
    return actions_sections.put_back(session, realm(), draft_id, key, text, actor=who(), now=now())


def _after(draft_id: int, written: Written, before: str) -> ResponseReturnValue:
    said = (
        _("Saved, together with what others changed elsewhere meanwhile.") if written.joined else _("Saved.")
    )
    anchor = f"at-{written.key}" if written.key else None
    said = told(said, before, written.draft.state)
    return done(said, "playbooks.edit", draft_id=draft_id, _anchor=anchor)


def _meet(draft_id: int, key: str, mine: str, began: str, *, joining: bool = False) -> ResponseReturnValue:
    """Show both texts; what was typed is kept first, so that closing this page loses nothing."""
    actor, place = who(), realm()

    def work(session: Session) -> tuple[Desk, Meeting]:
        actions_pads.keep(session, place, draft_id, key, mine, base=began, actor=actor, now=now())
        return _met(session, place, draft_id, key, mine, began)

    return _both(transact(work), key, began, 200 if joining else 409, joining=joining)


def _left(draft_id: int, key: str) -> ResponseReturnValue:
    """Show what was typed in a section that is gone; raises NotFound when nothing was."""
    actor, place = who(), realm()
    pad = read(lambda session: queries_editing.pad(session, place, draft_id, key, actor.ref))
    if pad is None:
        raise NotFound(GONE)
    found = read(lambda session: _met(session, place, draft_id, key, pad.text, pad.base))
    return _both(found, key, pad.base, 200, joining=False)


def _met(
    session: Session, place: Realm, draft_id: int, key: str, mine: str, began: str
) -> tuple[Desk, Meeting]:
    draft = queries_drafts.draft(session, place, draft_id)
    found = sections.find(editing.sections(draft.source), key) if key != WHOLE else None
    theirs = draft.source if key == WHOLE else found.text if found else None
    base = queries_editing.text_with(session, draft, key, began)
    joined = sections.merged(base, mine, theirs) if base is not None and theirs is not None else None
    by = queries_editing.last_change(session, draft, key)
    return Desk(draft, found, None), Meeting(theirs, mine, pieces(theirs or "", mine), joined, by)


def _both(
    found: tuple[Desk, Meeting], key: str, began: str, status: int, *, joining: bool
) -> ResponseReturnValue:
    desk, meeting = found
    text = meeting.joined if joining and meeting.joined is not None else meeting.mine
    return page(
        "playbooks/meeting",
        status,
        desk=desk,
        key=key,
        meeting=meeting,
        text=text,
        began=began,
        joining=joining,
    )


@blueprint.post("/drafts/<int:draft_id>/preview")
@may("playbooks.write")
def preview(draft_id: int) -> ResponseReturnValue:
    """What is being typed, as it would be read, and its faults."""
    desk = desk_of(draft_id, request.form.get("section", WHOLE))
    text = _typed(desk)
    seen = look(desk, text)
    form = StepForm() if _in_form() else None
    in_fields = field_faults(seen, text) if form else ()
    return page(
        "playbooks/preview",
        desk=desk,
        draft=desk.draft,
        seen=seen,
        faults=seen.faults,
        form=form,
        in_fields=in_fields,
    )


@blueprint.post("/drafts/<int:draft_id>/pad")
@may("playbooks.write")
def keep_pad(draft_id: int) -> ResponseReturnValue:
    """Keep what is being typed; what is the same as in the draft needs no keeping."""
    key, base = request.form.get("section", WHOLE), request.form.get("version", "")
    desk = desk_if_there(draft_id, key)
    text = _typed(desk)
    if desk and sections.digest(desk.saved) == sections.digest(text):
        _forget(draft_id, key)
    else:
        keep = partial(actions_pads.keep, base=base, actor=who(), now=now())
        transact(lambda session: keep(session, realm(), draft_id, key, text))
    return make_response("", 204)


@blueprint.post("/drafts/<int:draft_id>/pad/forget")
@may("playbooks.write")
def forget_pad(draft_id: int) -> ResponseReturnValue:
    """Throw away what was typed and not saved."""
    key = request.form.get("section", WHOLE)
    desk = desk_if_there(draft_id, key)
    _forget(draft_id, key)
    said = _("What you typed was thrown away; this is the text of the draft.")
    if desk is None or desk.section is None:
        return done(said, "playbooks.edit" if desk is None else "playbooks.source", draft_id=draft_id)
    return done(said, "playbooks.section", draft_id=draft_id, section_key=key)


@blueprint.post("/drafts/<int:draft_id>/sections")
@may("playbooks.write")
def add_section(draft_id: int) -> ResponseReturnValue:
    """Add a step or a phase, and go on to write it."""
    kind = PHASE if request.form.get("kind") == PHASE else STEP
    title, after = request.form.get("title", ""), request.form.get("after", "")
    add = partial(actions_sections.add, after=after, actor=who(), now=now())
    before = state_of(draft_id)
    made = transact(lambda session: add(session, realm(), draft_id, kind, title))
    if kind == PHASE:
        said = told(_("The phase is added."), before, made.draft.state)
        return done(said, "playbooks.edit", draft_id=draft_id, _anchor=f"at-{made.key}")
    said = told(_("The step is added. Fill it in."), before, made.draft.state)
    return done(said, "playbooks.step_form", draft_id=draft_id, section_key=made.key)


@blueprint.post("/drafts/<int:draft_id>/sections/<section_key>/place")
@may("playbooks.write")
def place_section(draft_id: int, section_key: str) -> ResponseReturnValue:
    """Move a step or a phase up or down, or take it out."""
    verb, version = request.form.get("do", ""), request.form.get("version", "")
    actor, at, before = who(), now(), state_of(draft_id)
    if verb == "remove":
        if not request.form.get("sure"):
            desk_of(draft_id, section_key)  # a foreign draft is not there at all
            raise Refused("Tick that you are sure, and remove it then.")
        left = transact(
            lambda session: actions_sections.remove(
                session, realm(), draft_id, section_key, base=version, actor=actor, now=at
            )
        )
        said = told(_("Removed. Earlier texts of the draft still have it."), before, left.state)
        return done(said, "playbooks.edit", draft_id=draft_id)
    by = -1 if verb == "up" else 1
    moved = transact(
        lambda session: actions_sections.move(
            session, realm(), draft_id, section_key, by, actor=actor, now=at
        )
    )
    said = told(_("Moved."), before, moved.state)
    return done(said, "playbooks.edit", draft_id=draft_id, _anchor=f"at-{section_key}")


def _typed(desk: Desk | None) -> str:
    """The text that is being typed, also when it is typed in the form of a step."""
    if _in_form():
        return _composed(StepForm(), desk)
    return editing.normal(request.form.get("text", ""))


def _in_form() -> bool:
    return "began" in request.form and "text" not in request.form


def _composed(form: StepForm, desk: Desk | None) -> str:
    """The text of a step with what was filled in; what one began from travels with the form."""
    began = editing.normal(form.began.data or "")
    shown = editing.form_of(began)
    if shown is None:
        return began
    values = {name: editing.normal(value) for name, value in form.filled_in(shown.values).items()}
    return sections.rewritten(shown, values, editing.language(desk.draft.source if desk else ""))


def _forget(draft_id: int, key: str) -> None:
    actor, place = who(), realm()
    transact(lambda session: actions_pads.forget(session, place, draft_id, key, actor=actor))
