from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.mail import outbox
from cyberready.platform.mail.models import OutboxMessage, State
from cyberready.platform.mail.outbox import Outcome
from cyberready.platform.realm import Realm

HOME, ELSEWHERE = Realm(1), Realm(2)


def claim(post):
    return post.database.transact(lambda session: outbox.claim(session, now=post.now))


def settle(post, letter, state, error=""):
    outcome = Outcome(state, error)
    post.database.transact(lambda session: outbox.settle(session, letter, outcome, now=post.now))


def test_one_key_is_one_message(post):
    post.enqueue(key="campaign-7", subject="Eerste")
    post.enqueue(key="campaign-7", subject="Tweede")
    assert post.database.read(lambda session: session.scalar(select(func.count(OutboxMessage.id)))) == 1
    assert post.row().subject == "Eerste"


@pytest.mark.parametrize(
    "subject",
    ["Dag\nBcc: kwaad@example.com", "Dag\r\nX: y", "Dag\x0bX", "Dag\u2028X", "Dag\n", "  ", "x" * 201],
)
def test_a_subject_is_one_line(post, subject):
    with pytest.raises(Refused, match="subject"):
        post.enqueue(subject=subject)
    assert post.row() is None


@pytest.mark.parametrize(
    "to",
    [
        "an@waterveld.example\nBcc: kwaad@example.com",
        "an@waterveld.example\n",
        "an@waterveld.example, jan@waterveld.example",
        "An <an@waterveld.example>",
        "an",
        "an@",
        "@waterveld.example",
        "an..b@waterveld.example",
        "",
        "a" * 250 + "@b.nl",
        "än@waterveld.example",
    ],
)
def test_an_address_is_one_address(post, to):
    with pytest.raises(Refused, match="is not an e-mail address"):
        post.enqueue(to=to)
    assert post.row() is None


def test_an_exercise_only_writes_to_confirmed_addresses(post):
    with pytest.raises(Refused, match="not confirmed"):
        post.enqueue(exercise_id=4, confirmed=frozenset({"jan@waterveld.example"}))
    with pytest.raises(Refused, match="not confirmed"):
        post.enqueue(exercise_id=4)
    assert post.row() is None


def test_mail_of_an_exercise_says_so_at_both_ends(post):
    confirmed = frozenset({"AN@waterveld.example"})
    post.enqueue(exercise_id=4, confirmed=confirmed, subject="Alarm", text="Kom.", html="<p>Kom.</p>")
    row = post.row()
    assert row.subject == "OEFENING \N{EN DASH} Alarm"
    assert row.text == "OEFENING OEFENING OEFENING\n\nKom.\n\nOEFENING OEFENING OEFENING"
    marked = "<p><strong>OEFENING OEFENING OEFENING</strong></p>"
    assert row.html == f"{marked}\n<p>Kom.</p>\n{marked}"


def test_a_message_is_claimed_once(post):
    post.enqueue()
    assert claim(post).recipient == "an@waterveld.example"
    assert claim(post) is None
    assert post.row().state == State.SENDING


def test_many_at_once_are_one_message_each(post):
    many = {f"k{number}": f"an{number}@waterveld.example" for number in range(3)}
    for _ in range(2):
        post.database.transact(
            lambda session: outbox.enqueue_each(
                session, many, organisation_id=1, subject="Dag", text="Dag.", now=post.now
            )
        )
    queued = post.database.read(lambda session: outbox.messages(session, HOME, State.QUEUED))
    assert [row.recipient for row in queued] == list(many.values())
    assert len({row.message_id for row in queued}) == 3
    with pytest.raises(Refused, match="is not an e-mail address"):
        post.database.transact(
            lambda session: outbox.enqueue_each(
                session, {"k9": "x"}, organisation_id=1, subject="Dag", text="Dag.", now=post.now
            )
        )


def test_nothing_is_claimed_before_its_time(post):
    post.enqueue()
    letter = claim(post)
    settle(post, letter, State.QUEUED, "451 busy")
    assert claim(post) is None
    due = post.database.read(outbox.next_due)
    assert timedelta(seconds=48) <= due - post.now <= timedelta(seconds=72)
    post.now = due
    assert claim(post).message_id == letter.message_id


def test_waiting_doubles_and_ends_after_eight_attempts(post):
    post.enqueue()
    waited = []
    for _ in range(7):
        settle(post, claim(post), State.QUEUED, "451 busy")
        due = post.database.read(outbox.next_due)
        waited.append((due - post.now) / timedelta(minutes=1))
        post.now = due
    assert [round(0.8 * 2**n, 3) <= span <= round(1.2 * 2**n, 3) for n, span in enumerate(waited)] == [
        True
    ] * 7
    settle(post, claim(post), State.QUEUED, "451 still busy")
    assert post.row().state == State.DEAD
    assert post.row().last_error == "451 still busy"


def test_an_attempt_that_never_ended_becomes_unknown_and_is_not_repeated(post):
    post.enqueue()
    claim(post)
    post.forward(minutes=4)
    assert post.database.transact(lambda session: outbox.strand(session, now=post.now)) == 0
    post.forward(minutes=1)
    assert post.database.transact(lambda session: outbox.strand(session, now=post.now)) == 1
    assert post.row().state == State.UNKNOWN
    post.forward(days=3)
    assert claim(post) is None


def test_a_late_answer_still_counts(post):
    post.enqueue()
    letter = claim(post)
    post.forward(minutes=6)
    post.database.transact(lambda session: outbox.strand(session, now=post.now))
    settle(post, letter, State.SENT)
    assert post.row().state == State.SENT


def test_a_late_answer_does_not_undo_what_a_person_decided(post):
    post.enqueue()
    letter = claim(post)
    settle(post, letter, State.UNKNOWN, "silence")
    post.database.transact(lambda session: outbox.discard(session, HOME, 1))
    settle(post, letter, State.SENT)
    assert post.row().state == State.DISCARDED


def test_a_dead_message_is_offered_again_under_the_same_number(post):
    post.enqueue()
    letter = claim(post)
    settle(post, letter, State.DEAD, "550 unknown")
    post.database.transact(lambda session: outbox.requeue(session, HOME, 1, now=post.now))
    again = claim(post)
    assert (again.message_id, again.attempt) == (letter.message_id, 1)


@pytest.mark.parametrize("state", [State.SENT, State.QUEUED])
def test_what_left_or_waits_is_not_offered_again(post, state):
    post.enqueue()
    settle(post, claim(post), state)
    with pytest.raises(Conflict):
        post.database.transact(lambda session: outbox.requeue(session, HOME, 1, now=post.now))


def test_what_left_is_not_discarded(post):
    post.enqueue()
    settle(post, claim(post), State.SENT)
    with pytest.raises(Conflict):
        post.database.transact(lambda session: outbox.discard(session, HOME, 1))


def test_messages_of_another_organisation_do_not_exist(post):
    post.enqueue()
    assert [row.id for row in post.database.read(lambda s: outbox.messages(s, HOME, State.QUEUED))] == [1]
    assert post.database.read(lambda s: outbox.messages(s, ELSEWHERE, State.QUEUED)) == []
    assert post.database.read(lambda s: outbox.counts(s, HOME))[State.QUEUED] == 1
    assert post.database.read(lambda s: outbox.counts(s, ELSEWHERE))[State.QUEUED] == 0
    with pytest.raises(NotFound):
        post.database.transact(lambda session: outbox.discard(session, ELSEWHERE, 1))
