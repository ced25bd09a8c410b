"""What a document says, apart from how it looks: one tree that any writer can set. Pure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


class NoticeKind(StrEnum):
    """What a boxed text asks of the reader: care, remembering that it is play, or trust."""

    WARNING = "warning"
    EXERCISE = "exercise"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one face."""

    text: str
    bold: bool = False
    italic: bool = False


Text = str | tuple[Run, ...]
"""Plain text, or runs; a line feed inside is a line break."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1, 2 or 3, never to be left alone at the foot of a page."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A list that counts from 1."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header that is repeated on every page; ``widths`` are in cm, one for each column.

    Widths that do not fit the page are scaled to it, none means equal columns. The caption is what a screen reader
    announces, and stands above the table.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed text that is read before what follows."""

    kind: NoticeKind
    text: Text


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values, under each other."""

    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class AnswerLines:
    """Empty ruled lines to write on."""

    count: int


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the words that stand for it where it cannot be seen; ``width`` in cm."""

    png: bytes = field(repr=False)
    alt: str
    width: float


Block = Heading | Paragraph | Bullets | Numbered | Table | Notice | Fields | AnswerLines | PageBreak | Picture


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself: ``organisation`` is the author, ``created`` the moment it was made (aware).

    ``exercise`` puts OEFENING (EXERCISE) at the head of every page.
    """

    subject: str
    organisation: str
    created: datetime
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole document in one language (``nl`` or ``en``); ``alert`` stands above the title."""

    title: str
    subtitle: str
    language: str
    properties: Properties
    blocks: tuple[Block, ...]
    alert: Notice | None = None


def printable(text: str) -> str:
    """The text without the characters that XML refuses (control codes, lone surrogates)."""
    return UNPRINTABLE.sub("", text)


def marked(text: str) -> tuple[Run, ...]:
    """Runs of a text in which ``**…**`` stands for bold."""
    parts = BOLD.split(text)
    return tuple(Run(part, bold=index % 2 == 1) for index, part in enumerate(parts) if part)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """A text with blank lines as paragraphs."""
    return tuple(Paragraph(marked(part.strip())) for part in re.split(r"\n\s*\n", text) if part.strip())
