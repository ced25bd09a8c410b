"""Tables of search: what can be found, and the words that occur in it.

Beside them stands ``search_index``: an FTS5 table on SQLite, a table with a ``tsvector`` on PostgreSQL.
"""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform.db import Base

# The terms of a step are some kilobytes. Kept apart, as PostgreSQL does with large values, each would be fetched and
# unpacked to be ranked, and the table looks so small that the planner reads it through instead of asking the index.
KEEP_TERMS_INLINE = (
    "ALTER TABLE search_index ALTER COLUMN terms SET STORAGE MAIN",
    "ALTER TABLE search_index SET (toast_tuple_target = 8160)",
)
INDEX_STATEMENTS = {
    "sqlite": ["CREATE VIRTUAL TABLE search_index USING fts5(title, text, prefix = '2 3')"],
    "postgresql": [
        "CREATE TABLE search_index (document_id INTEGER PRIMARY KEY REFERENCES search_documents (id), terms TSVECTOR)",
        "CREATE INDEX search_index_terms ON search_index USING gin (terms)",
        *KEEP_TERMS_INLINE,
    ],
}


class SearchDocument(Base):
    """Something that can be found; whoever has ``permission`` in the organisation may see it.

    ``source`` names what it was made from (several documents may share one), ``endpoint`` and ``place`` where it is;
    ``called`` is the title in plain words.
    """

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_source", "organisation_id", "source"),
        Index("ix_search_documents_called", "organisation_id", "called"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    source: Mapped[str]
    kind: Mapped[str]
    language: Mapped[str]
    permission: Mapped[str]
    title: Mapped[str] = mapped_column(Text)
    called: Mapped[str] = mapped_column(Text, server_default="")
    within: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    endpoint: Mapped[str]
    place: Mapped[dict[str, str | int]] = mapped_column(JSON)


class SearchWord(Base):
    """A plain word that occurs, or once occurred, in what an organisation can find; typing mistakes lead to it."""

    __tablename__ = "search_words"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


@event.listens_for(Base.metadata.tables["search_documents"], "after_create")
def _install(_table: object, connection: Any, **_: Any) -> None:
    for statement in INDEX_STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
