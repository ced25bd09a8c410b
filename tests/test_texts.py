"""Every text in the code and the pages has its Dutch, and its places fit."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cyberready.platform.texts import FOLDER

ROOT = Path(__file__).parent.parent
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "Refused", "NotFound", "Forbidden", "Conflict")),
    **dict.fromkeys(
        ("SignInNeeded", "TooManyRequests", "MenuItem", "Unreadable", "WrongMethod", "Unavailable")
    ),
    "ngettext": (1, 2),
    "Fault": (3,),
    **dict.fromkeys(("translate", "say"), (2,)),
    "_say": (1,),
    "PydanticCustomError": (2,),
}
PLACE = re.compile(r"%\((\w+)\)")


def wanted():
    """Every message id in code and templates, with where it stands."""
    found = {}
    for folder in (ROOT / "cyberready", ROOT / "templates"):
        for path, line, message, _comments, _context in extract_from_dir(
            str(folder),
            method_map=[("**.py", "python"), ("**.html", "jinja2")],
            keywords=KEYWORDS,
            options_map={"**.html": {"silent": "false"}},
        ):
            for one in (message,) if isinstance(message, str) else message:
                if one and (" " in one or one[:1].isupper()):
                    found.setdefault(one, f"{folder.name}/{path}:{line}")
    return found


def dutch():
    """Every Dutch message, over all catalogues."""
    messages = {}
    for path in sorted((FOLDER / "nl" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="nl"):
                if message.id:
                    ids = message.id if isinstance(message.id, tuple) else (message.id,)
                    texts = message.string if isinstance(message.string, tuple) else (message.string,)
                    for one in ids:
                        messages[one] = (texts, path.name)
    return messages


def test_every_text_has_its_dutch():
    known = dutch()
    missing = [
        f"{place}: {message!r}"
        for message, place in wanted().items()
        if not all(known.get(message, (("",), ""))[0])
    ]
    assert not missing, "\n".join(missing)


def test_every_dutch_text_has_the_places_of_its_english():
    wrong = [
        (message, name)
        for message, (texts, name) in dutch().items()
        for translated in texts
        if set(PLACE.findall(translated)) - set(PLACE.findall(message)) - {"num"}
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "nl" / "LC_MESSAGES").glob("*.po")), ids=lambda path: path.name
)
def test_no_catalogue_holds_fuzzy_texts(path):
    with path.open("rb") as source:
        assert not [message.id for message in read_po(source) if message.fuzzy]


def test_no_template_keeps_the_words_of_its_first_reader():
    """Jinja keeps what stands outside macros of an imported file, so no text may be looked up there."""
    kept = [
        path.relative_to(ROOT)
        for path in (ROOT / "templates").rglob("*.html")
        if imported_without_context(path) and WORDS.search(OUTSIDE.sub("", path.read_text("utf-8")))
    ]
    assert not kept


OUTSIDE = re.compile(r"\{%-? macro .*?endmacro -?%\}", re.DOTALL)
WORDS = re.compile(r"\b_\(")


def imported_without_context(path):
    """Whether some template imports this one without its own context."""
    name = path.relative_to(ROOT / "templates").as_posix()
    wanted = re.compile(rf'from "{re.escape(name)}" import (?!.*with context)')
    return any(wanted.search(other.read_text("utf-8")) for other in (ROOT / "templates").rglob("*.html"))


def test_one_text_has_one_dutch():
    """Catalogues are read as one, so two words for one text would depend on the order of the files."""
    found = {}
    for path in sorted((FOLDER / "nl" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="nl"):
                if message.id:
                    found.setdefault(message.id, {})[message.string] = path.name
    assert not {text: words for text, words in found.items() if len(words) > 1}
