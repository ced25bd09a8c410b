"""The roles of a playbook that is being made: names as the document writes them, each with one key."""

import re
from collections.abc import Mapping

from cyberready.exchange import recognising
from cyberready.platform.outline import key, plain

UNKNOWN = {"nl": "Nog te bepalen", "en": "To be decided"}
PARTED = re.compile(r"\s*[/,;+&\n|]\s*(?![^()]*\))")  # not between brackets
AND = re.compile(r"\s+(?:en|of|and|or)\s+")
DEPUTY = re.compile(
    r"\(?\b(?:(?:plaats)?vervang(?:er|ing)?\b|plv\b\.?):?\s*([^()]+)\)?|\(?\bdeputy\b:?\s*([^()]+)\)?",
    re.IGNORECASE,
)
LONGEST = 120


class Cast:
    """Collects roles; ``names`` is what stands in the front matter, by key."""

    def __init__(self, language: str, names: Mapping[str, str] | None = None) -> None:
        self.names: dict[str, str] = dict(names or {})
        self._language = language
        self._known: dict[str, str] = {}
        for name, said in self.names.items():
            self._known.setdefault(bare(said).casefold(), name)

    def key(self, name: str) -> str:
        """The key of a role; a new one when nobody had this name yet."""
        shown = bare(name)
        folded = shown.casefold()
        if folded not in self._known:
            fitting = base = key(shown)
            number = 2
            while fitting in self.names:
                fitting, number = f"{base}-{number}", number + 1
            self._known[folded] = fitting
            self.names[fitting] = shown
        return self._known[folded]

    @property
    def unknown(self) -> str:
        """The key that stands for a role that was not found."""
        return self.key(UNKNOWN[self._language])


def bare(name: str) -> str:
    """The name of a role without article, markup and final stop."""
    said = re.sub(r"^(de|het|the)\s+", "", plain(" ".join(name.split())), flags=re.IGNORECASE).strip(" .:")
    said = said[:LONGEST].replace("{{", "{ {").strip() or "-"
    return said[0].upper() + said[1:]


def parted(text: str) -> tuple[str, str, bool]:
    """Role and deputy in *text*, and whether more was said than these two hold."""
    found = DEPUTY.search(text)
    deputy = (found[1] or found[2] or "") if found else ""
    rest = text[: found.start()] + text[found.end() :] if found else text
    named = [said for part in PARTED.split(rest) if (said := _closed(part))]
    if len(named) == 1:
        both = AND.split(named[0])
        named = both if len(both) > 1 and all(recognising.is_role(one) for one in both) else named
    more = len(named) > 1 or len(PARTED.split(deputy)) > 1
    return (named[0] if named else ""), PARTED.split(deputy)[0].strip(), more


def _closed(text: str) -> str:
    """The words without a bracket that lost its other half, or that stands around them all."""
    said = text.strip(" ,;")
    if said.startswith("(") and said.find(")") in {-1, len(said) - 1}:
        return said.strip("( )")
    opened = said.count("(") - said.count(")")
    return said.rstrip("( )") if opened < 0 or said.endswith("(") else said + ")" * opened
