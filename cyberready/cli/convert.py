"""``cyberready convert``: playbooks from one kind of file to another, without a database or server."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cyberready.cli.check import spoken
from cyberready.exchange import formats
from cyberready.exchange.cacao import conversion as cacao
from cyberready.exchange.cacao.names import timestamp
from cyberready.exchange.cacao.signatures import private_key
from cyberready.exchange.limits import MOST_BYTES
from cyberready.exchange.report import Kind, Report
from cyberready.exchange.standing import Standing
from cyberready.kernel.refusals import Refused
from cyberready.platform.clock import now
from cyberready.platform.faults import FaultsFound
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import speaking


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was understood, guessed, left out and lost to this file, as JSON.",
)
@click.option(
    "--sign",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sign a CACAO file with this private key (PEM: RSA, P-256 or Ed25519, without a password).",
)
@click.option("--signee", help="Who signs: name of the organisation. Required with --sign.")
@click.pass_context
def convert(
    ctx: click.Context,
    source: Path,
    target: Path,
    report_file: Path | None,
    key_file: Path | None,
    signee: str | None,
) -> None:
    """Convert a playbook from SOURCE to TARGET, by their endings and the content of SOURCE.

    Reads Markdown (.md, .zip), Word (.docx), CACAO (.json) and OpenDocument (.odt, where LibreOffice is on the machine);
    writes these, PDF (.pdf) and HTML (.html). Signatures in a CACAO file are verified. Says what was guessed, left out and lost, each with its place.
    Exit status 1 when the file is refused, with the reason on standard error. Speaks Dutch when LANG begins with nl.
    """
    kind = formats.ENDINGS.get(target.suffix.lower())
    if kind not in formats.WRITTEN:
        endings = ", ".join(ending for ending, one in formats.ENDINGS.items() if one in formats.WRITTEN)
        raise click.UsageError(f"{target}: this cannot be written. Choose an ending from {endings}.")
    if (key_file or signee) and not (key_file and signee and kind == "json"):
        raise click.UsageError("--sign and --signee go together, and only with a .json file as TARGET.")
    with speaking(spoken(os.environ)):
        with _refusing(ctx, source):
            data, report = _converted(source, kind)
        if key_file and signee:
            with _refusing(ctx, key_file):
                data = cacao.sign(data, private_key(_read(key_file)), signee, timestamp(now()))
        if report_file is not None:
            said = json.dumps(report.as_json(_), ensure_ascii=False, indent=2)
            with _refusing(ctx, report_file):
                _keep(report_file, f"{said}\n".encode())
        with _refusing(ctx, target):
            _keep(target, data)
        _tell(target, report)


@contextmanager
def _refusing(ctx: click.Context, path: Path) -> Iterator[None]:
    """End the command with the reason on standard error when the file at *path* is refused inside the block."""
    try:
        yield
    except FaultsFound as found:
        for fault in found.faults:
            click.echo(f"{path}:{fault.line}: {_(fault.sentence, **fault.values)}", err=True)
        ctx.exit(1)
    except Refused as refused:
        click.echo(f"{path}: {_(refused.sentence, **refused.values)}", err=True)
        ctx.exit(1)


def _converted(source: Path, kind: str) -> tuple[bytes, Report]:
    """The file in its new form and everything there is to say of it."""
    found = formats.brought(source.name, _read(source), at=now())
    pictures = formats.shown(found.pictures, kind, found.report)
    data, report = formats.write(found.source, kind, Standing(now(), pictures=pictures))
    remarks = [*found.report.remarks, *report.remarks]
    return data, Report(source.name, report.target, remarks)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused("The file cannot be read: %(reason)s", reason=error.strerror) from None


def _keep(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused("The file cannot be written: %(reason)s", reason=error.strerror) from None


def _tell(target: Path, report: Report) -> None:
    """One line for the whole, and one for each part that a person must look at."""
    for remark in report.remarks:
        if remark.kind is not Kind.UNDERSTOOD:
            click.echo(f"{_(LABELS[remark.kind])}: {remark.where(_)}: {remark.said(_)}")
    counts = (
        f"{_(label).lower()} {len(report.of(kind))}"
        for kind, label in LABELS.items()
        if kind is not Kind.WARNED or report.of(kind)
    )
    click.echo(f"{target}: {', '.join(counts)}")


LABELS = {
    Kind.WARNED: "Warning",
    Kind.UNDERSTOOD: "Understood",
    Kind.GUESSED: "Guessed",
    Kind.SKIPPED: "Not taken over",
    Kind.LOST: "Lost",
}
