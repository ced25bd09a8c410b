"""What became of a file on its way in or out: understood, guessed, left out or lost, each with its place. Pure.

What must be weighed before anything else, such as a signature that does not hold, is a warning.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

MOST_SHOWN = 200
ESCAPED = re.compile(r"\\([-!-,./:-@\[-`{-~])")
SIGNATURES = "/signatures/"
Say = Callable[..., str]
"""Says a message id with values in somebody's language, as gettext does."""


class Kind(StrEnum):
    """What became of a part: taken as it was meant, taken by guessing, left out on purpose, or not expressible.

    ``WARNED`` is of the whole file: whether it is to be trusted, and whether it still counts.
    """

    UNDERSTOOD = "understood"
    GUESSED = "guessed"
    SKIPPED = "skipped"
    LOST = "lost"
    WARNED = "warned"


def english(message: str, **values: object) -> str:
    """Say a message id as it stands."""
    return message % values if values else message


class Place(NamedTuple):
    """Where something stands: an English message id with the values of its ``%(name)s`` places."""

    sentence: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of one part of a file.

    ``place`` and ``sentence`` are English message ids with ``%(name)s`` places for ``values``; a place that is a JSON
    pointer is shown as it is.
    """

    kind: Kind
    place: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def where(self, say: Say = english) -> str:
        """The place in words."""
        if "%(" in self.place:
            return say(self.place, **self.values)
        return self.place if self.place[:1] in {"", "/"} else say(self.place)

    def said(self, say: Say = english) -> str:
        """The sentence in words, without the backslashes of Markdown; a ``part`` is a message id itself."""
        values = {
            name: ESCAPED.sub(r"\1", one) if isinstance(one, str) else one
            for name, one in self.values.items()
        }
        if "part" in values:
            values["part"] = say(str(values["part"]))
        return say(self.sentence, **values)


@dataclass(slots=True)
class Report:
    """What became of a file; ``source`` and ``target`` are names of files or formats."""

    source: str = ""
    target: str = ""
    remarks: list[Remark] = field(default_factory=list)

    def note(self, kind: Kind, place: Place | str, sentence: str, **values: object) -> None:
        """Add a remark."""
        stands, known = (place, {}) if isinstance(place, str) else place
        self.remarks.append(Remark(kind, stands, sentence, {**known, **values}))

    def understood(self, place: Place | str, sentence: str, **values: object) -> None:
        """Note what was taken as it was meant."""
        self.note(Kind.UNDERSTOOD, place, sentence, **values)

    def guessed(self, place: Place | str, sentence: str, **values: object) -> None:
        """Note what was taken by guessing."""
        self.note(Kind.GUESSED, place, sentence, **values)

    def skipped(self, place: Place | str, sentence: str, **values: object) -> None:
        """Note what was left out on purpose."""
        self.note(Kind.SKIPPED, place, sentence, **values)

    def lost(self, place: Place | str, sentence: str, **values: object) -> None:
        """Note what the target cannot express."""
        self.note(Kind.LOST, place, sentence, **values)

    def warned(self, place: Place | str, sentence: str, **values: object) -> None:
        """Note what must be weighed before the file is used at all."""
        self.note(Kind.WARNED, place, sentence, **values)

    def of(self, kind: Kind) -> list[Remark]:
        """The remarks of one kind, in order."""
        return [remark for remark in self.remarks if remark.kind is kind]

    def shown(self, kind: str) -> list[Remark]:
        """The first remarks of a kind, by its name: nobody reads more, and the rest is in the text."""
        return self.of(Kind(kind))[:MOST_SHOWN]

    def count(self, kind: str) -> int:
        """How many remarks of a kind there are, by its name."""
        return len(self.of(Kind(kind)))

    @property
    def signed(self) -> list[Remark]:
        """What is said of the signatures that hold."""
        return [one for one in self.of(Kind.UNDERSTOOD) if one.place.startswith(SIGNATURES)]

    def plain(self) -> list[list[object]]:
        """The remarks as values that can be kept, in no language yet."""
        return [
            [one.kind.value, one.place, one.sentence, {key: _plain(said) for key, said in one.values.items()}]
            for one in self.remarks
        ]

    @classmethod
    def kept(cls, source: str, remarks: Iterable[Sequence[Any]]) -> "Report":
        """The report with the *remarks* that were kept of it."""
        return cls(source, "", [Remark(Kind(kind), *rest) for kind, *rest in remarks])

    def as_json(self, say: Say = english) -> dict[str, object]:
        """Give the report as plain values, its sentences said by *say*."""
        return {
            "source": self.source,
            "target": self.target,
            "remarks": [
                {"kind": remark.kind.value, "place": remark.where(say), "sentence": remark.said(say)}
                for remark in self.remarks
            ],
        }


def _plain(value: object) -> int | str:
    return value if isinstance(value, int) else str(value)
