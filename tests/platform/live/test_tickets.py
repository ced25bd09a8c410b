from dataclasses import replace
from datetime import timedelta

import pytest

from cyberready.kernel.refusals import Forbidden
from cyberready.platform.live import tickets


def test_a_ticket_is_read_as_it_was_issued(world):
    given = world.ticket(tokens=frozenset({"staff", "team:3"}), language="en", sid="s:9", generation=4)
    assert tickets.read(world.KEY, tickets.issue(world.KEY, given), world.NOON) == given


def test_the_text_of_a_ticket_fits_in_an_address(world):
    text = tickets.issue(world.KEY, world.ticket(page="exercises/wánd", tokens=frozenset({"a/b?c&d", "é"})))
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_every_changed_character_is_refused(world):
    text = tickets.issue(world.KEY, world.ticket())
    tickets.read(world.KEY, text, world.NOON)
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        changed = text[:place] + other + text[place + 1 :]
        if changed.rstrip("=") == text:
            continue
        with pytest.raises(Forbidden):
            # The last character of base64 carries unused bits; itsdangerous compares them too.
            tickets.read(world.KEY, changed, world.NOON)


@pytest.mark.parametrize("text", ["", ".", "nonsense", "a.b", "%00", "é.é", "." * 5000])
def test_what_is_no_ticket_is_refused(world, text):
    with pytest.raises(Forbidden):
        tickets.read(world.KEY, text, world.NOON)


def test_a_ticket_of_another_installation_is_refused(world):
    with pytest.raises(Forbidden):
        tickets.read(world.KEY, tickets.issue("another key", world.ticket()), world.NOON)


def test_a_ticket_ends_at_its_moment(world):
    text = tickets.issue(world.KEY, world.ticket(expires_at=world.NOON))
    tickets.read(world.KEY, text, world.NOON - timedelta(microseconds=1))
    with pytest.raises(Forbidden):
        tickets.read(world.KEY, text, world.NOON)


def test_holders_of_the_same_tokens_share_a_view(world):
    one = world.ticket(tokens=frozenset({"all", "team:1"}))
    assert (
        one.view
        == replace(one, ref="participant:2", sid="s-2").view
        == ("exercises/room", "nl", ("all", "team:1"))
    )
    assert one.view != replace(one, language="en").view
    assert one.view != replace(one, page="exercises/wall").view
