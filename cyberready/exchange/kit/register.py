"""The register of copies of crisis kits as a PDF."""

from collections.abc import Sequence
from datetime import datetime

from cyberready.exchange.pdf.lettering import showable
from cyberready.exchange.pdf.typesetting import typeset


def to_pdf(
    title: str,
    subtitle: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    language: str,
    made_at: datetime,
) -> bytes:
    """A table with a title on A4, landscape; every row has as many cells as the head. *made_at* is aware."""
    data = {
        "title": showable(title),
        "subtitle": showable(subtitle),
        "language": language,
        "head": [showable(word) for word in head],
        "rows": [[showable(cell) for cell in row] for row in rows],
    }
    return typeset("register", data, made_at=made_at)
