import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from cyberready.incidents.formats.cap import NAMESPACE, cap_xml
from cyberready.incidents.formats.dossier import Party, RequestedDecision, Statement, Topic
from cyberready.incidents.formats.sitrep import overdracht_json, stamp
from cyberready.kernel.canonical import canonical
from tests.exercises.reporting import at, standing
from tests.incidents.dossiers import bare, dossier

ALERT = (
    *(
        "identifier",
        "sender",
        "sent",
        "status",
        "msgType",
        "source",
        "scope",
        "restriction",
        "addresses",
        "code",
    ),
    *("note", "references", "incidents", "info"),
)  # the order in which CAP 1.2 wants them, as in the standard's section 3.2
INFO = (
    *(
        "language",
        "category",
        "event",
        "responseType",
        "urgency",
        "severity",
        "certainty",
        "audience",
        "eventCode",
    ),
    *(
        "effective",
        "onset",
        "expires",
        "senderName",
        "headline",
        "description",
        "instruction",
        "web",
        "contact",
    ),
    *("parameter", "resource", "area"),
)
REQUIRED = {"identifier", "sender", "sent", "status", "msgType", "scope", "info"}
REQUIRED_INFO = {"category", "event", "urgency", "severity", "certainty", "area"}


def cap(given):
    return etree.fromstring(cap_xml(given))


def names(node):
    return [etree.QName(child).localname for child in node]


def text(node, name):
    return node.findtext(f".//{{{NAMESPACE}}}{name}")


def pairs(node, name):
    return {
        found.findtext(f"{{{NAMESPACE}}}valueName"): found.findtext(f"{{{NAMESPACE}}}value")
        for found in node.iter(f"{{{NAMESPACE}}}{name}")
    }


VARIANTS = {
    "full": dossier(),
    "bare": bare(),
    "exercise": dossier(exercise=True),
    "english": dossier(language="en"),
    "broken": dossier(standing=standing(fault="Verloopregel 12 is veranderd.")),
    "no mail": bare(
        receiver=Party(organisation="Veiligheidsregio"), sender=Party(organisation="Gemeente A, B & C")
    ),
    "nowhere": bare(area=" "),
}


@pytest.mark.parametrize("given", VARIANTS.values(), ids=VARIANTS)
def test_cap_elements_stand_in_the_order_of_the_schema(given):
    alert = cap(given)
    assert etree.QName(alert).namespace == NAMESPACE
    info = alert.find(f"{{{NAMESPACE}}}info")
    assert names(alert) == sorted(names(alert), key=ALERT.index)
    assert names(info) == sorted(names(info), key=INFO.index)
    assert set(names(alert)) >= REQUIRED
    assert set(names(info)) >= REQUIRED_INFO
    assert all(node.text and node.text.strip() for node in alert.iter() if not len(node))


