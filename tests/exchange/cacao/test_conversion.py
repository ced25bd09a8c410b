"""CACAO in, CACAO out: what was not touched stays to the letter, and what is ours comes back as it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785

from cyberready.exchange.cacao import conversion, documents, own, reader, source, structure, writer
from cyberready.exchange.cacao.names import HOUSE, kind_of
from cyberready.exchange.report import Kind, Report
from cyberready.playbooks import flow, formats, lifecycle
from tests.exchange.cacao.test_structure import small
from tests.playbooks.writing import SMALL

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))
SHIPPED = sorted((ROOT / "playbooks").glob("*.md"))
STAMP = conversion.Stamp("2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00.000Z")


def example(name):
    return (Path(__file__).parent / "examples" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_back_to_the_letter_also_after_its_publication(path):
    data = path.read_bytes()
    text, _ = conversion.read(data)
    published = lifecycle.with_version(text, "1.0")
    for one in (text, published):
        out, report = conversion.write(one, STAMP)
        assert out == data
        assert not report.of(Kind.LOST)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_playbook_is_sound_cacao_and_comes_back_as_it_was(path):
    playbook = formats.parse(path.read_bytes())
    data, _ = conversion.write(path.read_bytes(), STAMP)
    assert conversion.check(data) == []
    text, report = conversion.read(data)
    assert source.spelled(formats.parse(text)) == source.spelled(playbook)
    assert [remark.kind for remark in report.remarks] == [Kind.UNDERSTOOD]
    again, _ = conversion.write(text, STAMP)
    assert rfc8785.dumps(json.loads(again)) == rfc8785.dumps(json.loads(data))
    assert conversion.write(path.read_bytes(), STAMP)[0] == data  # the same every time


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_playbook_that_others_changed_keeps_its_phases_roles_and_times(path):
    playbook = formats.parse(path.read_bytes())
    value = json.loads(conversion.write(path.read_bytes(), STAMP)[0])
    value["name"] += " (anders)"
    read = reader.reading(value, Report()).playbook
    assert [phase.id for phase in read.phases] == [phase.id for phase in playbook.phases]
    assert {step.id for step in playbook.steps} <= {step.id for step in read.steps}
    steps = {step.id: step for step in read.steps}
    for step in playbook.steps:
        mine = steps[step.id]
        fields = ("title", "role", "deputy", "time", "clocks", "messages", "playbooks")
        assert [getattr(mine, name) for name in fields] == [getattr(step, name) for name in fields]


def kinds(name):
    text, _ = conversion.read(example(name))
    return {node.kind for node in flow.graph(formats.parse(text)).nodes}


def test_branches_become_branches_of_the_flow_chart():
    assert {"decision"} <= kinds("phishing-report")
    assert {"parallel"} <= kinds("gelekte-wachtwoorden")
    assert {"while", "decision"} <= kinds("watch-until-quiet")
    assert {"parallel", "decision", "end"} <= kinds("regionale-storing")


def test_a_branch_goes_on_behind_the_step_that_branched():
    text, _ = conversion.read(example("gelekte-wachtwoorden"))
    drawn = flow.graph(formats.parse(text))
    assert len([edge for edge in drawn.edges if edge.target == "datalek"]) == 3
    assert not [edge for edge in drawn.edges if edge.kind == flow.ORDER]


def test_a_loop_goes_back_to_its_question():
    text, _ = conversion.read(example("watch-until-quiet"))
    drawn = flow.graph(formats.parse(text))
    loop = next(node for node in drawn.nodes if node.kind == "while")
    assert "wait-for-the-next-round" in {edge.source for edge in drawn.edges if edge.target == loop.id}


def test_what_has_no_place_is_told_with_its_place():
    _, report = conversion.read(example("phishing-report"))
    told = {remark.place for remark in report.of(Kind.SKIPPED)}
    assert {"/x_review", "/labels", "/external_references"} <= told


def test_a_marking_decides_how_the_playbook_may_be_shared():
    found = {path.stem: formats.parse(conversion.read(path.read_bytes())[0]).tlp for path in EXAMPLES}
    assert found["regionale-storing"] == "AMBER+STRICT"
    assert found["phishing-report"] == "GREEN"
    assert found["watch-until-quiet"] == "AMBER"  # it has none
    assert found["gelekte-wachtwoorden"] == "CLEAR"


def changed(name, old, new):
    data = example(name)
    text, _ = conversion.read(data)
    assert old in text
    out, report = conversion.write(text.replace(old, new), STAMP)
    assert [one for one in conversion.check(out) if one.sentence not in structure.TOLERATED] == []
    return json.loads(data), json.loads(out), report


HEAD = {"id", "created", "modified", "created_by", "derived_from"}


def differing(one, other):
    return {name for name in {**one, **other} if one.get(name) != other.get(name)}


def test_one_changed_title_changes_one_name():
    before, after, _ = changed("regionale-storing", "### Schaal op {", "### Schaal verder op {")
    assert differing(before, after) == HEAD | {"workflow"}
    (step,) = differing(before["workflow"], after["workflow"])
    assert differing(before["workflow"][step], after["workflow"][step]) == {"name"}
    assert after["derived_from"] == [before["id"]]


def test_a_new_step_takes_its_place_among_those_that_came_in():
    new = "### Nieuw {#nieuw}\n\n- Rol: ict-beheer\n\nDoe iets.\n\n### Datalek {#datalek}"
    before, after, _ = changed("gelekte-wachtwoorden", "### Datalek {#datalek}", new)
    added = after["workflow"].keys() - before["workflow"].keys()
    assert sorted(kind_of(name) for name in added) == ["action", "end"]
    assert after["valid_until"] == before["valid_until"]


def test_what_does_not_fit_in_is_written_anew_and_keeps_what_is_said_of_the_whole():
    text, _ = conversion.read(example("phishing-report"))
    head = text[: text.index("## Steps")]
    role = "service-desk-employee-on-duty"
    out, _ = conversion.write(f"{head}## Steps {{#steps}}\n\n### Only {{#only}}\n\n- Role: {role}\n", STAMP)
    assert json.loads(out)["x_review"] == {"board": "change advisory board", "round": 3, "ratio": 0.75}
    assert [one for one in conversion.check(out) if one.sentence not in structure.TOLERATED] == []


def test_a_creator_keeps_the_identifier_and_the_day_of_creation():
    first, _ = conversion.write(SHIPPED[0].read_bytes(), STAMP)
    text, _ = conversion.read(first)
    later = conversion.Stamp("2027-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", HOUSE)
    out, _ = conversion.write(lifecycle.with_version(text, "7.0"), later)
    one, other = json.loads(first), json.loads(out)
    assert (one["id"], one["created"]) == (other["id"], other["created"])
    assert other["modified"] == later.modified


def test_damaged_lines_are_told_and_the_file_is_written_anew():
    text, _ = conversion.read(example("phishing-report"))
    at = text.index("#= ") + 40
    out, report = conversion.write(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :], STAMP)
    assert [remark.sentence for remark in report.of(Kind.LOST)] == [conversion.DAMAGED]
    assert conversion.check(out) == []


def test_signatures_leave_a_changed_file():
    value = json.loads(example("phishing-report"))
    assert own.unsigned({**value, "signatures": [1]}) == value


def test_identifiers_of_steps_look_like_version_4_and_moments_have_three_decimals():
    value = json.loads(conversion.write(SHIPPED[0].read_bytes(), STAMP)[0])
    assert {name.split("--")[1][14] for name in value["workflow"]} == {"4"}
    assert documents.read_json(conversion.written(value)).value == value
    assert (
        writer.playbook_id("a", "b", "nl")
        == writer.playbook_id("a", "b", "nl")
        != writer.playbook_id("a", "b", "en")
    )


@pytest.mark.parametrize(
    ("said", "at", "places"),
    [
        ({"revoked": True}, "", ["/revoked"]),
        ({"valid_until": "2026-11-01T00:00:00.000Z"}, "2026-11-23T00:00:00.000Z", ["/valid_until"]),
        ({"valid_until": "2026-12-01T00:00:00.000Z"}, "2026-11-23T00:00:00.000Z", []),
        ({"valid_until": "2026-11-01T00:00:00.000Z"}, "", []),
        ({"valid_from": "2026-12-01T00:00:00.000Z"}, "2026-11-23T00:00:00.000Z", ["/valid_from"]),
    ],
)
def test_a_file_that_does_not_count_now_is_warned_of(said, at, places):
    _, report = conversion.read(json.dumps(small() | said).encode(), at)
    assert [remark.place for remark in report.of(Kind.WARNED)] == places
    assert all(
        "2026-1" not in one.said() or "-01 00:00 UTC (valid_" in one.said() for one in report.of(Kind.WARNED)
    )


def test_variables_of_others_are_told_and_answers_of_ours_are_not():
    value = small() | {"playbook_variables": {"__ip__": {"type": "string", "constant": False}}}
    _, report = conversion.read(json.dumps(value).encode())
    assert "/playbook_variables/__ip__" in [remark.place for remark in report.of(Kind.SKIPPED)]
    ours = json.loads(conversion.write(SMALL, STAMP)[0])
    assert ours["playbook_variables"]
    _, report = conversion.read(json.dumps(ours | {"name": "Anders"}).encode())
    assert not [one for one in report.remarks if one.place.startswith("/playbook_variables")]


def test_a_step_names_the_version_of_the_playbook_that_it_leads_to():
    text = SMALL.replace("- Bewijs: Logregel.", "- Bewijs: Logregel.\n- Draaiboeken: storing, brand")
    stamp = replace(STAMP, versions={"storing": "2026-10-01T08:00:00.000Z"})
    data, _ = conversion.write(text, stamp)
    steps = json.loads(data)["workflow"].values()
    assert {step["name"]: step.get("playbook_version") for step in steps if "playbook_id" in step} == {
        "storing": "2026-10-01T08:00:00.000Z",
        "brand": None,
    }
    back, report = conversion.read(data)
    assert [remark.kind for remark in report.remarks] == [Kind.UNDERSTOOD]
    assert conversion.write(back, STAMP)[0] == data
