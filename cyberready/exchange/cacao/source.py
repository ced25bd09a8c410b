"""A playbook as the text of its file: what `formats.parse` reads, written."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from cyberready.platform.outline import plain
from cyberready.playbooks.rules import DECISION, END, PARALLEL, WHILE, Content, DecisionPoint, Playbook, Step

AROUND = ("%s", "[%s](#a)", "**A: %s**")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "role": "Rol",
        "deputy": "Vervanger",
        "time": "Tijd",
        "result": "Resultaat",
        "evidence": "Bewijs",
        "messages": "Berichten",
        "contacts": "Contacten",
        "clocks": "Termijnen",
        "playbooks": "Draaiboeken",
        "next": "Daarna",
        END: "einde",
        DECISION: "Besluit",
        PARALLEL: "Tegelijk",
        WHILE: "Zolang",
    },
    "en": {
        "role": "Role",
        "deputy": "Deputy",
        "time": "Within",
        "result": "Result",
        "evidence": "Evidence",
        "messages": "Messages",
        "contacts": "Contacts",
        "clocks": "Clocks",
        "playbooks": "Playbooks",
        "next": "Next",
        END: "end",
        DECISION: "Decision",
        PARALLEL: "Parallel",
        WHILE: "While",
    },
}
LISTS = ("messages", "contacts", "clocks", "playbooks")


def spelled(playbook: Playbook) -> str:
    """The file of a playbook; line numbers, numbers of steps and the digest play no part."""
    words = WORDS.get(playbook.language, WORDS["en"])
    blocks = [_front(playbook), *_contents(playbook.intro, words)]
    for phase in playbook.phases:
        blocks += [f"## {inline(phase.title)} {{#{phase.id}}}", *_contents(phase.content, words)]
        for step in phase.steps:
            blocks += [f"### {inline(step.title)} {{#{step.id}}}", "\n".join(_fields(step, words))]
            blocks += _contents(step.content, words)
    return "\n\n".join(blocks) + "\n"


def inline(text: str) -> str:
    """A line of plain text as Markdown that reads the same: alone, in a link and in bold."""
    line = " ".join(text.split())
    if all(plain(around % line) == plain(around % "x").replace("x", line) for around in AROUND):
        return line
    return PUNCTUATION.sub(lambda found: "\\" + found[0], line)


def _front(playbook: Playbook) -> str:
    """The front matter; text in the quotes of JSON, which YAML reads alike."""
    lines = [
        f"slug: {_key(playbook.slug)}",
        f"title: {_quoted(playbook.title)}",
        f"language: {playbook.language}",
    ]
    lines += [f"version: {_quoted(playbook.version)}", f"summary: {_quoted(playbook.summary)}"]
    lines += [f"owner: {_quoted(playbook.owner)}", f"tlp: {playbook.tlp}"]
    if playbook.review_months is not None:
        lines.append(f"review_months: {playbook.review_months}")
    if playbook.translates:
        lines.append(f"translates: {_quoted(playbook.translates)}")
    for name, mapping in (("roles", playbook.roles), ("placeholders", playbook.placeholders)):
        if mapping:
            lines += [f"{name}:", *(f"  {_key(key)}: {_quoted(value)}" for key, value in mapping.items())]
    return "\n".join(["---", *lines, "---"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(key: str) -> str:
    return _quoted(key) if key.isdigit() or key in {"null", "true", "false"} else key


def _fields(step: Step, words: Mapping[str, str]) -> Iterator[str]:
    for name in ("role", "deputy", "time", "result", "evidence", *LISTS, "next"):
        value = getattr(step, name)
        if name in LISTS:
            value = ", ".join(value)
        elif name == "next":
            value = words[END] if value == END else f"#{value}" if value else ""
        if value:
            yield f"- {words[name]}: {value}"


def _contents(parts: Iterable[Content], words: Mapping[str, str]) -> list[str]:
    return [_point(part, words) if isinstance(part, DecisionPoint) else part for part in parts]


def _point(point: DecisionPoint, words: Mapping[str, str]) -> str:
    # A star beside the two that close would close before its time, also after a backslash.
    question = inline(point.question).replace("\\*", "*").replace("*", "&#42;")
    lines = [f"**{words[point.kind]}: {question}** {{#{point.id}}}"]
    if point.text:
        lines += ["", *point.text.split("\n"), ""]
    lines += [
        f"- {_answer(outcome.answer)} → [{inline(outcome.text)}](#{outcome.target})"
        for outcome in point.outcomes
    ]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _answer(answer: str) -> str:
    """An answer that begins no list, quote or heading of its own."""
    line = inline(answer)
    return re.sub(r"^([-+*#>=:]|[0-9]+[.)])", lambda found: found[1][:-1] + "\\" + found[1][-1], line)
