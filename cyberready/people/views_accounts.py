"""Pages for who manages the accounts of an organisation."""

from datetime import timedelta

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import Refused
from cyberready.people import actions, queries, rules
from cyberready.people.documents import invitation_mail
from cyberready.people.forms import AccountForm, RolesForm, typed
from cyberready.people.models import Account
from cyberready.people.views_access import blueprint, limits, link_address
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext, language
from cyberready.platform.web import done, page

INVITATION_DAYS = 3


def _invite(db: Session, owner: Account) -> None:
    organisation = principal().organisation_name
    actions.mail_link(
        db,
        owner,
        organisation_id=realm().organisation_id,
        wording=lambda owner, secret: invitation_mail(
            owner, link_address(secret), organisation, INVITATION_DAYS
        ),
        valid=timedelta(days=INVITATION_DAYS),
        actor=who(),
        now=now(),
    )


@blueprint.get("/people/accounts")
@may("people.manage")
def accounts() -> ResponseReturnValue:
    """Show who can sign in, and as what."""
    found = read(lambda db: queries.accounts(db, realm()))
    return page("people/accounts", accounts=found, role_names=rules.ROLE_NAMES)


@blueprint.get("/people/accounts/new")
@may("people.manage")
def new_account() -> ResponseReturnValue:
    """Show an empty account form."""
    return page("people/new_account", form=AccountForm(), days=INVITATION_DAYS)


@blueprint.post("/people/accounts/new")
@may("people.manage")
def open_account() -> ResponseReturnValue:
    """Open an account and mail its owner a link."""
    form = AccountForm()
    if not form.validate_on_submit():
        return page("people/new_account", 422, form=form, days=INVITATION_DAYS)

    def work(db: Session) -> Account:
        opened = actions.open_account(
            db,
            realm(),
            email=typed(form.email),
            name=typed(form.name),
            roles=form.roles.data or (),
            function=typed(form.function),
            language=language(),
            actor=who(),
            now=now(),
        )
        _invite(db, opened)
        return opened

    try:
        opened = transact(work)
    except Refused as refusal:
        return page("people/new_account", form.refuse(refusal), form=form, days=INVITATION_DAYS)
    said = gettext("%(name)s has an account; a sign-in link is on its way.", name=opened.name)
    return done(said, "people.accounts")


def _account_page(form: RolesForm, found: Account, status: int = 200) -> ResponseReturnValue:
    return page("people/account", status, form=form, account=found, days=INVITATION_DAYS)


@blueprint.get("/people/accounts/<int:account_id>")
@may("people.manage")
def account(account_id: int) -> ResponseReturnValue:
    """Show one account."""
    found = read(lambda db: queries.account(db, realm(), account_id))
    return _account_page(RolesForm(obj=found.memberships[0]), found)


@blueprint.post("/people/accounts/<int:account_id>")
@may("people.manage")
def set_roles(account_id: int) -> ResponseReturnValue:
    """Change what somebody is here."""
    found = read(lambda db: queries.account(db, realm(), account_id))
    form = RolesForm()
    if not form.validate_on_submit():
        return _account_page(form, found, 422)
    roles, function = form.roles.data or (), typed(form.function)
    try:
        transact(
            lambda db: actions.set_roles(
                db, realm(), account_id, roles=roles, function=function, actor=who(), now=now()
            )
        )
    except Refused as refusal:
        return _account_page(form, found, form.refuse(refusal))
    return done(gettext("The roles of %(name)s have been changed.", name=found.name), "people.accounts")


@blueprint.post("/people/accounts/<int:account_id>/link")
@may("people.manage")
def send_link(account_id: int) -> ResponseReturnValue:
    """Mail somebody a new sign-in link."""
    limits().mails.take(f"account:{account_id}", now())
    transact(lambda db: _invite(db, queries.account(db, realm(), account_id)))
    return done(gettext("A sign-in link is on its way."), "people.account", account_id=account_id)


@blueprint.post("/people/accounts/<int:account_id>/close")
@may("people.manage")
def close_account(account_id: int) -> ResponseReturnValue:
    """End somebody's place here."""
    transact(lambda db: actions.close_account(db, realm(), account_id, actor=who(), now=now()))
    return done(gettext("The account has been closed."), "people.accounts")
