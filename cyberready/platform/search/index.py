"""One index over everything that can be found, on SQLite's FTS5 and on PostgreSQL's full-text search.

Both keep the same stems, made here, so that a question has the same answer on either.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import TextClause, bindparam, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.platform.search.models import SearchDocument, SearchWord
from cyberready.platform.search.words import Marked, asked, excerpt, forgiven, forms, nearest, stems, words

MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be found: ``place`` are the values of ``endpoint``, ``within`` is what it is a part of."""

    kind: str
    title: str
    text: str
    permission: str
    endpoint: str
    place: Mapping[str, str | int] = field(default_factory=dict)
    within: str = ""
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that was found, with the part of it that matches."""

    kind: str
    title: str
    within: str
    language: str
    endpoint: str
    place: Mapping[str, str | int]
    excerpt: Marked


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question; ``instead`` is what was looked for when nothing matched what was typed."""

    hits: tuple[Hit, ...]
    instead: str = ""
    more: bool = False


def put(session: Session, realm: Realm, source: str, documents: Iterable[Document]) -> None:
    """Let *documents* be what can be found of *source*, instead of what there was; none forgets the source."""
    chosen = select(SearchDocument.id).where(
        SearchDocument.organisation_id == realm.organisation_id, SearchDocument.source == source
    )
    old = session.scalars(chosen).all()
    if old:
        session.execute(_forget(session).bindparams(ids=old))
        session.execute(delete(SearchDocument).where(SearchDocument.id.in_(old)))
    given = list(documents)
    rows = [_row(realm, source, document) for document in given]
    session.add_all(rows)
    session.flush()  # the index needs the numbers
    if rows:
        session.execute(_remember(session), [_indexed(row) for row in rows])
    _learn(session, realm, given)


def _row(realm: Realm, source: str, document: Document) -> SearchDocument:
    return SearchDocument(
        organisation_id=realm.organisation_id,
        source=source,
        kind=document.kind,
        language=document.language,
        permission=document.permission,
        title=document.title,
        within=document.within,
        text=document.text,
        endpoint=document.endpoint,
        place=dict(document.place),
    )


def _indexed(row: SearchDocument) -> dict[str, str | int]:
    return {
        "id": row.id,
        "title": stems(row.title, row.language),
        "text": stems(f"{row.within} {row.text}", row.language),
    }


def find(
    session: Session, realm: Realm, query: str, permissions: Collection[str], limit: int = MOST_HITS
) -> Found:
    """What matches every word of *query* and may be seen with *permissions*, the best first.

    Words match by their stem and by their beginning. Where nothing matches, words that nobody wrote are replaced by
    the nearest that somebody did, and the answer says so.
    """
    sought = asked(query)
    if not sought or not permissions:
        return Found(())
    hits = _matches(session, realm, sought, permissions, limit + 1)
    if not hits:
        sought = _mended(session, realm, sought)
        hits = _matches(session, realm, sought, permissions, limit + 1) if sought else []
        return _found(hits, sought, limit, " ".join(sought) if hits else "")
    return _found(hits, sought, limit, "")


def _found(rows: Sequence[SearchDocument], sought: Sequence[str], limit: int, instead: str) -> Found:
    hits = tuple(
        Hit(
            kind=row.kind,
            title=row.title,
            within=row.within,
            language=row.language,
            endpoint=row.endpoint,
            place=row.place,
            excerpt=excerpt(row.text, sought),
        )
        for row in rows[:limit]
    )
    return Found(hits, instead, more=len(rows) > limit)


def _matches(
    session: Session, realm: Realm, sought: Sequence[str], permissions: Collection[str], limit: int
) -> list[SearchDocument]:
    ranked, question = _ranking(session, sought)
    values = {
        "question": question,
        "organisation": realm.organisation_id,
        "permissions": sorted(permissions),
        "most": limit,
    }
    order = list(session.scalars(ranked, values))
    if not order:
        return []
    rows = {
        row.id: row for row in session.scalars(select(SearchDocument).where(SearchDocument.id.in_(order)))
    }
    return [rows[number] for number in order]