@pytest.mark.parametrize("given", VARIANTS.values(), ids=VARIANTS)
def test_cap_times_have_an_offset_and_no_fraction(given):
    alert = cap(given)
    for name in ("sent", "effective", "onset"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", text(alert, name))


def test_cap_says_what_kind_of_incident_it_is_without_a_cyber_category():
    alert = cap(dossier())
    categories = [node.text for node in alert.iter(f"{{{NAMESPACE}}}category")]
    assert categories == ["Infra", "Security"]
    assert pairs(alert, "eventCode") == {"RSIT": "malicious-code"}
    assert (text(alert, "urgency"), text(alert, "severity"), text(alert, "certainty")) == (
        "Immediate",
        "Severe",
        "Observed",
    )


@pytest.mark.parametrize(
    ("exercise", "status", "note", "headline"),
    [
        (True, "Exercise", "OEFENING", "OEFENING: Gijzelsoftware bij de gemeente"),
        (False, "Actual", None, "Gijzelsoftware bij de gemeente"),
    ],
)
def test_cap_parts_exercise_from_real(exercise, status, note, headline):
    alert = cap(dossier(exercise=exercise))
    assert (text(alert, "status"), text(alert, "note"), text(alert, "headline")) == (status, note, headline)


def test_a_second_offer_is_an_update_that_refers_to_the_first():
    alert = cap(dossier())
    assert text(alert, "msgType") == "Update"
    assert (
        text(alert, "references") == "aov@waterveld.example,waterveld-2026-0007-v1,2026-11-22T10:40:00+01:00"
    )
    first = cap(bare())
    assert (text(first, "msgType"), text(first, "references")) == ("Alert", None)


def test_cap_is_private_to_an_address_or_restricted():
    alert = cap(dossier())
    assert (text(alert, "scope"), text(alert, "addresses")) == ("Private", "piket@meerland.example")
    alert = cap(dossier(receiver=Party(organisation="Veiligheidsregio"), tlp="RED"))
    assert (text(alert, "scope"), text(alert, "restriction"), text(alert, "addresses")) == (
        "Restricted",
        "TLP:RED",
        None,
    )


def test_cap_carries_grip_and_the_root_of_the_trail():
    found = pairs(cap(dossier()), "parameter")
    assert found == {
        "escalationStep": "In contact met de veiligheidsregio",
        "GRIP": "GRIP 2",
        "TLP": "AMBER",
        "trailOrigin": "cyberready/exercise/0b0f8a52",
        "trailSize": "2",
        "trailRoot": standing().root,
        "keyFingerprint": standing().fingerprint,
        "trailHolds": "true",
    }
    broken = pairs(cap(dossier(standing=standing(fault="Verloopregel 12 is veranderd."))), "parameter")
    assert (broken["trailHolds"], broken["trailFault"]) == ("false", "Verloopregel 12 is veranderd.")
    assert "GRIP" not in pairs(cap(bare()), "parameter")


def test_cap_names_hold_nothing_that_the_standard_forbids():
    alert = cap(dossier(identifier="a b,c<d&e", sender=Party(organisation="Gemeente A, B & C")))
    assert (text(alert, "identifier"), text(alert, "sender")) == ("a-b-c-d-e", "Gemeente-A-B-C")


def test_cap_survives_what_xml_refuses_and_cuts_long_headlines():
    alert = cap(dossier(title="x\x00\x0b" * 200, requests=(RequestedDecision(text="<b>&\ud800"),)))
    assert len(text(alert, "headline")) == 160
    assert text(alert, "instruction") == "1. <b>&"


def test_utc_itself_is_minus_zero():
    assert stamp(at(0), ZoneInfo("UTC")) == "2026-11-22T09:00:00-00:00"
    assert stamp(at(0), ZoneInfo("Europe/London")) == "2026-11-22T09:00:00-00:00"
    assert stamp(at(0), ZoneInfo("Europe/Amsterdam")) == "2026-11-22T10:00:00+01:00"


def test_json_has_the_envelope_of_a_situation_report():
    said = json.loads(overdracht_json(dossier()))
    assert set(said) == {
        *("format", "language", "status", "messageID", "precedingMessageID", "preparedBy", "authorizedBy"),
        *("recipient", "reportPurpose", "reportNumber", "reportVersion", "reportTitle", "forTimePeriod"),
        *(
            "incidentID",
            "incidentLifecyclePhase",
            "urgency",
            "severity",
            "reportConfidence",
            "reportingLocation",
        ),
        *("actionPlan", "nextContact", "handling", "report", "totaalbeeld", "trail"),
    }
    assert said["format"] == "cyberready/handover-dossier/1"
    assert said["preparedBy"]["time"] == "2026-11-22T10:58:00+01:00"
    assert said["forTimePeriod"] == {
        "fromDateTime": "2026-11-22T10:05:00+01:00",
        "toDateTime": "2026-11-22T10:58:00+01:00",
    }
    assert (said["reportVersion"], said["precedingMessageID"]) == ("Update", ["waterveld-2026-0007-v1"])
    assert said["report"]["situationInformation"]["incidentStartDateTime"] == "2026-11-22T10:05:00+01:00"
    assert said["reportConfidence"] == "SomewhatConfident"


def test_json_holds_every_part_of_the_picture():
    picture = json.loads(overdracht_json(dossier()))["totaalbeeld"]
    assert set(picture) == {
        *("statements", "processes", "measures", "decisions", "teams", "escalations", "handover", "clocks"),
        *("effectTests", "contacts", "duties", "requests", "playbooks"),
    }
    assert picture["statements"][0] == {
        "topic": "nature",
        "text": "Gijzelsoftware op 14 werkplekken.",
        "source": "CISO",
        "at": "2026-11-22T10:40:00+01:00",
        "confidence": "HighlyConfident",
    }
    assert picture["statements"][1]["text"] is None
    assert picture["effectTests"][0]["answers"][0] == {
        "question": "residents",
        "answer": "yes",
        "explanation": "Uitkeringen",
    }
    assert picture["contacts"][0]["channels"][1] == {"kind": "Mail", "address": "ciso@waterveld.example"}
    assert picture["clocks"][0]["doneAt"] is None


def test_json_names_the_playbooks_with_version_and_digest():
    said = json.loads(overdracht_json(dossier()))
    assert said["actionPlan"] == "Ransomware bij de gemeente 1.1; Crisiscommunicatie 2.0"
    assert said["totaalbeeld"]["playbooks"][0] == {
        "title": "Ransomware bij de gemeente",
        "version": "1.1",
        "language": "nl",
        "digest": "4f" * 32,
        "since": "2026-11-22T10:12:00+01:00",
        "by": "J. Smit",
        "remark": "Deze versie is ingetrokken: nummer klopt niet.",
    }
    nothing = json.loads(overdracht_json(bare()))
    assert (nothing["actionPlan"], nothing["totaalbeeld"]["playbooks"]) == ("", [])


def test_json_is_canonical_and_leaves_the_trail_to_the_trail():
    written = overdracht_json(dossier())
    said = json.loads(written)
    assert canonical(said) == written == overdracht_json(dossier())
    assert said["trail"] == {
        "origin": "cyberready/exercise/0b0f8a52",
        "size": 2,
        "root": standing().root,
        "keyFingerprint": standing().fingerprint,
        "holds": True,
        "fault": None,
    }
    assert "entries" not in written.decode()


def test_json_says_exercise_and_survives_odd_characters():
    odd = Statement(topic=Topic.RISKS, text="a\x00\ud800b")
    said = json.loads(overdracht_json(dossier(exercise=True, statements=(odd,))))
    assert said["status"] == "Exercise"
    assert said["totaalbeeld"]["statements"][0]["text"] == "ab"


def test_json_takes_nothing_that_has_no_place():
    with pytest.raises(TypeError, match="float has no place"):
        overdracht_json(replace(dossier(), number=1.5))
