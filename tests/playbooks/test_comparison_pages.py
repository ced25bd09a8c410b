"""Choosing two versions, reading what changed, and taking it along as a file."""

import json

import pytest

from cyberready.exercises.queries import principal_of
from tests import world
from tests.playbooks.comparing import SECOND, draft, published
from tests.playbooks.writing import SMALL

PATH = "/playbooks/stroomstoring/compare"


@pytest.fixture
def reader(browser, town):
    return browser.sign_in(town["crisis_team"], town.home)


def changes(page):
    return [
        [" ".join(cell.text.split()) for cell in row.select("td")]
        for row in page.select(".cr-changes tbody tr")
    ]


def test_the_last_two_versions_are_compared_first(reader, database, town):
    published(database, town.home, SMALL, SECOND)
    page = reader.get(PATH)
    assert page.h1.text == "Vergelijking van Stroomstoring"
    assert changes(page) == [
        ["A1 Kijk wat er aan de hand is", "Streeftijd gewijzigd", "15 minuten", "20 minuten"],
        ["A1 Kijk wat er aan de hand is", "Tekst gewijzigd", "–", "–"],
        ["B1 Ruim op", "Stap verplaatst", "B2", "B1"],
    ]
    for link in page.select(".cr-changes a"):
        assert page.select_one(link["href"])
    assert [option["value"] for option in page.select("#old option")] == ["2", "1"]
    assert page.select_one("#old option[selected]")["value"] == "1"