def _ranking(session: Session, sought: Sequence[str]) -> tuple[TextClause, str]:
    """The statement that gives the numbers of what matches, and the question in the words of the engine."""
    if _sqlite(session):
        groups = (" OR ".join(f'"{form}"*' for form in forms(word)) for word in sought)
        return MATCHES_SQLITE, " AND ".join(f"({group})" for group in groups)
    groups = (" | ".join(f"'{form}':*" for form in forms(word)) for word in sought)
    return MATCHES_POSTGRESQL, " & ".join(f"({group})" for group in groups)


MATCHES_SQLITE = text(
    "SELECT d.id FROM search_index JOIN search_documents d ON d.id = search_index.rowid "
    "WHERE search_index MATCH :question AND d.organisation_id = :organisation AND d.permission IN :permissions "
    "ORDER BY bm25(search_index, 8.0, 1.0), d.id LIMIT :most"
).bindparams(bindparam("permissions", expanding=True))
# Materialized, so that the index is asked first, also where the planner does not know yet how much there is.
MATCHES_POSTGRESQL = text(
    "WITH hits AS MATERIALIZED (SELECT document_id, terms FROM search_index "
    "WHERE terms @@ to_tsquery('simple', :question)) "
    "SELECT d.id FROM hits JOIN search_documents d ON d.id = hits.document_id "
    "WHERE d.organisation_id = :organisation AND d.permission IN :permissions "
    "ORDER BY ts_rank(hits.terms, to_tsquery('simple', :question), 1) DESC, d.id LIMIT :most"
).bindparams(bindparam("permissions", expanding=True))


def _remember(session: Session) -> TextClause:
    if _sqlite(session):
        return text("INSERT INTO search_index (rowid, title, text) VALUES (:id, :title, :text)")
    return text(
        "INSERT INTO search_index (document_id, terms) VALUES (:id, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :text), 'D'))"
    )


def _forget(session: Session) -> TextClause:
    if _sqlite(session):
        statement = text("DELETE FROM search_index WHERE rowid IN :ids")
    else:
        statement = text("DELETE FROM search_index WHERE document_id IN :ids")
    return statement.bindparams(bindparam("ids", expanding=True))


def _learn(session: Session, realm: Realm, documents: Iterable[Document]) -> None:
    fresh = sorted(
        {
            word
            for document in documents
            for word in words(f"{document.title} {document.within} {document.text}")
            if len(word) > 3
        }
    )
    if not fresh:
        return
    upsert = insert_sqlite(SearchWord) if _sqlite(session) else insert_postgresql(SearchWord)
    rows = [{"organisation_id": realm.organisation_id, "word": word} for word in fresh]
    session.execute(upsert.on_conflict_do_nothing(), rows)


def _mended(session: Session, realm: Realm, sought: Sequence[str]) -> list[str]:
    """The question with every unknown word replaced by its nearest; empty when one has none or all are known."""
    mended = [word if _known(session, realm, word) else _nearest(session, realm, word) for word in sought]
    whole = [word for word in mended if word is not None]
    return whole if len(whole) == len(sought) and whole != list(sought) else []


def _known(session: Session, realm: Realm, word: str) -> bool:
    begun = or_(*(SearchWord.word.startswith(form, autoescape=True) for form in forms(word)))
    chosen = select(SearchWord.word).where(SearchWord.organisation_id == realm.organisation_id, begun)
    return session.scalars(chosen.limit(1)).first() is not None


def _nearest(session: Session, realm: Realm, word: str) -> str | None:
    """The nearest of the words that are about as long."""
    spread = forgiven(word)
    if not spread:
        return None
    # All in one text: thousands of rows would cost more than the comparing.
    about_as_long = func.length(SearchWord.word).between(len(word) - spread, len(word) + spread)
    chosen = select(func.aggregate_strings(SearchWord.word, " ")).where(
        SearchWord.organisation_id == realm.organisation_id, about_as_long
    )
    return nearest(word, (session.scalar(chosen) or "").split())


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
