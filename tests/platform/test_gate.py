"""Who is there: sessions end when they should, tries are counted, and a route that says nothing answers nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask_login import login_user
from hypothesis import given
from hypothesis import strategies as st

from cyberready.app import pages as every_page
from cyberready.exercises import queries as exercises
from cyberready.exercises.models import Participant
from cyberready.people.models import Account, Membership
from cyberready.people.queries import principal_of
from cyberready.people.rules import Role
from cyberready.platform import gate
from cyberready.platform.gate import RateLimit, SignInNeeded, TooManyRequests
from cyberready.platform.realm import Realm
from tests import world
from tests.world import START

MINUTE = timedelta(minutes=1)


@pytest.fixture
def pages():
    """Pages of its own for each test: some add one."""
    return every_page()


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def kim(database, town):
    return database.read(lambda session: principal_of(session, town["crisis_team"].id, town.home.id))


@pytest.fixture
def noor(database, town):
    """Somebody who takes part in an exercise without an account."""
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    seat = world.participant(database, exercise)
    return database.read(lambda session: exercises.principal_of(session, seat.id, town.home.id))


def change(database, model, number, **values):
    def work(session):
        found = session.get(model, number)
        for name, value in values.items():
            setattr(found, name, value)

    database.transact(work)


# How often


def test_so_many_tries_and_no_more_until_the_window_has_passed():
    limit = RateLimit(3, 10 * MINUTE)
    for second in range(3):
        limit.take("kim", START + timedelta(seconds=second))
    with pytest.raises(TooManyRequests) as refused:
        limit.take("kim", START + 9 * MINUTE)
    assert refused.value.status == 429
    assert refused.value.values == {"minutes": 10}
    limit.take("noor", START)
    limit.take("kim", START + 10 * MINUTE)
    with pytest.raises(TooManyRequests):
        limit.take("kim", START + 10 * MINUTE)


def test_looking_counts_nothing_and_a_success_counts_anew():
    limit = RateLimit(2, MINUTE)
    for _ in range(5):
        limit.look("kim", START)
    limit.take("kim", START)
    limit.take("kim", START)
    with pytest.raises(TooManyRequests):
        limit.look("kim", START)
    limit.forget("kim")
    limit.forget("nobody")
    limit.take("kim", START)


def test_a_window_below_a_minute_is_said_as_a_minute():
    assert RateLimit(1, timedelta(seconds=5)).minutes == 1


@given(st.integers(1, 5), st.lists(st.integers(0, 30), max_size=60))
def test_no_window_ever_holds_more_tries_than_allowed(count, gaps):
    limit, at, taken = RateLimit(count, MINUTE), START, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        room = sum(one > at - MINUTE for one in taken) < count
        try:
            limit.take("kim", at)
        except TooManyRequests:
            assert not room
        else:
            assert room
            taken.append(at)


def test_what_is_remembered_of_passers_by_is_forgotten():
    limit = RateLimit(3, MINUTE)
    for number in range(10_000):
        limit.take(f"passer-by {number}", START)
    limit.take("kim", START + MINUTE)
    assert set(limit._seen) == {"kim"}


# Who


def test_a_principal_knows_its_number_and_what_it_may(kim, noor):
    assert kim.get_id() == f"account:{kim.number}/{kim.organisation_id}/{kim.generation}"
    assert kim.may("exercises.view")
    assert not kim.may("people.manage")
    assert not noor.may("exercises.view")
    assert noor.roles == {Role.PARTICIPANT}


def test_the_actor_is_the_signed_in_person(app, kim):
    with app.test_request_context():
        login_user(kim)
        assert gate.who().ref == kim.ref
        assert gate.who().name == kim.name
        assert gate.who().role == "crisis_team"
        assert gate.realm() == Realm(kim.organisation_id)
        login_user(replace(kim, function="Voorzitter"))
        assert gate.who().role == "Voorzitter"


@pytest.mark.parametrize("question", [gate.principal, gate.who, gate.realm])
def test_nobody_is_no_actor(app, question):
    with app.test_request_context(), pytest.raises(SignInNeeded):
        question()


# How long


def signed_in(browser):
    answer = browser.client.get("/overview")
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


def test_a_session_ends_at_its_time(browser, hand, kim):
    browser.be(kim).speak("en")
    with browser.client.session_transaction() as session:
        session["until"] = (START + MINUTE).isoformat()
    hand.forward(seconds=59)
    assert signed_in(browser)
    hand.forward(seconds=1)
    assert not signed_in(browser)
    with browser.client.session_transaction() as session:
        assert "_user_id" not in session
        assert "sid" not in session
        assert session["language"] == "en"


def test_a_new_session_has_a_new_name_and_keeps_only_the_language(app, kim):
    with app.test_request_context():
        names = set()
        for _ in range(2):
            gate.session.update(language="en", left="behind")
            gate.sign_in(kim, keep_until=START + MINUTE)
            names.add(gate.session["sid"])
            assert "left" not in gate.session
            assert gate.session["language"] == "en"
            assert gate.session["until"] == (START + MINUTE).isoformat()
        assert len(names) == 2
        gate.sign_out()
        assert dict(gate.session) == {"language": "en"}


def test_raising_the_generation_signs_out(browser, database, kim):
    browser.be(kim)
    assert signed_in(browser)
    change(database, Account, kim.number, generation=kim.generation + 1)
    assert not signed_in(browser)


def test_a_closed_account_is_signed_out(browser, database, kim):
    browser.be(kim)
    change(database, Account, kim.number, closed_at=START)
    assert not signed_in(browser)


def test_who_lost_the_place_in_the_organisation_is_signed_out(browser, database, kim):
    browser.be(kim)

    def leave(session):
        session.delete(session.query(Membership).filter_by(account_id=kim.number).one())

    database.transact(leave)
    assert not signed_in(browser)


def test_a_participant_is_put_out_by_a_new_generation(browser, database, noor):
    browser.be(noor)
    room = f"/exercises/{noor.exercise_id}/room"
    assert browser.client.get(room).status_code == 200
    change(database, Participant, noor.number, generation=noor.generation + 1)
    assert browser.client.get(room).status_code == 302


def test_a_participant_is_nobody_in_another_organisation(database, noor):
    found = database.read(lambda session: exercises.principal_of(session, noor.number, 999))
    assert found is None


@pytest.mark.parametrize(
    "cookie",
    [
        "account:999/1/1",
        "participant:999/1/1",
        "robot:1/1/1",
    ],
)
def test_a_cookie_for_nobody_signs_nobody_in(browser, kim, cookie):
    browser.be(kim)
    with browser.client.session_transaction() as session:
        session["_user_id"] = cookie
    assert not signed_in(browser)


def test_a_changed_cookie_is_no_session(browser, kim):
    browser.be(kim)
    cookie = browser.client.get_cookie("session")
    browser.client.set_cookie("session", cookie.value[:-2] + "AA")
    assert not signed_in(browser)


# What is open


def test_a_route_without_a_permission_answers_not_even_its_administrator(app, browser, town):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    browser.sign_in(town["administrator"], town.home)
    assert "secret" not in browser.get("/forgotten", status=403).text


def test_a_public_route_is_open_and_a_guarded_one_asks_for_its_permission(app, browser, kim):
    app.add_url_rule("/open", "open", gate.public(lambda: "for all"))
    app.add_url_rule("/guarded", "guarded", gate.may("people.manage")(lambda: "for few"))
    assert browser.client.get("/open").text == "for all"
    assert browser.client.get("/guarded").status_code == 302
    assert browser.be(kim).client.get("/guarded").status_code == 403


def test_a_text_with_a_nul_is_refused_before_any_view(browser):
    for url in ("/sign-in?next=%00", "/sign-in/%00"):
        assert browser.client.get(url).status_code == 400


def test_a_post_without_its_token_is_refused(browser, kim):
    browser.be(kim)
    assert browser.client.post("/language", data={"language": "en"}).status_code == 400
