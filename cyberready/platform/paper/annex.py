"""Sections that reports and dossiers share: decisions, escalation, handover, and the trail with its verification.

Speaks the language of the block in which it is called (``texts.speaking``).
"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

import segno

from cyberready.platform.paper.outline import (
    Block,
    Fields,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Picture,
    Run,
    Table,
    Text,
)
from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing
from cyberready.platform.paper.wording import NOTHING, moment
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext

QR_WIDTH = 4.0
QR_MOST = 1200  # characters; more makes modules that a telephone cannot read from paper


def nothing(sentence: str) -> Paragraph:
    """What stands in a section without content."""
    return Paragraph((Run(sentence, italic=True),))


def table_or(sentence: str, table: Table) -> Block:
    """The table, or the sentence that says why there is none."""
    return table if table.rows else nothing(sentence)


def broken(standing: Standing) -> Notice | None:
    """What the reader must see first: that the trail does not hold; None when it does."""
    if standing.fault is None:
        return None
    lead = Run(_("WARNING: the trail of this document does not hold.") + "\n", bold=True)
    advice = _(
        "Do not rely on times and authors in this document before the sender has confirmed them by telephone. The"
        " contents may be right all the same: do not let this delay the response."
    )
    return Notice(NoticeKind.WARNING, (lead, Run(f"{standing.fault}\n{advice}")))


def rehearsed(words: str) -> Notice:
    """The box that says this was played."""
    return Notice(NoticeKind.EXERCISE, words)


def decisions(taken: Sequence[Decision], zone: ZoneInfo) -> Iterator[Block]:
    """Every decision in BOB form, under a heading with its number."""
    if not taken:
        yield nothing(_("No decision was logged."))
    for decision in taken:
        yield Heading(3, f"{decision.number} · {decision.question}")
        if decision.corrected_by:
            yield Notice(
                NoticeKind.WARNING,
                _(
                    "This decision no longer counts: it was replaced by %(number)s.",
                    number=decision.corrected_by,
                ),
            )
        yield Fields(tuple(_bob(decision, zone)))


def _bob(decision: Decision, zone: ZoneInfo) -> Iterator[tuple[str, Text]]:
    yield _("Picture: what is going on"), decision.picture or NOTHING
    yield _("Judgement: what it means"), decision.judgement or NOTHING
    yield _("Decision: what is done"), (Run(decision.decision, bold=True),)
    yield _("Decided by"), f"{decision.by}, {moment(decision.at, zone)}"
    yield _("Carried out by"), decision.owner or NOTHING
    yield (
        _("Check moment"),
        _both(decision.check, moment(decision.check_at, zone) if decision.check_at else ""),
    )
    if decision.dissent:
        yield _("Different view"), decision.dissent


def _both(first: str, second: str) -> str:
    return ", ".join(part for part in (second, first) if part) or NOTHING


def escalation(steps: Iterable[Escalation], zone: ZoneInfo) -> Block:
    """Up and down the ladder: when, from where to where, by whose order, why, and who was told."""
    rows = tuple(
        (
            moment(step.at, zone),
            _under(f"{step.came_from} → {step.to}", step.grip),
            step.ordered_by,
            _under(
                step.reason, _("Informed: %(names)s", names=", ".join(step.informed)) if step.informed else ""
            ),
        )
        for step in steps
    )
    header = (_("Time"), _("From and to"), _("Ordered by"), _("Reason"))
    return table_or(
        _("There was no escalation."),
        Table(header, rows, (2.9, 4.3, 3.6, 5.8), _("Escalation and de-escalation")),
    )


def handover(steps: Iterable[HandoverStep], zone: ZoneInfo) -> Block:
    """The handover protocol as it went."""
    rows = tuple((moment(step.at, zone), step.step, step.by, step.note or NOTHING) for step in steps)
    header = (_("Time"), _("Act"), _("Done by"), _("Note"))
    return table_or(_("Nothing was handed over."), Table(header, rows, (2.9, 3.2, 4.3, 6.2), _("Handover")))


def verification(standing: Standing, how: str) -> Iterator[Block]:
    """Whether the trail held, by what it can be recognised, and *how* the reader checks that without our word."""
    yield broken(standing) or Notice(
        NoticeKind.OK,
        (
            Run(_("The trail holds.") + " ", bold=True),
            Run(
                ngettext(
                    "When this document was made, the one entry of the trail was checked: nothing was changed, removed or"
                    " added afterwards.",
                    "When this document was made, all %(num)s entries of the trail were checked: nothing was changed,"
                    " removed or added afterwards.",
                    standing.size,
                )
            ),
        ),
    )
    yield Fields(
        (
            (_("Trail"), standing.origin),
            (_("Entries"), str(standing.size)),
            (_("Root of the signed checkpoint"), standing.root),
            (_("Fingerprint of the key"), (Run(_halved(standing.fingerprint), bold=True),)),
        )
    )
    yield Paragraph(how)
    if 0 < len(standing.checkpoint) <= QR_MOST:
        yield Paragraph(
            _(
                "The QR code holds the signed checkpoint. Who keeps a copy of this page is a witness to the trail."
            )
        )
        yield _code(standing)


def _halved(fingerprint: str) -> str:
    """The blocks of a fingerprint on two lines of eight, so that two people read the same line to each other."""
    blocks = fingerprint.split()
    return "\n".join(" ".join(blocks[start : start + 8]) for start in range(0, len(blocks), 8))


def _code(standing: Standing) -> Picture:
    drawn = BytesIO()
    segno.make(standing.checkpoint, micro=False, error="m").save(drawn, kind="png", scale=8, border=4)
    alt = _(
        "QR code with the signed checkpoint of the trail: %(size)s entries, root %(root)s.",
        size=standing.size,
        root=standing.root,
    )
    return Picture(drawn.getvalue(), alt, QR_WIDTH)


def trail(entries: Iterable[Entry], zone: ZoneInfo) -> Block:
    """Every entry of the trail."""
    rows = tuple(
        (
            str(entry.number),
            _when(entry, zone),
            f"{entry.who}, {entry.role}" if entry.role else entry.who,
            _what(entry),
        )
        for entry in entries
    )
    header = (_("No."), _("Recorded"), _("Who"), _("What"))
    return table_or(_("The trail is empty."), Table(header, rows, (1.2, 3.4, 4.0, 8.0)))


def _under(first: str, second: str) -> str:
    return f"{first}\n{second}" if second else first


def _when(entry: Entry, zone: ZoneInfo) -> str:
    recorded = moment(entry.at, zone, seconds=True)
    if entry.happened_at is None:
        return recorded
    return _under(recorded, _("Happened: %(time)s", time=moment(entry.happened_at, zone, seconds=True)))


def _what(entry: Entry) -> Text:
    erased = entry.text is None
    said = _("The content was erased; its place is proven.") if entry.text is None else entry.text
    between = " · " if entry.what and said else ""
    return (Run(entry.what, bold=True), Run(between + said, italic=erased))
