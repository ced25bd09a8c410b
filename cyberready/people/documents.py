"""The mails of people: a link to sign in, and the one that comes with a new account."""

from flask import render_template

from cyberready.people.models import Account
from cyberready.platform.texts import gettext, speaking


def sign_in_mail(owner: Account, address: str, minutes: int) -> tuple[str, str]:
    """Subject and text of the mail with a sign-in link that works for *minutes*, in the reader's own language."""
    with speaking(owner.language):
        text = render_template(
            "messages/people/sign_in.txt", name=owner.name, address=address, minutes=minutes
        )
        return gettext("Your sign-in link for cyberready"), text


def invitation_mail(owner: Account, address: str, organisation: str, days: int) -> tuple[str, str]:
    """Subject and text of the mail that tells somebody of their account; the link works for *days*."""
    with speaking(owner.language):
        text = render_template(
            "messages/people/invitation.txt",
            name=owner.name,
            address=address,
            organisation=organisation,
            days=days,
        )
        return gettext("Your account at cyberready for %(organisation)s", organisation=organisation), text
