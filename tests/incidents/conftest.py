"""What tests of incidents share: counting the statements that a page sends to the database."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture
def statements(database):
    @contextmanager
    def watch():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            if not statement.startswith(
                "NOTIFY"
            ):  # sent by a thread of its own, whenever it gets round to it
                seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return watch
