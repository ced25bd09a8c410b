"""What the steps of a playbook refer to, in words: titles in place of keys."""

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from cyberready.exchange.standing import Beside, Standing
from cyberready.platform import law
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats, messages
from cyberready.playbooks.rules import Playbook
from cyberready.settings import content_root

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
REFERENCES = ";"  # between titles, in which a comma may stand
FIELDS = ("messages", "clocks", "playbooks")


def titles(playbook: Playbook, standing: Standing) -> dict[tuple[str, str], str]:
    """The titles of all that the steps refer to, by field and key, as far as they are known."""
    language = playbook.language
    clocks = {clock.id: clock for clock in law.every_clock()}
    clocks |= {clock.id: clock for clock in law.clocks(standing.made.astimezone(AMSTERDAM).date())}
    found: dict[tuple[str, str], str] = {}
    named = {(field, key) for step in playbook.steps for field in FIELDS for key in getattr(step, field)}
    for field, key in named:
        if field == "messages" and (message := messages.template(key, language)):
            found[field, key] = message.title
        elif field == "clocks" and (clock := clocks.get(key)):
            found[field, key] = f"{clock.law}: {clock.name_nl if language == 'nl' else clock.name_en}"
        elif field == "playbooks" and (title := _title(key, language, standing.others)):
            found[field, key] = title
    return found


def _title(slug: str, language: str, others: Mapping[str, Beside]) -> str:
    known = others.get(slug)
    return known.title if known else _shipped_title(slug, language)


@lru_cache
def _shipped_title(slug: str, language: str) -> str:
    """The title of a shipped playbook, in *language* or else in Dutch; empty when there is none."""
    for name in (f"{slug}.{language}.md", f"{slug}.md"):
        path = content_root() / "playbooks" / name
        if path.is_file():
            try:
                return formats.parse(path.read_bytes()).title
            except FaultsFound:
                return ""
    return ""
