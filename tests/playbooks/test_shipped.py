"""The playbooks that are shipped: complete, the same circle of phases, translations that follow their original."""

import re

import pytest

from cyberready.playbooks import messages
from cyberready.playbooks.flow import FINISH, FLOW, OUTCOME, graph
from cyberready.playbooks.formats import parse
from cyberready.playbooks.placeholders import used_in
from cyberready.settings import content_root

SHIPPED = sorted((content_root() / "playbooks").glob("*.md"))
MESSAGES = sorted((content_root() / "templates" / "messages" / "crisis").glob("*.md"))
FILLED = re.compile(r"\{\{\s*([a-z0-9-]+)\s*\}\}")
TRANSLATED = [path for path in SHIPPED if path.name.count(".") == 2]
CIRCLE = ["signaleren", "beoordelen", "indammen", "informeren", "opschalen", "herstellen", "evalueren"]


def bones(playbook):
    """What a translation has in common with its original: everything but the words."""
    steps = [
        (
            phase.id,
            step.id,
            (step.role, step.deputy, step.within),
            (step.messages, step.contacts, step.clocks, step.playbooks, step.next),
        )
        for phase in playbook.phases
        for step in phase.steps
    ]
    branches = [
        (point.id, point.kind, [outcome.target for outcome in point.outcomes])
        for point in playbook.decision_points
    ]
    return steps, branches, list(playbook.roles), list(playbook.placeholders), used_in(playbook)


def reached(edges, start):
    """All that one can come to from a node, itself included."""
    found, coming = set(), {start}
    while coming:
        found |= coming
        coming = {target for source, target in edges if source in coming} - found
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_playbooks_are_good(path):
    playbook = parse(path.read_bytes())
    assert path.name in {f"{playbook.slug}.md", f"{playbook.slug}.{playbook.language}.md"}
    assert [phase.id for phase in playbook.phases] == CIRCLE
    assert len(playbook.steps) >= 15
    assert len([point for point in playbook.decision_points if point.kind == "decision"]) >= 3
    assert {role for step in playbook.steps for role in (step.role, step.deputy)} == set(playbook.roles)
    assert set(used_in(playbook)) == set(playbook.placeholders)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_step_says_who_by_when_with_what_result_and_what_to_keep(path):
    incomplete = [
        step.id
        for step in parse(path.read_bytes()).steps
        if not (step.role and step.deputy and step.within and step.result and step.evidence)
    ]
    assert incomplete == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_whoever_follows_a_shipped_playbook_can_come_to_every_part_of_it_and_to_its_end(path):
    drawn = graph(parse(path.read_bytes()))
    edges = {(one.source, one.target) for one in drawn.edges if one.kind in (FLOW, OUTCOME)}
    names = {node.id for node in drawn.nodes}
    assert names - reached(edges, drawn.nodes[0].id) == set()
    assert names - reached({(target, source) for source, target in edges}, FINISH) == set()


def test_every_crisis_message_is_sent_by_a_shipped_playbook_and_uses_what_it_declares():
    sent = {name for path in SHIPPED for step in parse(path.read_bytes()).steps for name in step.messages}
    shipped = [messages.parse(path.read_bytes()) for path in MESSAGES]
    assert {message.key for message in shipped} == sent
    for message in shipped:
        assert set(FILLED.findall(message.body)) == set(message.placeholders), message.key


def test_fourteen_playbooks_are_shipped_and_two_of_them_in_english_too():
    assert {path.name for path in SHIPPED} == {
        "crisiscommunicatie-digitale-verstoring.md",
        "datalek.md",
        "datalek.en.md",
        "ddos-aanval.md",
        "deepfake-en-desinformatie.md",
        "lek-vertrouwelijke-raadsstukken.md",
        "online-aangejaagde-ordeverstoring.md",
        "opschalen-en-overdragen.md",
        "overname-mailbox-en-factuurfraude.md",
        "partnerorganisatie-getroffen.md",
        "ransomware-bij-de-gemeente.md",
        "ransomware-bij-de-gemeente.en.md",
        "uitval-bruggen-gemalen-verkeerslichten.md",
        "uitval-leverancier-of-cloud.md",
        "uitval-telecom-en-112.md",
        "verkiezingsincident.md",
    }


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_a_shipped_translation_has_the_steps_and_branches_of_its_original(path):
    translation = parse(path.read_bytes())
    original = parse((path.parent / f"{translation.slug}.md").read_bytes())
    assert translation.translates == original.version
    assert translation.language != original.language
    assert bones(translation) == bones(original)
