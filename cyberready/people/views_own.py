"""Pages of one's own account."""

from flask import session
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Refused
from cyberready.people import actions, queries
from cyberready.people.forms import OrganisationForm, PasswordForm, ProfileForm, typed
from cyberready.people.views_access import begin, blueprint, limits
from cyberready.platform import gate
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext
from cyberready.platform.web import done, page


def _own_page(
    status: int = 200, profile: ProfileForm | None = None, password: PasswordForm | None = None
) -> ResponseReturnValue:
    number = principal().number
    owner = read(lambda db: queries.account(db, realm(), number))
    places = read(lambda db: queries.memberships(db, number))
    choice = OrganisationForm(formdata=None, data={"organisation": realm().organisation_id})
    choice.offer(place.organisation for place in places)
    password = password or PasswordForm(formdata=None)
    if owner.password_hash is not None:
        password.demand_present()
    return page(
        "people/own",
        status,
        owner=owner,
        places=places,
        choice=choice,
        profile=profile or ProfileForm(formdata=None, obj=owner),
        password=password,
    )


@blueprint.get("/account")
@may("account.self")
def own() -> ResponseReturnValue:
    """Show one's own account."""
    return _own_page()


@blueprint.post("/account")
@may("account.self")
def change_profile() -> ResponseReturnValue:
    """Change one's own name and language."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _own_page(422, profile=form)
    name, language = typed(form.name), form.language.data
    number = principal().number
    transact(
        lambda db: actions.change_profile(
            db, realm(), number, name=name, language=language, actor=who(), now=now()
        )
    )
    session.pop("language", None)  # else what was chosen on this device would hide the new choice
    return done(gettext("Your account has been changed."), "people.own")


@blueprint.post("/account/password")
@may("account.self")
def change_password() -> ResponseReturnValue:
    """Change one's own password; every other session ends, this one goes on."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _own_page(422, password=form)
    person = principal()
    limits().person.take(person.ref, now())
    owner = read(lambda db: queries.account(db, realm(), person.number))
    try:
        if owner.password_hash is not None:
            read(lambda db: actions.check_password(db, owner.email, typed(form.current_password)))
        transact(lambda db: actions.set_password(db, owner.id, typed(form.password), actor=who(), now=now()))
    except Refused as refusal:
        return _own_page(form.refuse(refusal), password=form)
    limits().person.forget(person.ref)
    begin(person.number, person.organisation_id)
    return done(gettext("Your password has been changed. Other devices have been signed out."), "people.own")


@blueprint.post("/account/organisation")
@may("account.self")
def choose_organisation() -> ResponseReturnValue:
    """Go on for another organisation."""
    number = principal().number
    form = OrganisationForm()
    form.offer(place.organisation for place in read(lambda db: queries.memberships(db, number)))
    if not form.validate_on_submit():
        return _own_page(422)
    chosen = form.organisation.data
    old = session.get("sid", "")
    transact(lambda db: actions.choose_organisation(db, number, chosen, sid=old, actor=who(), now=now()))
    begin(number, chosen)
    return done(gettext("You now work for another organisation."), "people.own")


@blueprint.post("/account/sign-out-everywhere")
@may("account.self")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this account, this one too."""
    number = principal().number
    transact(lambda db: actions.sign_out_everywhere(db, number, actor=who(), now=now()))
    gate.sign_out()
    return done(gettext("You have been signed out on every device."), "people.sign_in_page")
