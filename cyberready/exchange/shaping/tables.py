"""Which tables hold steps, and what their columns hold. Pure."""

import re
from dataclasses import replace

from cyberready.exchange import recognising
from cyberready.exchange.blocks import Block, Grid

COUNT = re.compile(r"(?:(?:stap|actie|step|action)\s+)?\d{1,3}(?:\\?\.\d{1,3})*[a-z]?\\?[.)]?", re.IGNORECASE)


def table_columns(grid: Grid, heading: str) -> list[str]:
    """What the columns of a table of steps hold, one of them ``title``; empty when the table holds no steps."""
    if len(grid.rows) < 2 or len(grid.rows[0]) < 2 or recognising.tells_cast(heading):
        return []
    columns = [recognising.column(cell.text) for cell in grid.rows[0]]
    columns = _numbered(grid, columns)
    if "role" not in columns and not {"title", "time"} <= set(columns):
        return []
    if "title" not in columns:
        free = [at for at, column in enumerate(columns) if not column]
        if not free or any(recognising.tells_person(cell.text) for cell in grid.rows[0]):
            return []
        weights = {at: sum(len(row[at].text) for row in grid.rows[1:] if at < len(row)) for at in free}
        columns[max(free, key=lambda at: weights[at])] = "title"
    first: set[str] = set()
    for at, column in enumerate(columns):
        if column in first:
            columns[at] = ""
        first.add(column)
    return columns


def _numbered(grid: Grid, columns: list[str]) -> list[str]:
    """The columns, of which one that only counts holds numbers and no titles where another may say what is done."""

    def counts(at: int) -> bool:
        said = [row[at].text for row in grid.rows[1:] if at < len(row) and row[at].text]
        return bool(said) and all(COUNT.fullmatch(text) for text in said)

    made = ["number" if one == "title" and counts(at) else one for at, one in enumerate(columns)]
    return made if {"title", ""} & set(made) else columns


def untitled(block: Block) -> list[Block]:
    """A table of steps under a row that is its title, as that title and the table; any other block as it is."""
    if not isinstance(block, Grid) or len(block.rows) < 3 or len(block.rows[0]) < 2:
        return [block]
    said = [cell for cell in block.rows[0] if cell.blocks]
    below = replace(block, rows=block.rows[1:], raw="", first=block.first + 1)
    return [*said[0].blocks, below] if len(said) == 1 and table_columns(below, "") else [block]
