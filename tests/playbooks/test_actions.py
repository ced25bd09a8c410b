import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Conflict, NotFound
from cyberready.platform.faults import FaultsFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, queries
from cyberready.playbooks.formats import canonical, digest
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.settings import content_root
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.writing import SMALL, changed

NEWER = changed(('version: "1.0"', 'version: "1.1"'), ("Bel aan.", "Bel twee keer aan."))


@pytest.fixture
def home(database):
    return world.organisation(database)


@pytest.fixture
def publish(database, home):
    def publishing(source=SMALL, *, organisation=home, actor=SYSTEM):
        return database.transact(
            lambda session: actions.publish(
                session, Realm(organisation.id), source, actor=actor, now=world.START
            )
        )

    return publishing


def shipped(database, home, folder, actor=SYSTEM):
    return database.transact(
        lambda session: actions.publish_shipped(session, Realm(home.id), folder, actor, world.START)
    )


def ask(database, question, home, *arguments):
    return database.read(lambda session: question(session, Realm(home.id), *arguments))


def published_entries(database, home):
    def question(session):
        heads = session.scalars(select(Playbook.trail_id).where(Playbook.organisation_id == home.id))
        return [line for head in heads for line in trails.of_kinds(session, head, Kind.PLAYBOOK_PUBLISHED)]

    return database.read(question)


def test_publishing_keeps_the_text_and_writes_an_entry(database, home, publish):
    made = publish(SMALL.replace("\n", "\r\n").encode())
    found = ask(database, queries.current, home, "stroomstoring")
    assert (found.id, found.title, found.version, found.step_count) == (made.id, "Stroomstoring", "1.0", 3)
    assert (found.owner, found.tlp, found.review_months) == ("CISO", "CLEAR", 12)
    assert (found.source, found.digest) == (canonical(SMALL), digest(SMALL))
    assert (found.published_at, found.published_by) == (world.START, "system")
    (entry,) = published_entries(database, home)
    assert entry.about == f"playbook:{made.playbook_id}"
    assert {key: entry.body[key] for key in ("slug", "title", "version", "digest", "release")} == {
        "slug": "stroomstoring",
        "title": "Stroomstoring",
        "version": "1.0",
        "digest": digest(SMALL),
        "release": made.id,
    }


def test_the_same_text_again_changes_nothing(database, home, publish):
    assert publish().id == publish("\ufeff" + SMALL).id
    assert len(published_entries(database, home)) == 1


def test_the_same_version_with_another_text_is_a_conflict(database, home, publish):
    publish()
    with pytest.raises(Conflict, match="published with another text"):
        publish(changed(("Bel aan.", "Bel niet aan.")))
    assert len(ask(database, queries.releases, home, "stroomstoring")) == 1


def test_a_new_version_is_current_and_the_old_one_stays(database, home, publish):
    old, new = publish(), publish(NEWER)
    assert ask(database, queries.current, home, "stroomstoring").id == new.id
    assert [release.id for release in ask(database, queries.releases, home, "stroomstoring")] == [
        new.id,
        old.id,
    ]
    assert ask(database, queries.release, home, old.id).source == canonical(SMALL)
    assert [release.id for release in ask(database, queries.current_releases, home)] == [new.id]


def test_a_faulty_text_publishes_nothing(database, home, publish):
    with pytest.raises(FaultsFound):
        publish(changed(("- Rol: ciso", "- Rol: baas")))
    assert ask(database, queries.current_releases, home) == []
    assert published_entries(database, home) == []


def test_another_organisation_finds_nothing(database, home, publish):
    made = publish()
    other = world.organisation(database, "elders")
    assert ask(database, queries.current_releases, other) == []
    for question, argument in (
        (queries.current, "stroomstoring"),
        (queries.releases, "stroomstoring"),
        (queries.release, made.id),
    ):
        with pytest.raises(NotFound):
            ask(database, question, other, argument)


def test_two_organisations_keep_their_own_version(database, home, publish):
    other = world.organisation(database, "elders")
    first, second = publish(), publish(changed(("Bel aan.", "Fluit.")), organisation=other)
    assert ask(database, queries.current, home, "stroomstoring").id == first.id
    assert ask(database, queries.current, other, "stroomstoring").id == second.id


@pytest.mark.parametrize(
    "change",
    [
        update(PlaybookRelease).values(title="Anders"),
        update(PlaybookRelease).values(source="Anders"),
        delete(PlaybookRelease),
        text("DELETE FROM playbook_releases"),
    ],
)
def test_a_release_is_never_changed(database, publish, change):
    publish()
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact(lambda session: session.execute(change))


def test_the_shipped_playbooks_are_published_once(database, home):
    folder = content_root() / "playbooks"
    made = shipped(database, home, folder)
    assert {release.slug for release in made} >= {
        "ransomware-bij-de-gemeente",
        "online-aangejaagde-ordeverstoring",
    }
    assert shipped(database, home, folder) == []


def test_an_update_of_a_shipped_playbook_becomes_current(database, home, tmp_path):
    (tmp_path / "stroomstoring.md").write_text(SMALL, encoding="utf-8")
    shipped(database, home, tmp_path)
    (tmp_path / "stroomstoring.md").write_text(NEWER, encoding="utf-8")
    assert [release.version for release in shipped(database, home, tmp_path)] == ["1.1"]


def test_a_shipped_playbook_never_replaces_the_organisations_own(database, home, publish, tmp_path):
    (tmp_path / "stroomstoring.md").write_text(SMALL, encoding="utf-8")
    shipped(database, home, tmp_path)
    officer = world.account(database, home, "security_officer")
    own = publish(changed(('version: "1.0"', 'version: "1.0-waterveld"')), actor=world.actor(officer, home))
    (tmp_path / "stroomstoring.md").write_text(NEWER, encoding="utf-8")
    assert shipped(database, home, tmp_path) == []
    assert ask(database, queries.current, home, "stroomstoring").id == own.id


def test_the_source_is_only_loaded_where_it_is_read(database, home, publish):
    publish()
    (release,) = ask(database, queries.current_releases, home)
    with pytest.raises(Exception, match="source"):
        _ = release.source
