"""Versions to compare: published by hand, and a draft."""

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, actions_drafts
from tests import world
from tests.playbooks.writing import SMALL, changed

STEP = SMALL[SMALL.index("### Ruim op") :]
MIDDLE = SMALL[SMALL.index("### Waarschuw") : SMALL.index("### Ruim op")]
SECOND = changed(
    ('version: "1.0"', 'version: "1.1"'),
    ("15 minuten", "20 minuten"),
    ("Bel de netbeheerder", "Bel meteen de netbeheerder"),
    ("- [ ] Kijk naar buiten.\n", "- [ ] Kijk naar buiten.\n- [ ] Tel de lantaarns.\n"),
    (STEP, ""),
    (MIDDLE, STEP + "\n" + MIDDLE),
)


def published(database, home, *sources):
    """The releases of these texts."""
    return [
        database.transact(
            lambda session, text=text: actions.publish(
                session, Realm(home.id), text, actor=SYSTEM, now=world.START
            )
        )
        for text in sources
    ]


def draft(database, home, author, source):
    """A draft with this text."""
    return database.transact(
        lambda session: actions_drafts.bring_in(
            session,
            Realm(home.id),
            source,
            origin="tekst.md",
            actor=world.actor(author, home),
            now=world.START,
        )
    )
