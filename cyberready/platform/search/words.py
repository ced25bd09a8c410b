"""Words as search sees them: without case and accents, with their stems, forgiven their typing mistakes. Pure of databases."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from cyberready.platform.search import dutch

WORD = re.compile(r"[^\W_]+")
HYPHENATED = re.compile(r"[^\W_]+(?:[-\u2010\u2011'\u2019][^\W_]+)*")
SMALL = """
    de het een en of van in op te dat die dit is zijn voor met aan bij als er om naar door uit over ook maar dan nog
    wat wie hoe waar wij we u uw ik je the a an and or to on at are for with by from as it what who how
"""
STOP_WORDS = frozenset(SMALL.split())
LONGEST_WORD = 60
MOST_WORDS = 12
SHORTEST_BEGINNING = 3  # "ap" finds the AP, not "apparaat"
SHORTEST_STEM_BEGINNING = 5  # "meldingen" finds no "meldkamer"
ENGLISH = snowballstemmer.stemmer("english")
JOINS = frozenset("-\u2010\u2011'\u2019")
AFTER_A_VERB = frozenset(("up", "out", "off", "down"))
AROUND = 90

Marked = tuple[tuple[str, bool], ...]


def plain(text: str) -> str:
    """A text without case and accents: ``Privé`` and ``prive`` are the same."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _groups(text: str) -> Iterator[list[str]]:
    """The words of a text, each as a list of the parts that people write together or apart: *back-up*, *0299 123 456*."""
    folded = plain(text)
    parts: list[str] = []
    ended = 0
    for found in WORD.finditer(folded):
        if parts and not _belong(parts[-1], folded[ended : found.start()], found[0]):
            yield parts
            parts = []
        parts.append(found[0])
        ended = found.end()
    if parts:
        yield parts


def _belong(word: str, between: str, following: str) -> bool:
    if between in JOINS:
        return True
    return between == " " and (following in AFTER_A_VERB or (word.isdecimal() and following.isdecimal()))


def words(text: str) -> list[str]:
    """The words of a text, plain, in order; very long ones are cut, those of parts are also given as one."""
    found: list[str] = []
    for parts in _groups(text):
        found += [part[:LONGEST_WORD] for part in parts]
        if len(parts) > 1:
            found.append("".join(parts)[:LONGEST_WORD])
    return found


@lru_cache(maxsize=100_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """What the forms of a plain word have in common in a language (``nl`` or ``en``)."""
    return (str(ENGLISH.stemWord(word)),) if language == "en" else dutch.stems(word)


def indexed(text: str, language: str) -> str:
    """What an index keeps of a text: each word as it is and its stems, in order, with spaces between them."""
    return " ".join(one for word in words(text) for one in dict.fromkeys((word, *stems(word, language))))


def asked(query: str) -> list[str]:
    """The words of a query that are looked for: at most twelve; small words only where there are no others.

    What people write together or apart is one word, its parts joined by hyphens.
    """
    found = list(dict.fromkeys("-".join(parts)[:LONGEST_WORD] for parts in _groups(query)))
    telling = [word for word in found if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())]
    return (telling or found)[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Sign:
    """By what an asked word is found: words that begin with one of these, or stems and words that are the same."""

    begin: tuple[str, ...]
    same: tuple[str, ...]

    def meets(self, word: str) -> bool:
        """Whether a plain word of a text is meant, in whichever language it is."""
        return (
            word.startswith(self.begin)
            or word in self.same
            or any(stem in self.same for language in ("nl", "en") for stem in stems(word, language))
        )


@lru_cache(maxsize=1_000)
def sign(word: str) -> Sign:
    """By what a plain word without hyphens is found; compounds that end with it come from the vocabulary."""
    begin = [word] if len(word) >= SHORTEST_BEGINNING else []
    for stem in dutch.stems(word):
        if word.startswith(stem) and len(stem) >= SHORTEST_STEM_BEGINNING:
            begin = [stem] if not begin or begin[0].startswith(stem) else begin
    same = (word, *(stem for language in ("nl", "en") for stem in stems(word, language)))
    return Sign(tuple(begin), tuple(one for one in dict.fromkeys(same) if not one.startswith(tuple(begin))))


def together(word: str) -> str:
    """An asked word as one, without its hyphens."""
    return word.replace("-", "")


def apart(word: str) -> tuple[str, ...]:
    """The parts that an asked word may be looked for by instead; none where they say too little, as in *back-up*."""
    found = tuple(word.split("-"))
    enough = len(found) > 1 and all(len(part) >= SHORTEST_BEGINNING or part.isdecimal() for part in found)
    return found if enough else ()


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


def excerpt(text: str, signs: Sequence[Sign]) -> Marked:
    """A piece of the text around the first word that is meant, cut into parts that are marked (True) or not."""
    known: dict[str, bool] = {}

    def meant(found: re.Match[str]) -> bool:
        word = found[0]
        if word not in known:
            bare = plain(word)
            said = [bare] if bare.isalnum() else words(bare)
            known[word] = any(one.meets(part) for one in signs for part in said)
        return known[word]

    first = next(filter(meant, HYPHENATED.finditer(text)), None)
    middle = first.start() if first else 0
    start, end = _whole(text, middle - AROUND), _whole(text, middle + 2 * AROUND)
    hits = filter(meant, HYPHENATED.finditer(text, middle, end)) if first else ()
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    reached = start
    for hit in hits:
        parts += [(text[reached : hit.start()], False), (hit[0], True)]
        reached = hit.end()
    parts += [(text[reached:end], False)]
    if end < len(text):
        parts.append((" …", False))
    return tuple((part, marked) for part, marked in parts if part)


def _whole(text: str, at: int) -> int:
    """The place near *at* where no word is cut in two."""
    if at <= 0 or at >= len(text):
        return min(max(at, 0), len(text))
    space = text.rfind(" ", 0, at + 1)
    return space + 1 if space >= 0 else at
