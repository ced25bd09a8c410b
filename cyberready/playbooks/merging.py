"""Taking over what changed in a template, part by part, into a text that has changes of its own. Pure.

Three texts: the template from which the own text was made (base), the template as it is now (theirs), and the own
text. Each phase and step, the introduction and each value of the front matter is a part of its own. What only the own
text changed is never asked about; what the template changed is asked about once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cyberready.playbooks.comparison import moved_places, paired
from cyberready.playbooks.sections import FRONT, Section

ORDER = "order"
VALUE = re.compile(r"([^\s:#][^:\n]*?)[ \t]*:")
INNER = re.compile(r"([ \t]+)([^\s:#][^:\n]*?)[ \t]*:(?:[ \t]|$)")
RULE = re.compile(r"---[ \t]*$")
OPENED = re.compile(r"(?:roles|placeholders)[ \t]*:[ \t]*$")
UNASKED = frozenset({"front:version"})  # the system numbers versions


class QuestionKind(StrEnum):
    """What the template did."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    ORDER = "order"


class Verdict(StrEnum):
    """What the owner of the text does with a change: take it over, leave it, or write a text of both."""

    TAKE = "take"
    LEAVE = "leave"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Question:
    """A change of the template that nobody decided about yet; a text is empty where the part does not stand.

    ``key`` is the same in every later template. ``untouched`` says that the own text is still the template's.
    ``titles`` are those of what moved, for the order.
    """

    key: str
    kind: QuestionKind
    part: str
    title: str
    base: str
    theirs: str
    own: str
    titles: tuple[str, ...] = ()

    @property
    def untouched(self) -> bool:
        """Whether the own text is as the template was."""
        return _bare(self.own) == _bare(self.base)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is done with one change; ``text`` is what is written instead, for EDIT."""

    verdict: Verdict
    text: str = ""


@dataclass(slots=True)
class _Thread:
    """One part in up to three texts, by its place in each."""

    key: str
    base: int | None = None
    theirs: int | None = None
    own: int | None = None


def parts(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections of a text with the front matter cut into its values; put together they are the text."""
    return (*_values(sections[0]), *sections[1:])


