"""Crisis message templates: texts that are ready before they are needed, ``templates/messages/crisis/<key>.<lang>.md``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.shapes import Language, Name, Title, Words, nearest, validated
from cyberready.platform.sources import Document, read_yaml, text_of
from cyberready.playbooks import placeholders
from cyberready.settings import content_root

FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class Front(BaseModel):
    """The front matter of a message template."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Name
    title: Title
    language: Language
    audience: Title
    channel: Title
    summary: Words
    placeholders: dict[Name, Title] = {}


@dataclass(frozen=True, slots=True)
class Message:
    """A message template; ``body`` is Markdown with ``{{ key }}`` where something is to be filled in."""

    key: str
    title: str
    language: str
    audience: str
    channel: str
    summary: str
    placeholders: Mapping[str, str]
    body: str


def parse(source: str | bytes) -> Message:
    """Read a message template; raises FaultsFound with everything that is wrong with it."""
    text = text_of(source)
    matter = FRONT.match(text)
    if matter is None:
        sentence = (
            "The front matter is missing. Begin with a line ---, then key, title and so on, then a line ---."
        )
        raise FaultsFound([Fault(1, "", sentence)])
    document = read_yaml(matter[1], first_line=2)
    value = document.value if isinstance(document.value, dict) else {}
    front, faults = validated(Front, Document(value, document.lines | {(): 2}))
    declared = front.placeholders if front else {}
    first = text.count("\n", 0, matter.end()) + 1
    for line, words in enumerate(text[matter.end() :].split("\n"), first):
        for name in placeholders.used(words) if front else ():
            if name not in declared:
                faults.append(Fault(line, "placeholders", placeholders.UNDECLARED, _values(name, declared)))
    if front is None or faults:
        raise FaultsFound(faults)
    return Message(**dict(front), body=text[matter.end() :].strip("\n"))


def _values(name: str, declared: Mapping[str, str]) -> dict[str, object]:
    return {"name": name, "choices": nearest(name, declared)}


@lru_cache
def shipped() -> Mapping[tuple[str, str], Message]:
    """Every message template that is shipped, by key and language."""
    folder = content_root() / "templates" / "messages" / "crisis"
    found = (parse(path.read_bytes()) for path in sorted(folder.glob("*.md")) if _is_template(path))
    return {(message.key, message.language): message for message in found}


def template(key: str, language: str) -> Message | None:
    """The template *key* in *language*, or in the language there is; None when there is none."""
    languages = dict.fromkeys((language, "nl", "en"))
    return next((shipped()[key, one] for one in languages if (key, one) in shipped()), None)


def library(language: str) -> list[Message]:
    """Every message template once, in *language* where it exists in it."""
    found = (template(key, language) for key in dict.fromkeys(key for key, _ in shipped()))
    return [one for one in found if one is not None]


def _is_template(path: Path) -> bool:
    return path.name != "README.md"
