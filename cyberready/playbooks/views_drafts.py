"""Pages of drafts: all of them, one, its text; beginning, bringing in a file, describing, submitting, giving up."""

from flask import request
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.faults import FaultsFound
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import LANGUAGES, language
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, attachment, done, page
from cyberready.playbooks import (
    actions_approval,
    actions_drafts,
    actions_translations,
    lifecycle,
    queries_comments,
    queries_drafts,
    queries_reading,
    queries_visibility,
    screens,
)
from cyberready.playbooks.forms_drafts import (
    BringInForm,
    DescriptionForm,
    ReasonForm,
    RefusalForm,
    remark_field,
)
from cyberready.playbooks.lifecycle import Change, State
from cyberready.playbooks.screens import Sheet
from cyberready.playbooks.views_blueprint import blueprint, draft_reader
from cyberready.playbooks.views_lapsing import state_of, told
from cyberready.playbooks.views_parts import References, Voice, places


@blueprint.get("/drafts")
@may("playbooks.approve")
def drafts() -> ResponseReturnValue:
    """The open drafts that the reader may see, and those that wait for him or her."""
    present, me, reader = now(), principal().number, draft_reader()
    found, mine = read(
        lambda session: (
            queries_visibility.seen(session, realm(), reader, queries_drafts.open_drafts(session, realm())),
            queries_drafts.waiting_for(session, realm(), me, now=present),
        )
    )
    return page("playbooks/drafts", drafts=found, mine=mine, lifecycle=lifecycle)


@blueprint.get("/drafts/<int:draft_id>")
@may("playbooks.approve")
def draft(draft_id: int) -> ResponseReturnValue:
    """One draft: where it stands, who approves it, what was said of it."""
    return draft_page(sheet_of(draft_id))


@blueprint.get("/drafts/<int:draft_id>/text")
@may("playbooks.approve")
def draft_text(draft_id: int) -> ResponseReturnValue:
    """The text of a draft as it will read; with faults as it is written."""
    reader = draft_reader()
    found, comments = read(
        lambda session: (
            queries_visibility.draft(session, realm(), reader, draft_id),
            queries_comments.on_draft(session, realm(), draft_id),
        )
    )
    script, faults = screens.examined(found.source)
    tlp = screens.marking(found.source, script)
    if script is None:
        return page("playbooks/draft_text", draft=found, playbook=None, faults=faults, tlp=tlp)
    voice, may_call = Voice(script.placeholders), principal().may("people.view")
    today = now().astimezone(AMSTERDAM).date()
    links = read(
        lambda session: queries_reading.links(
            session, realm(), script, language=found.language, on=today, may_call=may_call
        )
    )
    return page(
        "playbooks/draft_text",
        draft=found,
        tlp=tlp,
        playbook=script,
        voice=voice,
        refs=References(found.slug, language(), links, places(script)),
        comments=comments,
    )


@blueprint.get("/drafts/<int:draft_id>/texts/<int:number>")
@may("playbooks.approve")
def draft_revision(draft_id: int, number: int) -> ResponseReturnValue:
    """A text that a draft had, as a file."""
    reader = draft_reader()
    found = read(lambda session: queries_visibility.revision(session, realm(), reader, draft_id, number))
    name = f"draft-{draft_id}-{number}.md"
    return attachment(found.source.encode(), name, "text/markdown; charset=utf-8")


@blueprint.post("/<slug>/drafts")
@may("playbooks.write")
def begin(slug: str) -> ResponseReturnValue:
    """Begin a draft from the current version, or a translation of it."""
    chosen = request.form.get("language", LANGUAGES[0])
    if chosen not in LANGUAGES:
        raise Refused("Choose a language.")
    made = transact(
        lambda session: actions_drafts.begin(session, realm(), slug, chosen, actor=who(), now=now())
    )
    return done(_("Draft %(version)s is begun.", version=made.version), "playbooks.draft", draft_id=made.id)


@blueprint.get("/new/file")
@may("playbooks.write")
def bring_in_page() -> ResponseReturnValue:
    """The form to bring in a playbook as a draft."""
    return page("playbooks/bring_in", form=_bring_in_form(), faults=())


def _bring_in_form() -> BringInForm:
    """The form with everybody but the reader as possible writers."""
    known, me = read(lambda session: people.accounts(session, realm())), principal().number
    form = BringInForm()
    form.offer((one.id, one.name) for one in known if one.id != me)
    return form


@blueprint.post("/new/file")
@may("playbooks.write")
def bring_in() -> ResponseReturnValue:
    """Make a draft of a file; what is no text at all stays in the form."""
    form = _bring_in_form()
    origin, given = form.given
    form.keep(given)
    valid = form.validate()
    if not given.strip():
        form.file.errors = [*form.file.errors, _("Choose a file or paste its text.")]
    if not valid or not given.strip():
        return page("playbooks/bring_in", 422, form=form, faults=())
    origin, writers = origin or _("pasted text"), form.writers.data or []
    try:
        made = transact(
            lambda session: actions_drafts.bring_in(
                session, realm(), given, origin=origin, writers=writers, actor=who(), now=now()
            )
        )
    except FaultsFound as found:
        return page("playbooks/bring_in", 422, form=form, faults=found.faults)
    return done(_("Draft %(version)s is begun.", version=made.version), "playbooks.draft", draft_id=made.id)


