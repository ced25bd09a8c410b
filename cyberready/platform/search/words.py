"""Words as search sees them: without case and accents, cut to their stem, forgiven their typing mistakes. Pure of databases."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

WORD = re.compile(r"[^\W_]+")
SMALL = """
    de het een en of van in op te dat die dit is zijn voor met aan bij als er om naar door uit over ook maar dan nog
    wat wie hoe waar wij we u uw ik je the a an and or to on at are for with by from as it what who how
"""
STOP_WORDS = frozenset(SMALL.split())
LONGEST_WORD = 60
MOST_WORDS = 12
STEMMERS = {"nl": snowballstemmer.stemmer("dutch"), "en": snowballstemmer.stemmer("english")}
AROUND = 90

Marked = tuple[tuple[str, bool], ...]


def plain(text: str) -> str:
    """A text without case and accents: ``Privé`` and ``prive`` are the same."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The words of a text, plain, in order; very long ones are cut."""
    return [word[:LONGEST_WORD] for word in WORD.findall(plain(text))]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """What the forms of a plain word have in common in a language (``nl`` or ``en``)."""
    return str(STEMMERS.get(language, STEMMERS["nl"]).stemWord(word))


def stems(text: str, language: str) -> str:
    """The stems of a text in order, with spaces between them: what an index keeps."""
    return " ".join(stem(word, language) for word in words(text))


def asked(query: str) -> list[str]:
    """The words of a query that are looked for: at most twelve; small words only where there are no others."""
    found = list(dict.fromkeys(words(query)))
    telling = [word for word in found if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())]
    return (telling or found)[:MOST_WORDS]


def forms(word: str) -> tuple[str, ...]:
    """The beginnings by which an asked word is found: its stem in each language, the Dutch first."""
    return tuple(dict.fromkeys(stem(word, language) for language in STEMMERS))


def forgiven(word: str) -> int:
    """How many wrong, missing, extra or swapped signs are forgiven: one in a word of four to seven, two in a longer one."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def nearest(word: str, vocabulary: Sequence[str]) -> str | None:
    """The word that was probably meant; None when none is near enough."""
    found = process.extract(
        word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=forgiven(word), limit=8
    )
    if not found:
        return None
    return min(found, key=lambda one: (one[1], one[0][:1] != word[:1], -fuzz.ratio(word, one[0]), one[0]))[0]


def excerpt(text: str, sought: Sequence[str]) -> Marked:
    """A piece of the text around the first sought word, cut into parts that are marked (True) or not."""
    beginnings = tuple(form for word in sought for form in forms(word))
    hits = [found for found in WORD.finditer(text) if beginnings and _meant(found[0], beginnings)]
    middle = hits[0].start() if hits else 0
    start, end = _whole(text, middle - AROUND), _whole(text, middle + 2 * AROUND)
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    reached = start
    for hit in hits:
        if start <= hit.start() and hit.end() <= end:
            parts += [(text[reached : hit.start()], False), (hit[0], True)]
            reached = hit.end()
    parts += [(text[reached:end], False)]
    if end < len(text):
        parts.append((" …", False))
    return tuple((part, marked) for part, marked in parts if part)


def _meant(word: str, beginnings: tuple[str, ...]) -> bool:
    bare = plain(word)
    return any(stem(bare, language).startswith(beginnings) for language in STEMMERS)


def _whole(text: str, at: int) -> int:
    """The place near *at* where no word is cut in two."""
    if at <= 0 or at >= len(text):
        return min(max(at, 0), len(text))
    space = text.rfind(" ", 0, at + 1)
    return space + 1 if space >= 0 else at
