"""The page-reviewing client: no test can get a page without its review."""

import re

import html5lib
import markupever
from bs4 import BeautifulSoup

from cyberready.people.queries import principal_of
from cyberready.platform.context import NAME
from cyberready.platform.web import HEADERS

INLINE = {"style", "onclick", "onload"}


class Browser:
    """A signed-in or anonymous reader; ``get`` and ``post`` return the parsed page after reviewing it."""

    def __init__(self, app) -> None:
        self.app = app
        self.client = app.test_client()
        self.page = None
        self.response = None
        self.csrf = (None, None)

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
        """A CSRF token of this session, asked from a page when the session is a new one."""
        with self.client.session_transaction() as session:
            secret = session.get("csrf_token")
        if secret is None or secret != self.csrf[0]:
            token = self._asked()
            with self.client.session_transaction() as session:
                self.csrf = (session["csrf_token"], token)
        return self.csrf[1]

    def _asked(self) -> str:
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
    faults = malformed(html, fragment=fragment)
    assert not faults, faults[:3]
    page = BeautifulSoup(html, "html.parser")
    tags = page.find_all(True)
    if not fragment:
        judge_document(page, tags)
    ids = [tag["id"] for tag in tags if tag.has_attr("id")]
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1][:3]
    judge_controls(tags)
    for form in named(tags, "form"):
        assert form.get("action") is not None or form.get("method"), f"a form that goes nowhere: {form}"
        if form.get("method") == "post":
            assert form.find("input", attrs={"name": "csrf_token"}), f"no CSRF token: {form}"
    inline = [tag for tag in tags if tag.name == "style" or tag.attrs.keys() & INLINE]
    assert not inline, f"inline style or handler: {inline[0]}"
    assert not [script for script in named(tags, "script") if not script.get("src")], "inline script"
    for described in tags:
        for name in described.get("aria-describedby", "").split():
            assert name in ids, f"aria-describedby points nowhere: {name}"
    assert not re.search(r">\s*None\s*<", html), "a None is shown"
    return page


def malformed(html: str, *, fragment: bool = False) -> list[str]:
    """What a browser has to mend while it reads this; with its lines where the slower parser, which knows them, agrees."""
    parser = markupever.Parser(markupever.HtmlOptions(full_document=not fragment, exact_errors=True))
    parser.process(html)
    parser.finish()
    faults = list(parser.errors())
    if not faults:
        return []
    slower = html5lib.HTMLParser(strict=False)
    (slower.parseFragment if fragment else slower.parse)(html)
    lines = html.splitlines()
    return [f"{name}: {lines[place[0] - 1].strip()[:160]}" for place, name, _ in slower.errors] or faults


def named(tags, *names):
    """The elements of these names."""
    return [tag for tag in tags if tag.name in names]


def judge_document(page, tags) -> None:
    """Check what a whole page has once: its heading, title, language and main part."""
    headings = named(tags, "h1")
    assert len(headings) == 1, [heading.get_text() for heading in headings]
    title = page.title.get_text(strip=True)
    assert title.startswith(headings[0].get_text(strip=True)), (title, headings[0].get_text())
    assert page.html["lang"] in {"nl", "en"}
    assert named(tags, "main"), "no main landmark"


def judge_controls(tags) -> None:
    """Check that every control says what it is for, and that not each of several boxes must be ticked."""
    labelled = {label.get("for") for label in named(tags, "label")}
    controls = named(tags, "input", "select", "textarea")
    for control in controls:
        if control.get("type") not in {"hidden", "submit"}:
            label = control.get("id") in labelled - {None}
            assert label or control.get("aria-label") or control.find_parent("label"), f"no label: {control}"
    boxes = [one for one in controls if one.get("type") == "checkbox"]
    names = [one.get("name") for one in boxes]
    alike = [one["name"] for one in boxes if one.has_attr("required") and names.count(one["name"]) > 1]
    assert not alike, f"every box of several is required: {alike[0]}"
