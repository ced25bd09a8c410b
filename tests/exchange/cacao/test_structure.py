"""What is wrong with a CACAO file is said in a sentence, with its place; the schema alone lets most of it pass."""

import json
import time
from pathlib import Path

import pytest

from cyberready.exchange.cacao import conversion, documents
from cyberready.exchange.cacao.names import TLP
from cyberready.platform.faults import FaultsFound
from cyberready.platform.texts import catalogue

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))
START, ACT, END = (
    f"{kind}--{at:08d}-0000-4000-8000-000000000000" for at, kind in enumerate(("start", "action", "end"), 1)
)
GROUP = "group--00000004-0000-4000-8000-000000000000"
OTHER_END = "end--00000005-0000-4000-8000-000000000000"
IF = "if-condition--00000006-0000-4000-8000-000000000000"
SECOND = "action--00000007-0000-4000-8000-000000000000"


def small():
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": "playbook--00000010-0000-4000-8000-000000000000",
        "name": "Klein",
        "created_by": "identity--00000011-0000-4000-8000-000000000000",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "workflow_start": START,
        "workflow": {
            START: {"type": "start", "on_completion": ACT},
            ACT: {
                "type": "action",
                "name": "Doe iets",
                "commands": [{"type": "manual", "command": "Doe het."}],
                "agent": GROUP,
                "on_completion": END,
            },
            END: {"type": "end"},
        },
        "agent_definitions": {GROUP: {"type": "group", "name": "Team"}},
    }


def found(value):
    try:
        return conversion.check(json.dumps(value, indent=1).encode())
    except FaultsFound as refused:
        return refused.faults


def put(value, path, part):
    *way, last = path
    for name in way:
        value = value[name]
    if part is None:
        del value[last]
    else:
        value[last] = part


def test_a_sound_file_has_no_faults():
    assert found(small()) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_no_faults(path):
    assert conversion.check(path.read_bytes()) == []


