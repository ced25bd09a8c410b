"""``cyberready kit``: a crisis kit of the playbooks in a folder, without a database or server."""

import os
from datetime import timedelta
from pathlib import Path

import click

from cyberready.cli.check import spoken
from cyberready.exchange.kit import archive
from cyberready.exchange.kit.contents import Booklet, Kit
from cyberready.exchange.kit.page import to_html
from cyberready.exchange.standing import Standing
from cyberready.kernel.refusals import Refused
from cyberready.platform.clock import now
from cyberready.platform.faults import FaultsFound
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language, speaking
from cyberready.playbooks import formats, messages
from cyberready.settings import content_root

KEEPS = timedelta(days=30)


@click.command()
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip to write."
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the one page here as well."
)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of playbooks (.md); without it the shipped ones.",
)
@click.option("--organisation", default="", help="Name that stands on it.")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Encrypt the zip (AES-256) with the passphrase in this file.",
)
@click.pass_context
def kit(
    ctx: click.Context,
    *,
    out: Path,
    html: Path | None,
    folder: Path | None,
    organisation: str,
    passphrase_file: Path | None,
) -> None:
    """Make a crisis kit: playbooks, action cards, checklists, messages and blank forms in one zip.

    Contacts and duty roster stand in the kits that the server makes. Exit status 1 when a playbook is faulty or the
    passphrase is too short, with the reason on standard error. Speaks Dutch when LANG begins with nl.
    """
    with speaking(spoken(os.environ)):
        booklets = _booklets(ctx, folder or content_root() / "playbooks", organisation)
        moment = now()
        made = Kit(
            organisation=organisation,
            language=language(),
            made_at=moment,
            expires_at=moment + KEEPS,
            booklets=booklets,
            messages=tuple(messages.library(language())),
        )
        try:
            passphrase = passphrase_file.read_text("utf-8").strip() if passphrase_file else ""
            data = archive.to_zip(made, passphrase)
        except Refused as refused:
            click.echo(_(refused.sentence, **refused.values), err=True)
            ctx.exit(1)
        try:
            out.write_bytes(data)
            if html:
                html.write_bytes(to_html(made))
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
        count, digest = len(booklets), made.digest
        click.echo(
            _("%(name)s: %(count)s playbooks, fingerprint %(digest)s", name=out, count=count, digest=digest)
        )


def _booklets(ctx: click.Context, folder: Path, organisation: str) -> tuple[Booklet, ...]:
    """The playbooks in a folder; every fault is told with its place before the command ends."""
    found, faulty = [], False
    for path in sorted(folder.glob("*.md")):
        source = path.read_bytes()
        try:
            formats.parse(source)
        except FaultsFound as refused:
            faulty = True
            for fault in refused.faults:
                click.echo(f"{path}:{fault.line}: {_(fault.sentence, **fault.values)}", err=True)
        else:
            standing = Standing(made=now(), organisation=organisation)
            found.append(Booklet(formats.canonical(source), standing))
    if not found and not faulty:
        click.echo(_("%(name)s holds no playbooks (.md).", name=folder), err=True)
    if faulty or not found:
        ctx.exit(1)
    return tuple(found)
