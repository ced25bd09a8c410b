"""Nothing is lost on the way in and out again, whatever the document."""

import json

import rfc8785
from hypothesis import HealthCheck, Phase, given, settings

from cyberready.exchange.cacao import conversion, documents, lining, structure
from cyberready.exchange.cacao.structure import TOLERATED
from cyberready.playbooks import flow, formats
from tests.exchange.cacao import workflows

STAMP = conversion.Stamp("2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00.000Z")
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)


@SLOW
@given(workflows.documents())
def test_what_comes_in_goes_out_as_it_was(value):
    data = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    source, _ = conversion.read(data)
    out, _ = conversion.write(source, STAMP)
    assert rfc8785.dumps(json.loads(out)) == rfc8785.dumps(value)


@SLOW
@given(workflows.documents())
def test_every_step_becomes_a_step_or_a_branch_that_the_flow_chart_draws(value):
    source, _ = conversion.read(json.dumps(value).encode())
    playbook = formats.parse(source)
    line = lining.Line(value)
    acting = [
        name for name, step in value["workflow"].items() if step["type"] in {"action", "playbook-action"}
    ]
    branching = [
        name
        for name, step in value["workflow"].items()
        if "condition" in step["type"] or step["type"] == "parallel"
    ]
    assert sorted(unit.step for unit in line.units if unit.step) == sorted(acting)
    assert sorted(unit.point for unit in line.units if unit.point) == sorted(branching)
    drawn = flow.graph(playbook)
    assert {node.id for node in drawn.nodes} >= playbook.step_ids
    assert not [
        edge
        for edge in drawn.edges
        if edge.kind == flow.ORDER and not edge.target.startswith(("einde-van", "end-of"))
    ]


@SLOW
@given(workflows.documents())
def test_a_change_leaves_a_sound_document(value):
    source, _ = conversion.read(json.dumps(value).encode())
    out, _ = conversion.write(source.replace('version: "0.9"', 'version: "1.0"\nreview_months: 7'), STAMP)
    faults = structure.faults(documents.read_json(out))
    assert not [fault for fault in faults if fault.sentence not in TOLERATED]
    again, _ = conversion.read(out)
    assert formats.parse(again).review_months == 7
