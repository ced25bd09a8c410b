"""What each organisation fills in itself: ``{{ key }}`` in the texts of a playbook. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from cyberready.playbooks.rules import Content, DecisionPoint, Phase, Playbook, Step

OPEN = "{{"
PLACE = re.compile(r"\{\{([^{}\n]*)\}\}")  # the spaces inside are stripped after: linear on whatever is given
LONGEST = 300
UNDECLARED = (
    "The placeholder %(name)s is not declared. Add it under placeholders: in the front matter, with what is to be"
    " filled in. Declared are: %(choices)s."
)
_MARKUP = re.compile(r"[\\`*\[\]<>&~|!]|(?<![^\W_])_|_(?![^\W_])")
_ADDRESS_ENDS = re.compile(r"[()\s]")
_OPENING = re.compile(r"([-+#=:])|([0-9]+)([.)])")


def used(text: str) -> Iterator[str]:
    """The keys that stand in *text*, in order, as often as they do."""
    if OPEN in text:
        yield from (found[1].strip() for found in PLACE.finditer(text))


def used_in(playbook: Playbook) -> tuple[str, ...]:
    """The keys that stand in a playbook, each once, in the order of the file."""
    return tuple(dict.fromkeys(key for text in _texts(playbook) for key in used(text)))


def missing(playbook: Playbook, values: Mapping[str, str]) -> dict[str, str]:
    """What is not filled in: the keys that are used and have no value, with their descriptions."""
    return {key: playbook.placeholders.get(key, key) for key in used_in(playbook) if not values.get(key)}


def filled(playbook: Playbook, values: Mapping[str, str]) -> Playbook:
    """The playbook with *values* in its texts; what has no value stays as it stands. The digest is of the source.

    A value is one line of plain text: in Markdown its signs are escaped, so that it never becomes markup.
    """
    if not any(values.get(key) for key in used_in(playbook)):
        return playbook
    return replace(
        playbook,
        roles={key: _plain(name, values) for key, name in playbook.roles.items()},
        intro=_contents(playbook.intro, values),
        phases=tuple(_phase(phase, values) for phase in playbook.phases),
    )


def text_filled(text: str, values: Mapping[str, str]) -> str:
    """Markdown with *values* in it; what has no value stays as it stands."""
    return _markdown(text, values)


def unfilled(text: str, descriptions: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """What is not filled in in a text: the keys without a value, with their descriptions."""
    return {key: descriptions.get(key, key) for key in used(text) if not values.get(key)}


def worded(text: str, descriptions: Mapping[str, str], pattern: str = "[%s]") -> str:
    """*text* with what is not filled in told by its description, for places that cannot mark it."""
    if OPEN not in text:
        return text
    return PLACE.sub(lambda found: pattern % descriptions.get(name := found[1].strip(), name), text)


def _texts(playbook: Playbook) -> Iterator[str]:
    yield from playbook.roles.values()
    yield from _words(playbook.intro)
    for phase in playbook.phases:
        yield phase.title
        yield from _words(phase.content)
        for step in phase.steps:
            yield from (step.title, step.result, step.evidence, *step.contacts)
            yield from _words(step.content)


def _words(parts: Iterable[Content]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, DecisionPoint):
            yield from (part.question, part.text)
            for outcome in part.outcomes:
                yield from (outcome.answer, outcome.text)
        else:
            yield part


def _phase(phase: Phase, values: Mapping[str, str]) -> Phase:
    return replace(
        phase,
        title=_plain(phase.title, values),
        content=_contents(phase.content, values),
        steps=tuple(_step(step, values) for step in phase.steps),
    )


def _step(step: Step, values: Mapping[str, str]) -> Step:
    return replace(
        step,
        title=_plain(step.title, values),
        result=_markdown(step.result, values),
        evidence=_markdown(step.evidence, values),
        contacts=tuple(_plain(name, values) for name in step.contacts),
        content=_contents(step.content, values),
    )


def _contents(parts: Iterable[Content], values: Mapping[str, str]) -> tuple[Content, ...]:
    return tuple(
        _point(part, values) if isinstance(part, DecisionPoint) else _markdown(part, values) for part in parts
    )


def _point(point: DecisionPoint, values: Mapping[str, str]) -> DecisionPoint:
    return replace(
        point,
        question=_plain(point.question, values),
        text=_markdown(point.text, values),
        outcomes=tuple(
            replace(outcome, answer=_plain(outcome.answer, values), text=_plain(outcome.text, values))
            for outcome in point.outcomes
        ),
    )


def _plain(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values.get(found[1].strip()) or found[0], text) if OPEN in text else text


def _markdown(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: _in_place(found, values), text) if OPEN in text else text


def _in_place(found: re.Match[str], values: Mapping[str, str]) -> str:
    """The value for one place in Markdown: plain text, or a part of the address of a link."""
    value = values.get(found[1].strip())
    if not value:
        return found[0]
    begun = found.string.rfind("](", 0, found.start())
    within_address = begun >= 0 and not _ADDRESS_ENDS.search(found.string, begun + 2, found.start())
    return quote(value.strip(), safe="+") if within_address else escaped(value)


def escaped(value: str) -> str:
    """A line of plain text as Markdown that reads the same, wherever it stands in a line."""
    safe = _MARKUP.sub(lambda found: "\\" + found[0], value.strip())
    opening = _OPENING.match(safe)
    if opening is None:
        return safe
    return f"\\{safe}" if opening[1] else f"{opening[2]}\\{safe[len(opening[2]) :]}"
