"""What the forms of a Dutch word have in common: plurals, verbs and their participles, compounds. Pure of databases.

Two stemmers fail in different places, so a word has several stems and two words meet when they share one. Neither is
trusted with *ge*: it is taken off only at the start of a participle (*gelekt*) or after its first part (*opgeschaald*).
"""

import re
from functools import lru_cache

import snowballstemmer

KRAAIJ, PORTER = snowballstemmer.stemmer("dutch"), snowballstemmer.stemmer("dutch_porter")
SHORTEST = 3
FIRST = """
    aan achter af bij binnen buiten dicht door in klaar los mee na neer om onder op over stil stop tegen terug toe
    uit vast vol voor vrij weer weg
"""
FIRST_OF_VERBS = tuple(sorted(FIRST.split(), key=len, reverse=True))
PARTICIPLE = re.compile(rf"({'|'.join(FIRST_OF_VERBS)}|)ge(.+)")
# Words that begin with "ge" and are no participles: without it they would be other words.
NOUNS = "gebed gebied gebit gedicht geduld gelid geluid gemoed gerecht gerucht geslacht gevecht geweld gewicht gezicht gezond"
NO_PARTICIPLES = frozenset(NOUNS.split())
VOWEL = re.compile(r"[aeiouy]")
THIRD_PERSON = re.compile(
    r"(?:[dkgmpfl]|[aeiou]{2}[rn]|er)t$"
)  # meldt, lekt, volgt, stuurt, toont, verbetert
WEAK = re.compile(r"(?:be|her|ver|ont).{2,}[aeioulrngmvzwb]d$|.{2,}eerd$")  # betaald, hersteld, evalueerd
DENTAL = re.compile(r"[kfsphtx]t$|[^kfsphtx]d$")  # how a participle ends
PLURALS = {"leden": "lid", "steden": "stad"}
# What stands before the second half of a compound, and is no first half itself.
NO_HALVES = frozenset(FIRST_OF_VERBS) | frozenset(
    ["be", "ge", "her", "ont", "ver", "wan", "mis", "over", "onder", "tussen", "door", "niet"]
)
JOINING = ("s", "en", "e")
# First halves that seldom stand alone.
HALVES = frozenset(["cyber", "digi", "hoofd", "nood", "tele", "data", "web"])


@lru_cache(maxsize=100_000)
def stems(word: str) -> tuple[str, ...]:
    """What the forms of a plain word share, the likeliest first; never empty."""
    found = [stem for base in _bases(word) for stem in _stemmed(base)]
    return tuple(dict.fromkeys(found))


def _stemmed(word: str) -> list[str]:
    porter = PORTER.stemWord(word)
    # Kraaij and Pohlmann see endings in "ge" anywhere; this sign keeps them from it, as long as it is no ending itself.
    kraaij = re.sub(r"ge(?=.{3})", "qe", word)
    kraaij = KRAAIJ.stemWord(kraaij).replace("qe", "ge")
    if porter in {f"{kraaij}d", f"{kraaij}ig"}:  # it cut too much: "melden" to "mel", "veilig" to "veil"
        return [porter]
    return [kraaij, porter]


def _bases(word: str) -> list[str]:
    """The word and what it may be a form of."""
    found = [word, *_participles(word)]
    for plural, one in PLURALS.items():
        if word.endswith(plural):
            found.append(word.removesuffix(plural) + one)
    if (THIRD_PERSON.search(word) and len(word) > SHORTEST) or WEAK.match(word):
        found.append(word[:-1])
    if word.endswith("eren"):
        found.append(f"{word[:-4]}eer")  # so that "evalueren" meets "evaluatie"
    return found


def _participles(word: str) -> list[str]:
    """What a participle was made of: both with and without its last sign, since it may belong to the verb."""
    whole = re.sub(r"e$", "", word)
    match = PARTICIPLE.fullmatch(whole)
    if not match or f"ge{match[2]}" in NO_PARTICIPLES or not VOWEL.search(match[2][:-1]):
        return []
    first, rest = match.groups()
    if first and word.endswith("en"):
        return [first + match[2]]
    if not DENTAL.search(rest) or len(rest) < SHORTEST:
        return []
    return [first + one for one in (rest, rest[:-1]) if len(one) >= SHORTEST]


def may_end(word: str) -> bool:
    """Whether a plain word may be the second half of a compound: "lek" may, "ing" and "en" are endings."""
    return word.isalpha() and (len(word) > SHORTEST or (len(word) == SHORTEST and not VOWEL.match(word)))


def first_halves(word: str, second: str) -> tuple[str, ...]:
    """What may stand before *second* in a compound, also without what joins the halves; none when it does not end so.

    Whether it is a compound depends on whether one of them is a word: "wachtwoord" is found by "woord", "misverstand" not by
    "stand".
    """
    shared = frozenset(stems(second))
    halves: list[str] = []
    for at in range(SHORTEST, len(word) - SHORTEST + 1):
        if word[at] == second[0] and word[:at] not in NO_HALVES and not shared.isdisjoint(stems(word[at:])):
            half = word[:at]
            halves += [half, *(half.removesuffix(sign) for sign in JOINING if half.endswith(sign))]
    return tuple(half for half in halves if len(half) >= SHORTEST and half not in NO_HALVES)
