"""``cyberready serve``: pages and live streams in one process, or each apart."""

import logging
import os
import threading
from collections.abc import Callable

import click

from cyberready import settings
from cyberready.asgi import create
from cyberready.platform.live.door import Door
from cyberready.platform.live.server import (
    FILES_ENOUGH,
    address_of,
    listening,
    open_files,
    server,
    settle_memory,
)

LONGEST_END_SECONDS = 2.8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--live-only", is_flag=True, help="Only the live streams: /live/ and nothing else.")
@click.option("--web-only", is_flag=True, help="Everything but the live streams.")
def serve(*, host: str, port: int, live_only: bool, web_only: bool) -> None:
    """Serve the pages and the live streams."""
    if live_only and web_only:
        raise click.UsageError("--live-only and --web-only exclude each other.")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run(create(settings.read(), pages=not live_only, live=not web_only), host, port)


def run(door: Door, host: str, port: int, tell: Callable[[], None] = lambda: None) -> None:
    """Listen on *host* and *port* until a signal; *tell* is called once, after the address was said."""
    try:
        listener = listening(host, port)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host}:{port}: {error.strerror or error}.") from None
    files = open_files()
    if files < FILES_ENOUGH:
        click.echo(
            f"Only {files} open files are allowed here, and each live screen takes one; raise the limit "
            f"(ulimit -n 20000) before an exercise with more than {files // 2} screens.",
            err=True,
        )

    def started() -> None:
        settle_memory()
        click.echo(f"cyberready listens on {address_of(listener)}")
        tell()

    server(door, started=started, stopping=_end_in_time).run(sockets=[listener])


def _end_in_time() -> None:
    """See to it that the process ends, even if some work hangs; all that matters is in the database."""
    watch = threading.Timer(LONGEST_END_SECONDS, os._exit, [0])
    watch.daemon = True
    watch.start()