@blueprint.post("/drafts/<int:draft_id>/describe")
@may("playbooks.write")
def describe(draft_id: int) -> ResponseReturnValue:
    """Say what the new version asks of its readers, and why it is made."""
    form = DescriptionForm()
    form.offer()
    if not form.validate_on_submit():
        return draft_page(sheet_of(draft_id), 422, description=form)
    change, note, before = Change(form.change.data), form.note.data or "", state_of(draft_id)
    kept = transact(
        lambda session: actions_drafts.describe(
            session, realm(), draft_id, change, note, actor=who(), now=now()
        )
    )
    said = told(_("The change is described."), before, kept.state)
    return done(said, "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/submit")
@may("playbooks.write")
def submit(draft_id: int) -> ResponseReturnValue:
    """Ask the approvers, with the description as it was typed; every fault is shown on the page of the draft."""
    form = DescriptionForm()
    form.offer()
    if not form.validate():
        return draft_page(sheet_of(draft_id), 422, description=form)
    said = Change(form.change.data), form.note.data or ""
    try:
        transact(
            lambda session: actions_approval.submit(
                session, realm(), draft_id, actor=who(), now=now(), described=said
            )
        )
    except FaultsFound:
        return draft_page(sheet_of(draft_id), 422, description=form)
    except (NotFound, Conflict):
        raise
    except Refused as refused:
        return draft_page(sheet_of(draft_id), form.refuse(refused), description=form)
    return done(_("The draft is submitted for approval."), "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/take-back")
@may("playbooks.write")
def take_back(draft_id: int) -> ResponseReturnValue:
    """Take a draft back from review."""
    transact(
        lambda session: actions_approval.withdraw_from_review(
            session, realm(), draft_id, actor=who(), now=now()
        )
    )
    return done(_("The draft is taken back; approvals have lapsed."), "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/go-on")
@may("playbooks.write")
def go_on(draft_id: int) -> ResponseReturnValue:
    """Say that what was published meanwhile was taken over."""
    transact(
        lambda session: actions_drafts.go_on_from_current(session, realm(), draft_id, actor=who(), now=now())
    )
    return done(_("The draft now goes on from the current version."), "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/follow-original")
@may("playbooks.write")
def follow_original(draft_id: int) -> ResponseReturnValue:
    """Say that what changed in the original was translated."""
    transact(
        lambda session: actions_translations.follow_original(
            session, realm(), draft_id, actor=who(), now=now()
        )
    )
    return done(_("The draft now translates the current original."), "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/abandon")
@may("playbooks.write")
def abandon(draft_id: int) -> ResponseReturnValue:
    """Give up a draft."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return draft_page(sheet_of(draft_id), 422, giving_up=form)
    reason = form.reason.data or ""
    transact(
        lambda session: actions_drafts.abandon(session, realm(), draft_id, reason, actor=who(), now=now())
    )
    return done(_("The draft is abandoned; its texts stay readable."), "playbooks.drafts")


def sheet_of(draft_id: int) -> Sheet:
    """Everything about one draft for the reader; raises NotFound when he or she may not see it."""
    reader = draft_reader()
    return read(lambda session: screens.sheet(session, realm(), draft_id, reader))


def draft_page(
    sheet: Sheet,
    status: int = 200,
    *,
    description: DescriptionForm | None = None,
    refusal: RefusalForm | None = None,
    giving_up: ReasonForm | None = None,
) -> ResponseReturnValue:
    """The page of a draft, with the forms as they were typed."""
    return page(
        "playbooks/draft",
        status,
        sheet=sheet,
        draft=sheet.draft,
        description=description or _description(sheet),
        refusal=refusal or RefusalForm(formdata=None, digest=sheet.draft.digest),
        giving_up=giving_up or ReasonForm(formdata=None),
        remark_field=remark_field,
        typed=request.form,
        lifecycle=lifecycle,
        open=sheet.draft.state in lifecycle.OPEN,
        reviewed=sheet.draft.state in lifecycle.UNDER_REVIEW,
        writing=sheet.draft.state == State.DRAFT,
    )


def _description(sheet: Sheet) -> DescriptionForm:
    form = DescriptionForm(formdata=None, change=sheet.draft.change, note=sheet.draft.note)
    form.offer()
    return form


def judged_page(draft_id: int, refused: Refused, refusal: RefusalForm) -> ResponseReturnValue:
    """The page of a draft on which a judgement was refused, with what was typed.

    Raises *refused* when the reader cannot judge the draft, or no longer as it was: then the form is not there.
    """
    sheet = sheet_of(draft_id)
    if isinstance(refused, Conflict) or sheet.seat is None:
        raise refused
    return draft_page(sheet, refusal.refuse(refused), refusal=refusal)
