"""One index over everything that can be found, on SQLite's FTS5 and on PostgreSQL's full-text search.

Both keep the same words and stems, made here, so that a question has the same answer on either.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import TextClause, bindparam, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.platform.search import dutch
from cyberready.platform.search.models import SearchDocument, SearchWord
from cyberready.platform.search.words import (
    Marked,
    Sign,
    apart,
    asked,
    excerpt,
    forgiven,
    indexed,
    nearest,
    sign,
    together,
    words,
)

MOST_HITS = 20
MOST_COMPOUNDS = 40
SHORTEST_WORD = 3  # "ict" is the first half of "ictbeheer"


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be found: ``place`` are the values of ``endpoint``, ``within`` is what it is a part of.

    Without a ``language`` (a name, a number) it is as near to every reader.
    """

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
        called=_called(document.title),
        within=document.within,
        text=document.text,
        endpoint=document.endpoint,
        place=dict(document.place),
    )


def _called(title: str) -> str:
    return " ".join(words(title))


def _indexed(row: SearchDocument) -> dict[str, str | int]:
    return {
        "id": row.id,
        "title": indexed(row.title, row.language),
        "text": indexed(f"{row.within} {row.text}", row.language),
    }


# A word that is asked: what finds it, in one way or another (as one word, or in its parts), all signs of a way together.
Ways = tuple[tuple[Sign, ...], ...]


def find(
    session: Session,
    realm: Realm,
    query: str,
    permissions: Collection[str],
    limit: int = MOST_HITS,
    language: str = "nl",
) -> Found:
    """What matches every word of *query* and may be seen with *permissions*: what is in *language* first, of that what
    is called so, then the best, in which a whole counts twice.

    Words match by their stems, by their beginning, and as the end of a compound. Where nothing matches, words that
    nobody wrote are replaced by the nearest that somebody did, and the answer says so.
    """
    sought = asked(query)
    if not sought or not permissions:
        return Found(())
    asker = _Asker(session, realm, sorted(permissions), limit, language, _called(query))
    found = asker.ask(sought)
    mended = [] if found.hits else _mended(session, realm, sought)
    if mended:
        found = asker.ask(mended)
    # Without a hit nothing is said: the word may stand only in what this reader may not see.
    return replace(found, instead=" ".join(mended)) if found.hits else found


@dataclass(frozen=True, slots=True)
class _Asker:
    session: Session
    realm: Realm
    permissions: Sequence[str]
    limit: int
    language: str
    called: str

    def ask(self, sought: Sequence[str]) -> Found:
        ways = _ways(self.session, self.realm, sought)
        rows = self._rows(ways)
        signs = [one for word in ways for way in word for one in way]
        hits = tuple(_hit(row, signs) for row in rows[: self.limit])
        return Found(hits, more=len(rows) > self.limit)

    def _rows(self, ways: Sequence[Ways]) -> list[SearchDocument]:
        statement, engine = (MATCHES_SQLITE, FTS5) if _sqlite(self.session) else (MATCHES_POSTGRESQL, TSQUERY)
        values = {
            "question": engine.question(ways),
            "organisation": self.realm.organisation_id,
            "permissions": self.permissions,
            "language": self.language,
            "called": self.called,
            "most": self.limit + 1,
        }
        order = list(self.session.scalars(statement, values))
        if not order:
            return []
        chosen = select(SearchDocument).where(SearchDocument.id.in_(order))
        rows = {row.id: row for row in self.session.scalars(chosen)}
        return [rows[number] for number in order]


def _hit(row: SearchDocument, signs: Sequence[Sign]) -> Hit:
    return Hit(
        kind=row.kind,
        title=row.title,
        within=row.within,
        language=row.language,
        endpoint=row.endpoint,
        place=row.place,
        excerpt=excerpt(row.text, signs),
    )


def _ways(session: Session, realm: Realm, sought: Sequence[str]) -> list[Ways]:
    """By what each asked word is found, with the compounds that end with it."""
    single = list(dict.fromkeys(one for word in sought for one in (together(word), *apart(word))))
    compounds = _compounds(session, realm, single)

    def signs(words: Sequence[str]) -> tuple[Sign, ...]:
        return tuple(replace(made := sign(word), same=made.same + compounds[word]) for word in words)

    return [
        (signs([together(word)]), signs(apart(word))) if apart(word) else (signs([together(word)]),)
        for word in sought
    ]


