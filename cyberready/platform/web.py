"""Pages: showing them, refusing in sentences, headers, times, the menu."""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import (
    Flask,
    Response,
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from jinja2 import FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, ValidationError

from cyberready.kernel.refusals import Refused
from cyberready.platform import markdown, sizes, texts
from cyberready.platform.context import now
from cyberready.platform.gate import SignInNeeded, back_to_sign_in, public
from cyberready.platform.texts import gettext
from cyberready.platform.texts import lazy_gettext as _
from cyberready.settings import content_root

log = logging.getLogger(__name__)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STATIC = Path(__file__).parent.parent / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
PARTIAL = "HX-Request-Type"
# Browsers drop tabs and line ends from an address, and read a backslash as a slash: none may make a path a host.
LOCAL = re.compile(r"/(?!/)[^\x00-\x1f\x7f\\]*")
LARGEST_ROW = 2**31 - 1


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; ``label`` is a message id, shown to who has ``permission``."""

    label: str
    endpoint: str
    icon: str
    permission: str


class RowNumber(IntegerConverter):
    """The number of a row in an address; what no row can have is an unknown page, not a fault of the database."""

    def to_python(self, value: str) -> int:
        """Give the number."""
        if len(value) > len(str(LARGEST_ROW)) or int(value) > LARGEST_ROW:
            raise ValidationError
        return int(value)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Show ``<template>.html``; a partial htmx request gets the fragment ``_<name>.html`` that the page includes."""
    folder, _, name = template.rpartition("/")
    partial = request.headers.get(PARTIAL) == "partial"
    file = f"{folder}/_{name}.html" if partial else f"{folder}/{name}.html"
    with texts.speaking(texts.language()):  # found once; a page has hundreds of texts
        response = make_response(render_template(file, **values), status)
    response.vary.add(PARTIAL)
    return response


def done(sentence: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Say *sentence* on the next page and go there (303, so that reload does not act twice)."""
    flash(sentence, "ok")
    return redirect(url_for(endpoint, **values), code=303)


def localtime(moment: datetime, *, zone: bool = False) -> str:
    """An instant as the reader's date and time in Europe/Amsterdam, with the zone when asked."""
    pattern = "d MMM y HH:mm" + (" zzz" if zone else "")
    return format_datetime(moment.astimezone(AMSTERDAM), pattern, locale=texts.language())


def longdate(moment: datetime) -> str:
    """An instant as weekday and date in Europe/Amsterdam."""
    return format_date(moment.astimezone(AMSTERDAM), "EEEE d MMMM y", locale=texts.language())


def day(when: date) -> str:
    """A date without a time."""
    return format_date(when, "d MMM y", locale=texts.language())


def shortdate(moment: datetime) -> str:
    """An instant as date in Europe/Amsterdam, for narrow places."""
    return format_date(moment.astimezone(AMSTERDAM), "d MMM y", locale=texts.language())


def clocktime(moment: datetime) -> str:
    """An instant as wall clock time in Europe/Amsterdam."""
    return moment.astimezone(AMSTERDAM).strftime("%H:%M")


def offset(span: timedelta) -> str:
    """Exercise time as H:MM:SS."""
    seconds = int(span.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@lru_cache(maxsize=256)
def _digest(path: str) -> str:
    file = STATIC / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"


def static(path: str) -> str:
    """The address of a static file, with its content hash so that it may be cached for ever."""
    return f"/static/{path}?v={_digest(path)}"


def install(app: Flask, menu: tuple[MenuItem, ...]) -> None:
    """Set up templates, filters, headers and the one place where refusals are shown."""
    app.url_map.converters["int"] = RowNumber
    app.jinja_loader = FileSystemLoader(content_root() / "templates")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "day": day,
        "localtime": localtime,
        "longdate": longdate,
        "shortdate": shortdate,
        "clocktime": clocktime,
        "offset": offset,
        "markdown": markdown.render,
    }
    app.jinja_env.globals["static"] = static  # macros are imported without context
    app.context_processor(_frame_of(menu))
    app.after_request(_headers)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)
    app.add_url_rule("/language", "language", _language, methods=["POST"])


def _here(shown: list[MenuItem]) -> MenuItem | None:
    """The entry under which the page falls: of its blueprint, and where that has none or several the nearest by address."""
    slice_name = (request.endpoint or "").partition(".")[0]
    own = [item for item in shown if item.endpoint.partition(".")[0] == slice_name]
    if len(own) == 1:
        return own[0]
    near = [item for item in own or shown if request.path.startswith(url_for(item.endpoint))]
    return max(near, key=lambda item: len(url_for(item.endpoint)), default=None)


def _frame_of(menu: tuple[MenuItem, ...]) -> Callable[[], dict[str, Any]]:
    def frame() -> dict[str, Any]:
        chosen = texts.language()
        signed_in = current_user.is_authenticated
        shown = [item for item in menu if signed_in and current_user.may(item.permission)]
        here = _here(shown)
        return {
            "principal": current_user,
            "menu": [
                {
                    "label": gettext(item.label),
                    "url": url_for(item.endpoint),
                    "icon": item.icon,
                    "current": item is here,
                }
                for item in shown
            ],
            "language": chosen,
            "other_language": next(name for name in texts.LANGUAGES if name != chosen),
            "language_url": url_for("language"),
            "csrf_token": generate_csrf,
            "get_flashed_messages": get_flashed_messages,
            "static": static,
            "exercise_mode": False,
            "page_path": request.full_path.rstrip("?"),
            "server_now": now(),
        }

    return frame


@public
def _language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    if chosen in texts.LANGUAGES:
        session["language"] = chosen
    return redirect(local_path(request.form.get("next", "/")), code=303)


def local_path(target: str) -> str:
    """*target* when it stays on this site, else the front page."""
    return target if LOCAL.fullmatch(target) else "/"


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _refused(refusal: Refused) -> ResponseReturnValue:
    if isinstance(refusal, SignInNeeded):
        part = request.headers.get(PARTIAL) == "partial"
        return _expired(refusal) if part or request.method == "POST" else back_to_sign_in()
    return _no(refusal.status, gettext(refusal.sentence, **refusal.values))


def _no(status: int, sentence: str) -> ResponseReturnValue:
    back = local_path(_sent().get("back", "") or "/")
    return make_response(
        render_template("errors/refused.html", status=status, sentence=sentence, back_url=back, kept=_kept()),
        status,
    )


def _expired(error: Exception) -> ResponseReturnValue:
    signed_in = current_user.is_authenticated
    status = 400 if signed_in else 401
    sign_in_url = url_for("people.sign_in_page", next=local_path(_sent().get("back", "") or request.path))
    log.info("a form came after its session: %s", error)
    return make_response(
        render_template("errors/expired.html", kept=_kept(), sign_in_url=sign_in_url, status=status), status
    )


# What fields are called on the page that gives back what was typed; the form with their own labels is not there.
FIELDS = {
    "text": _("Text"),
    "body": _("Text"),
    "source": _("Text"),
    "title": _("Title"),
    "note": _("Explanation"),
    "reason": _("Reason"),
    "decision": _("Decision"),
    "remark": _("Remark"),
}


def _kept() -> list[tuple[str, str]]:
    """What was typed: every text field of the refused form but secrets, so that nothing is lost."""
    hidden = {"csrf_token", "password", "password_again", "current_password", "back", "next", "version"}
    hidden |= {"began", "section", "do"}
    return [
        (str(FIELDS.get(name, name)), value)
        for name, value in _sent().items(multi=True)
        if value
        and name.rpartition("-")[2] not in hidden  # two forms on one page have a prefix: link-csrf_token
    ]


def _sent() -> MultiDict[str, str]:
    """The refused form; empty when it was refused for its size, as it is not read then."""
    try:
        return request.form
    except RequestEntityTooLarge:
        return MultiDict()


SENTENCES = {
    400: _("This request cannot be read. Go back and try again."),
    404: _("This page does not exist. The address may be mistyped, or what it showed was moved."),
    405: _("This address cannot be used in this way. Go back and use the buttons on the page."),
    413: _(
        "This is too large: a file may be %(file)s MB, what you type in a form %(form)s MB. Make it smaller, or split it.",
        file=sizes.megabytes(sizes.UPLOAD),
        form=sizes.megabytes(sizes.FORM),
    ),
    429: _("Too many attempts. Wait a few minutes and try again."),
}
OTHERWISE = _("This is not possible here. Go back and try again.")


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return _no(status, str(SENTENCES.get(status, OTHERWISE)))


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("a fault of ours at %s %s", request.method, request.path, exc_info=error)
    return _no(
        500, gettext("Something went wrong on our side. It was recorded; what you typed is shown below.")
    )


def attachment(content: bytes, name: str, mimetype: str) -> Response:
    """Offer *content* as a download called *name*."""
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
