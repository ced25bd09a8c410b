"""Text of others as Markdown of ours: kept as it is where it cannot be mistaken for structure, else made harmless."""

import re
import textwrap
from collections.abc import Iterable, Mapping

from cyberready.exchange.cacao.source import PUNCTUATION
from cyberready.platform.faults import FaultsFound
from cyberready.platform.outline import key
from cyberready.platform.sources import SUSPECT
from cyberready.playbooks import formats, placeholders, wording

LONGEST_TITLE = 290
WIDTH = 2_000
PROBE = """---
slug: p
title: p
language: nl
version: "1"
summary: p
owner: p
roles: {{r: r}}
---

## P {{#p}}

### S {{#s}}

- Rol: r

{text}

### T {{#t}}

- Rol: r
"""
LOCAL = re.compile(r"\]\(#([^()\s]+)\)")
DUTCH = re.compile(r"\b(?:de|het|een|van|en|niet|voor|dat|met|wordt|zijn|naar|bij)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:the|and|of|to|is|for|that|with|are|this|not|by|from)\b", re.IGNORECASE)


class Prose:
    """Reads text of a document; ``known`` ids may be linked to and ``places`` are its placeholders, in one of ours."""

    def __init__(self, known: Iterable[str] = (), places: Mapping[str, str] | None = None) -> None:
        self._known = frozenset(known)
        self._places = places or {}
        self._stays: dict[str, bool] = {}

    def line(self, text: object, longest: int = LONGEST_TITLE) -> str:
        """A title or question: one line that can be kept and shown, without arrows and unknown placeholders."""
        one = " ".join(SUSPECT.sub(" ", text).split()) if isinstance(text, str) else ""
        one = wording.ARROW.sub("›", one)
        if not set(placeholders.used(one)) <= set(
            self._places
        ) or placeholders.OPEN in placeholders.PLACE.sub("", one):
            one = one.replace(placeholders.OPEN, "{ {")
        return one if len(one) <= longest else one[: longest - 1].rstrip() + "…"

    def paragraph(self, text: str) -> str:
        """A text as Markdown: as it is when it stays a text there, else with every sign escaped, else as code."""
        kept = _printable(text)
        if not kept:
            return ""
        if self.stays(kept):
            return kept
        lines = (one.strip() for one in kept.split("\n"))
        escaped = "\n".join(PUNCTUATION.sub(lambda found: "\\" + found[0], one) for one in lines)
        return escaped if self.stays(escaped) else code(kept)

    def stays(self, text: str) -> bool:
        """Whether a text in a step is read as just that."""
        if text not in self._stays:
            tried = self._tried(text)
            try:
                read = formats.parse(PROBE.format(text=tried))
            except FaultsFound:
                self._stays[text] = False
            else:
                self._stays[text] = [step.content for step in read.steps] == [(tried,), ()]
        return self._stays[text]

    def fits_field(self, text: str) -> bool:
        """Whether a line can be the value of a field of a step."""
        tried = self._tried(text)
        try:
            read = formats.parse(PROBE.format(text=f"- Bewijs: {tried}"))
        except FaultsFound:
            return not text
        return read.steps[0].evidence == tried and read.steps[0].content == ()

    def _tried(self, text: str) -> str:
        """A text whose known links and placeholders lead somewhere in the probe as well."""
        linked = LOCAL.sub(lambda found: "](#s)" if found[1] in self._known else found[0], text)
        if not self._places:
            return linked
        return placeholders.PLACE.sub(
            lambda found: "x" if found[1].strip() in self._places else found[0], linked
        )


def code(text: str, language: str = "") -> str:
    """A text as a block of code."""
    kept = _printable(text).replace(placeholders.OPEN, "{ {")
    longest = max((len(ticks) for ticks in re.findall("`+", kept)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{key(language) if language else ''}\n{kept}\n{fence}"


def language_of(texts: str) -> str:
    """Dutch or English, by the small words."""
    dutch, english = (sum(1 for _ in words.finditer(texts[:20_000])) for words in (DUTCH, ENGLISH))
    return "nl" if dutch > english else "en"


def _printable(text: str) -> str:
    """Without characters that cannot be kept, and with lines that are not endless."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [SUSPECT.sub("", one).rstrip() for one in clean.split("\n")]
    wrapped = (textwrap.wrap(one, WIDTH) if len(one) > WIDTH else [one] for one in lines)
    return "\n".join(part for parts in wrapped for part in parts).strip("\n")
