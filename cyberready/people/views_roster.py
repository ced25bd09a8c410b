"""Pages of the contact list and the duty roster."""

from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Refused
from cyberready.people import actions, queries, rules
from cyberready.people.forms import MOST_CHANNELS, ContactForm, DutyForm, typed
from cyberready.people.models import Contact
from cyberready.people.views_access import blueprint
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext
from cyberready.platform.web import AMSTERDAM, done, page


@blueprint.get("/people")
@may("people.view")
def roster() -> ResponseReturnValue:
    """Show who is on duty now and next, and how everyone is reached."""
    moment = now()
    contacts, on_duty, coming = read(
        lambda db: (
            queries.contacts(db, realm()),
            queries.on_duty(db, realm(), moment),
            queries.coming_duties(db, realm(), moment),
        )
    )
    unreachable = [contact for contact in contacts if not contact.reachable]
    return page(
        "people/roster",
        contacts=contacts,
        on_duty=on_duty,
        coming=coming,
        unreachable=unreachable,
        channel_names=rules.CHANNEL_NAMES,
    )


@blueprint.get("/people/tonight")
@may("people.view")
def tonight() -> ResponseReturnValue:
    """Show who can be called in the night that goes on or comes."""
    start, end = rules.tonight(now(), AMSTERDAM)
    cover = read(lambda db: queries.cover(db, realm(), start, end))
    return page("people/tonight", start=start, end=end, cover=cover, channel_names=rules.CHANNEL_NAMES)


def _contact_page(form: ContactForm, contact: Contact | None, status: int = 200) -> ResponseReturnValue:
    return page(
        "people/contact",
        status,
        form=form,
        contact=contact,
        most=MOST_CHANNELS,
        channel_names=rules.CHANNEL_NAMES,
    )


def _contact_form(contact: Contact | None) -> ContactForm:
    stored = None
    if contact is not None:
        stored = {
            "name": contact.name,
            "function": contact.function,
            "deputy": contact.deputy_id,
            "account": contact.account_id,
            "channels": [{"kind": found.kind, "address": found.address} for found in contact.channels],
        }
    form = ContactForm(data=stored)
    contacts, accounts = read(lambda db: (queries.contacts(db, realm()), queries.accounts(db, realm())))
    form.offer(contacts, accounts, contact.id if contact else None)
    return form


def _save(contact: Contact | None) -> ResponseReturnValue:
    form = _contact_form(contact)
    if form.more.data and len(form.channels) < MOST_CHANNELS:
        form.channels.append_entry()
        return _contact_page(form, contact)
    if not form.validate_on_submit():
        return _contact_page(form, contact, 422)
    try:
        saved = transact(
            lambda db: actions.save_contact(
                db,
                realm(),
                contact.id if contact else None,
                name=typed(form.name),
                function=typed(form.function),
                channels=form.given_channels,
                deputy_id=form.deputy.data,
                account_id=form.account.data,
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        return _contact_page(form, contact, form.refuse(refusal))
    return done(gettext("%(name)s has been saved.", name=saved.name), "people.roster")


@blueprint.get("/people/contacts/new")
@may("people.manage")
def new_contact() -> ResponseReturnValue:
    """Show an empty contact form."""
    return _contact_page(_contact_form(None), None)


@blueprint.post("/people/contacts/new")
@may("people.manage")
def add_contact() -> ResponseReturnValue:
    """Add a contact."""
    return _save(None)


@blueprint.get("/people/contacts/<int:contact_id>")
@may("people.manage")
def contact(contact_id: int) -> ResponseReturnValue:
    """Show the form of one contact."""
    found = read(lambda db: queries.contact(db, realm(), contact_id))
    return _contact_page(_contact_form(found), found)


@blueprint.post("/people/contacts/<int:contact_id>")
@may("people.manage")
def change_contact(contact_id: int) -> ResponseReturnValue:
    """Change a contact."""
    return _save(read(lambda db: queries.contact(db, realm(), contact_id)))


@blueprint.post("/people/contacts/<int:contact_id>/remove")
@may("people.manage")
def remove_contact(contact_id: int) -> ResponseReturnValue:
    """Take a contact off the list."""
    transact(lambda db: actions.remove_contact(db, realm(), contact_id, actor=who(), now=now()))
    return done(gettext("The contact has been removed."), "people.roster")


@blueprint.post("/people/contacts/<int:contact_id>/channels/<int:channel_id>/reached")
@may("people.manage")
def confirm_channel(contact_id: int, channel_id: int) -> ResponseReturnValue:
    """Record that somebody just got through."""
    transact(lambda db: actions.confirm_channel(db, realm(), contact_id, channel_id, actor=who(), now=now()))
    return done(gettext("Recorded: this channel works."), "people.contact", contact_id=contact_id)


def _duty_form() -> tuple[DutyForm, list[str]]:
    contacts, functions = read(
        lambda db: (queries.contacts(db, realm()), queries.duty_functions(db, realm()))
    )
    form = DutyForm()
    form.offer(contacts)
    return form, functions


@blueprint.get("/people/duties/new")
@may("people.manage")
def new_duty() -> ResponseReturnValue:
    """Show an empty duty form."""
    form, functions = _duty_form()
    form.suggest(now())
    return page("people/duty", form=form, functions=functions)


@blueprint.post("/people/duties/new")
@may("people.manage")
def assign_duty() -> ResponseReturnValue:
    """Put somebody on duty."""
    form, functions = _duty_form()
    if not form.validate_on_submit():
        return page("people/duty", 422, form=form, functions=functions)
    try:
        transact(
            lambda db: actions.assign_duty(
                db,
                realm(),
                contact_id=form.contact.data,
                function=typed(form.function),
                starts_at=form.starts_at,
                ends_at=form.ends_at,
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        return page("people/duty", form.refuse(refusal), form=form, functions=functions)
    return done(gettext("The duty is on the roster."), "people.roster")


@blueprint.post("/people/duties/<int:duty_id>/remove")
@may("people.manage")
def remove_duty(duty_id: int) -> ResponseReturnValue:
    """Take somebody off duty."""
    transact(lambda db: actions.remove_duty(db, realm(), duty_id, actor=who(), now=now()))
    return done(gettext("The duty has been taken off the roster."), "people.roster")
