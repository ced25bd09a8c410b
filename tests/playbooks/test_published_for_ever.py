"""What was published, said or given up is not changed by any SQL under the application's database role."""

import re
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from cyberready.playbooks import actions_drafts, queries
from cyberready.playbooks.lifecycle import State
from cyberready.playbooks.models import PlaybookRelease, PlaybookWithdrawal
from cyberready.playbooks.models_drafts import (
    Approval,
    ApprovalRemark,
    Draft,
    DraftRevision,
    MandateApprover,
    PlaybookMandate,
)
from cyberready.tables import metadata
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import SMALL, changed

KEPT = (
    PlaybookRelease,
    PlaybookWithdrawal,
    DraftRevision,
    PlaybookMandate,
    MandateApprover,
    ApprovalRemark,
    Approval,
)
BEHEER = Path(__file__).parents[2] / "docs" / "beheer.md"


@pytest.fixture
def house(database):
    """A house with a published and withdrawn version, one that was sent back once, and an abandoned draft."""
    made = House(database, world.town(database))
    draft = made.submitted()
    made.approve(draft.id)
    made.refuse(draft.id, ("kijk", "Hoe dan?"))
    made.submit(draft.id)
    made.approve(draft.id)
    made.withdraw(made.publish(draft.id).id)
    other = made.bring_in(changed(("slug: stroomstoring", "slug: ander")))
    made.act(actions_drafts.abandon, other.id, by=made.author)
    return made


def refused(database, statement):
    with pytest.raises(DBAPIError, match="append-only"):
        database.transact(lambda session: session.execute(statement))


def contents(database):
    """Every row of the tables that are kept, as text."""
    tables = [metadata.tables[model.__tablename__] for model in (*KEPT, Draft)]
    return database.read(
        lambda session: {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}
    )


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__tablename__)
def test_no_column_of_what_is_kept_can_be_changed_and_no_row_removed(house, model):
    before = contents(house.database)
    assert before[model.__tablename__]
    table = metadata.tables[model.__tablename__]
    for column in table.columns:
        other = {"str": "x", "int": 99, "bool": True}.get(column.type.python_type.__name__, world.START)
        if model is Approval and column.name in {"lapsed_at", "lapsed_by"}:
            continue
        refused(house.database, update(table).values({column.name: other}))
    refused(house.database, delete(table))
    assert contents(house.database) == before


def test_an_approval_lapses_once_and_is_never_revived(house):
    lapsed = update(Approval).where(Approval.lapsed_at.is_not(None))
    refused(house.database, lapsed.values(lapsed_at=None))
    refused(house.database, lapsed.values(lapsed_by="x"))


@pytest.mark.parametrize("state", [State.PUBLISHED, State.ABANDONED])
def test_what_a_draft_became_is_never_changed_and_no_draft_disappears(house, state):
    mine = update(Draft).where(Draft.state == state)
    for values in ({"source": "x"}, {"state": State.DRAFT}, {"note": "x"}, {"release_id": None}):
        refused(house.database, mine.values(values))
    refused(house.database, delete(Draft))


def test_a_second_approval_at_the_same_place_has_no_room(house):
    made = house.submitted(changed(("slug: stroomstoring", "slug: derde")))
    house.approve(made.id)
    table = metadata.tables["approvals"]
    row = house.database.read(
        lambda session: session.execute(select(table).where(table.c.draft_id == made.id)).mappings().one()
    )
    again = {name: value for name, value in row.items() if name != "id"}
    with pytest.raises(DBAPIError, match=r"(?i)unique"):
        house.database.transact(lambda session: session.execute(insert(table).values(again)), attempts=1)


def test_the_objects_of_the_program_are_kept_too(house):
    found = house.ask(queries.releases, "stroomstoring")[0]

    def work(session):
        session.get(PlaybookRelease, found.id).title = "Anders"

    with pytest.raises(DBAPIError, match="append-only"):
        house.database.transact(work)


def test_nothing_is_emptied_at_once(house):
    if house.database.sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    before = contents(house.database)
    for model in (*KEPT, Draft):
        refused(house.database, text(f"TRUNCATE {model.__tablename__} CASCADE"))
    for table in ("playbooks", "organisations", "accounts"):
        refused(house.database, text(f"TRUNCATE {table} CASCADE"))
    assert contents(house.database) == before


def test_the_database_role_of_the_application_may_not_touch_them(house):
    """The grants in the guide for administrators, tried: neither the rows nor the triggers that keep them."""
    if house.database.sqlite:
        pytest.skip("SQLite has no roles")
    grants = re.search(r"```sql\n(GRANT SELECT.*?)```", BEHEER.read_text("utf-8"), re.DOTALL)[1]
    role = f"app_{house.database.url.database}"
    with house.database.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role}"))
        for statement in filter(None, map(str.strip, grants.split(";"))):
            connection.execute(text(re.sub(r"\b(TO|FROM) cyberready\b", rf"\1 {role}", statement)))
    forbidden = [
        statement
        for model in KEPT
        for statement in (
            f"DELETE FROM {model.__tablename__}",
            f"TRUNCATE {model.__tablename__}",
            f"ALTER TABLE {model.__tablename__} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {model.__tablename__}_no_update ON {model.__tablename__}",
            f"DROP TABLE {model.__tablename__}",
        )
    ]
    forbidden += [f"UPDATE {model.__tablename__} SET id = id" for model in KEPT if model is not Approval]
    forbidden += ["SET session_replication_role = replica", "DELETE FROM playbook_drafts"]
    try:
        for statement in forbidden:
            with house.database.engine.connect() as connection:
                connection.execute(text(f"SET LOCAL ROLE {role}"))
                with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                    connection.execute(text(statement))
    finally:
        with house.database.engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


def test_the_text_of_a_release_is_what_was_published(house):
    found = house.ask(queries.release, house.ask(queries.releases, "stroomstoring")[0].id)
    assert found.source == SMALL
