import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exercises.formats import (
    When,
    check_against,
    fill,
    json_schema,
    parse,
    read_duration,
    unfilled,
    write_duration,
)
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats as playbooks
from tests.playbooks.writing import SMALL as PLAYBOOK

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted((ROOT / "exercises").glob("*.yaml"))
SMALL = """\
# yaml-language-server: $schema=schema.json
format: cyberready/scenario/1
slug: storing
title: Storing in {{ gemeente }}
language: nl
version: "1.0"
summary: Een scenario voor tests.
duration: 1h30m
playbook: stroomstoring
objectives: {opschalen: Op tijd opschalen}
variables:
  gemeente: Waterveld
  burgemeester: null
teams:
  crisis: {name: Crisisteam, task: Besluiten, roles: {voorzitter: Voorzitter}}
  ict:
    name: ICT
    task: Herstellen
briefing: |
  Welkom in {{ gemeente }}.

  Burgemeester {{burgemeester}} opent de oefening.
injects:
  - id: donker
    at: 0m
    channel: phone
    from: Servicedesk
    to: [all]
    title: Het is donker
    body: |
      De lampen zijn uit.
    expected: Iemand kijkt.
    step: kijk
    objective: opschalen
    critical: true
  - id: gevolg
    at: 50m
    channel: mail
    from: Bewoner
    to: [ict, crisis/voorzitter]
    title: Nog steeds donker
    body: En koud.
    when: {decision: noodplan, option: nee}
decisions:
  - id: noodplan
    at: 40m
    to: [crisis]
    question: Gaat het noodplan aan?
    options:
      - {id: ja, text: "Ja, nu"}
      - {id: nee, text: "Nee, wachten"}
    step: besluit-wijk
evaluation:
  - Wat ging goed?
"""


def changed(*pairs):
    text = SMALL
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def faults(text):
    with pytest.raises(FaultsFound) as found:
        parse(text)
    return [(fault.line, fault.field, str(fault)) for fault in found.value.faults]


def test_a_scenario_is_read_whole():
    scenario = parse(SMALL)
    assert (scenario.slug, scenario.version, scenario.playbook) == ("storing", "1.0", "stroomstoring")
    assert scenario.duration == timedelta(minutes=90)
    assert scenario.variables == {"gemeente": "Waterveld", "burgemeester": None}
    assert scenario.teams["crisis"].roles == {"voorzitter": "Voorzitter"}
    assert scenario.teams["ict"].task == "Herstellen"
    first, second = scenario.injects
    assert (first.at, first.channel, first.sender, first.to) == (
        timedelta(),
        "phone",
        "Servicedesk",
        ("all",),
    )
    assert (first.expected, first.step, first.objective, first.critical, first.when) == (
        "Iemand kijkt.",
        "kijk",
        "opschalen",
        True,
        None,
    )
    assert (second.to, second.critical, second.when) == (
        ("ict", "crisis/voorzitter"),
        False,
        When(decision="noodplan", option="nee"),
    )
    assert [option.id for option in scenario.decisions[0].options] == ["ja", "nee"]
    assert scenario.evaluation == ("Wat ging goed?",)


def test_variables_are_filled_once_and_without_a_value_they_stay():
    scenario = parse(SMALL)
    values = {**scenario.variables, "gemeente": "{{ burgemeester }}"}
    assert fill("Storing in {{ gemeente }}, {{burgemeester}}", values) == (
        "Storing in {{ burgemeester }}, {{burgemeester}}"
    )
    assert unfilled(scenario, {}) == ("burgemeester",)
    assert unfilled(scenario, {"burgemeester": ""}) == ("burgemeester",)
    assert unfilled(scenario, {"burgemeester": "Noor"}) == ()


