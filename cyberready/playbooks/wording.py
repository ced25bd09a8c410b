"""The words of a playbook file, Dutch and English: names of fields, units of time, signs of a branch. Pure."""

import re
from datetime import timedelta

from cyberready.playbooks.rules import DECISION, END, PARALLEL, WHILE

FIELDS = {
    "rol": "role",
    "role": "role",
    "vervanger": "deputy",
    "deputy": "deputy",
    "tijd": "time",
    "within": "time",
    "resultaat": "result",
    "result": "result",
    "bewijs": "evidence",
    "evidence": "evidence",
    "berichten": "messages",
    "messages": "messages",
    "contacten": "contacts",
    "contacts": "contacts",
    "termijnen": "clocks",
    "clocks": "clocks",
    "draaiboeken": "playbooks",
    "playbooks": "playbooks",
    "daarna": "next",
    "next": "next",
}
BRANCHES = {
    "besluit": DECISION,
    "decision": DECISION,
    "tegelijk": PARALLEL,
    "parallel": PARALLEL,
    "zolang": WHILE,
    "while": WHILE,
}
UNITS = {
    **dict.fromkeys(("min", "minuut", "minuten", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("uur", "uren", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("dag", "dagen", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("week", "weken", "weeks"), timedelta(weeks=1)),
}
ENDS = {"einde": END, "end": END}
LISTS = {  # fields that hold several names, and what one name looks like
    "messages": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "contacts": re.compile(r"[^,]{1,120}"),
    "clocks": re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*"),
    "playbooks": re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*"),
}
# What is wrong with a branch, as message ids.
NOWHERE = "There is no phase, step or decision point #%(name)s. Choose from: %(choices)s."
WRITE = {
    DECISION: "Write a decision point as **Besluit: the question?** {#id}, on one line.",
    PARALLEL: "Write what is done at the same time as **Tegelijk: what it is about** {#id}, on one line.",
    WHILE: "Write what is repeated as **Zolang: the question?** {#id}, on one line.",
}
TWO = {
    DECISION: "A decision point needs two outcomes or more: > - answer → [what to do](#id).",
    PARALLEL: "What is done at the same time needs two outcomes or more: > - part → [what to do](#id).",
}
ARROW = re.compile("→|->|=>")
FIELD = re.compile(r"([^\W\d][\w ]{0,30}):(.*)", re.DOTALL)
BRANCH = re.compile(rf"\*\*({'|'.join(BRANCHES)}):(.+?)\*\*(.*)", re.IGNORECASE)
# Only the older words count without their colon: "Tegelijk" and "while" begin ordinary sentences.
MEANT_AS_BRANCH = re.compile(
    rf"\*\*(?:(besluit|decision)\b|({'|'.join(list(BRANCHES)[2:])})[ \t]*:)", re.IGNORECASE
)
GOES_ON = re.compile(r"(?:\[[^\]]*\]\(#([^()\s]+)\)|(#)?([\w-]+))")
TIME = re.compile(r"([0-9]{1,4}) ?([a-z]+)", re.IGNORECASE)


def within(time: str) -> timedelta | None:
    """Read a time target such as ``15 minuten``; None when it is not one."""
    found = TIME.fullmatch(time)
    unit = UNITS.get(found[2].lower()) if found else None
    return unit * int(found[1]) if found and unit else None


def names(value: str) -> tuple[str, ...]:
    """Read the names of a field that holds several, separated by commas."""
    return tuple(name for name in (part.strip() for part in value.split(",")) if name)


def goes_on(value: str) -> str | None:
    """Read where one goes on: ``[text](#id)``, ``#id``, ``id``, or ``einde`` or ``end``; None when it is none of them."""
    found = GOES_ON.fullmatch(value)
    if found is None:
        return None
    target = found[1] or found[3]
    if target.lower() not in ENDS:
        return str(target)
    return None if found[1] or found[2] else END


def branch(first_line: str) -> str | None:
    """The kind of branch that a block quote with this first line is meant to be; None for an ordinary one."""
    found = MEANT_AS_BRANCH.match(first_line)
    return BRANCHES[(found[1] or found[2]).lower()] if found else None
