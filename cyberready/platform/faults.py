"""What is wrong with a file that somebody wrote: every fault, with its line and what to do about it."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cyberready.kernel.refusals import Refused

MOST_FAULTS = 200  # a file with more has one cause, and nobody reads on


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file.

    ``line`` counts from 1; ``field`` is the dotted path of the field (``injects.3.at``), empty for the whole file;
    ``sentence`` is an English message id with ``%(name)s`` places for ``values``, and says what to do.
    """

    line: int
    field: str
    sentence: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class FaultsFound(Refused):
    """A file that cannot be used; ``faults`` are those that were found, first lines first, 200 at most."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        found = sorted(faults, key=lambda fault: fault.line)
        self.faults = tuple(found[:MOST_FAULTS])
        super().__init__("Faults in the file: %(count)s. Mend them and try again.", count=len(found))
