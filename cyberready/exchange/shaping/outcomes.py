"""Outcomes of decisions as people write them in a line: ``Ja → stap 4``, ``Nee: ga naar stap 7``, ``if so, go to 3.2``. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 400  # characters of a line that is looked at: longer ones are prose
LONGEST_ANSWER = 80
YES = frozenset({"ja", "yes", "wel"})
NO = frozenset({"nee", "neen", "no", "niet"})
OTHER_ANSWER = {"ja": "Nee", "wel": "Nee", "nee": "Ja", "neen": "Ja", "niet": "Ja", "yes": "No", "no": "Yes"}
ARROWS = "(?:→|➔|➜|➡|⇒|-{1,2}>|=>)"
SIGNS = re.compile(ARROWS)
GO = (
    r"(?:(?:ga|gaan|spring|door|verder|vervolg)(?:\s+(?:dan|door|verder|terug))?\s+(?:naar|met|bij)"
    r"|(?:go|continue|proceed|skip|return|jump)(?:\s+(?:on|back|directly))?\s+(?:to|with|at))"
)
STEP = r"(?:(?:stappen|stap|actie|punt|step|action|nr\.?|nummer|number)\s+)"
NUMBER = r"(\d{1,3}(?:\.\d{1,3}){0,3})"
BEHIND = r"\s*(\([^()]{1,120}\))?\s*[.;,]?"
TARGET = re.compile(
    rf"\s*(?:(?P<arrow>{ARROWS})\s*(?P<go>{GO}\s+)?|[,:;]?\s*(?:dan\s+|then\s+)?(?P<alone>{GO})\s+)"
    rf"(?P<step>de\s+|the\s+)?(?P<word>{STEP})?(?:de\s+|the\s+)?{NUMBER}{BEHIND}",
    re.IGNORECASE,
)
PARTS = re.compile(
    r"(?<=[?])\s+|(?<=:)\s+(?=(?:ja|nee|neen|yes|no)\b)|\s*[;/|]\s+|(?<=[.])\s+|,\s+(?=(?:en\s+|and\s+)?(?:ja|nee|neen|yes|no|zo|als|indien|if|anders|otherwise)\b)",
    re.IGNORECASE,
)
WHEN = re.compile(r"(?:(?:zo|indien|als|bij|wanneer|if|when|in case of|en|and)\s+)+", re.IGNORECASE)
CONDITION = re.compile(
    r"(?:als|indien|wanneer|bij|zo|zodra|anders|if|when|in case|otherwise)\b", re.IGNORECASE
)
LABEL = re.compile(r"\*\*[^*\n]{1,80}:\*\*\s+")
MARKUP = re.compile(r"[*_]{1,3}")
UNCLEAR = frozenset("[]{}<>\\|`#")  # signs that mean something in Markdown: then a person must look


@dataclass(frozen=True, slots=True)
class Said:
    """One outcome: the answer, the number of the step it leads to, what stood in brackets behind it, its own words."""

    answer: str
    number: str
    more: str
    words: str

    @property
    def other(self) -> str:
        """What the answer is otherwise, for yes and no; empty for any other answer."""
        return OTHER_ANSWER.get(self.answer.casefold(), "")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that ends in outcomes; ``before`` is what stands before them, such as the question."""

    before: str
    outcomes: tuple[Said, ...]


def read(line: str) -> Line | None:
    """The outcomes with which a line ends; None when it holds none, or says more behind or between them."""
    text = " ".join(line.split())
    if len(text) > LONGEST or not any(sign.isdigit() for sign in text):
        return None
    label = LABEL.match(text)
    before = [label[0].strip()] if label else []
    found: list[Said] = []
    for part in _parts(text[label.end() :] if label else text):
        outcome = _outcome(part)
        if outcome is not None:
            found.append(outcome)
        elif found:
            return None  # something else is said between or behind: a person must look
        elif SIGNS.search(part) or TARGET.search(part):
            return None  # it leads somewhere as well, in a way that is not clear
        else:
            before.append(part)
    return Line(" ".join(before), tuple(found)) if found else None


def _parts(text: str) -> Sequence[str]:
    """The line cut where one outcome ends and the next begins."""
    return [part.strip() for part in PARTS.split(text) if part and part.strip()]


def _outcome(part: str) -> Said | None:
    """One part of a line as an outcome: an answer, a sign or words of going on, and the number of a step."""
    bare = MARKUP.sub("", part)
    for at in TARGET.finditer(bare):
        if at.end() == len(bare):
            return _answered(bare[: at.start()], at, part)
    return None


def _answered(before: str, at: re.Match[str], words: str) -> Said | None:
    said = before.strip(" ,:;-–—")
    short = WHEN.sub("", said, count=1).strip(" ,:;-–—") or said
    clear = short.casefold() in YES | NO
    more = at[NUMBER_GROUP + 1] or ""
    if not said or len(said) > LONGEST_ANSWER or SIGNS.search(said) or UNCLEAR & set(said + more):
        return None
    named = bool(at["word"] or at["go"] or at["alone"])
    if not clear and not (at["arrow"] and named) and not (at["alone"] and CONDITION.match(said)):
        return None
    answer = short if clear else said
    return Said(answer[0].upper() + answer[1:], at[NUMBER_GROUP], more, words)


NUMBER_GROUP = TARGET.groups - 1
