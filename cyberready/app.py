"""The composition root: the only module that knows every slice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask

from cyberready.kernel.checkpoint import SigningKey
from cyberready.people import queries as people
from cyberready.platform import clock, gate, texts, web
from cyberready.platform.context import NAME, Context
from cyberready.platform.db import Database
from cyberready.platform.gate import Principal
from cyberready.platform.scheduler import Alarm
from cyberready.platform.web import MenuItem
from cyberready.platform.workers import Workers
from cyberready.settings import Settings

UPLOAD_LIMIT = 10 * 1024 * 1024
SLICES = ("desk", "people", "playbooks", "exercises", "incidents", "campaigns")
MENU = (
    MenuItem("Overview", "desk.home", "home", "desk.view"),
    MenuItem("Playbooks", "playbooks.library", "book", "playbooks.read"),
    MenuItem("Exercises", "exercises.list_page", "target", "exercises.view"),
    MenuItem("Awareness", "campaigns.calendar", "speakerphone", "campaigns.view"),
    MenuItem("Incidents", "incidents.list_page", "alert-triangle", "incidents.view"),
    MenuItem("People", "people.roster", "users", "people.view"),
)


def build(
    settings: Settings, *, now: Callable[[], datetime] = clock.now, workers: Workers | None = None
) -> Flask:
    """Build the application on its database; nothing wakes until ``cyberready.asgi`` starts the alarm."""
    app = Flask("cyberready", static_folder=str(Path(__file__).parent / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=int(settings.session_hours)),
        WTF_CSRF_TIME_LIMIT=None,
    )
    database = Database(settings.database_url)
    app.extensions[NAME] = Context(
        settings=settings,
        database=database,
        clock=now,
        alarm=Alarm(database, now),
        workers=workers or Workers(),
        key=SigningKey.from_pem(Path(settings.signing_key_file).read_bytes()),
    )
    texts.install(app)
    gate.install(app, {"account": _account(database)})
    web.install(
        app, tuple(item for item in MENU if find_spec(f"cyberready.{item.endpoint.split('.')[0]}.views"))
    )
    for name in SLICES:
        if find_spec(f"cyberready.{name}.views"):
            app.register_blueprint(import_module(f"cyberready.{name}.views").blueprint)
    return app


def _account(database: Database) -> gate.Loader:
    def load(number: int, organisation_id: int) -> Principal | None:
        return database.read(lambda session: people.principal_of(session, number, organisation_id))

    return load
