"""The HTTP around a stream: where a client was, how an answer starts, how it is refused."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

from markupsafe import escape

from cyberready.kernel.refusals import Refused
from cyberready.platform.live.writer import Send
from cyberready.platform.texts import LANGUAGES, translate
from cyberready.platform.web import HEADERS

Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]

FIRST = -1
LARGEST = 2**53


class Unreadable(Refused):
    """The request makes no sense."""

    status = 400


class WrongMethod(Refused):
    """A stream can only be read."""

    status = 405


class Unavailable(Refused):
    """The server is about to stop."""

    status = 503


def position(scope: Scope) -> int:
    """The last position that the client has: its ``Last-Event-ID``, else ``?after=``, else -1 (it has nothing).

    Raises Unreadable when that is no position.
    """
    given = next((value for name, value in scope["headers"] if name == b"last-event-id" and value), None)
    if given is None:
        query = parse_qs(scope["query_string"].decode("ascii", "replace"))
        given = query.get("after", [str(FIRST)])[-1].encode()
    try:
        found = int(given.decode("ascii"))
    except ValueError:
        raise Unreadable("This request cannot be read. Go back and try again.") from None
    if not FIRST <= found <= LARGEST:
        raise Unreadable("This request cannot be read. Go back and try again.")
    return found


def headers(scope: Scope, content_type: str) -> Headers:
    """The headers of every answer: those of the pages, and nothing that a proxy may keep or hold back."""
    found = {name.lower(): value for name, value in HEADERS.items()} | {
        "content-type": content_type,
        "cache-control": "no-store",
        "connection": "close",
        "x-accel-buffering": "no",
    }
    if scope.get("scheme") == "https":
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in found.items()]


async def start(scope: Scope, send: Send) -> None:
    """Start the answer that is a stream."""
    await send({"type": "http.response.start", "status": 200, "headers": headers(scope, "text/event-stream")})


async def refuse(scope: Scope, send: Send, refusal: Refused, language: str = LANGUAGES[0]) -> None:
    """Answer with the sentence of *refusal*, as a page that the script of the pages finds it in."""
    sentence = escape(translate(language, refusal.sentence, **refusal.values))
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{sentence}</title></head>'
        f"<body><main><h1 data-refusal>{sentence}</h1></main></body></html>"
    ).encode()
    fields = headers(scope, "text/html; charset=utf-8")
    fields.append((b"content-length", str(len(page)).encode()))
    if refusal.status == WrongMethod.status:
        fields.append((b"allow", b"GET"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": fields})
    await send({"type": "http.response.body", "body": page, "more_body": False})
