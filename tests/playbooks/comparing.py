"""Versions to compare: published by hand, and a draft."""

from hypothesis import strategies as st

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, actions_drafts
from tests import world
from tests.playbooks.writing import SMALL, changed

TITLES = st.sampled_from(
    ("Bel", "Meld het", "Kijk rond", "Sluit af", "Schaal op", "Herstel", "Praat bij", "Évalueer")
)
STEPS = st.tuples(TITLES, st.sampled_from(["ciso", "ict"]), st.integers(0, 9999) | st.none())
SCRIPTS = st.lists(st.tuples(TITLES, st.lists(STEPS, max_size=4)), min_size=1, max_size=4)
"""What ``writing.written`` makes playbooks of, without a draw that is thrown away."""
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
