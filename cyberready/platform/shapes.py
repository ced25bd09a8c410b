"""YAML documents held against a pydantic model: every misfit becomes a sentence with its line."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from cyberready.platform.faults import MOST_FAULTS, Fault
from cyberready.platform.sources import Document, Path

Shape = TypeVar("Shape", bound=BaseModel)
Node = Mapping[str, Any]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\n]+$")
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
EMPTY = "%(field)s is empty. Fill it in, or remove the line when it is optional."
SENTENCES = {
    "missing": "%(name)s is missing. Add it.",
    "extra_forbidden": "%(name)s is not known here. Choose from: %(choices)s.",
    "literal_error": "%(value)s is not possible here. Choose from: %(choices)s.",
    "string_type": "%(field)s must be text. Put it between quotes.",
    "string_too_short": EMPTY,
    "string_too_long": "%(field)s is longer than %(max_length)s characters. Shorten it.",
    "bool_type": "%(field)s must be true or false.",
    "int_type": "%(field)s must be a whole number.",
    "int_parsing": "%(field)s must be a whole number.",
    "tuple_type": "%(field)s must be a list. Write one item per line, each after a hyphen.",
    "list_type": "%(field)s must be a list. Write one item per line, each after a hyphen.",
    "dict_type": "%(field)s must consist of lines with a key, a colon and a value.",
    "model_type": "%(field)s must consist of lines with a key, a colon and a value.",
    "model_attributes_type": "%(field)s must consist of lines with a key, a colon and a value.",
    "too_short": "%(field)s holds too little: at least %(min_length)s must stand here. Add to it.",
    "too_long": "%(field)s holds too much: at most %(max_length)s may stand here. Remove some.",
    "greater_than_equal": "%(field)s must be %(ge)s or more.",
    "less_than_equal": "%(field)s must be %(le)s or less.",
}
KEYS_ALLOWED = "Small letters, digits and hyphens only, such as leg-vast: %(value)s does not fit."
PATTERNS = {
    r"^[^\n]+$": "%(field)s must be one line.",
    r"^[a-z]{2,3}$": "%(value)s is not a language code. Write nl or en.",
}


def validated(model: type[Shape], document: Document) -> tuple[Shape | None, list[Fault]]:
    """Hold *document* against *model*; the value is None when there are faults."""
    try:
        return model.model_validate(document.value), []
    except ValidationError as error:
        schema = model.model_json_schema(by_alias=True)
        found = error.errors(include_url=False)[:MOST_FAULTS]
        return None, [_fault(schema, document, one) for one in found]


def nearest(name: str, choices: Iterable[str]) -> str:
    """The eight *choices* most like *name*, best first, as one text; a hyphen when there is none."""
    matcher = SequenceMatcher(b=name[:80])

    def unlike(choice: str) -> tuple[float, str]:
        matcher.set_seq1(choice[:80])
        return -matcher.ratio(), choice

    return ", ".join(sorted(islice(choices, 200), key=unlike)[:8]) or "-"


def _fault(schema: Node, document: Document, error: ErrorDetails) -> Fault:
    path = tuple(part for part in error["loc"] if part != "[key]")
    values: dict[str, object] = dict(error.get("ctx", {}))
    values |= {"name": path[-1] if path else "-", "field": _last(path), "value": _shown(error["input"])}
    sentence = SENTENCES.get(error["type"], error["msg"])
    match error["type"]:
        case "missing":
            path = path[:-1]
        case "extra_forbidden":
            values["choices"] = nearest(str(path[-1]), _node(schema, path[:-1]).get("properties", ()))
        case "literal_error":
            node = _node(schema, path)
            values["choices"] = nearest(str(error["input"]), node.get("enum", [node.get("const", "")]))
        case "string_type" if error["input"] is None:
            sentence = EMPTY
        case "string_pattern_mismatch":
            sentence = PATTERNS.get(str(values["pattern"]), KEYS_ALLOWED)
        case _:
            pass
    return document.fault(path, sentence, **values)


def _node(schema: Node, path: Path) -> Node:
    """The part of a JSON Schema that describes *path*; empty when there is none."""
    node = _resolved(schema, schema)
    for part in path:
        if isinstance(part, int):
            inner = node.get("items", {})
        else:
            inner = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
        node = _resolved(schema, inner) if isinstance(inner, dict) else {}
    return node


def _resolved(schema: Node, node: Node) -> Node:
    if "anyOf" in node:
        node = next((choice for choice in node["anyOf"] if choice.get("type") != "null"), {})
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node


def _last(path: Path) -> str:
    named = [part for part in path if isinstance(part, str)]
    return named[-1] if named else "-"


def _shown(value: object) -> str:
    text = str(value).strip()
    return text if len(text) <= 60 else text[:59] + "…"
