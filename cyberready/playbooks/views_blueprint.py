"""The blueprint of playbooks, Markdown as all its pages show it, and who asks for drafts."""

from functools import lru_cache

from flask import Blueprint
from markupsafe import Markup

from cyberready.platform import markdown
from cyberready.platform.context import now
from cyberready.platform.gate import principal
from cyberready.playbooks.queries_visibility import Reader

IMAGES = "/playbooks/images/"
blueprint = Blueprint("playbooks", __name__, url_prefix="/playbooks")


@lru_cache(maxsize=4096)
def prose(text: str) -> Markup:
    """A part of a playbook as HTML; headings keep their level. Playbooks are read often and change seldom."""
    return markdown.render(text, heading_from=1, images_at=image_address, files_at=playbook_address)


def playbook_address(slug: str) -> str:
    """Where the playbook is to which a text leads as ``<slug>.md``."""
    return f"/playbooks/{slug}"


def draft_reader() -> Reader:
    """The signed-in person, as who asks for drafts."""
    person = principal()
    works = person.may("playbooks.write") or person.may("playbooks.publish")
    return Reader(person.account_id, works, now())


def image_address(digest: str) -> str:
    """Where an image of the reader's organisation is; one of another organisation is not found there."""
    return f"{IMAGES}{digest}"
