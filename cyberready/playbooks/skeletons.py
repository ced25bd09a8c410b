"""The text that a new playbook begins with: the seven phases, each with a step that says what to write there."""

from functools import lru_cache

from cyberready.playbooks import formats, lifecycle
from cyberready.settings import content_root


def skeleton(title: str, slug: str, language: str) -> str:
    """The text of a playbook that is not written yet, under its own name."""
    text = lifecycle.with_front(_shipped(language), "title", title)
    return lifecycle.with_front(text, "slug", slug)


@lru_cache
def _shipped(language: str) -> str:
    path = content_root() / "templates" / "playbooks" / f"skeleton.{language}.md"
    return formats.canonical(path.read_bytes())