@pytest.mark.parametrize("view", ["columns", "one", "whole"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_came_and_went_is_said_in_words(reader, database, town, view, language):
    published(database, town.home, SMALL, SECOND)
    page = reader.speak(language).get(f"{PATH}?old=1&new=2&view={view}")
    said = {"nl": ("vervallen:", "toegevoegd:"), "en": ("removed:", "added:")}[language]
    gone = [" ".join(one.text.split()) for one in page.select(".cr-passage del")]
    new = [" ".join(one.text.split()) for one in page.select(".cr-passage ins")]
    assert f"[{said[0]} 15]" in gone
    assert f"[{said[1]} Tel de lantaarns.]" in new
    assert ("Waarschuw de bewoners" in page.select_one("#compare").text) == (view == "whole")


def front(page):
    return [
        [" ".join(cell.text.split()) for cell in row.select("td")]
        for row in page.select(".cr-front tbody tr")
    ]


def test_the_front_matter_comes_after_the_text_in_dutch_and_folded(reader, database, town):
    third = SECOND.replace('"1.1"', '"1.2"').replace("ict: Manager ICT", "ict: Hoofd ICT")
    third = third.replace("review_months: 12", "review_months: 6").replace(
        "owner: CISO", "owner: Gemeentesecretaris"
    )
    published(database, town.home, SMALL, SECOND, third)
    page = reader.get(f"{PATH}?old=1&new=2")
    assert front(page) == []  # only the number changed, which the title says
    assert not page.select_one("section.cr-passage").find_parent("details")
    page = reader.get(f"{PATH}?old=2&new=3")
    assert changes(page) == []
    assert "In de tekst zelf is niets gewijzigd." in page.text
    assert front(page) == [
        ["Eigenaar", "CISO", "Gemeentesecretaris"],
        ["Maanden tot de herziening", "12", "6"],
        ["Rol ict", "Manager ICT", "Hoofd ICT"],
    ]
    (passage,) = page.select("section.cr-passage")
    folded = passage.find_parent("details")
    assert "open" not in folded.attrs
    assert [" ".join(one.text.split()) for one in folded.select("ins")][-1] == "[toegevoegd: Hoofd]"


def test_unknown_foreign_and_mistyped_versions_are_not_found(reader, database, town):
    [first, _second] = published(database, town.home, SMALL, SECOND)
    other = world.organisation(database, "elders")
    [foreign] = published(database, other, SMALL.replace("Bel aan.", "Geheim elders."))
    for key in (str(foreign.id), "99", "draft-99", "x", "-1", "9" * 30, "draft-", "٣"):
        assert "elders" not in reader.get(f"{PATH}?old={first.id}&new={key}", status=404).text
        reader.get(f"{PATH}/file?old={first.id}&new={key}&format=json", status=404)


def test_same_versions_have_no_differences(reader, database, town):
    published(database, town.home, SMALL, SECOND)
    assert "geen verschillen" in reader.get(f"{PATH}?old=1&new=1").select_one(".cr-empty").text


def test_one_version_has_nothing_to_be_compared_with(reader, database, town):
    published(database, town.home, SMALL)
    assert "maar één versie" in reader.get(PATH).select_one(".cr-empty").text
    reader.get("/playbooks/bestaat-niet/compare", status=404)


def test_a_translation_alone_in_its_language_is_not_compared_with_the_original(reader, database, town):
    english = SMALL.replace("language: nl", 'language: en\ntranslates: "1.0"')
    published(database, town.home, SMALL, english)
    assert "maar één versie" in reader.get(f"{PATH}?new=2").select_one(".cr-empty").text


def test_old_alone_is_compared_with_the_current_version(reader, database, town):
    third = SECOND.replace('"1.1"', '"1.2"').replace("20 minuten", "30 minuten")
    published(database, town.home, SMALL, SECOND, third)
    page = reader.get(f"{PATH}?old=1")
    assert page.select_one("#new option[selected]")["value"] == "3"
    assert ["A1 Kijk wat er aan de hand is", "Streeftijd gewijzigd", "15 minuten", "30 minuten"] in changes(
        page
    )


def test_a_draft_is_there_for_who_may_see_drafts_and_for_nobody_else(browser, database, town):
    published(database, town.home, SMALL)
    made = draft(
        database, town.home, town["security_officer"], SECOND.replace("Bel aan.", "Bel aan met spoed.")
    )
    writer = browser.sign_in(town["security_officer"], town.home)
    path = f"{PATH}?old=1&new=draft-{made.id}"
    assert "met spoed" in writer.get(path).text
    assert f"draft-{made.id}" in [option["value"] for option in writer.get(PATH).select("#new option")]
    participant = browser.another()
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    seat = world.participant(database, exercise)
    participant.be(database.read(lambda session: principal_of(session, seat.id, town.home.id)))
    participant.get(path, status=404)
    participant.get(f"{PATH}/file?old=1&new=draft-{made.id}&format=json", status=404)
    assert not participant.get(PATH).select("#new option[value^=draft]")


def test_a_draft_with_faults_is_compared_by_section_and_word(browser, database, town):
    published(database, town.home, SMALL)
    made = draft(database, town.home, town["security_officer"], SMALL.replace("- Rol: ciso", "- Wie: ciso"))
    page = browser.sign_in(town["security_officer"], town.home).get(f"{PATH}?old=1&new=draft-{made.id}")
    assert "staan fouten" in page.text
    assert changes(page) == [["Kijk wat er aan de hand is", "Tekst gewijzigd", "–", "–"]]


def test_what_stands_in_a_text_never_becomes_active(browser, database, town):
    hostile = SMALL.replace("Bel aan.", "<script>alert(1)</script> <img src=x onerror=alert(1)>")
    published(database, town.home, SMALL)
    made = draft(database, town.home, town["security_officer"], hostile)
    writer = browser.sign_in(town["security_officer"], town.home)
    writer.get(f"{PATH}?old=1&new=draft-{made.id}")
    assert "<script>alert" not in writer.response.text
    file = writer.client.get(f"{PATH}/file?old=1&new=draft-{made.id}&format=html").text
    assert "<script" not in file
    assert "&lt;script&gt;" in file


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("html", b"<!doctype html>"), ("json", b"{")])
def test_a_comparison_can_be_taken_along(reader, database, town, kind, start):
    published(database, town.home, SMALL, SECOND)
    response = reader.client.get(f"{PATH}/file?old=1&new=2&format={kind}")
    assert response.status_code == 200
    assert response.data.startswith(start)
    assert f"stroomstoring-1.0-1.1.{kind}" in response.headers["Content-Disposition"]
    if kind == "json":
        said = json.loads(response.data)
        assert said["format"] == "cyberready/comparison/1"
        assert [change["kind"] for change in said["changes"]] == ["field", "time", "reworded", "moved"]
    reader.get(f"{PATH}/file?old=1&new=2&format=exe", status=404)


def test_the_question_count_does_not_grow_with_the_versions(reader, database, town, queries_counted):
    published(database, town.home, SMALL, SECOND)
    reader.get(PATH)
    with queries_counted() as two:
        reader.get(PATH)
    more = [SECOND.replace('"1.1"', f'"1.{number}"') for number in range(2, 12)]
    published(database, town.home, *more)
    with queries_counted() as twelve:
        reader.get(PATH)
    assert two.statements == twelve.statements
