"""Questions about drafts that translate: which version of the original they follow, and which they should."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.playbooks import lifecycle, queries
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft


@dataclass(frozen=True, slots=True)
class Original:
    """What a draft translates: the number that it says, and the release of the original that is to be followed.

    ``before`` is the release that the version before it translates, when that is another one.
    """

    translates: str
    current: PlaybookRelease
    before: PlaybookRelease | None

    @property
    def lags(self) -> bool:
        """Whether the draft would lag behind as soon as it is published."""
        return self.translates != self.current.version


def original(session: Session, realm: Realm, of: Draft, base: PlaybookRelease | None) -> Original | None:
    """What a draft (with its source), begun from *base*, translates; None when it is no translation of what is current."""
    said = lifecycle.front_of(of.source, "translates")
    current = queries.original_in(queries.current_in_each_language(session, realm, of.slug), of.language)
    if not said or current is None:
        return None
    followed = base.translates if base is not None else ""
    before = (
        queries.numbered(session, of.playbook_id, current.language, followed)
        if followed not in {"", current.version}
        else None
    )
    return Original(said, current, before)


def adds_nothing(of: Draft, base: PlaybookRelease) -> bool:
    """Whether a draft says what *base* says (both with their sources), and is no better for its number alone.

    A minor version of the original may leave a translation right as it is; a major one never does.
    """
    if base.withdrawal is not None or not lifecycle.same_but_numbers(of.source, base.source):
        return False
    now_follows = lifecycle.front_of(of.source, "translates")
    minor = lifecycle.change_between(base.translates, now_follows) is lifecycle.Change.MINOR
    return now_follows == base.translates or not minor
