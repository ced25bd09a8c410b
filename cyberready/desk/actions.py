"""Verbs that reach over several slices."""

from sqlalchemy.orm import Session

from cyberready.exercises import indexing as exercises
from cyberready.people import indexing as people
from cyberready.platform.realm import Realm
from cyberready.playbooks import indexing as playbooks


def index_again(session: Session, realm: Realm) -> None:
    """Make the search index of an organisation anew from what it has."""
    for slice_index in (people, playbooks, exercises):
        slice_index.record_all(session, realm)
