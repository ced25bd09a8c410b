"""Pages that bring a file in: choose it, see what becomes of it, make a draft of it."""

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from cyberready.exchange import actions, authors, formats, queries
from cyberready.exchange.formats import Brought
from cyberready.exchange.forms import BringForm, TakeForm
from cyberready.exchange.models import KeptUpload
from cyberready.exchange.standing import Standing
from cyberready.exchange.views_blueprint import blueprint
from cyberready.exchange.word.identity import Identity
from cyberready.kernel.refusals import Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext
from cyberready.platform.web import done, page
from cyberready.playbooks import formats as files
from cyberready.playbooks.rules import Playbook

MOST_TOLD = 5  # pictures


@dataclass(frozen=True, slots=True)
class Seen:
    """What becomes of a file: the playbook as far as it can be read, and its faults."""

    brought: Brought
    playbook: Playbook | None
    faults: tuple[Fault, ...]
    exists: bool
    changed: bool


@blueprint.get("/")
@may("playbooks.write")
def bring_page() -> ResponseReturnValue:
    """The form to bring in a file."""
    return _bring_page(BringForm())


def _bring_page(form: BringForm, status: int = 200, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    kinds = formats.read_here()
    endings = ",".join(ending for ending, kind in formats.ENDINGS.items() if kind in kinds)
    return page("exchange/bring", status, form=form, faults=faults, kinds=kinds, endings=endings)


@blueprint.post("/")
@may("playbooks.write")
def bring() -> ResponseReturnValue:
    """Read a file and keep it until its reader has seen what becomes of it; nothing is kept of one that is refused."""
    form = BringForm()
    if not form.validate():
        return _bring_page(form, 422)
    name, data = form.given()
    try:
        _brought(name, data)
    except FaultsFound as found:
        return _bring_page(form, 422, found.faults)
    except Refused as refused:
        return _bring_page(form, form.refuse(refused))
    kept = transact(lambda session: actions.keep(session, realm(), name, data, actor=who(), now=now()))
    return redirect(url_for("exchange.waiting", number=kept.id), code=303)


@blueprint.get("/waiting/<int:number>")
@may("playbooks.write")
def waiting(number: int) -> ResponseReturnValue:
    """What becomes of a file: what was understood, guessed and left out, each with its place."""
    kept = read(lambda session: queries.upload(session, realm(), number, who().ref))
    seen = _seen(kept)
    return _waiting_page(kept, seen, _take_form(seen.brought))


@blueprint.post("/waiting/<int:number>/take")
@may("playbooks.write")
def take(number: int) -> ResponseReturnValue:
    """Make a draft of the file; one that was made from a version of ours leads to the comparison with that version."""
    kept = read(lambda session: queries.upload(session, realm(), number, who().ref))
    brought = _brought(kept.name, kept.data)
    form = _take_form(brought)
    if not form.validate():
        return _waiting_page(kept, _seen(kept), form, 422)
    writers = form.writers.data or []
    made = transact(
        lambda session: actions.take(session, realm(), number, brought, writers, actor=who(), now=now())
    )
    said = _("Draft %(version)s is begun.", version=made.version)
    if made.lost:
        said += " " + ngettext(
            "%(num)s picture could not be kept.", "%(num)s pictures could not be kept.", len(made.lost)
        )
        for name, refused in made.lost[:MOST_TOLD]:
            said += f" {name}: {_(refused.sentence, **refused.values)}"
    origin = brought.origin
    version = read(lambda session: queries.origin(session, realm(), origin, now())) if origin else None
    if version is None:
        return done(said, "playbooks.draft", draft_id=made.draft_id)
    return done(said, "playbooks.compare", slug=made.slug, old=version.id, new=f"draft-{made.draft_id}")


@blueprint.post("/waiting/<int:number>/drop")
@may("playbooks.write")
def drop(number: int) -> ResponseReturnValue:
    """Throw the file away."""
    transact(lambda session: actions.drop(session, realm(), number, actor=who(), now=now()))
    return done(_("The file was thrown away."), "exchange.bring_page")


def _take_form(brought: Brought) -> TakeForm:
    """The form that asks who else wrote a file, with those it names ticked."""
    me = who().ref
    known = read(lambda session: people.accounts(session, realm()))
    names = {one.id: one.name for one in known if f"account:{one.id}" != me}
    form = TakeForm()
    form.offer(names, authors.proposed(brought.people, names))
    return form


def _brought(name: str, data: bytes) -> Brought:
    def find(identity: Identity) -> tuple[str, Standing] | None:
        version = read(lambda session: queries.origin(session, realm(), identity, now()))
        return (version.source, version.standing) if version else None

    return formats.brought(name, data, find, now())


def _seen(kept: KeptUpload) -> Seen:
    brought = _brought(kept.name, kept.data)
    playbook, faults = files.attempt(brought.source)
    exists = playbook is not None and read(lambda session: queries.is_known(session, realm(), playbook.slug))
    changed = brought.origin is not None and files.digest(brought.source) != brought.origin.digest
    return Seen(brought, playbook, tuple(faults), exists, changed)


def _waiting_page(kept: KeptUpload, seen: Seen, form: TakeForm, status: int = 200) -> ResponseReturnValue:
    report = seen.brought.report
    return page("exchange/waiting", status, kept=kept, seen=seen, report=report, form=form, say=_)
