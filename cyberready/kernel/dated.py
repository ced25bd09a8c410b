"""Dated configuration: rows with a source and the days on which they count; law and regional agreements change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, Protocol, TypeVar

from cyberready.kernel.refusals import Refused


class Dated(Protocol):
    """A row that counts from ``valid_from`` up to and including ``valid_to``."""

    @property
    def valid_from(self) -> date:
        """First day."""

    @property
    def valid_to(self) -> date | None:
        """Last day; None when no end is known."""


T = TypeVar("T", bound=Dated)
Choice = TypeVar("Choice", bound=StrEnum)


def in_force(rows: Iterable[T], on: date) -> tuple[T, ...]:
    """Give the rows that count on the day *on*."""
    return tuple(row for row in rows if row.valid_from <= on <= (row.valid_to or date.max))


class Row:
    """One row of a configuration file while it is read; whatever is wrong is Refused with its number and name."""

    def __init__(self, number: int, fields: object, *, named: str, known: Collection[str]) -> None:
        if not isinstance(fields, Mapping):
            raise Refused("Row %(row)s is not a set of fields.", row=number)
        self.number = number
        self.fields: Mapping[Any, Any] = fields
        self.name = str(fields.get(named, "?"))
        for field in fields:
            if field not in known:
                self.refuse("Row %(row)s (%(name)s) has an unknown field %(field)s.", field=field)

    def refuse(self, sentence: str, **values: object) -> NoReturn:
        """Refuse this row."""
        raise Refused(sentence, row=self.number, name=self.name, **values)

    def text(self, field: str, default: str | None = None) -> str:
        """Read a text; it may be left out when there is a default."""
        value = self._value(field, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.refuse("Row %(row)s (%(name)s): %(field)s must be a text.", field=field)
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Read a list of texts; the list may be empty."""
        value = self._value(field)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse("Row %(row)s (%(name)s): %(field)s must be a list of texts.", field=field)
        return tuple(value)

    def number_in(self, field: str) -> int:
        """Read a whole number of at least 1."""
        value = self._value(field)
        if type(value) is not int or value < 1:
            self.refuse("Row %(row)s (%(name)s): %(field)s must be a whole number above zero.", field=field)
        return value

    def choice(self, field: str, choices: type[Choice], default: Choice) -> Choice:
        """Read one of *choices*."""
        value = self._value(field, default)
        if value not in list(choices):
            allowed = ", ".join(choices)
            self.refuse(
                "Row %(row)s (%(name)s): %(field)s must be one of %(allowed)s.", field=field, allowed=allowed
            )
        return choices(value)

    def day(self, field: str) -> date:
        """Read a date."""
        value = self._value(field)
        if type(value) is not date:
            self.refuse("Row %(row)s (%(name)s): %(field)s must be a date, as 2026-08-15.", field=field)
        return value

    def days(self) -> tuple[date, date | None]:
        """Read on which days the row counts."""
        first, last = self.day("valid_from"), self.day("valid_to") if self.fields.get("valid_to") else None
        if last is not None and last < first:
            self.refuse("Row %(row)s (%(name)s): valid_to lies before valid_from.")
        return first, last

    def _value(self, field: str, default: object = None) -> Any:
        value = self.fields.get(field, default)
        if value is None:
            self.refuse("Row %(row)s (%(name)s) has no %(field)s.", field=field)
        return value


def rows(data: object, *, named: str, known: Collection[str]) -> list[Row]:
    """Open the rows of a configuration file, numbered from 1; Refused when it is not a list of them."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise Refused("The file must be a list of rows.")
    return [Row(number, fields, named=named, known=known) for number, fields in enumerate(data, 1)]


def refuse_overlap(parsed: Sequence[tuple[Row, Dated]]) -> None:
    """Refuse two rows of one name that count on the same day."""
    for at, (row, dated) in enumerate(parsed):
        for earlier, other in parsed[:at]:
            apart = (dated.valid_to or date.max) < other.valid_from or (
                other.valid_to or date.max
            ) < dated.valid_from
            if row.name == earlier.name and not apart:
                row.refuse(
                    "Row %(row)s (%(name)s) counts on the same days as row %(other)s.", other=earlier.number
                )
