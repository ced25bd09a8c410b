"""Every answer, good or bad: its headers, its sentence, and what was typed."""

import importlib
import pkgutil
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import abort
from hypothesis import example, given
from hypothesis import strategies as st
from wtforms import PasswordField

import cyberready
from cyberready.app import pages as every_page
from cyberready.kernel.refusals import Refused
from cyberready.platform import gate, sizes, web
from cyberready.platform.texts import speaking
from cyberready.platform.web import CSP, HEADERS, local_path
from tests import world
from tests.browsing import review

HERE = "https://here.example/some/page"
ADDRESSES = st.text(st.sampled_from("/\\\t\n\r .:@?#%evil\x00\x1f\u2028") | st.characters(), max_size=12)


@pytest.fixture
def pages():
    """Pages of its own for each test: some add one."""
    return every_page()


@pytest.fixture
def kim(browser, database):
    town = world.town(database)
    return browser.sign_in(town["crisis_team"], town.home)


def as_a_browser_reads(target):
    """The host that a browser goes to from here: it trims, drops tabs and line ends, and takes \\ for /."""
    trimmed = target.strip("".join(map(chr, range(0x21))))
    bare = "".join(sign for sign in trimmed if sign not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin(HERE, bare)).netloc


@given(ADDRESSES | ADDRESSES.map(lambda rest: f"/{rest}"))
@example("//evil.example")
@example("/\\evil.example")
@example("\\\\evil.example")
@example("/\t/evil.example")
@example("/\n/evil.example")
@example("/\r\n\\evil.example")
@example("https://evil.example")
@example("javascript:alert(1)")
@example(" //evil.example")
def test_a_reader_is_never_sent_to_another_site(target):
    kept = local_path(target)
    assert kept in {target, "/"}
    assert kept.startswith("/")
    assert as_a_browser_reads(kept) == "here.example"
    assert not set(kept) & {"\t", "\r", "\n", "\0"}


@pytest.mark.parametrize("path", ["/", "/exercises/1/room?after=3#m-7", "/a/b//c", "/zoek?q=%2F%2Fx", "/één"])
def test_a_path_of_this_site_stays(path):
    assert local_path(path) == path


# Headers


