"""Languages: English message ids in the code, Dutch for the user first; catalogues are read at the start."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, session
from flask_babel import Babel
from flask_babel.speaklater import LazyString
from flask_login import current_user

LANGUAGES = ("nl", "en")
SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)
FOLDER = Path(__file__).parent.parent / "translations"


@lru_cache
def catalogue(chosen: str) -> NullTranslations:
    """All slices' catalogues of one language as one; English needs none."""
    merged: Translations | None = None
    for path in sorted((FOLDER / chosen / "LC_MESSAGES").glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=chosen))
        compiled.seek(0)
        found = Translations(compiled)
        if merged is None:
            merged = found
        else:
            merged.merge(found)
    return merged if merged is not None else NullTranslations()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak one language inside the block: for mails, documents and live frames."""
    token = SPOKEN.set(chosen)
    try:
        yield
    finally:
        SPOKEN.reset(token)


def language() -> str:
    """The reader's language: what the block speaks, what was chosen here, what the account prefers, Dutch."""
    if spoken := SPOKEN.get():
        return spoken
    if not has_request_context():
        return LANGUAGES[0]
    chosen = session.get("language") or (current_user.language if current_user.is_authenticated else None)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def translate(chosen: str, message: str, **values: object) -> str:
    """Say *message* in one language, for documents, mails and live frames made outside a request."""
    said = catalogue(chosen).gettext(message)
    return said % values if values else said


def gettext(message: str, **values: object) -> str:
    """Say *message* in the reader's language."""
    return translate(language(), message, **values)


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Say *singular* or *plural* in the reader's language; ``%(num)s`` is the number."""
    return catalogue(language()).ngettext(singular, plural, num) % {"num": num, **values}


def lazy_gettext(message: str, **values: object) -> LazyString:
    """Say *message* when it is shown, in the language of who reads it then."""
    return LazyString(partial(gettext, message, **values))


def install(app: Flask) -> None:
    """Set up languages for the application: Dutch first, times in Europe/Amsterdam."""
    Babel(app, default_locale="nl", default_timezone="Europe/Amsterdam", locale_selector=language)
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]  # added by the i18n extension
    app.jinja_env.globals["_"] = gettext