W = "workflow"
CASES = {
    "on_completion beside on_success": ((W, ACT, "on_success"), END, "Both on_completion"),
    "nothing follows": ((W, ACT, "on_completion"), None, "Nothing follows"),
    "failure alone": ((W, ACT, "on_failure"), END, "Both on_completion"),
    "empty manual command": ((W, ACT, "commands"), [{"type": "manual"}], "says nothing"),
    "both commands": (
        (W, ACT, "commands"),
        [{"type": "manual", "command": "a", "command_b64": "YQ=="}],
        "both command",
    ),
    "not Base64": ((W, ACT, "commands"), [{"type": "manual", "command_b64": "?"}], "not Base64"),
    "dangling step": ((W, ACT, "on_completion"), OTHER_END, "There is no step"),
    "unreachable": ((W, OTHER_END), {"type": "end"}, "No path from the start"),
    "undefined agent": (
        (W, ACT, "agent"),
        "group--00000099-0000-4000-8000-000000000000",
        "not defined under agent_definitions",
    ),
    "undefined target": ((W, ACT, "targets"), [GROUP], "nothing is, under target_definitions"),
    "undefined marking": (
        ("markings",),
        ["marking-tlp--00000098-0000-4000-8000-000000000000"],
        "data_marking_definitions",
    ),
    "undefined TLP": (("markings",), [TLP["RED"]], "The marking TLP:RED ("),
    "undefined variable": ((W, ACT, "in_args"), ["__x__:value"], "variable __x__ is not defined"),
    "badly named variable": (("playbook_variables",), {"x": {"type": "string"}}, "not a name for a variable"),
    "unknown kind of step": (
        (W, "walk--00000097-0000-4000-8000-000000000000"),
        {"type": "walk"},
        "begins with no type",
    ),
    "prefix is not type": ((W, END, "type"), "action", "Make them the same"),
    "round": ((W, ACT, "on_completion"), ACT, "never ends"),
    "start is no start": (("workflow_start",), ACT, "must be a step of type start"),
    "no start": (("workflow_start",), "start--00000096-0000-4000-8000-000000000000", "to start with"),
    "modified before created": (("modified",), "2025-12-31T00:00:00.000Z", "modified lies before created"),
    "valid until before from": (("valid_until",), "2026-01-01T00:00:00.000Z", None),
    "six decimals": (("created",), "2026-01-01T00:00:00.000000Z", "three decimals"),
    "unknown type of playbook": (("playbook_types",), ["dancing"], "not a type of playbook"),
    "types without activities": (("playbook_types",), ["attack"], "without playbook_activities"),
    "undefined extension": (
        ("playbook_extensions",),
        {"extension-definition--00000095-0000-4000-8000-000000000000": {}},
        "extension_definitions",
    ),
    "owner is a group": ((W, ACT, "owner"), GROUP, "identifier of a identity"),
    "severity": (("severity",), 101, "too high"),
    "no labels": (("labels",), [], "too little"),
    "end goes on": ((W, END, "on_completion"), ACT, "nothing after it"),
    "UUID version 7": (("id",), "playbook--01890000-0000-7000-8000-000000000000", "not an identifier"),
    "delay 0": ((W, ACT, "delay"), 0, "too low"),
    "number for a variable": (("playbook_variables",), {"__x__": {"type": "integer", "value": 3}}, "not 3"),
    "reference without name": (("external_references",), [{"url": "https://example.nl"}], "name is missing"),
    "another version": (("spec_version",), "1.1", "Only version 2.0"),
    "another thing": (("type",), "bundle", "not a CACAO playbook"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_said_at_its_place(case):
    path, part, sentence = CASES[case]
    value = small()
    if case == "valid until before from":
        value["valid_from"] = "2026-01-02T00:00:00.000Z"
    put(value, path, part)
    faults = found(value)
    assert any((sentence or "valid_until lies before") in str(fault) for fault in faults), [
        str(one) for one in faults
    ]
    assert all(fault.line > 0 for fault in faults)
    assert all(catalogue("nl").gettext(fault.sentence) != fault.sentence for fault in faults)


def test_branches_that_share_their_end_are_told_and_read():
    value = small()
    value["playbook_variables"] = {"__x__": {"type": "string"}}
    value["workflow"][ACT]["on_completion"] = IF
    value["workflow"][IF] = {
        "type": "if-condition",
        "condition": "__x__:value = 'ja'",
        "on_true": SECOND,
        "on_false": END,
    }
    value["workflow"][SECOND] = {**value["workflow"][ACT], "on_completion": END}
    assert [str(fault) for fault in found(value)] == [
        "Several branches share this end step. Give each branch its own."
    ]
    _, report = conversion.read(json.dumps(value).encode())
    assert any("share this end step" in remark.said() for remark in report.remarks)


def test_a_fault_knows_its_line():
    value = small()
    value["workflow"][ACT]["agent"] = "group--00000099-0000-4000-8000-000000000000"
    text = json.dumps(value, indent=2)
    (fault,) = conversion.check(text.encode())
    assert "group--00000099" in text.split("\n")[fault.line - 1]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not valid JSON"),
        (b"[1, 2", "not valid JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": 1, "a": 2}', "stands here twice"),
        (b'{"a": NaN}', "not a number"),
        (b'{"a": 1e999}', "not a number"),
        (b'{"a": ' + b"9" * 9_000 + b"}", "not a number"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b" " * (1024 * 1024 + 1), "larger than"),
        (b"[]", "not a CACAO playbook"),
        (b'{"type": "playbook", "spec_version": "cacao-2.0", "workflow": []}', "missing"),
        (
            json.dumps(
                {"type": "playbook", "spec_version": "cacao-2.0", "workflow": {"a": 1, "": []}, "id": {}}
            ).encode(),
            "missing",
        ),
    ],
)
def test_hostile_files_are_refused_at_once(data, sentence):
    started = time.process_time()
    with pytest.raises(FaultsFound) as refused:
        conversion.read(data)
    assert any(sentence in str(fault) for fault in refused.value.faults)
    assert time.process_time() - started < 5


def test_an_address_that_keeps_the_patterns_busy_is_refused_first():
    value = small()
    address = {"url": ["http://" + "a" * 900_000]}
    name = "http-api--00000094-0000-4000-8000-000000000000"
    value["target_definitions"] = {name: {"type": "http-api", "name": "x", "address": address}}
    started = time.process_time()
    assert any("longer than" in str(fault) for fault in found(value))
    assert time.process_time() - started < 5


def test_no_line_break_or_key_is_lost_on_the_scanner():
    text = '{"a": [1,\n {"b": "x\\n\\"{}[],:"}], "c":\n {"d": null}}'
    read = documents.read_json(text.encode())
    assert {path: line for path, line in read.lines.items() if path} == {
        ("a",): 1, ("a", 0): 1, ("a", 1): 2, ("a", 1, "b"): 2, ("c",): 2, ("c", "d"): 3,
    }  # fmt: skip
