"""``cyberready diff``: what changed between two files of a playbook, without a database or a server."""

import os
import sys
from pathlib import Path

import click

from cyberready.cli.check import spoken
from cyberready.exchange import formats
from cyberready.exchange.limits import MOST_BYTES
from cyberready.kernel.refusals import Refused
from cyberready.platform import clock
from cyberready.platform.faults import FaultsFound
from cyberready.platform.sources import text_of
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import speaking
from cyberready.playbooks import documents_changes, documents_comparison, sides
from cyberready.playbooks.comparison import Comparison
from cyberready.playbooks.documents_changes import Author
from cyberready.playbooks.documents_comparison import Heading

FORMATS = ("text", "html", "docx", "json")
BY_ENDING = {".html": "html", ".htm": "html", ".docx": "docx", ".json": "json"}
PLAIN = frozenset({".md", ".markdown", ".txt"})
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="What is written; without it what the name of the file says, else text.",
)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="File to write.")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, kind: str | None, out: Path | None) -> None:
    """Compare two files of a playbook: first what changed in its structure, then word by word.

    Markdown (.md) is compared as it stands; Word (.docx), CACAO (.json) and the other files that can be converted are
    compared as what they become.

    html is one file that needs nothing else, docx a Word document with tracked changes, json holds everything. Exit
    status 0 when it was written, also without a difference; 1 when a file is refused, with the reason on standard
    error. Speaks Dutch when LANG begins with nl.
    """
    chosen = kind or BY_ENDING.get(out.suffix.lower() if out else "", "text")
    if chosen == "docx" and out is None and sys.stdout.isatty():
        raise click.UsageError("Give the name of the Word file with --out.")
    with speaking(spoken(os.environ)):
        try:
            before, after = _read(old), _read(new)
            _give(_written(chosen, old, new, sides.compare(before, after)), out)
        except Refused as refusal:
            click.echo(_(refusal.sentence, **refusal.values), err=True)
            ctx.exit(1)


def _give(written: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(written, nl=False)
        return
    try:
        out.write_bytes(written)
    except OSError as error:
        raise Refused(
            "%(path)s: this file cannot be written (%(reason)s).", path=out, reason=error.strerror
        ) from error


def _read(path: Path) -> str:
    """The text of a playbook file: Markdown as it stands, other files as what they become; raises Refused."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused(
            "%(path)s: this file cannot be read (%(reason)s).", path=path, reason=error.strerror
        ) from error
    try:
        if path.suffix.lower() in PLAIN:
            return text_of(data)
        return text_of(formats.read(path.name, data)[0])
    except FaultsFound as found:
        first = found.faults[0]
        said = _(first.sentence, **first.values)
        raise Refused("%(path)s:%(line)s: %(said)s", path=path, line=first.line, said=said) from found
    except Refused as refusal:
        said = _(refusal.sentence, **refusal.values)
        raise Refused("%(path)s: %(said)s", path=path, said=said) from refusal


def _written(kind: str, old: Path, new: Path, comparison: Comparison) -> bytes:
    before, after = (sides.side(text).playbook for text in (comparison.old_text, comparison.new_text))
    title = after.title if after else before.title if before else new.stem
    was, is_now = (
        f"{path.name} ({book.version})" if book else path.name for path, book in ((old, before), (new, after))
    )
    heading = Heading(title, was, is_now, after.language if after else "nl")
    if kind == "docx":
        author = Author(after.owner if after else new.name, clock.now())
        return documents_changes.as_docx(comparison, heading, author)
    write = {
        "html": documents_comparison.as_html,
        "json": documents_comparison.as_json,
        "text": documents_comparison.as_text,
    }[kind]
    return write(comparison, heading).encode()
