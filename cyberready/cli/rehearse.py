"""``cyberready rehearse``: the whole main job without a browser, measured and verified."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cyberready.cli import rehearsal, stage, town
from cyberready.cli.players import Stuck
from cyberready.cli.rehearsal import Result
from cyberready.exercises import formats
from cyberready.platform.faults import FaultsFound

MOST_PACE = 1000


@click.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pace",
    default=120,
    show_default=True,
    type=click.IntRange(1, MOST_PACE),
    help="Exercise seconds per second.",
)
@click.option(
    "--people",
    default=4,
    show_default=True,
    type=click.IntRange(1, 500),
    help="Simulated participants per team.",
)
@click.option(
    "--out", default="build/rehearsal", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)
@click.option("--database-url", help="An empty database to use instead of a fresh SQLite file.")
def rehearse(*, scenario: Path, pace: int, people: int, out: Path, database_url: str | None) -> None:
    """Play SCENARIO with simulated participants, hand it over, accept it, and verify everything."""
    try:
        source = scenario.read_text("utf-8")
        script = formats.parse(source)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{scenario}: this is not UTF-8 text ({error.reason}).") from error
    except FaultsFound as found:
        for fault in found.faults:
            click.echo(
                f"{scenario}:{fault.line}: {fault.sentence % fault.values if fault.values else fault.sentence}",
                err=True,
            )
        raise click.exceptions.Exit(1) from found
    out.mkdir(parents=True, exist_ok=True)
    console = Console()
    wall = timedelta(seconds=script.duration.total_seconds() / pace)
    console.print(
        f"{script.title}: {len(script.injects)} injects in {wall.total_seconds():.0f} s at pace {pace}"
    )
    with tempfile.TemporaryDirectory() as folder:
        port = stage.free_port()
        settings = town.furnish(Path(folder), f"http://127.0.0.1:{port}", database_url=database_url)
        try:
            result = asyncio.run(rehearsal.run(settings, port, source, pace, people, out, console))
        except (Stuck, RuntimeError) as error:
            raise click.ClickException(str(error)) from error
    _report(console, result)
    if not result.perfect:
        raise click.exceptions.Exit(1)


def _report(console: Console, result: Result) -> None:
    table = Table(title="Rehearsal", show_header=False)
    table.add_row("Participants", str(result.participants))
    table.add_row("Injects fired", str(result.fired))
    table.add_row("Injects seen / to be seen", f"{result.seen} / {result.due_to_be_seen}")
    for name, value in zip(("p50", "p99", "max"), result.lateness_ms, strict=True):
        table.add_row(f"Lateness {name}", f"{value:.0f} ms")
    table.add_row("Entries in the trail", str(result.entries))
    table.add_row("Verification", result.verification)
    table.add_row("Fingerprint of the key", result.fingerprint)
    console.print(table)
    for fault in result.faults[:10]:
        console.print(f"[red]{fault}[/red]")
    for name in ("evaluatie.docx", "overdracht.zip", "verloop.jsonl"):
        console.print(f"Written: {result.out / name}")
