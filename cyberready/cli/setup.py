"""``cyberready upgrade`` and ``cyberready found``: a database of one's own and its first organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from cyberready import settings
from cyberready.cli import town
from cyberready.desk import actions as desk
from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.checkpoint import SigningKey
from cyberready.kernel.refusals import Refused
from cyberready.migrations import run
from cyberready.people import actions as people
from cyberready.people import actions_access as access
from cyberready.people import queries
from cyberready.people.rules import OrganisationKind, Role
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm


@click.command()
def upgrade() -> None:
    """Bring the database to this version and its search index up to date; makes the signing key when there is none."""
    chosen = settings.read()
    key = Path(chosen.signing_key_file)
    with _opened(chosen.database_url) as database:
        if not key.exists():
            _make(key, chosen.host)
        run.upgrade(database)
        for organisation in database.read(queries.organisations):
            database.transact(partial(desk.index_again, realm=Realm(organisation.id)))
        click.echo(f"The database is at version {run.current(database)}.")


def _make(key: Path, host: str) -> None:
    try:
        key.touch(mode=0o600)
        key.write_bytes(SigningKey.generate(host).pem())
    except OSError as error:
        raise click.ClickException(f"The signing key {key} cannot be written: {error.strerror}.") from error
    click.echo(f"Made a signing key in {key}. Keep a copy where the server is not.")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    """Open a database inside the block; what is wrong with it, or refused in it, ends the command in a sentence."""
    try:
        database = Database(url)
    except (ArgumentError, ImportError) as error:
        raise click.ClickException(
            "CYBERREADY_DATABASE_URL is not the address of a SQLite or PostgreSQL database."
        ) from error
    try:
        yield database
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except DBAPIError as error:
        raise click.ClickException(f"The database cannot be used: {error.orig}.") from error
    finally:
        database.close()


@click.command()
@click.argument("slug")
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganisationKind]), default="municipality")
@click.option("--region", help="Slug of the safety region that this organisation hands over to.")
@click.option("--administrator", required=True, metavar="EMAIL", help="Address of the first administrator.")
def found(*, slug: str, name: str, kind: str, region: str | None, administrator: str) -> None:
    """Set up an organisation with the shipped content and print a sign-in link for its first administrator."""
    chosen = settings.read()

    def work(session: Session) -> str:
        region_id = queries.organisation_by_slug(session, region).id if region else None
        made = people.found_organisation(
            session, slug=slug, name=name, kind=kind, region_id=region_id, actor=SYSTEM, now=now()
        )
        roles = [Role.ADMINISTRATOR.value, Role.SECURITY_OFFICER.value]
        owner = people.open_account(
            session,
            Realm(made.id),
            email=administrator,
            name=administrator,
            roles=roles,
            actor=SYSTEM,
            now=now(),
        )
        if kind == OrganisationKind.MUNICIPALITY:
            town.stock(session, Realm(made.id), now())
        return access.issue_link(session, owner.id, valid=timedelta(days=1), now=now())

    with _opened(chosen.database_url) as database:
        if run.current(database) != run.newest():
            raise click.ClickException("The database is not at this version. Run first: cyberready upgrade")
        secret = database.transact(work)
    click.echo(f"{name} is set up. Sign in within a day: {chosen.base_url}/sign-in/{secret}")
