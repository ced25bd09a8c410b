"""``cyberready demo``: a fictional municipality on this machine, with an exercise that one click starts."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.asgi import create
from cyberready.cli import town
from cyberready.cli.serve import run
from cyberready.migrations.run import upgrade
from cyberready.people import actions_access as access
from cyberready.people.models import Account, Organisation
from cyberready.people.rules import Role
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.mail.catcher import Catcher
from cyberready.platform.realm import Realm

EXERCISE = "Najaarsoefening ransomware"
LINK_VALID = timedelta(days=1)


@click.command()
@click.option("--data", default=".demo", show_default=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def demo(*, data: Path, host: str, port: int) -> None:
    """Serve a fictional municipality; a second start goes on where the first was."""
    catcher = Catcher("127.0.0.1", 0, data / "mail")
    catcher.start()
    base_url = f"http://{host}:{port}"
    settings = town.furnish(data, base_url, catcher.url)
    database = Database(settings.database_url)
    try:
        upgrade(database)
        if not database.read(lambda session: session.scalar(select(func.count(Organisation.id)))):
            click.echo("Setting up Gemeente Waterveld …")
            _set_up(database)
        links = _links(database, base_url)
    finally:
        database.close()

    def tell() -> None:
        for function, link in links:
            click.echo(f"  {function:<54}{link}")
        click.echo(f"Mail is caught in {data / 'mail'}. Stop with Ctrl-C.")

    try:
        run(create(settings), host, port, tell)
    finally:
        catcher.stop()


def _set_up(database: Database) -> None:
    at = now()
    founded = database.transact(lambda session: town.found(session, at))
    releases = database.transact(lambda session: town.stock(session, Realm(founded.home), at))
    database.transact(lambda session: town.mandates(session, founded, at))
    database.transact(lambda session: town.care(session, founded, at))
    database.transact(lambda session: town.draft(session, founded, at))
    database.transact(lambda session: town.plan(session, founded, releases[0], EXERCISE, at))
    database.transact(lambda session: town.campaign(session, founded, (at + timedelta(days=7)).date(), at))


def _links(database: Database, base_url: str) -> list[tuple[str, str]]:
    """A sign-in link for each of the five roles."""
    found = []
    for role, name, function in town.PEOPLE:
        domain = "waterland-noord.example" if role is Role.PUBLIC_SAFETY else "waterveld.example"
        address = f"{role.value.replace('_', '-')}@{domain}"
        number = database.read(partial(_number, address=address))
        if number is None:
            raise click.ClickException(
                f"The account {address} is gone; start anew with another --data folder."
            )
        secret = database.transact(partial(access.issue_link, account_id=number, valid=LINK_VALID, now=now()))
        found.append((f"{function} ({name})", f"{base_url}/sign-in/{secret}"))
    return found


def _number(session: Session, address: str) -> int | None:
    return session.scalar(select(Account.id).where(Account.email == address, Account.closed_at.is_(None)))
