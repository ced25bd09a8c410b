"""What can be found of exercises: the scenarios, for those who lead exercises only."""

from sqlalchemy.orm import Session

from cyberready.exercises import formats, queries
from cyberready.exercises.models import ScenarioRelease
from cyberready.platform.realm import Realm
from cyberready.platform.search import index
from cyberready.platform.search.index import Document


def record(session: Session, release: ScenarioRelease) -> None:
    """Let a scenario and its injects be found, instead of the version before."""
    script = formats.parse(release.source)
    place = {"release_id": release.id}

    def document(title: str, text: str, within: str = "") -> Document:
        return Document(
            kind="scenario",
            title=title,
            text=text,
            permission="exercises.lead",
            endpoint="exercises.scenario_page",
            place=place,
            within=within,
            language=release.language,
        )

    documents = [document(script.title, script.summary)]
    documents += [document(inject.title, inject.body, script.title) for inject in script.injects]
    source = f"scenario:{release.slug}:{release.language}"
    index.put(session, Realm(release.organisation_id), source, documents)


def record_all(session: Session, realm: Realm) -> None:
    """Let the newest version of every scenario of the organisation be found."""
    newest = {}
    for release in sorted(queries.releases(session, realm), key=lambda release: release.id):
        newest[release.slug, release.language] = release
    for release in newest.values():
        record(session, release)
