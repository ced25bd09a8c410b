"""Names that CACAO 2.0 and we agree on: identifiers, TLP markings, step types, our own extension. Pure."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

SPEC_VERSION = "cacao-2.0"
IDENTIFIER = re.compile(
    r"([a-z][a-z0-9-]+[a-z0-9])--"
    r"([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})"
)
VARIABLE = re.compile(r"__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__")
MENTIONED = re.compile(r"(__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__)(?::value)?")

START, END, ACTION, PLAYBOOK_ACTION = "start", "end", "action", "playbook-action"
PARALLEL, IF, WHILE, SWITCH = "parallel", "if-condition", "while-condition", "switch-condition"
BRANCHING = frozenset({PARALLEL, IF, WHILE, SWITCH})
STEP_TYPES = frozenset({START, END, ACTION, PLAYBOOK_ACTION}) | BRANCHING
PEOPLE = frozenset({"group", "individual", "organization", "location", "sector"})

# Fixed in section 9.4 of the specification: every document that carries TLP carries these very objects.
TLP_CREATOR = "identity--5abe695c-7bd5-4c31-8824-2528696cdbf1"
TLP_CREATED = "2022-10-01T00:00:00.000Z"
TLP = {
    "CLEAR": "marking-tlp--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "GREEN": "marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "AMBER": "marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "AMBER+STRICT": "marking-tlp--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "RED": "marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
STRICTEST_FIRST = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")

HOUSE = "identity--3f021f99-f224-4f92-8c64-2ab3c2e31b52"
EXTENSION = "extension-definition--45e6912b-fa34-4380-9db9-039a93ed87db"
EXTENSION_DEFINITION: Mapping[str, str] = {
    "type": "extension-definition",
    "name": "cyberready playbook",
    "description": "What a playbook of cyberready holds and CACAO has no place for: its version and review term, its"
    " phases, the keys of its roles, time targets, deputies, evidence, legal clocks and message templates.",
    "created_by": HOUSE,
    "schema": "https://cyberready.example/cacao/extension/1 (docs/formats.md, CACAO)",
    "version": "1.0.0",
}


def identity(name: str) -> str:
    """The identity of a creator of playbooks, the same whenever it has the same name; ours without a name."""
    return identifier("identity", name) if name else HOUSE


def identifier(kind: str, *parts: str) -> str:
    """An identifier that is the same for the same *parts* and else as good as random.

    Its UUID has the form of version 4: the specification wants that of steps, and the schema refuses version 7.
    """
    seed = hashlib.sha256("\x00".join((kind, *parts)).encode()).digest()
    return f"{kind}--{uuid.UUID(bytes=seed[:16], version=4)}"


def kind_of(name: str) -> str:
    """The type in front of an identifier; empty when it is none."""
    found = IDENTIFIER.fullmatch(name)
    return found[1] if found else ""


def timestamp(at: datetime) -> str:
    """A moment as CACAO writes it: UTC with exactly three decimals."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def marking(level: str) -> dict[str, object]:
    """The definition of a TLP marking."""
    return {
        "type": "marking-tlp",
        "id": TLP[level],
        "created_by": TLP_CREATOR,
        "created": TLP_CREATED,
        "tlpv2_level": f"TLP:{level}",
    }


def variable(point: str) -> str:
    """The variable that holds what was answered at a decision point."""
    name = point.replace("-", "_")
    return f"__{name}__" if name[0].isalpha() else f"__d_{name}__"