@pytest.mark.parametrize(
    ("pairs", "line", "field", "part"),
    [
        ([("duration: 1h30m\n", "")], 2, "", "duration is missing"),
        ([("duration: 1h30m", "duration: 90")], 8, "duration", "90 is not a duration"),
        ([("duration: 1h30m", "duration: anderhalf uur")], 8, "duration", "1h30m"),
        ([("duration: 1h30m", "duration: ''")], 8, "duration", "is not a duration"),
        ([("format: cyberready/scenario/1", "format: iets")], 2, "format", "cyberready/scenario/1"),
        ([("title: Het is donker", "titel: Het is donker")], 24, "injects.1", "title is missing"),
        ([("title: Het is donker", "titel: Het is donker")], 29, "injects.1.titel", "Choose from: title"),
        ([("title: Het is donker", "title:")], 29, "injects.1.title", "title is empty"),
        ([("title: Het is donker", "title: 112")], 29, "injects.1.title", "title must be text"),
        ([("title: Het is donker", "title: |\n      a\n      b")], 29, "injects.1.title", "one line"),
        ([('version: "1.0"', "version: 1")], 6, "version", "Put it between quotes"),
        ([("language: nl", "language: Nederlands")], 5, "language", "Write nl or en"),
        ([("at: 0m", "at: -5m")], 25, "injects.1.at", "-5m is before the start"),
        ([("at: 0m", "at: -1")], 25, "injects.1.at", "before the start"),
        ([("at: 50m", "at: 91m")], 37, "injects.2.at", "1h31m is after the end of the exercise (1h30m)"),
        ([("at: 40m", "at: 2h")], 46, "decisions.1.at", "after the end"),
        ([("channel: phone", "channel: fax")], 26, "injects.1.channel", "fax is not possible here"),
        ([("to: [all]", "to: [crisi]")], 28, "injects.1.to.1", "no team or role crisi. Choose from: crisis"),
        ([("to: [all]", "to: [ict/voorzitter]")], 28, "injects.1.to.1", "ict/voorzitter"),
        ([("to: [all]", "to: all")], 28, "injects.1.to", "must be a list"),
        ([("to: [all]", "to: []")], 28, "injects.1.to", "at least 1"),
        ([("to: [crisis]", "to: [burgers]")], 47, "decisions.1.to.1", "burgers"),
        ([("id: gevolg", "id: donker")], 36, "injects.2.id", "used twice; the first is on line 24"),
        (
            [("{id: nee, t", "{id: ja, t"), ("option: nee", "option: ja")],
            51,
            "decisions.1.options.2.id",
            "twice",
        ),
        ([("id: donker", "id: Heel Donker")], 24, "injects.1.id", "Heel Donker does not fit"),
        ([("critical: true", "critical: ja")], 35, "injects.1.critical", "true or false"),
        ([("objective: opschalen", "objective: afschalen")], 34, "injects.1.objective", "opschalen"),
        ([("decision: noodplan", "decision: plan")], 43, "injects.2.when.decision", "no decision plan"),
        ([("option: nee", "option: misschien")], 43, "injects.2.when.option", "no option misschien"),
        ([("at: 50m", "at: 40m")], 37, "injects.2.at", "asked at 40m"),
        (
            [("Welkom in {{ gemeente }}", "Welkom in {{ stad }}")],
            20,
            "briefing",
            "Variable stad is not declared",
        ),
        ([("{{burgemeester}}", "{{ burgemester }}")], 22, "briefing", "choose from: burgemeester"),
        ([("Welkom in {{ gemeente }}", "Welkom in {{ gemeente }")], 20, "briefing", "is not closed"),
        ([("  crisis: {", "  all: {")], 15, "teams.all", "A team cannot be called all"),
        ([("  gemeente: Waterveld", "  gemeente: a\n  gemeente: b")], 13, "", "stands here twice"),
        ([("body: En koud.", "body: Let op: koud.")], 42, "", "A colon followed by a space"),
        ([("body: En koud.", "body: &x En koud.")], 42, "", "Anchors and aliases"),
    ],
)
def test_what_is_refused_names_line_field_and_remedy(pairs, line, field, part):
    found = faults(changed(*pairs))
    assert any((at, where) == (line, field) and part in sentence for at, where, sentence in found), found


def test_all_faults_are_named_at_once_and_one_does_not_cause_another():
    text = changed(
        ("channel: phone", "channel: fax"),
        ("to: [ict, crisis/voorzitter]", "to: [ict, crisis/griffier]"),
        ("question: Gaat het noodplan aan?", "vraag: Gaat het noodplan aan?"),
    )
    assert [line for line, _, _ in faults(text)] == [26, 40, 45, 48]


@pytest.mark.parametrize("text", ["", "- a\n", "hallo", "null", b"\xff\xfe\x00"])
def test_something_else_than_a_scenario_is_refused_with_one_sentence(text):
    assert len(faults(text)) == 1


def test_a_huge_file_is_refused_at_once():
    start = time.process_time()
    assert "larger than 2 MB" in faults(b"#" * 10_000_000)[0][2]
    assert time.process_time() - start < 0.5


@given(st.integers(0, 9999 * 3600))
def test_durations_are_read_as_they_are_written(seconds):
    span = timedelta(seconds=seconds)
    assert read_duration(write_duration(span)) == span


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_is_given_is_read_or_its_faults_are_named(source):
    with suppress(FaultsFound):
        parse(source)


@given(st.text("-:{}[]|>&*!%#'\"\n ,a1~?", max_size=60), st.integers(0, len(SMALL)), st.integers(0, 40))
def test_changes_anywhere_in_a_scenario_never_crash_the_reading(signs, place, gone):
    with suppress(FaultsFound):
        parse(SMALL[:place] + signs + SMALL[place + gone :])


def test_steps_are_held_against_the_playbook():
    playbook = playbooks.parse(PLAYBOOK)
    assert check_against(parse(SMALL), playbook) == []
    text = changed(("step: kijk", "step: kijken"), ("step: besluit-wijk", "step: besluit"))
    found = check_against(parse(text), playbook, text)
    assert [(fault.line, fault.field) for fault in found] == [
        (33, "injects.1.step"),
        (52, "decisions.1.step"),
    ]
    assert "has no step kijken. Choose from: kijk" in str(found[0])


def test_a_scenario_for_another_playbook_is_noticed():
    text = changed(("playbook: stroomstoring", "playbook: ransomware"))
    found = check_against(parse(text), playbooks.parse(PLAYBOOK), text)
    assert [(fault.line, str(fault)) for fault in found] == [
        (9, "The scenario is for playbook ransomware, not for stroomstoring.")
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_good_and_fit_their_playbook(path):
    source = path.read_bytes()
    scenario = parse(source)
    assert scenario.slug == path.stem
    assert len(scenario.injects) >= 20
    playbook = playbooks.parse((ROOT / "playbooks" / f"{scenario.playbook}.md").read_bytes())
    assert check_against(scenario, playbook, source) == []


def test_the_shipped_schema_is_the_one_of_the_model():
    assert (ROOT / "exercises" / "schema.json").read_text(encoding="utf-8") == json_schema(), (
        "run: cyberready schema > exercises/schema.json"
    )