def _compounds(session: Session, realm: Realm, sought: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each word the compounds of the vocabulary that end with it: what stands before is a word as well."""
    able = [word for word in sought if dutch.may_end(word)]
    parts = {part for word in able for part in (word, *dutch.stems(word))}
    parts = {part for part in parts if not any(other in part for other in parts - {part})}
    if not parts:
        return dict.fromkeys(sought, ())
    place = func.instr if _sqlite(session) else func.strpos
    chosen = select(SearchWord.word).where(
        SearchWord.organisation_id == realm.organisation_id,
        or_(*(place(SearchWord.word, part) > dutch.SHORTEST for part in sorted(parts))),
    )
    candidates = sorted(session.scalars(chosen), key=lambda word: (len(word), word))
    halves = {word: {one: dutch.first_halves(one, word) for one in candidates} for word in able}
    wanted = {half for found in halves.values() for some in found.values() for half in some}
    known = _written(session, realm, wanted) | dutch.HALVES
    return {
        word: tuple(one for one, some in halves.get(word, {}).items() if not known.isdisjoint(some))[
            :MOST_COMPOUNDS
        ]
        for word in sought
    }


def _written(session: Session, realm: Realm, wanted: Collection[str]) -> set[str]:
    """Which of these words somebody wrote."""
    if not wanted:
        return set()
    chosen = select(SearchWord.word).where(
        SearchWord.organisation_id == realm.organisation_id, SearchWord.word.in_(sorted(wanted))
    )
    return set(session.scalars(chosen))


@dataclass(frozen=True, slots=True)
class _Engine:
    """How an engine writes a question."""

    begins: str
    same: str
    either: str
    all_of: str

    def question(self, sought: Sequence[Ways]) -> str:
        return self.all_of.join(self._either([self._way(way) for way in ways]) for ways in sought)

    def _way(self, signs: Sequence[Sign]) -> str:
        return self.all_of.join(self._sign(one) for one in signs)

    def _sign(self, one: Sign) -> str:
        return self._either([*map(self.begins.format, one.begin), *map(self.same.format, one.same)])

    def _either(self, parts: Sequence[str]) -> str:
        return f"({self.either.join(parts)})"


FTS5 = _Engine(begins='"{}"*', same='"{}"', either=" OR ", all_of=" AND ")
TSQUERY = _Engine(begins="'{}':*", same="'{}'", either=" | ", all_of=" & ")
# What is called as was asked comes first, and a whole counts twice: its parts are short and so match better.
MATCHES_SQLITE = text(
    "SELECT d.id FROM search_index JOIN search_documents d ON d.id = search_index.rowid "
    "WHERE search_index MATCH :question AND d.organisation_id = :organisation AND d.permission IN :permissions "
    "ORDER BY d.language NOT IN ('', :language), d.id NOT IN "
    "(SELECT id FROM search_documents WHERE organisation_id = :organisation AND called = :called), "
    "bm25(search_index, 8.0, 1.0) * CASE d.within WHEN '' THEN 2 ELSE 1 END, d.id LIMIT :most"
).bindparams(bindparam("permissions", expanding=True))
# Materialized, so that the index is asked first, also where the planner does not know yet how much there is.
MATCHES_POSTGRESQL = text(
    "WITH hits AS MATERIALIZED (SELECT document_id, terms FROM search_index "
    "WHERE terms @@ to_tsquery('simple', :question)) "
    "SELECT d.id FROM hits JOIN search_documents d ON d.id = hits.document_id "
    "WHERE d.organisation_id = :organisation AND d.permission IN :permissions "
    "ORDER BY d.language NOT IN ('', :language), d.id NOT IN "
    "(SELECT id FROM search_documents WHERE organisation_id = :organisation AND called = :called), "
    "ts_rank(hits.terms, to_tsquery('simple', :question), 1) * CASE d.within WHEN '' THEN 2 ELSE 1 END DESC, "
    "d.id LIMIT :most"
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
            if len(word) >= SHORTEST_WORD
        }
    )
    if not fresh:
        return
    upsert = insert_sqlite(SearchWord) if _sqlite(session) else insert_postgresql(SearchWord)
    rows = [{"organisation_id": realm.organisation_id, "word": word} for word in fresh]
    session.execute(upsert.on_conflict_do_nothing(), rows)


def _mended(session: Session, realm: Realm, sought: Sequence[str]) -> list[str]:
    """The question with every unknown word replaced by its nearest; empty when one has none or all are known."""
    # A single word that found nothing needs no looking up: if it is known, it is its own nearest.
    several = len(sought) > 1
    mended = [
        word if several and _known(session, realm, word) else _nearest(session, realm, together(word))
        for word in sought
    ]
    whole = [word for word in mended if word is not None]
    return whole if len(whole) == len(sought) and whole != list(sought) else []


def _known(session: Session, realm: Realm, word: str) -> bool:
    signs = [sign(one) for one in (together(word), *apart(word))]
    begun = or_(
        *(SearchWord.word.startswith(form, autoescape=True) for one in signs for form in one.begin),
        SearchWord.word.in_([form for one in signs for form in one.same]),
    )
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
