"""Whose rows may be seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Realm:
    """The organisation on whose behalf rows are read and changed; a foreign row is NotFound."""

    organisation_id: int
