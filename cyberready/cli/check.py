"""``cyberready check`` and ``cyberready schema``: for people who write playbooks, scenarios and campaigns."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from cyberready.campaigns import formats as campaigns
from cyberready.exchange.cacao import conversion as cacao
from cyberready.exchange.cacao.names import timestamp
from cyberready.exercises import formats as scenarios
from cyberready.platform.clock import now
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.sources import MOST_BYTES, text_of
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext, speaking
from cyberready.playbooks import formats as playbooks
from cyberready.playbooks import messages, references
from cyberready.playbooks.rules import Playbook
from cyberready.settings import content_root

SUFFIXES = (".md", ".yaml", ".yml")
CACAO = re.compile(rb'"spec_version"\s*:\s*"cacao-')
CAMPAIGN = re.compile(rb"^format:\s*[\"']?cyberready/campaign/", re.MULTILINE)
MESSAGE = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?:(?!slug:|---).*\n)*?key:", re.ASCII)
SLUG = re.compile(r"^slug:", re.MULTILINE)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Check playbooks and messages (*.md), scenarios and campaigns (*.yaml) and CACAO (*.json); a folder stands for its files.

    Prints one line per good file; each fault goes to standard error as file:line: what is wrong and what to do.
    Exit status 1 when there is a fault. Speaks Dutch when LANG begins with nl.
    """
    files = list(_files(paths))
    if not files:
        raise click.UsageError("There is no .md, .yaml or .yml file here.")
    with speaking(spoken(os.environ)):
        good = [_checked(path) for path in files]
    ctx.exit(0 if all(good) else 1)


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    click.echo(scenarios.json_schema(), nl=False)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found
                for found in path.iterdir()
                if (found.suffix in SUFFIXES and found.name != "README.md") or _is_cacao(found)
            )
        elif path.suffix in {*SUFFIXES, ".json"}:
            yield path
        else:
            raise click.UsageError(f"{path}: only .md, .yaml, .yml and .json files can be checked.")


def _is_cacao(path: Path) -> bool:
    """Whether a file in a folder is CACAO: other JSON, such as the schema of scenarios, is passed by."""
    if path.suffix != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return CACAO.search(file.read(MOST_BYTES)) is not None


def spoken(environ: Mapping[str, str]) -> str:
    """The language of a command: Dutch where the environment says so, else English."""
    named = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "nl" if named.startswith("nl") else "en"


def _checked(path: Path) -> bool:
    """Check one file and say what was found; whether it is good."""
    try:
        with path.open("rb") as file:
            said = _said(path, file.read(MOST_BYTES + 1))
    except OSError as error:
        click.echo(f"{path}:1: {_('This file cannot be read.')} ({error.strerror})", err=True)
        return False
    except FaultsFound as found:
        for fault in found.faults:
            click.echo(f"{path}:{fault.line}: {_(fault.sentence, **fault.values)}", err=True)
        return False
    click.echo(f"{path}: {said}")
    return True


def _said(path: Path, source: bytes) -> str:
    """What kind of file this is, its title and its size; raises FaultsFound."""
    if path.suffix == ".json":
        return _said_of_cacao(source, timestamp(now()))
    if path.suffix == ".md" and MESSAGE.match(source):
        message = messages.parse(source)
        return _("message %(title)s", title=message.title)
    if path.suffix == ".md":
        playbook = playbooks.parse(source)
        _check_name(path, source, playbook.slug, playbook.language)
        _check_references(path, source, playbook)
        count = len(playbook.steps)
        size = ngettext("%(num)s step", "%(num)s steps", count)
        return _("playbook %(title)s, %(size)s", title=playbook.title, size=size)
    if CAMPAIGN.search(source):
        campaign = campaigns.parse(source)
        _check_name(path, source, campaign.slug)
        size = ngettext("%(num)s activity", "%(num)s activities", len(campaign.activities))
        return _("campaign %(title)s, %(size)s", title=campaign.title, size=size)
    scenario = scenarios.parse(source)
    _check_name(path, source, scenario.slug)
    size = ngettext("%(num)s inject", "%(num)s injects", len(scenario.injects))
    if scenario.playbook is not None:
        playbook_found = _playbook(path, scenario.playbook)
        if playbook_found is None:
            size += "; " + _(
                "playbook %(name)s is not here or has faults, so the steps were not checked",
                name=scenario.playbook,
            )
        elif faults := scenarios.check_against(scenario, playbook_found, source):
            raise FaultsFound(faults)
    return _("scenario %(title)s, %(size)s", title=scenario.title, size=size)


def _said_of_cacao(source: bytes, at: str) -> str:
    """The kind of the file and what its signatures are worth at a moment; one that does not hold is a fault."""
    if faults := cacao.check(source, at):
        raise FaultsFound(faults)
    signed = (_(one.verdict.value, **one.values) for one in cacao.signatures(source, at))
    return "; ".join((_("CACAO playbook"), *signed))


def _check_name(path: Path, source: bytes, slug: str, language: str = "") -> None:
    """A playbook may also have its language in its name: ``<slug>.en.md``."""
    if path.stem not in {slug, f"{slug}.{language}"}:
        text = text_of(source)
        place = SLUG.search(text)
        line = text.count("\n", 0, place.start()) + 1 if place else 1
        sentence = "The slug is %(slug)s, but the file is called %(name)s. Make them the same."
        raise FaultsFound([Fault(line, "slug", sentence, {"slug": slug, "name": path.name})])


def _check_references(path: Path, source: bytes, playbook: Playbook) -> None:
    """Message templates, legal clocks and other playbooks must be among what is shipped or stand beside the file."""
    known = references.shipped()
    beside = {other.name.split(".")[0] for other in path.resolve().parent.glob("*.md")}
    known["playbooks"] |= beside
    if faults := references.unknown(playbook, source, known):
        raise FaultsFound(faults)


def _playbook(scenario: Path, slug: str) -> Playbook | None:
    """The playbook a scenario is for: beside the folder of the scenario, or the shipped one."""
    for folder in (scenario.resolve().parent.parent / "playbooks", content_root() / "playbooks"):
        path = folder / f"{slug}.md"
        if path.is_file():
            try:
                return playbooks.parse(path.read_bytes())
            except FaultsFound:
                return None
    return None
