"""Sources of playbooks, with or without faults, as sides of a comparison."""

from functools import lru_cache

from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import comparison, editing, formats
from cyberready.playbooks.comparison import Comparison, Text


@lru_cache(maxsize=64)
def side(source: str) -> Text:
    r"""A text for a comparison, with ``\n`` line ends; one with faults is compared by section and word only."""
    try:
        return comparison.text(source, formats.parse(source))
    except FaultsFound:
        return Text(editing.sections(source))


def compare(old: str, new: str) -> Comparison:
    """Compare two texts of a playbook."""
    return comparison.compare(side(old), side(new))
