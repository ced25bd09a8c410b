"""How an entry of the trail is read."""

from datetime import UTC, datetime

import pytest

from cyberready.trail.rules import Kind, Line


@pytest.mark.parametrize(
    ("body", "name", "title"),
    [
        ({"actor_name": "Noor", "title": "Storing"}, "Noor", "Storing"),
        ({"title": "Storing"}, "account:7", "Storing"),
        (None, "account:7", ""),
    ],
)
def test_who_did_it_is_named_as_known_then_and_by_reference_once_erased(body, name, title):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    line = Line(1, 0, Kind.PLAYBOOK_PUBLISHED, "account:7", "", at, None, None, ("all",), body)
    assert (line.actor_name, line.text("title")) == (name, title)