def holds_headers(response):
    return {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_every_answer_carries_the_security_headers(app, browser):
    app.add_url_rule("/broken", "broken", gate.public(lambda: 1 // 0))
    answers = {
        path: browser.client.get(path)
        for path in (
            "/sign-in",
            "/",
            "/nowhere",
            "/broken",
            "/static/css/base.css",
            "/static/nothing.css",
            "/health",
        )
    }
    answers["wrong method"] = browser.client.delete("/sign-in")
    answers["no token"] = browser.client.post("/language")
    statuses = {path: answer.status_code for path, answer in answers.items()}
    assert statuses == {
        "/sign-in": 200,
        "/": 302,
        "/nowhere": 404,
        "/broken": 500,
        "/static/css/base.css": 200,
        "/static/nothing.css": 404,
        "/health": 200,
        "wrong method": 405,
        "no token": 401,
    }
    assert [path for path, answer in answers.items() if not holds_headers(answer)] == []
    for answer in answers.values():
        answer.close()


def test_the_policy_lets_nothing_inline_run():
    policy = dict(part.split(" ", 1) for part in CSP.split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("base-uri") == policy.pop("frame-ancestors") == "'none'"
    assert set(policy.values()) == {"'self'"}
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"


def test_pages_are_not_kept_by_caches_and_static_files_for_ever(browser):
    assert browser.client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with browser.app.test_request_context():
        address = web.static("css/base.css")
        assert web.static("css/absent.css") == "/static/css/absent.css?v=missing"
    with browser.client.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    assert address != "/static/css/base.css?v=missing"


def test_over_https_the_browser_is_told_to_stay_there(browser):
    assert "Strict-Transport-Security" not in browser.client.get("/sign-in").headers
    secure = browser.client.get("/sign-in", base_url="https://here.example")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


# Bad requests


def test_an_unknown_address_is_a_page_with_a_sentence(browser):
    page = browser.get("/nowhere", status=404)
    assert "Deze pagina bestaat niet" in page.select_one("[data-refusal]").text


def test_a_post_that_is_too_large_is_told_the_limit(kim):
    too_much = b"x" * (sizes.REQUEST + 1)
    answer = kim.client.post("/language", data=too_much, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "een bestand mag 20 MB zijn, wat u in een formulier typt 10 MB" in answer.text
    assert holds_headers(answer)
    page = kim.post("/language", {"note": "y" * (sizes.REQUEST + 1)}, status=413)
    assert "20 MB" in page.select_one("[data-refusal]").text


def test_an_http_refusal_without_a_sentence_of_its_own_has_the_general_one(app, browser):
    app.add_url_rule("/teapot", "teapot", gate.public(lambda: abort(418)))
    page = browser.get("/teapot", status=418)
    assert page.select_one("[data-refusal]").text.strip()


def test_an_address_that_lacks_its_slash_is_sent_on(kim):
    answer = kim.client.get("/exercises")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/exercises/")


# A fault of ours


def test_a_fault_shows_a_sentence_and_what_was_typed_but_nothing_of_the_inside(app, kim, caplog):
    def broken():
        raise RuntimeError("the inside: /srv/secret.py")

    app.add_url_rule("/broken", "broken", gate.public(broken), methods=["POST"])
    typed = {"decision": "Balie dicht", "password": "geheim-woord", "back": "/overview"}
    page = kim.post("/broken", typed, status=500)
    assert "Balie dicht" in [area.text.strip() for area in page.select("textarea")]
    assert page.select_one(".cr-actions a.cr-button, .cr-actions a")["href"] == "/overview"
    for inside in ("Traceback", "RuntimeError", "secret.py", "geheim-woord"):
        assert inside not in page.text
    assert "the inside: /srv/secret.py" in caplog.text
    assert "geheim-woord" not in caplog.text


def test_the_way_back_stays_on_this_site(app, kim):
    app.add_url_rule("/broken", "broken", gate.public(lambda: 1 // 0), methods=["POST"])
    for target in ("//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"):
        page = kim.post("/broken", {"back": target}, status=500)
        assert page.select_one(".cr-actions a")["href"] == "/"


# What was typed


def secrets_of_all_forms():
    """The names of every password field of every form."""
    for found in pkgutil.walk_packages(cyberready.__path__, "cyberready."):
        if found.name.endswith(".forms"):
            module = importlib.import_module(found.name)
            for form in vars(module).values():
                for name in dir(form) if isinstance(form, type) else ():
                    field = getattr(form, name, None)
                    if getattr(field, "field_class", None) is PasswordField:
                        yield name


def test_what_is_kept_never_holds_a_secret_or_a_token(browser):
    hidden = set(secrets_of_all_forms())
    assert len(hidden) >= 3
    secret = {name: f"secret-{name}" for name in hidden}
    typed = {
        "decision": "Balie <b>dicht</b>",
        "reason": "Geen stroom",
        "link-csrf_token": "secret-link-token",
    }
    page = browser.post("/exercises/1/decisions", {**secret, **typed}, status=401)
    kept = {page.select_one(f'label[for="{one["id"]}"]').text: one.text for one in page.select("textarea")}
    assert set(kept) == {"Besluit", "Reden"}
    assert kept["Besluit"].strip() == "Balie <b>dicht</b>"
    assert "secret-" not in str(page)


def test_too_many_link_requests_show_the_address_but_no_token(browser):
    typed = {"link-email": "kim@waterveld.example", "link-next": "/"}
    for _ in range(40):
        typed["link-csrf_token"] = typed["csrf_token"] = browser.token()
        answer = browser.client.post("/sign-in/link", data=typed)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    kept = [area.text.strip() for area in review(answer.text).select("textarea")]
    assert kept == ["kim@waterveld.example"]


# Partial requests


def test_a_partial_request_after_the_session_gets_the_sign_in_offer_and_not_a_page_to_follow(browser):
    whole = browser.client.get("/overview")
    assert whole.status_code == 302
    assert "next=/overview" in whole.headers["Location"] or "next=%2Foverview" in whole.headers["Location"]
    page = browser.get("/overview", htmx=True, status=401)
    assert "/sign-in?next=" in page.select_one("[data-refusal] a")["href"]


def test_a_partial_request_gets_the_fragment_of_the_page(kim):
    whole = kim.get("/overview")
    assert kim.response.vary
    assert web.PARTIAL in kim.response.headers["Vary"]
    part = kim.get("/overview", htmx=True)
    assert part.select_one("html") is None
    assert part.get_text(" ", strip=True) in whole.get_text(" ", strip=True)


def test_a_refusal_has_its_status_and_sentence(app, browser):
    def refused():
        raise Refused("Choose one of the options.")

    app.add_url_rule("/refused", "refused", gate.public(refused))
    browser.speak("en").get("/refused", status=422)
    assert "Choose one of the options." in browser.page.select_one("[data-refusal]").text


# Times


@pytest.mark.parametrize(
    ("moment", "shown", "zoned"),
    [
        (datetime(2026, 1, 5, 8, 0, tzinfo=UTC), "5 jan 2026 09:00", "CET"),
        (datetime(2026, 7, 5, 22, 30, tzinfo=UTC), "6 jul 2026 00:30", "CEST"),
    ],
)
def test_times_are_those_of_amsterdam(moment, shown, zoned):
    with speaking("nl"):
        assert web.localtime(moment) in {shown, shown.replace("jan ", "jan. ").replace("jul ", "jul. ")}
        assert web.localtime(moment, zone=True).endswith(zoned)
        assert web.clocktime(moment) == shown[-5:]
    with speaking("en"):
        assert web.longdate(moment).split(",")[0] in {"Monday 5 January 2026", "Monday 6 July 2026"}
        assert str(moment.year) in web.shortdate(moment)


@given(st.timedeltas(timedelta(), timedelta(days=9)))
def test_exercise_time_is_hours_minutes_seconds(span):
    hours, minutes, seconds = web.offset(span).split(":")
    assert len(minutes) == len(seconds) == 2
    read = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    assert read == timedelta(seconds=span // timedelta(seconds=1))


def test_a_download_keeps_its_name_whatever_is_in_it():
    answer = web.attachment(b"x", 'verslag "één".docx', "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.data == b"x"
