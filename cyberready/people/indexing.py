"""What can be found of people: the contacts."""

from sqlalchemy.orm import Session

from cyberready.people import queries
from cyberready.people.models import Contact
from cyberready.platform.realm import Realm
from cyberready.platform.search import index
from cyberready.platform.search.index import Document


def record(session: Session, contact: Contact) -> None:
    """Let a contact be found by name, function and the ways to reach it."""
    found = Document(
        kind="contact",
        title=contact.name,
        within=contact.function,
        text=" · ".join([contact.function, *(channel.address for channel in contact.channels)]),
        permission="people.view",
        endpoint="people.roster",
        place={"_anchor": f"contact-{contact.id}"},
        language="",
    )
    index.put(session, Realm(contact.organisation_id), f"contact:{contact.id}", [found])


def forget(session: Session, realm: Realm, contact_id: int) -> None:
    """Let a contact no longer be found."""
    index.put(session, realm, f"contact:{contact_id}", ())


def record_all(session: Session, realm: Realm) -> None:
    """Let every contact of the organisation be found."""
    for contact in queries.contacts(session, realm):
        record(session, contact)
