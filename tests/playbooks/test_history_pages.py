"""The versions and the trail of a playbook, as their readers see them."""

import pytest

from cyberready.playbooks import (
    actions,
    actions_comments,
    actions_drafts,
    actions_reviews,
    screens,
)
from cyberready.playbooks.lifecycle import Change
from tests import world
from tests.playbooks.drafting import NOTE
from tests.playbooks.pages import words
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


def test_the_version_history_shows_states_reasons_and_approvals(house, reader):
    first = house.published()
    second = house.next_version("stroomstoring", BETTER, Change.MAJOR)
    house.withdraw(second.id, "Nummer klopt niet.")
    third = house.next_version("stroomstoring", changed(("Bel aan.", "Fluit.")))
    house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    page = reader(house.author).get("/playbooks/stroomstoring/versions")
    assert words(page, "tbody td:nth-of-type(1)") == [
        f"{third.version} Geldend Nederlands",
        f"{second.version} Ingetrokken Nederlands",
        f"{first.version} Vervangen Nederlands",
    ]
    assert words(page, "tbody tr:nth-of-type(2) td:nth-of-type(3)") == [
        f"Grote wijziging: {NOTE} Ingetrokken op 23 nov 2026 door {house.officer.name}: Nummer klopt niet."
    ]
    assert (
        words(page, "tbody td:nth-of-type(4)")
        == [f"Akkoord ({house.director.name}, directeur, 23 nov 2026)"] * 3
    )
    assert words(page, "[aria-labelledby=drafts-head] li") == [
        f"Concept 2.1.9 Nederlands, {house.author.name} Concept"
    ]


def test_the_version_history_turns_its_pages(house, reader, database):
    for number in range(53):
        source = changed(('version: "1.0"', f'version: "1.{number}"'))
        database.transact(
            lambda session, source=source: actions.publish(
                session, house.realm, source, actor=world.actor(house.author, house.town.home), now=house.now
            )
        )
    officer = reader(house.officer)
    page = officer.get("/playbooks/stroomstoring/versions")
    assert len(page.select("tbody tr")) == 50
    (older,) = page.select(".cr-pages a")
    page = officer.get(older["href"])
    assert words(page, "tbody td:nth-of-type(1) a") == ["1.2", "1.1", "1.0"]
    assert words(page, ".cr-pages a") == ["Nieuwste"]


def test_a_withdrawn_version_says_so_at_its_own_address(house, reader):
    first = house.published()
    officer = reader(house.officer)
    address = f"/playbooks/stroomstoring/versions/{first.id}"
    page = officer.get(f"{address}/withdraw")
    assert "Intrekken kan niet ongedaan worden gemaakt." in page.get_text()
    officer.post(f"{address}/withdraw", {"reason": " "}, status=422)
    officer.post(f"{address}/withdraw", {"reason": "Nummer klopt niet."})
    page = officer.follow()
    assert "Nummer klopt niet." in page.select_one(".cr-notice[data-tone=err]").get_text()
    assert "Bel aan." in page.get_text()
    officer.post(f"{address}/withdraw", {"reason": "Nog eens."}, status=409)
    page = officer.get("/playbooks/stroomstoring/versions")
    assert "Ingetrokken" in words(page, "tbody .cr-badge")
    assert not officer.get("/playbooks/").select("tbody tr")


def test_a_playbook_of_which_everything_was_withdrawn_says_so_at_its_own_address(house, reader):
    made = house.published()
    house.withdraw(made.id, "Nummer klopt niet.")
    author = reader(house.author)
    author.get("/playbooks/stroomstoring", status=303)
    page = author.follow()
    assert words(page, "h1") == ["Versies van Stroomstoring"]
    assert words(page, ".cr-notice-title") == ["Geen geldende versie"]
    author.get("/playbooks/nooit-geweest", status=404)


def test_the_trail_of_a_playbook_tells_everything(house, reader):
    house.published()
    page = reader(house.author).get("/playbooks/stroomstoring/trail")
    told = words(page, ".cr-log li div")
    assert told[0] == f"{house.officer.name} Draaiboek gepubliceerd: Stroomstoring 1.0"
    assert told[1] == (
        f"{house.director.name} Akkoord ({house.director.name}, directeur): concept 0.9 als 1.0"
    )
    assert len(told) == 6


def test_the_trail_tells_of_a_draft_only_to_who_may_see_it(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.act(actions_comments.on_draft, made.id, "kijk", "Geheim?", by=house.author)
    path = "/playbooks/stroomstoring/trail"
    assert "Geheim?" in reader(house.author).get(path).get_text()
    assert "Geheim?" in reader(house.director).get(path).get_text()
    outsider = reader(house.deputy)
    told = words(outsider.get(path), ".cr-log li div")
    assert told[0] == f"{house.officer.name} Draaiboek gepubliceerd: Stroomstoring 1.0"
    house.save(made.id, SMALL.replace("Bel aan.", "Bel twee keer."))
    house.described(made.id)
    house.submit(made.id)
    house.approve(made.id)
    house.publish(made.id)
    assert "Geheim?" in outsider.get(path).get_text()


def test_the_trail_passes_over_pages_that_the_reader_may_not_see(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    for _ in range(screens.PAGE + 1):
        house.act(actions_comments.on_draft, made.id, "kijk", "Geheim?", by=house.author)
    page = reader(house.deputy).get("/playbooks/stroomstoring/trail")
    assert "Draaiboek gepubliceerd" in words(page, ".cr-log li div")[0]
    assert "Geheim?" not in page.get_text()


def test_the_trail_calls_steps_and_roles_by_their_names(house, reader):
    made = house.submitted()
    house.refuse(made.id, ("kijk", "Waarheen?"), ("", "Te lang."))
    for step in ("kijk", ""):
        said = house.act(actions_comments.on_draft, made.id, step, "Wie?", by=house.author)
    house.act(actions_comments.resolve, said.id, as_writer=True, by=house.officer)
    house.act(
        actions_reviews.set_care,
        "stroomstoring",
        owner_id=house.officer.id,
        deputy_id=None,
        readers=["crisis_team", "communications"],
        by=house.officer,
    )
    told = words(reader(house.author).get("/playbooks/stroomstoring/trail"), ".cr-log li div")
    assert [one.split(" ", 2)[2] for one in told[:5]] == [
        f"Beheerd door: {house.officer.name}. Te lezen door: Communicatie, Lid crisisteam",
        "Opmerking bij Stroomstoring afgehandeld: Wie?",
        "Opmerking bij Stroomstoring: Wie?",
        "Opmerking bij Kijk wat er aan de hand is: Wie?",
        (
            f"Concept 0.9 teruggestuurd door {house.director.name}, directeur: "
            "Kijk wat er aan de hand is: Waarheen?; Te lang."
        ),
    ]
    assert not [one for one in told if "ervallen akkoorden" in one]


@pytest.mark.parametrize("count", [1, 3])
def test_the_versions_ask_the_database_as_often_for_three_as_for_one(house, reader, queries_counted, count):
    house.published()
    for number in range(count - 1):
        house.next_version("stroomstoring", changed(("Bel aan.", f"Bel {number} keer aan.")))
    director = reader(house.director)
    director.get("/playbooks/stroomstoring/versions")
    with queries_counted() as counted:
        page = director.get("/playbooks/stroomstoring/versions")
    assert len(page.select("tbody tr")) == count
    assert counted.statements == 8
