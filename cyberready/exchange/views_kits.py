"""Pages of the crisis kit: making one, and the register of who holds which copy."""

from functools import partial

from flask import url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from cyberready.exchange import actions_kits, queries_kits
from cyberready.exchange.forms_kits import MEDIA_NAMES, CopyForm, KitForm
from cyberready.exchange.kit import archive
from cyberready.exchange.kit.page import to_html
from cyberready.exchange.kit.register import to_pdf
from cyberready.exchange.views_blueprint import blueprint
from cyberready.kernel.refusals import NotFound, Refused
from cyberready.platform import texts
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext
from cyberready.platform.web import AMSTERDAM, attachment, done, localtime, page

REGISTER = ("Who holds it", "On", "Kept at", "Kit made on", "Fingerprint", "State")


@blueprint.get("/kit")
@may("people.view")
def kit() -> ResponseReturnValue:
    """What a crisis kit is, the form to make one, and who holds a copy."""
    return _page(KitForm())


@blueprint.post("/kit")
@may("people.view")
def make_kit() -> ResponseReturnValue:
    """Make a kit of what is current now and give it as a file."""
    form = KitForm()
    if not form.fits():
        return _page(form, status=422)
    moment, language = now(), texts.language()
    made = read(partial(queries_kits.contents, realm=realm(), language=language, now=moment))
    passphrase = form.passphrase.data or ""
    if form.form.data == "html":
        data, kind = context().workers.run(to_html, made), "text/html; charset=utf-8"
    else:
        data, kind = context().workers.run(archive.to_zip, made, passphrase), "application/zip"
    transact(
        lambda session: actions_kits.record(
            session, realm(), made, encrypted=bool(passphrase), actor=who(), now=moment
        )
    )
    day = moment.astimezone(AMSTERDAM).date().isoformat()
    return attachment(data, f"crisiskit-{day}.{form.form.data}", kind)


@blueprint.post("/kit/copies")
@may("people.manage")
def hand_out_kit() -> ResponseReturnValue:
    """Record who holds a copy."""
    form = CopyForm()
    _offer(form)
    if not form.validate_on_submit():
        return _page(KitForm(formdata=None), form, 422)
    try:
        transact(
            lambda session: actions_kits.hand_out(
                session,
                realm(),
                form.kit.data,
                holder=form.holder.data,
                mail=form.mail.data or "",
                medium=form.medium.data,
                place=form.place.data or "",
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        form.form_errors.append(_(refusal.sentence, **refusal.values))
        return _page(KitForm(formdata=None), form, refusal.status)
    return done(_("The copy is in the register."), "exchange.kit", _anchor="register")


@blueprint.post("/kit/copies/<int:copy_id>/back")
@may("people.manage")
def take_kit_back(copy_id: int) -> ResponseReturnValue:
    """Record that a copy came back or was destroyed."""
    transact(lambda session: actions_kits.take_back(session, realm(), copy_id, actor=who(), now=now()))
    return done(_("The copy is out of the register."), "exchange.kit", _anchor="register")


@blueprint.post("/kit/copies/tell")
@may("people.manage")
def tell_kit_holders() -> ResponseReturnValue:
    """Mail everybody whose copy is out of date and who was not told yet."""
    address = context().settings.base_url.rstrip("/") + url_for("exchange.kit")
    told = transact(
        lambda session: actions_kits.tell(
            session,
            realm(),
            organisation=principal().organisation_name,
            address=address,
            language=texts.language(),
            actor=who(),
            now=now(),
        )
    )
    said = ngettext("%(num)s holder is told.", "%(num)s holders are told.", told)
    return done(said, "exchange.kit", _anchor="register")


@blueprint.get("/kit/register.pdf")
@may("people.view")
def kit_register() -> ResponseReturnValue:
    """The register of copies as a PDF."""
    moment = now()
    found = read(partial(queries_kits.holdings, realm=realm(), now=moment))
    data = to_pdf(
        _("Register of crisis kits"),
        f"{principal().organisation_name} · {localtime(moment)}",
        [_(word) for word in REGISTER],
        [
            (
                one.copy.holder,
                str(MEDIA_NAMES[one.copy.medium]),
                one.copy.place,
                localtime(one.copy.kit.made_at),
                one.copy.kit.digest[:16],
                _("Out of date") if one.outdated else _("Current"),
            )
            for one in found
        ],
        language=texts.language(),
        made_at=moment,
    )
    return attachment(data, "register-crisiskit.pdf", "application/pdf")


def _offer(form: CopyForm) -> None:
    found = read(lambda session: queries_kits.kits(session, realm()))
    form.kit.choices = [
        SelectChoice(one.id, f"{one.made_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M} · {one.digest[:12]}")
        for one in found
    ]


def _page(form: KitForm, copy_form: CopyForm | None = None, status: int = 200) -> ResponseReturnValue:
    kits, held = read(
        lambda session: (
            queries_kits.kits(session, realm()),
            queries_kits.holdings(session, realm(), now()),
        )
    )
    if copy_form is None:
        copy_form = CopyForm(formdata=None)
        _offer(copy_form)
    return page(
        "exchange/kit",
        status,
        form=form,
        copy_form=copy_form,
        kits=kits,
        holdings=held,
        media=MEDIA_NAMES,
        language=texts.language(),
        nightly=bool(context().settings.kit_folder),
    )
