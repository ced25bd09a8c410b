"""Who is there and what they may do: sign-in sessions, permissions per route, rate limits."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Forbidden, Refused
from cyberready.platform.context import now
from cyberready.platform.realm import Realm

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
PUBLIC = "public"
csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in: an account in one organisation, or a participant of one exercise.

    ``ref`` is ``account:7`` or ``participant:3``; ``generation`` ends the session when it no longer matches;
    ``exercise_id`` and ``team`` are only set for participants.
    """

    ref: str
    name: str
    organisation_id: int
    organisation_name: str
    roles: frozenset[str]
    generation: int
    permissions: frozenset[str]
    language: str = "nl"
    function: str = ""
    exercise_id: int | None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.ref}/{self.organisation_id}/{self.generation}"

    def may(self, permission: str) -> bool:
        """Whether one of the roles carries this permission."""
        return permission in self.permissions

    @property
    def number(self) -> int:
        """The row number behind ``ref``."""
        return int(self.ref.partition(":")[2])

    @property
    def account_id(self) -> int | None:
        """The number of the account; None for a participant, who has none."""
        return self.number if self.ref.startswith("account:") else None


Loader = Callable[[int, int], Principal | None]


@dataclass(slots=True)
class RateLimit:
    """At most *count* tries per key within *window*; kept in memory, per process."""

    count: int
    window: timedelta
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, key: str, at: datetime) -> None:
        """Raise TooManyRequests when there were too many tries, without counting this one."""
        with self._lock:
            self._open(key, at)

    def take(self, key: str, at: datetime) -> None:
        """Count one try; raises TooManyRequests when there were too many."""
        with self._lock:
            self._open(key, at).append(at)
            if len(self._seen) > 10_000:
                self._seen = {
                    name: kept for name, kept in self._seen.items() if kept and kept[-1] > at - self.window
                }

    def _open(self, key: str, at: datetime) -> deque[datetime]:
        tries = self._seen.setdefault(key, deque())
        while tries and tries[0] <= at - self.window:
            tries.popleft()
        if len(tries) >= self.count:
            raise TooManyRequests(
                "Too many attempts. Wait %(minutes)s minutes and try again.", minutes=self.minutes
            )
        return tries

    def forget(self, key: str) -> None:
        """Start counting this key anew, after a success."""
        with self._lock:
            self._seen.pop(key, None)

    @property
    def minutes(self) -> int:
        """The window in whole minutes, for the sentence."""
        return max(1, int(self.window.total_seconds() // 60))


class TooManyRequests(Refused):
    """Somebody tries too often."""

    status = 429


class SignInNeeded(Refused):
    """The session is over or never was."""

    status = 401


def may(permission: str) -> Callable[[View], View]:
    """Declare the permission of a route; without this or ``public`` a route answers no one."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                raise SignInNeeded("Please sign in to go on. What you typed has been kept.")
            if not current_user.may(permission):
                raise Forbidden("Your role does not allow this. Ask the administrator of your organisation.")
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the deny-by-default check
        return guarded  # type: ignore[return-value]  # wraps keeps the signature

    return mark


def public(view: View) -> View:
    """Declare that a route is for everyone."""
    view.permission = PUBLIC  # type: ignore[attr-defined]  # read by the deny-by-default check
    return view


def principal() -> Principal:
    """Who is signed in; raises SignInNeeded."""
    if not current_user.is_authenticated:
        raise SignInNeeded("Please sign in to go on. What you typed has been kept.")
    signed_in: Principal = current_user._get_current_object()  # noqa: SLF001 -- Flask-Login's proxy has no public way out
    return signed_in


def who() -> Actor:
    """The signed-in person as an actor."""
    person = principal()
    role = person.function or ", ".join(sorted(person.roles))
    return Actor(ref=person.ref, name=person.name, role=role, organisation_id=person.organisation_id)


def realm() -> Realm:
    """The organisation of the signed-in person."""
    return Realm(principal().organisation_id)


def sign_in(person: Principal, *, keep_until: datetime) -> None:
    """Start a session for *person* that ends at *keep_until*; its random ``sid`` names it to live streams."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session["sid"] = secrets.token_urlsafe(12)
    session["until"] = keep_until.isoformat()
    session.permanent = True
    login_user(person)


def sign_out() -> None:
    """End this session; the choice of language stays."""
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language


def deny_by_default(app: Flask) -> None:
    """Refuse any route that declares no permission, and end sessions whose time is over."""

    @app.before_request
    def _guard() -> ResponseReturnValue | None:
        if request.endpoint is None or request.endpoint == "static":
            return None
        if "\0" in request.path or any("\0" in value for _, value in request.values.items(multi=True)):
            abort(400)  # no text holds a NUL, and PostgreSQL refuses it
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "permission"):
            raise Forbidden("This page has no declared permission and stays closed.")
        until = session.get("until")
        if until and datetime.fromisoformat(until) <= now():
            sign_out()
        return None


def install(app: Flask, loaders: Mapping[str, Loader]) -> None:
    """Set up sessions, CSRF protection and the deny-by-default rule.

    *loaders* turns ``account`` and ``participant`` numbers (with an organisation number) into principals.
    """
    manager = LoginManager(app)
    manager.session_protection = "basic"

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login is not typed
    def _load(cookie: str) -> Principal | None:
        ref, organisation, generation = cookie.split("/")
        kind, _, number = ref.partition(":")
        person = loaders[kind](int(number), int(organisation)) if kind in loaders else None
        return person if person and person.generation == int(generation) else None

    csrf.init_app(app)
    deny_by_default(app)


def back_to_sign_in() -> ResponseReturnValue:
    """Send an anonymous reader to the sign-in page, and back afterwards."""
    return redirect(url_for("people.sign_in_page", next=request.full_path.rstrip("?")))
