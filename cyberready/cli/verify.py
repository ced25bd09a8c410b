"""``cyberready verify``: check handover packages, as the receiver of one would."""

import click

from cyberready.kernel.verify import check, say


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language.")
@click.pass_context
def verify(context: click.Context, /, *, paths: tuple[str, ...], lang: str) -> None:
    """Check handover packages (zip files, or folders they were unpacked in).

    Prints for each what holds or the first thing that does not, and the fingerprint of the key that signed it. Exit
    status 0 when all hold, 1 when one does not.
    """
    sound = True
    for path in paths:
        finding = check(path, lang)
        sound = sound and finding.ok
        click.echo(f"{path}: {finding.sentence}")
        if finding.fingerprint:
            click.echo(say("compare", lang, fingerprint=finding.fingerprint))
    context.exit(0 if sound else 1)
