"""The page-reviewing client: no test can get a page without its review."""

import re

import html5lib
from bs4 import BeautifulSoup

from cyberready.people.queries import principal_of
from cyberready.platform.context import NAME
from cyberready.platform.web import HEADERS

LABELLED = "input:not([type=hidden]):not([type=submit]), select, textarea"


class Browser:
    """A signed-in or anonymous reader; ``get`` and ``post`` return the parsed page after reviewing it."""

    def __init__(self, app) -> None:
        self.app = app
        self.client = app.test_client()
        self.page = None
        self.response = None

    def another(self) -> "Browser":
        """A second browser on the same application."""
        return Browser(self.app)

    def sign_in(self, account, organisation) -> "Browser":
        """Be this account in this organisation, without the sign-in page."""
        database = self.app.extensions[NAME].database
        person = database.read(lambda session: principal_of(session, account.id, organisation.id))
        return self.be(person)

    def be(self, person) -> "Browser":
        """Be this principal."""
        with self.client.session_transaction() as session:
            session.clear()
            session["_user_id"] = person.get_id()
            session["_fresh"] = True
            session["sid"] = f"sid-{person.ref}"
        return self

    def speak(self, language: str) -> "Browser":
        """Choose a language."""
        with self.client.session_transaction() as session:
            session["language"] = language
        return self

    def get(self, url: str, *, status: int = 200, htmx: bool = False, **options):
        """Get a page, expecting *status*."""
        headers = {"HX-Request-Type": "partial", "HX-Request": "true"} if htmx else {}
        return self._done(self.client.get(url, headers=headers, **options), status, htmx=htmx)

    def post(self, url: str, data: dict | None = None, *, status: int = 303, htmx: bool = False, **options):
        """Post a form with the session's CSRF token, expecting *status*."""
        headers = {"HX-Request-Type": "partial", "HX-Request": "true"} if htmx else {}
        sent = {"csrf_token": self.token(), **(data or {})}
        return self._done(self.client.post(url, data=sent, headers=headers, **options), status, htmx=htmx)

    def token(self) -> str:
        """A CSRF token of this session."""
        html = self.client.get("/account").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', html)
        if not found:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/sign-in").text)
        if not found:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/exercises/join").text)
        assert found, "no page gave a CSRF token"
        return found[1]

    def follow(self, *, status: int = 200):
        """Get the page that the last answer points to."""
        return self.get(self.response.headers["Location"], status=status)

    def _done(self, response, status: int, *, htmx: bool):
        self.response = response
        assert not self.app.unrecorded, f"an act without a trail entry: {self.app.unrecorded}"
        assert response.status_code == status, (
            f"{response.status_code} {response.headers.get('Location')}: {told(response)}"
        )
        for name, value in HEADERS.items():
            assert response.headers[name] == value, name
        if response.mimetype == "text/html" and response.data and response.status_code != 303:
            self.page = review(response.text, fragment=htmx and response.status_code == 200)
        else:
            self.page = None
        return self.page


def told(response) -> str:
    """What the answer says, for the failure message."""
    soup = BeautifulSoup(response.text, "html.parser")
    words = [part.get_text(" ", strip=True) for part in soup.select("[data-refusal], .cr-error, .cr-notice")]
    return " | ".join(words) or soup.get_text(" ", strip=True)[:300]


def review(html: str, *, fragment: bool = False) -> BeautifulSoup:
    """Check what every page must be: valid, titled, labelled, without inline code."""
    parser = html5lib.HTMLParser(strict=False)
    (parser.parseFragment if fragment else parser.parse)(html)
    errors = [error for error in parser.errors if error[1] != "expected-doctype-but-got-start-tag"]
    assert not errors, [(place, name, html.splitlines()[place[0] - 1][:160]) for place, name, _ in errors[:3]]
    page = BeautifulSoup(html, "html.parser")
    if not fragment:
        headings = page.select("h1")
        assert len(headings) == 1, [heading.get_text() for heading in headings]
        title = page.select_one("title").get_text(strip=True)
        assert title.startswith(headings[0].get_text(strip=True)), (title, headings[0].get_text())
        assert page.html["lang"] in {"nl", "en"}
        assert page.select_one("main"), "no main landmark"
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1][:3]
    for control in page.select(LABELLED):
        label = control.get("id") and page.select_one(f'label[for="{control["id"]}"]')
        assert label or control.get("aria-label") or control.find_parent("label"), f"no label: {control}"
    for form in page.select("form"):
        assert form.get("action") is not None or form.get("method"), f"a form that goes nowhere: {form}"
        if form.get("method") == "post":
            assert form.select_one('input[name="csrf_token"]'), f"no CSRF token: {form}"
    assert not page.select("[style], style, [onclick], [onload]"), "inline style or handler"
    assert not [script for script in page.select("script") if not script.get("src")], "inline script"
    for described in page.select("[aria-describedby]"):
        for name in described["aria-describedby"].split():
            assert page.select_one(f'[id="{name}"]'), f"aria-describedby points nowhere: {name}"
    assert not re.search(r">\s*None\s*<", html), "a None is shown"
    return page
