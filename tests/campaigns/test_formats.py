from datetime import time

import pytest

from cyberready.campaigns import formats
from cyberready.platform.faults import FaultsFound
from cyberready.settings import content_root

GOOD = """\
format: cyberready/campaign/1
slug: proef
title: Proef
language: nl
summary: Kort.
goal: Doel.
baseline: Geen.
indicator: Aantal.
audiences: {inwoners: Inwoners}
activities:
  - {id: een, day: 0, time: "10:00", kind: mail, audience: [inwoners], title: Mail, body: Tekst.}
  - {id: twee, day: 3, time: 9:30, kind: poster, audience: [inwoners], title: Poster, owner_task: Ophangen.}
"""


def faults(source):
    with pytest.raises(FaultsFound) as caught:
        formats.parse(source)
    return [(fault.line, str(fault)) for fault in caught.value.faults]


def test_a_good_file():
    read = formats.parse(GOOD)
    assert [(one.id, one.day, one.time) for one in read.activities] == [
        ("een", 0, time(10)),
        ("twee", 3, time(9, 30)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("kind: mail", "kind: fax", 11, "fax is not possible here"),
        ('"10:00"', '"25:00"', 11, "25:00 is not a time of day"),
        ("time: 9:30", "time: 930", 12, "930 is not a time of day"),
        ("day: 0", "day: -1", 11, "day must be 0 or more"),
        ("day: 0", "day: morgen", 11, "whole number"),
        ("audience: [inwoners], title: Mail", "audience: [burgers], title: Mail", 11, "no audience burgers"),
        ("audience: [inwoners], title: Mail", "audience: [], title: Mail", 11, "at least 1"),
        ("id: twee", "id: een", 12, "used twice; the first is on line 11"),
        (", owner_task: Ophangen.", "", 12, "owner_task"),
        (", body: Tekst.", "", 11, "what the audience reads"),
        ("goal: Doel.\n", "", 1, "goal is missing"),
        ("goal: Doel.", "goal: Doel.\nkpi: 3", 7, "kpi is not known here"),
        ("title: Proef", "title: |\n  a\n  b", 3, "one line"),
        ("format: cyberready/campaign/1", "format: cyberready/scenario/1", 1, "cyberready/campaign/1"),
        ("summary: Kort.", "summary: [", 5, "never closed"),
    ],
)
def test_every_fault_has_its_line_and_a_sentence(old, new, line, words):
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(place == line and words in sentence for place, sentence in found), found


@pytest.mark.parametrize("source", ["", "- a", "tekst", "5", "null"])
def test_something_else_is_not_a_campaign(source):
    assert faults(source)[0][1].startswith("This is not a campaign")


@pytest.mark.parametrize("source", [b"\xff\xfe", "x" * 3_000_000, "title: \x00", "a: {" * 100])
def test_wrong_bytes_are_faults(source):
    assert faults(source)


def test_the_shipped_campaign_is_good_and_complete():
    shipped = formats.shipped(content_root() / "templates" / "campaigns")
    read = shipped["alert-online"]
    assert read.language == "nl"
    assert {one.kind for one in read.activities} == {"mail", "web", "poster", "evening", "by-hand"}
    assert [(one.day, one.time) for one in read.activities] == sorted(
        (one.day, one.time) for one in read.activities
    )
    longest = max(
        len(word) for one in read.activities for word in (one.body or "").split() if "http" not in word
    )
    assert longest <= 32
