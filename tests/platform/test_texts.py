"""Which language a reader gets: what the block speaks, what was chosen, what the account prefers, Dutch."""

from dataclasses import replace

import pytest
from flask import session
from flask_login import login_user

from cyberready.people.queries import principal_of
from cyberready.platform import texts
from cyberready.platform.texts import gettext, language, lazy_gettext, ngettext, speaking, translate
from tests import world


@pytest.fixture
def kim(database):
    town = world.town(database)
    return database.read(lambda db: principal_of(db, town["crisis_team"].id, town.home.id))


def test_outside_a_request_it_is_dutch_unless_the_block_speaks_otherwise():
    assert language() == "nl"
    with speaking("en"):
        assert language() == "en"
        with speaking("nl"):
            assert language() == "nl"
        assert language() == "en"
    assert language() == "nl"


def test_a_block_that_fails_leaves_the_language_as_it_was():
    with pytest.raises(LookupError), speaking("en"):
        raise LookupError
    assert language() == "nl"


def test_the_choice_goes_before_the_account_and_the_block_before_both(app, kim):
    with app.test_request_context():
        assert language() == "nl"
        login_user(replace(kim, language="en"))
        assert language() == "en"
        session["language"] = "nl"
        assert language() == "nl"
        with speaking("en"):
            assert language() == "en"


@pytest.mark.parametrize("chosen", ["fr", "", None, "../nl"])
def test_a_language_that_is_not_spoken_becomes_dutch(app, chosen):
    with app.test_request_context():
        session["language"] = chosen
        assert language() == "nl"


def test_the_switch_changes_the_page_and_goes_back_to_it(browser):
    page = browser.get("/sign-in")
    assert page.html["lang"] == "nl"
    browser.post("/language", {"language": "en", "next": "/sign-in"})
    assert browser.response.headers["Location"] == "/sign-in"
    assert browser.follow().html["lang"] == "en"
    browser.post("/language", {"language": "xx", "next": "https://evil.example/"})
    assert browser.response.headers["Location"] == "/"
    assert browser.get("/sign-in").html["lang"] == "en"


def test_a_sentence_is_said_with_its_values():
    english = "This image is larger than %(limit)s MB. Make it smaller."
    assert translate("en", english, limit=10) == "This image is larger than 10 MB. Make it smaller."
    assert translate("nl", english, limit=10) not in {english, translate("en", english, limit=10)}
    assert "10 MB" in gettext(english, limit=10)
    assert translate("en", "100 % sure") == "100 % sure"
    assert translate("xx", "No such language") == "No such language"


def test_a_lazy_text_speaks_the_language_of_its_reader():
    said = lazy_gettext("Password")
    with speaking("en"):
        assert str(said) == "Password"
    assert str(said) == "Wachtwoord"


def test_one_and_many():
    with speaking("en"):
        assert ngettext("%(num)s step", "%(num)s steps", 1) == "1 step"
        assert (
            ngettext("%(num)s step of %(whole)s", "%(num)s steps of %(whole)s", 3, whole=5) == "3 steps of 5"
        )


def test_every_language_but_english_has_a_catalogue():
    for chosen in texts.LANGUAGES:
        assert bool(texts.catalogue(chosen).info()) is (chosen != "en")
