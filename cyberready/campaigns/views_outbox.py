"""The addresses of audiences, and mail that needs a person's decision."""

from flask.typing import ResponseReturnValue

from cyberready.campaigns import actions, queries
from cyberready.campaigns.forms import AddressesForm, ReasonForm, typed
from cyberready.campaigns.views_calendar import blueprint
from cyberready.kernel.refusals import Refused
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.mail import outbox as mail
from cyberready.platform.mail.models import State
from cyberready.platform.texts import gettext, ngettext
from cyberready.platform.web import done, page


def _addresses_page(form: AddressesForm, status: int = 200) -> ResponseReturnValue:
    found, names = read(lambda db: (queries.addresses(db, realm()), queries.audience_names(db, realm())))
    lists: dict[str, list[object]] = {}
    for address in found:
        lists.setdefault(address.audience, []).append(address)
    return page("campaigns/addresses", status, form=form, lists=lists, names=names)


def _addresses_form() -> AddressesForm:
    return AddressesForm(read(lambda db: queries.audience_names(db, realm())))


@blueprint.get("/campaigns/addresses")
@may("campaigns.write")
def addresses() -> ResponseReturnValue:
    """Show the addresses of every audience."""
    return _addresses_page(_addresses_form())


@blueprint.post("/campaigns/addresses")
@may("campaigns.write")
def add_addresses() -> ResponseReturnValue:
    """Add addresses to one audience."""
    form = _addresses_form()
    if not form.validate_on_submit():
        return _addresses_page(form, 422)
    try:
        added = transact(
            lambda db: actions.add_addresses(
                db, realm(), form.audience.data, form.lines, actor=who(), now=now()
            )
        )
    except Refused as refusal:
        return _addresses_page(form, form.refuse(refusal))
    return done(
        ngettext("%(num)s address has been added.", "%(num)s addresses have been added.", added),
        "campaigns.addresses",
    )


@blueprint.post("/campaigns/addresses/<int:address_id>/remove")
@may("campaigns.write")
def remove_address(address_id: int) -> ResponseReturnValue:
    """Take one address off the list."""
    transact(lambda db: actions.remove_address(db, realm(), address_id, actor=who(), now=now()))
    return done(gettext("The address has been removed."), "campaigns.addresses")


@blueprint.get("/campaigns/outbox")
@may("outbox.manage")
def outbox() -> ResponseReturnValue:
    """Show mail that was refused, mail of which nobody knows whether it left, and mail that waits."""
    states = (State.UNKNOWN, State.DEAD, State.SENDING, State.QUEUED)
    counts, *lists = read(
        lambda db: (mail.counts(db, realm()), *(mail.messages(db, realm(), state) for state in states))
    )
    shown = dict(zip(states, lists, strict=True))
    return page("campaigns/outbox", counts=counts, lists=shown, waits=not context().settings.mail_url)


def _message_page(number: int, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    found = read(lambda db: mail.message(db, realm(), number))
    return page(
        "campaigns/message", status, message=found, form=form, exercise_mode=found.exercise_id is not None
    )


@blueprint.get("/campaigns/outbox/<int:number>")
@may("outbox.manage")
def message(number: int) -> ResponseReturnValue:
    """Show one message and what the mail server said."""
    return _message_page(number, ReasonForm())


@blueprint.post("/campaigns/outbox/<int:number>/requeue")
@may("outbox.manage")
def requeue(number: int) -> ResponseReturnValue:
    """Offer a message again."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _message_page(number, form, 422)
    reason = typed(form.reason)
    transact(lambda db: actions.requeue_mail(db, realm(), number, reason=reason, actor=who(), now=now()))
    return done(gettext("The message is in the queue again."), "campaigns.outbox")


@blueprint.post("/campaigns/outbox/<int:number>/discard")
@may("outbox.manage")
def discard(number: int) -> ResponseReturnValue:
    """Never send a message."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _message_page(number, form, 422)
    reason = typed(form.reason)
    transact(lambda db: actions.discard_mail(db, realm(), number, reason=reason, actor=who(), now=now()))
    return done(gettext("The message will not be sent."), "campaigns.outbox")
