"""The composition root: the only module that knows every slice."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from cyberready.campaigns import jobs as campaign_jobs
from cyberready.desk import jobs as reminder_jobs
from cyberready.exchange import jobs as kit_jobs
from cyberready.exercises import jobs as exercise_jobs
from cyberready.exercises import queries as exercises
from cyberready.exercises.formats import fill
from cyberready.kernel.checkpoint import SigningKey
from cyberready.people import queries as people
from cyberready.platform import clock, gate, sizes, texts, web
from cyberready.platform.context import NAME, Context, read
from cyberready.platform.db import Database
from cyberready.platform.gate import Principal
from cyberready.platform.live import frames
from cyberready.platform.live.tickets import View
from cyberready.platform.scheduler import Alarm
from cyberready.platform.web import MenuItem
from cyberready.platform.workers import Workers
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail.rules import Line
from cyberready.trail.wording import say, who

SLICES = ("desk", "people", "playbooks", "exchange", "exercises", "incidents", "campaigns")
MENU = (
    MenuItem("Overview", "desk.home", "home", "desk.view"),
    MenuItem("Playbooks", "playbooks.library", "book", "playbooks.read"),
    MenuItem("Exercises", "exercises.list_page", "target", "exercises.view"),
    MenuItem("Awareness", "campaigns.calendar", "speakerphone", "campaigns.view"),
    MenuItem("Incidents", "incidents.list_page", "alert-triangle", "incidents.view"),
    MenuItem("Improvements", "desk.improvements", "bulb", "improvements.view"),
    MenuItem("People", "people.roster", "users", "people.view"),
    MenuItem("Search", "desk.search", "search", "playbooks.read"),
)


def pages() -> Flask:
    """Every page of the product with its guards and templates, on no database yet."""
    app = Flask("cyberready", static_folder=str(Path(__file__).parent / "static"))
    app.config.update(
        MAX_CONTENT_LENGTH=sizes.REQUEST,
        MAX_FORM_MEMORY_SIZE=sizes.FORM,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,  # a late answer must not bring back a session that was just ended
        WTF_CSRF_TIME_LIMIT=None,
    )
    texts.install(app)
    gate.install(
        app, {"account": _loader(people.principal_of), "participant": _loader(exercises.principal_of)}
    )
    web.install(app, MENU)
    app.jinja_env.filters |= {"sentence": say, "who": who, "fill": fill}
    for name in SLICES:
        app.register_blueprint(import_module(f"cyberready.{name}.views").blueprint)
    return app


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock.now,
    workers: Workers | None = None,
    app: Flask | None = None,
    database: Database | None = None,
) -> Flask:
    """Put the pages (or *app*, which has them) on their database (or *database*, which is open already).

    Nothing wakes until ``cyberready.asgi`` starts the alarm.
    """
    app = app or pages()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=int(settings.session_hours)),
    )
    database = database or Database(settings.database_url)
    alarm = Alarm(database, now)
    app.extensions[NAME] = Context(
        settings=settings,
        database=database,
        clock=now,
        alarm=alarm,
        workers=workers or Workers(),
        key=SigningKey.from_pem(settings.host, Path(settings.signing_key_file).read_bytes()),
    )
    alarm.add(exercise_jobs.source())
    alarm.add(campaign_jobs.source(settings))
    alarm.add(kit_jobs.source(settings))
    alarm.add(reminder_jobs.source(settings))
    return app


def _loader(question: Callable[[Session, int, int], Principal | None]) -> gate.Loader:
    def load(number: int, organisation_id: int) -> Principal | None:
        return read(lambda session: question(session, number, organisation_id))

    return load


class Frames:
    """Draws live frames with the pages' own templates; every method blocks (see ``platform.live.frames``)."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._context: Context = app.extensions[NAME]
        self._screens = {
            name: import_module(f"cyberready.{name}.frames") for name in ("exercises", "incidents")
        }
        # Compiled now, so that the first inject does not wait for it.
        for name in app.jinja_env.list_templates(filter_func=lambda name: "/_frame_" in name):
            app.jinja_env.get_template(name)

    def lines(self, trail_id: int, after: int, limit: int) -> Sequence[frames.Line]:
        """The entries after a position."""
        return self._context.database.read(
            lambda session: trails.lines(session, trail_id, after=after, limit=limit)
        )

    def render(self, view: View, line: Line) -> str | None:
        """One entry as one screen shows it, in the language of its readers."""
        slice_name, _dot, screen = view.page.partition(".")
        drawing = self._screens[f"{slice_name}s"]
        # Who joins late reads many entries that do not show; those must cost nothing.
        if drawing.silent(screen, line.kind):
            return None
        with self._app.test_request_context(), texts.speaking(view.language):
            html: str | None = self._context.database.read(
                lambda session: drawing.frame(session, screen, line, self._context.clock())
            )
        return html

    def alive(self, ref: str, generation: int) -> bool:
        """Whether a person's access is still of this generation."""
        kind, _colon, number = ref.partition(":")
        question = people.generation if kind == "account" else exercises.generation
        return self._context.database.read(lambda session: question(session, int(number))) == generation


def frame_source(app: Flask) -> Frames:
    """What the live hub shows: this application's trails, drawn by its templates."""
    return Frames(app)
