"""``cyberready trail``: check the trails of a database, and erase what an entry says."""

import getpass
from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from cyberready import settings
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform import clock
from cyberready.platform.db import Database
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import speaking
from cyberready.trail import actions, queries, verification

LARGEST = 2**31 - 1


@click.group()
def trail() -> None:
    """Check the trails of this database, or erase what one entry says."""


@trail.command(name="verify")
@click.option(
    "--trail",
    "number",
    type=click.IntRange(1, LARGEST),
    help="Number of one trail; without it all trails are checked.",
)
@click.pass_context
def verify_trails(context: click.Context, /, *, number: int | None) -> None:
    """Compute every trail anew from the stored bytes; exit status 1 when one does not hold."""
    database = Database(settings.read().database_url)
    try:
        with speaking("nl"):
            numbers = _numbers(database, number)
            sound = [_verified(database, one) for one in numbers]
            if not numbers:
                click.echo(_("This database has no trails yet."))
    finally:
        database.close()
    context.exit(0 if all(sound) else 1)


def _numbers(database: Database, number: int | None) -> Sequence[int]:
    return database.read(queries.numbers) if number is None else [number]


def _verified(database: Database, number: int) -> bool:
    """Check one trail at one moment and say in a line how it stands."""

    def work(session: Session) -> tuple[str, str | None]:
        if not database.sqlite:  # SQLite reads one moment by itself
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        head = queries.trail(session, number)
        fault = verification.fault(session, number)
        named = f"{number} {head.name} ({head.size})"
        return named, fault.statement("nl") if fault else None

    try:
        named, fault = database.read(work)
    except Refused as refusal:
        raise click.ClickException(_(refusal.sentence, **refusal.values)) from None
    click.echo(f"{named}: {fault or _('holds')}")
    return fault is None


@trail.command()
@click.argument("number", metavar="TRAIL", type=click.IntRange(1, LARGEST))
@click.argument("position", type=click.IntRange(0, LARGEST))
@click.option("--reason", required=True, help="Why it is erased; this is an entry of its own.")
def erase(*, number: int, position: int, reason: str) -> None:
    """Erase what entry POSITION of a TRAIL says; its place and hash stay, so that the trail still holds."""
    if not reason.strip():
        raise click.UsageError("Give the reason.")
    name = getpass.getuser()
    actor = Actor(ref=f"operator:{name}", name=name, role="operator")
    database = Database(settings.read().database_url)

    def work(session: Session) -> None:
        queries.trail(session, number)
        actions.erase(session, number, position, reason=reason.strip(), actor=actor, now=clock.now())

    try:
        database.transact(work)
    except Refused as refusal:
        with speaking("nl"):
            raise click.ClickException(_(refusal.sentence, **refusal.values)) from None
    finally:
        database.close()
    with speaking("nl"):
        click.echo(_("The content of entry %(number)s is erased.", number=position))