class Merge:
    """Three texts in parts; *since* are the texts of the template about which was decided before, by key."""

    def __init__(
        self,
        base: Sequence[Section],
        theirs: Sequence[Section],
        own: Sequence[Section],
        since: Mapping[str, str] | None = None,
    ) -> None:
        self.base, self.theirs, self.own = parts(base), parts(theirs), parts(own)
        self.since = since or {}
        self.threads = list(self._threads())

    def questions(self) -> tuple[Question, ...]:
        """What the template changed and nobody decided about, in the template's order."""
        return (*filter(None, map(self._question, self.threads)), *self._order())

    def stand(self) -> dict[str, str]:
        """The text of every part of the template as it is now, by key: what a decision made now was about."""
        said = {thread.key: _text(self.theirs, thread.theirs) for thread in self.threads}
        return said | {ORDER: "\n".join(self._keys())}

    def merged(self, answers: Mapping[str, Answer]) -> str:
        """The own text with what was taken over or written; without any it is the own text to the letter."""
        texts = [section.text for section in self.own]
        marks = [thread.key for thread in sorted(self._owned(), key=lambda thread: thread.own or 0)]
        acts = [
            one
            for one in self.questions()
            if one.key in answers and answers[one.key].verdict is not Verdict.LEAVE
        ]
        if not acts:
            return "".join(texts)
        result = dict(zip(marks, texts, strict=True))
        for question in acts:
            if question.kind is not QuestionKind.ORDER:
                answer = answers[question.key]
                said = question.theirs if answer.verdict is Verdict.TAKE else answer.text
                result = self._put(result, question.key, said)
        if any(question.kind is QuestionKind.ORDER for question in acts):
            result = self._ordered(result)
        return _whole(list(result.values()))

    def _threads(self) -> Iterator[_Thread]:
        """Parts that belong together: with the template as it was first, then new ones of both sides."""
        theirs, own = paired(self.base, self.theirs), paired(self.base, self.own)
        for place, section in enumerate(self.base):
            yield _Thread(_key(section), place, theirs.get(place), own.get(place))
        taken = {_key(section) for section in self.base}
        new = [place for place in range(len(self.theirs)) if place not in set(theirs.values())]
        mine = [place for place in range(len(self.own)) if place not in set(own.values())]
        both = paired([self.theirs[place] for place in new], [self.own[place] for place in mine])
        for at, place in enumerate(new):
            found = mine[both[at]] if at in both else None
            yield _Thread(_unused(_key(self.theirs[place]), taken), None, place, found)
        for at, place in enumerate(mine):
            if at not in both.values():
                yield _Thread(_unused(_key(self.own[place]), taken), None, None, place)

    def _owned(self) -> Iterator[_Thread]:
        return (thread for thread in self.threads if thread.own is not None)

    def _question(self, thread: _Thread) -> Question | None:
        base = self.since.get(thread.key, _text(self.base, thread.base))
        theirs, own = _text(self.theirs, thread.theirs), _text(self.own, thread.own)
        if thread.key in UNASKED or _bare(theirs) in {_bare(base), _bare(own)}:
            return None
        kind = QuestionKind.CHANGED
        if not _bare(base):
            kind = QuestionKind.ADDED
        elif not _bare(theirs):
            kind = QuestionKind.REMOVED
        named = _found(self.theirs, thread.theirs) or _found(self.base, thread.base)
        section = named or self.own[thread.own or 0]
        return Question(thread.key, kind, section.kind, section.title, base, theirs, own)

    def _order(self) -> Iterator[Question]:
        """The question about the order, when the template has its phases and steps in another one than before."""
        before = self.since.get(ORDER, "").split("\n") if ORDER in self.since else self._base_keys()
        now = self._keys()
        shared = set(before) & set(now)
        wanted = [key for key in now if key in shared]
        own = [thread.key for thread in sorted(self._owned(), key=lambda thread: thread.own or 0)]
        mine = [key for key in own if key in set(now)]
        if wanted != [key for key in before if key in shared] and mine != [
            key for key in now if key in set(mine)
        ]:
            yield Question(
                ORDER,
                QuestionKind.ORDER,
                ORDER,
                "",
                "\n".join(before),
                "\n".join(now),
                "\n".join(mine),
                self._moved(),
            )

    def _moved(self) -> tuple[str, ...]:
        """Titles of what stands elsewhere in the template now."""
        places = moved_places(self.base, self.theirs, paired(self.base, self.theirs))
        return tuple(self.theirs[place].title for place in sorted(places))

    def _keys(self) -> list[str]:
        """Keys of the template's phases and steps as they follow each other now."""
        threads = sorted(
            (thread for thread in self.threads if thread.theirs is not None),
            key=lambda thread: thread.theirs or 0,
        )
        return [thread.key for thread in threads if self.theirs[thread.theirs or 0].movable]

    def _base_keys(self) -> list[str]:
        return [
            thread.key
            for thread in self.threads
            if thread.base is not None and self.base[thread.base].movable
        ]

    def _put(self, texts: Mapping[str, str], key: str, said: str) -> dict[str, str]:
        """Give a part another text, put it behind what it follows in the template, or take it out when it is empty."""
        kept = dict(texts)
        if key in kept:
            kept[key] = said
            return kept if said.strip() else {name: text for name, text in kept.items() if name != key}
        order = [thread.key for thread in sorted(self._of_template(), key=lambda thread: thread.theirs or 0)]
        before = [name for name in order[: order.index(key)] if name in kept] if key in order else list(kept)
        return _inserted(kept, before[-1] if before else None, key, said)

    def _of_template(self) -> Iterator[_Thread]:
        return (thread for thread in self.threads if thread.theirs is not None)

    def _ordered(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The parts in the order of the template; the text's own stay behind what they stood behind."""
        order = self._keys()
        known = set(order)
        front = {key: text for key, text in texts.items() if not key.startswith(("phase:", "step:"))}
        result = front | {key: texts[key] for key in order if key in texts}
        behind = next(reversed(front), None)
        for key, text in texts.items():
            if key not in known and key not in front:
                result = _inserted(result, behind, key, text)
            behind = key
        return result


def _inserted(texts: Mapping[str, str], behind: str | None, key: str, said: str) -> dict[str, str]:
    names = list(texts)
    at = names.index(behind) + 1 if behind is not None and behind in texts else 0
    return {
        **{name: texts[name] for name in names[:at]},
        key: said,
        **{name: texts[name] for name in names[at:]},
    }


def _values(front: Section) -> Iterator[Section]:
    """The lines of the front matter, value by value; names of roles and of placeholders are values of their own."""
    found: list[tuple[str, str]] = [("front:", "")]
    inside, indent = "", ""
    for line in front.text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        value, inner = VALUE.match(bare), INNER.match(bare)
        if RULE.match(bare):
            found.append((f"front:{'end' if len(found) > 1 else 'start'}", line))
        elif value:
            inside, indent = (value[1], "") if OPENED.match(bare) else ("", "")
            found.append((f"front:{value[1]}", line))
        elif inside and inner and inner[1] == (indent or inner[1]):
            indent = inner[1]
            found.append((f"front:{inside}.{inner[2]}", line))
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    taken: set[str] = set()
    for key, text in found:
        if text:
            yield replace(front, key=_unused(key, taken), title=key.partition(":")[2], text=text)


def _unused(key: str, taken: set[str]) -> str:
    name = key
    while name in taken:
        name += "~"
    taken.add(name)
    return name


def _key(section: Section) -> str:
    return section.key if section.kind == FRONT else f"{section.kind}:{section.key}"


def _found(sections: Sequence[Section], place: int | None) -> Section | None:
    return None if place is None else sections[place]


def _text(sections: Sequence[Section], place: int | None) -> str:
    return "" if place is None else sections[place].text


def _bare(text: str) -> str:
    return text.rstrip("\n")


def _whole(texts: Sequence[str]) -> str:
    """Texts under each other, with a blank line before a heading and none at the end."""
    parts_: list[str] = []
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        gap = "\n\n" if following.lstrip(" ").startswith("##") else "\n"
        parts_.append(text if text.endswith(gap) else _bare(text) + gap)
    return _bare("".join(parts_)) + "\n"
