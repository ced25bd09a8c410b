"""Pages for getting in and out."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from flask import Blueprint, current_app, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from cyberready.kernel.refusals import Refused
from cyberready.people import actions, queries, rules
from cyberready.people.documents import sign_in_mail
from cyberready.people.forms import LinkForm, SignInForm, typed
from cyberready.people.models import Account
from cyberready.platform import gate
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import RateLimit, public, realm, who
from cyberready.platform.texts import gettext
from cyberready.platform.web import done, local_path, page

blueprint = Blueprint("people", __name__)
LINK_MINUTES = 20
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limits:
    """How often may be tried: an address may be a whole town hall, a mail address or an account is one person."""

    address: RateLimit = field(default_factory=lambda: RateLimit(100, QUARTER))
    person: RateLimit = field(default_factory=lambda: RateLimit(8, QUARTER))
    mails: RateLimit = field(default_factory=lambda: RateLimit(3, QUARTER))


@blueprint.record
def _count_anew(state: BlueprintSetupState) -> None:
    state.app.extensions["people.limits"] = Limits()


def limits() -> Limits:
    """The counters of this application."""
    return cast("Limits", current_app.extensions["people.limits"])


def begin(account_id: int, organisation_id: int) -> None:
    """Start the session of an account in an organisation."""
    person = read(lambda db: queries.principal_of(db, account_id, organisation_id))
    if person is None:
        raise Refused(queries.STALE_LINK)
    gate.sign_in(person, keep_until=now() + timedelta(hours=int(context().settings.session_hours)))


def link_address(secret: str, target: str = "/") -> str:
    """The full address of a sign-in link; *target* is the page to go to afterwards."""
    onward = None if target == "/" else target  # url_for leaves out what is None
    return context().settings.base_url.rstrip("/") + url_for("people.link_page", secret=secret, next=onward)


def _sign_in_page(form: SignInForm, link_form: LinkForm, status: int = 200) -> ResponseReturnValue:
    return page("people/sign_in", status, form=form, link_form=link_form, minutes=LINK_MINUTES)


@blueprint.get("/sign-in")
@public
def sign_in_page() -> ResponseReturnValue:
    """Ask who is there."""
    target = local_path(request.args.get("next", "/"))
    if current_user.is_authenticated:
        return redirect(target, code=303)
    kept = {"next": target}
    return _sign_in_page(SignInForm(data=kept), LinkForm(data=kept, prefix="link"))


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Sign in with a password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, LinkForm(data={"next": form.next.data}, prefix="link"), 422)
    email, password = typed(form.email), typed(form.password)
    person = rules.plain_email(email)
    limits().address.take(request.remote_addr or "", now())
    limits().person.take(person, now())
    try:
        proof = read(lambda db: actions.check_password(db, email, password))
    except Refused as refusal:
        status = form.refuse(refusal)
        return _sign_in_page(form, LinkForm(data={"next": form.next.data}, prefix="link"), status)
    begin(*transact(lambda db: actions.enter(db, proof, now=now())))
    limits().person.forget(person)
    return redirect(local_path(form.next.data or "/"), code=303)


@blueprint.post("/sign-in/link")
@public
def request_link() -> ResponseReturnValue:
    """Mail a sign-in link; the answer is the same whether the address is known or not."""
    form = LinkForm(prefix="link")
    if not form.validate_on_submit():
        return _sign_in_page(SignInForm(formdata=None, data={"next": form.next.data}), form, 422)
    limits().address.take(request.remote_addr or "", now())
    limits().mails.take(rules.plain_email(typed(form.email)), now())
    target = local_path(form.next.data or "/")

    def wording(owner: Account, secret: str) -> tuple[str, str]:
        return sign_in_mail(owner, link_address(secret, target), LINK_MINUTES)

    valid = timedelta(minutes=LINK_MINUTES)
    transact(lambda db: actions.request_link(db, typed(form.email), wording=wording, valid=valid, now=now()))
    said = gettext(
        "If this address is known here, a sign-in link is on its way. It works once, for %(minutes)s minutes.",
        minutes=LINK_MINUTES,
    )
    return done(said, "people.sign_in_page", next=target)


@blueprint.get("/sign-in/<secret>")
@public
def link_page(secret: str) -> ResponseReturnValue:
    """Ask to confirm: mail scanners follow links and must not use this one up."""
    read(lambda db: queries.usable_link(db, secret, now=now()))
    return page("people/link", secret=secret, target=local_path(request.args.get("next", "/")))


@blueprint.post("/sign-in/<secret>")
@public
def redeem_link(secret: str) -> ResponseReturnValue:
    """Sign in with a one-time link."""
    limits().address.take(request.remote_addr or "", now())
    begin(*transact(lambda db: actions.redeem_link(db, secret, now=now())))
    return redirect(local_path(request.form.get("next", "/")), code=303)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session; whoever has none any more is out already."""
    if current_user.is_authenticated:
        ref, sid = gate.principal().ref, session.get("sid", "")
        transact(lambda db: actions.leave(db, realm(), ref, sid, actor=who(), now=now()))
        gate.sign_out()
    return done(gettext("You have been signed out."), "people.sign_in_page")
