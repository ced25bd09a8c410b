"""What a document says of itself (version, owner, marking) as the front matter of a playbook."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cyberready.exchange import recognising
from cyberready.exchange.blocks import Block, Grid, Listing, Prose
from cyberready.exchange.marks import yaml_text
from cyberready.exchange.report import Place, Report
from cyberready.exchange.shaping.cast import UNKNOWN
from cyberready.platform.outline import key, plain

PAIR = re.compile(r"[*_]{0,2}([^\W\d_][\w /-]{1,30}?)[*_]{0,2}\s*:[*_]{0,2}\s+(\S.*)")
TLP = re.compile(r"(tlp):\s*(\S+)", re.IGNORECASE)
VERSION = re.compile(
    r"[*_]{0,2}versi(?:e|on)\s+v?(\d{1,3}(?:\.\d{1,3}){0,2})(?![\w.]*\d)\b[*_]{0,2}.*",
    re.IGNORECASE | re.DOTALL,
)
BETWEEN = re.compile(r"\s+[|·•—–]\s+|;\s+")
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
TITLES = {"slug": 80, "title": 300, "version": 40, "owner": 300}
DUTCH = re.compile(r"\b(de|het|een|en|van|voor|niet|wordt|bij|naar|zijn|met|als|dit)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|a|an|and|of|for|not|is|at|to|are|with|when|this)\b", re.IGNORECASE)
FITS = {
    "slug": re.compile(r"(?=.{1,80}$)[a-z0-9]+([-_][a-z0-9]+)*"),
    "language": re.compile("nl|en"),
    "tlp": re.compile(r"CLEAR|GREEN|AMBER|AMBER\+STRICT|RED"),
    "review_months": re.compile("[1-9][0-9]?|1[01][0-9]|120"),
    "title": re.compile(".{1,300}"),
    "version": re.compile(".{1,300}"),
    "owner": re.compile(".{1,300}"),
}
PARTS = {
    "slug": "The short name",
    "title": "The title",
    "language": "The language",
    "version": "The version",
    "summary": "The summary",
    "owner": "The owner",
    "tlp": "The TLP marking",
    "review_months": "The review period",
}
SAID = "%(part)s became “%(value)s”, as the document says."
UNFIT = "%(part)s cannot be “%(value)s”; that is left out."
GUESSED = "%(part)s was not found and became “%(value)s”."
LONGEST_SUMMARY = 400
FIRST_VERSION = "0.9"


@dataclass(slots=True)
class Matter:
    """Values of the front matter that were found, by key."""

    values: dict[str, str] = field(default_factory=dict)

    def text(self, roles: Mapping[str, str], placeholders: Sequence[str]) -> str:
        """The front matter as it stands at the top of the file."""
        order = ("slug", "title", "language", "version", "summary", "owner", "tlp", "review_months")
        lines = [f"{name}: {_value(name, self.values[name])}" for name in order if self.values.get(name)]
        lines += ["roles:", *(f"  {name}: {yaml_text(said)}" for name, said in roles.items())]
        if placeholders:
            lines += ["placeholders:", *(f"  {name}: {yaml_text(name)}" for name in placeholders)]
        return "\n".join(["---", *lines, "---"])


def _value(name: str, said: str) -> str:
    return f'"{said}"' if name == "version" and '"' not in said else yaml_text(said)


def language_of(text: str) -> str:
    """The language of a text, by its small words: Dutch unless English has more."""
    head = text[:20_000]
    return "en" if len(ENGLISH.findall(head)) > len(DUTCH.findall(head)) else "nl"


def taken(blocks: Sequence[Block], matter: Matter, report: Report) -> list[Block]:
    """Take what a document says of itself from the blocks before its first heading; gives the blocks that remain."""
    remaining: list[Block] = []
    for block in blocks:
        if isinstance(block, Grid):
            remaining += _from_table(block, matter, report)
        elif isinstance(block, Listing):
            kept = tuple(
                item
                for item in block.items
                if item.inner or not _pair(item.text, matter, report, block.place)
            )
            if len(kept) == len(block.items):
                remaining.append(block)
            elif kept:
                remaining.append(Listing(block.ordered, kept, block.place))
        elif isinstance(block, Prose):
            remaining += _from_prose(block, matter, report)
        else:
            remaining.append(block)
    return remaining


def _from_table(grid: Grid, matter: Matter, report: Report) -> Iterator[Block]:
    """A table of labels and values; rows that mean nothing to the front matter stay."""
    known = [row for row in grid.rows if len(row) == 2 and recognising.matter(row[0].text)]
    if len(known) < 2:
        yield grid
        return
    rows = tuple(
        row
        for row in grid.rows
        if row not in known
        or not _take(recognising.matter(row[0].text), row[1].text, matter, report, grid.place)
    )
    if rows:
        yield Grid(rows, grid.place)


def _from_prose(block: Prose, matter: Matter, report: Report) -> Iterator[Block]:
    """Lines ``Versie: 1.2``, in a quote or not; other lines stay."""
    lines = block.text.split("\n")
    kept = [
        line
        for line in lines
        if not _pairs(re.sub(r"^ {0,3}> ?|\\$|^ {0,3}[-*] ", "", line).strip(), matter, report, block.place)
    ]
    if len(kept) == len(lines):
        yield block
    elif any(line.strip("> ") for line in kept):
        yield Prose("\n".join(kept).strip("\n"), block.place)


def _pairs(text: str, matter: Matter, report: Report, place: Place) -> bool:
    """Take what a line says, be it one value or several of which each has its label."""
    parts = BETWEEN.split(text)
    labelled = [PAIR.fullmatch(part) or TLP.fullmatch(part) for part in parts]
    if len(parts) == 1 or not all(labelled):
        return _pair(text, matter, report, place)
    return all(_pair(part, matter, report, place) for part in parts)


def _pair(text: str, matter: Matter, report: Report, place: Place) -> bool:
    found = PAIR.fullmatch(text.strip()) or TLP.fullmatch(text.strip())
    return bool(found) and _take(recognising.matter(found[1]), found[2], matter, report, place)  # type: ignore[index]  # bool() says it was found


def _take(name: str, said: str, matter: Matter, report: Report, place: Place) -> bool:
    """Take one value; False when it is not for the front matter, or more was said than it holds."""
    value = plain(" ".join(said.split()))
    if name == "tlp":
        value = recognising.traffic_light(value)
        if value.lower() not in {said.strip().lower(), said.strip().lower().removeprefix("tlp:").strip()}:
            value = ""
    elif name == "language":
        value = {"nederlands": "nl", "nl": "nl", "engels": "en", "english": "en", "en": "en"}.get(
            value.lower(), ""
        )
    elif name in TITLES and len(value) > TITLES[name]:
        value = ""
    if not name or not value or name in matter.values:
        return False
    matter.values[name] = value
    report.understood(place, SAID, value=value[:120], part=PARTS[name])
    return True


def completed(
    matter: Matter, title: str, text: str, intro: Sequence[Block], name: str, report: Report
) -> None:
    """Fill in what the front matter must have and the document does not say."""
    values = matter.values
    for wanted, fits in FITS.items():
        if wanted in values and not fits.fullmatch(values[wanted]):
            said = values.pop(wanted)
            report.skipped("the front matter", UNFIT, value=said, part=PARTS[wanted])
    values.setdefault("language", language_of(text))
    values.setdefault("title", plain(title)[:300] or name)
    values.setdefault("slug", key(values["title"]))
    language = values["language"]
    first = _summary(intro, values, report)
    guesses = {
        "version": FIRST_VERSION,
        "summary": _shortened(TAG.sub("", plain(" ".join(first.replace("\\\n", " ").split()))))
        or values["title"],
        "owner": UNKNOWN[language],
    }
    for wanted, guess in guesses.items():
        if wanted not in values:
            values[wanted] = guess
            report.guessed("the whole document", GUESSED, part=PARTS[wanted], value=guess[:120])
    for wanted in ("title", "summary", "owner", "version"):
        values[wanted] = values[wanted].replace("{{", "{ {")  # nothing is filled in here


def _summary(intro: Sequence[Block], values: dict[str, str], report: Report) -> str:
    """The first paragraph; one that begins with the version of the document says that, and is passed over."""
    for block in intro:
        if not isinstance(block, Prose) or block.text[:1] in "[>!|<":
            continue
        found = VERSION.fullmatch(block.text)
        if found is None:
            return block.text
        if "version" not in values:
            values["version"] = found[1]
            report.understood(block.place, SAID, part=PARTS["version"], value=found[1])
    return ""


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else text[:LONGEST_SUMMARY].rsplit(" ", 1)[0] + " …"
