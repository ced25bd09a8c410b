"""The JSON schemas of CACAO 2.0 (OASIS), held against a document: every misfit becomes a sentence with its line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT7

from cyberready.platform.faults import MOST_FAULTS, Fault
from cyberready.platform.shapes import nearest
from cyberready.platform.sources import Document, dotted

FOLDER = Path(__file__).parent / "schema"
HOME = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/"
LONGEST_ADDRESS = 2_000
FORMS = {
    "identifier": "%(value)s is not an identifier. Write a type, two hyphens and a UUID of version 1 to 5.",
    "timestamp": "%(value)s is not a moment in UTC. Write it as 2026-11-28T00:15:00.000Z.",
}
SENTENCES = {
    "required": "%(name)s is missing. Add it.",
    "enum": "%(value)s is not possible here. Choose from: %(choices)s.",
    "pattern": "%(value)s does not have the form that CACAO asks for here. Write it as the specification says.",
    "minItems": "This list holds too little: at least %(wanted)s must stand here. Add to it, or leave it out.",
    "minProperties": "Nothing stands in %(field)s. Fill it in, or leave it out.",
    "minimum": "%(value)s is too low: %(wanted)s or more. Change it.",
    "maximum": "%(value)s is too high: %(wanted)s or less. Change it.",
}
KINDS = {
    "array": "This must be a list between [ and ], not %(value)s.",
    "object": "This must be an object between { and }, not %(value)s.",
    "string": "This must be text between quotation marks, not %(value)s.",
    "integer": "This must be a whole number, not %(value)s.",
    "number": "This must be a number, not %(value)s.",
    "boolean": "This must be true or false, not %(value)s.",
}
OTHERWISE = "%(value)s does not fit what CACAO asks for here. Compare it with the specification."
END_GOES_ON = "An end step has nothing after it. Remove on_completion, on_success and on_failure."
START_BRANCHES = "A start step goes on by on_completion only. Remove on_success and on_failure."
ONE_KEY = "A signature has exactly one of public_key, public_cert_chain, cert_url and thumbprint. Leave one."
LONG_ADDRESS = "This address is longer than %(limit)s characters. Shorten it."


def misfits(document: Document) -> list[Fault]:
    """What the schemas find wrong with a playbook, 200 at most."""
    long = list(_long_addresses(document))
    if long:  # their patterns take quadratic time
        return long
    faults: dict[tuple[int, str, str], Fault] = {}
    for error in _validator().iter_errors(document.value):
        fault = _fault(document, error)
        faults.setdefault((fault.line, fault.field, str(fault)), fault)
        if len(faults) == MOST_FAULTS:
            break
    return list(faults.values())


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    contents = {
        HOME + path.relative_to(FOLDER).as_posix(): json.loads(path.read_text("utf-8"))
        for path in FOLDER.rglob("*.json")
    }
    resources = [(name, DRAFT7.create_resource(content)) for name, content in contents.items()]
    return Draft7Validator(contents[HOME + "playbook.json"], registry=Registry().with_resources(resources))


def _long_addresses(document: Document) -> Iterator[Fault]:
    value = document.value if isinstance(document.value, Mapping) else {}
    for group in ("agent_definitions", "target_definitions"):
        for name, one in _items(value.get(group)):
            for kind, addresses in _items(one.get("address") if isinstance(one, Mapping) else None):
                listed = addresses if isinstance(addresses, list) else []
                if any(isinstance(text, str) and len(text) > LONGEST_ADDRESS for text in listed):
                    path = (group, name, "address", kind)
                    yield document.fault(path, LONG_ADDRESS, limit=LONGEST_ADDRESS)


def _items(value: object) -> Iterable[tuple[str, object]]:
    return value.items() if isinstance(value, Mapping) else ()


def _fault(document: Document, error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    values: dict[str, object] = {
        "field": dotted(path[-1:]) or "-",
        "value": shown(error.instance),
        "wanted": ", ".join(map(str, wanted)) if isinstance(wanted, list) else wanted,
    }
    if keyword == "required":
        absent = [name for name in wanted if name not in instance]
        # jsonschema reports each absent name on its own and tells which in words only
        values["name"] = next((name for name in absent if repr(name) in error.message), absent[0])
    elif keyword == "enum":
        values["choices"] = nearest(str(error.instance), map(str, wanted))
    return document.fault(path, _sentence(error, keyword, str(schema.get("$id", ""))), **values)


def _sentence(error: ValidationError, keyword: str, schema: str) -> str:
    if keyword == "pattern":
        form = next((form for form in FORMS if schema.endswith(f"/{form}.json")), "")
        return FORMS.get(form, SENTENCES["pattern"])
    if keyword == "type":
        wanted: Any = error.validator_value
        return KINDS.get(wanted[0] if isinstance(wanted, list) else wanted, OTHERWISE)
    if keyword == "not":
        return END_GOES_ON if "on_completion" in json.dumps(error.validator_value) else START_BRANCHES
    if keyword == "oneOf" and "thumbprint" in json.dumps(error.validator_value):
        return ONE_KEY
    return SENTENCES.get(keyword, OTHERWISE)


def shown(value: object) -> str:
    """A value, short enough for a sentence."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
