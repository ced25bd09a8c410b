"""How long does a crisis kit of 40 playbooks take: the single page, and the zip with every sheet as PDF?

    python benchmarks/kit.py

The playbooks are the shipped ones, repeated under other names until there are 40; contacts and messages as in the demo
municipality. The target for the zip is 30 s. Peer in the same run: the same texts zipped as they stand, without pages, sheets
or forms: what a folder of Markdown on a stick costs.
"""

import io
import re
import time
import zipfile
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from cyberready.exchange.kit import archive
from cyberready.exchange.kit.contents import Booklet, Kit, Person
from cyberready.exchange.kit.page import to_html
from cyberready.exchange.standing import Standing
from cyberready.platform import clock
from cyberready.playbooks import messages
from cyberready.settings import content_root

PLAYBOOKS, PEOPLE = 40, 60
PASSPHRASE = "vier paarden op de dijk"


def booklets(now) -> tuple[Booklet, ...]:
    found = [path.read_text("utf-8") for path in sorted((content_root() / "playbooks").glob("*.md"))]
    made = []
    while len(made) < PLAYBOOKS:
        number, source = len(made), found[len(made) % len(found)]
        source = re.sub(r"^slug: (\S+)", rf"slug: \1-{number}", source, count=1, flags=re.MULTILINE)
        made.append(Booklet(source, Standing(made=now, organisation="Gemeente Waterveld")))
    return tuple(made)


def timed(work) -> tuple[bytes, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def main() -> None:
    now = clock.now()

    def kit() -> Kit:
        return Kit(
            organisation="Gemeente Waterveld",
            language="nl",
            made_at=now,
            expires_at=now + timedelta(days=30),
            booklets=booklets(now),
            people=tuple(
                Person(f"Naam {n}", "Piket", (("Mobile phone", f"06 5550 {n:04}"),)) for n in range(PEOPLE)
            ),
            messages=tuple(messages.library("nl")),
        )

    def plain() -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            for number, one in enumerate(booklets(now)):
                package.writestr(f"{number}.md", one.source)
        return buffer.getvalue()

    shown = Table(title=f"A crisis kit of {PLAYBOOKS} playbooks")
    for head in ("what", "time", "size"):
        shown.add_column(head, justify="left" if head == "what" else "right")
    for name, work in (
        ("one page", lambda: to_html(kit())),
        ("zip with everything", lambda: archive.to_zip(kit())),
        ("the same, encrypted", lambda: archive.to_zip(kit(), PASSPHRASE)),
        ("peer: the texts zipped", plain),
    ):
        data, seconds = timed(work)
        shown.add_row(name, f"{seconds:.2f} s", f"{len(data) / 1e6:.1f} MB")
    Console(width=100).print(shown)


if __name__ == "__main__":
    main()
