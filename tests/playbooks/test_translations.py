"""A playbook in two languages: a translation says which version of the original it follows, and is brought up to date."""

import pytest

from cyberready.kernel.refusals import Conflict, Refused
from cyberready.playbooks import (
    actions_drafts,
    actions_reviews,
    actions_translations,
    lifecycle,
    queries,
    queries_readings,
    queries_reviews,
)
from cyberready.playbooks.lifecycle import Change
from tests.playbooks.writing import changed

SLUG = "stroomstoring"
TWICE = changed(("Bel aan.", "Bel twee keer aan."))
THRICE = changed(("Bel aan.", "Bel drie keer aan."))


def begin(house, language="en"):
    return house.act(actions_drafts.begin, SLUG, language, by=house.author)


@pytest.fixture
def english(house):
    """The English 1.0, which translates the Dutch 1.0."""
    house.published()
    return house.finish(begin(house), ("title: Stroomstoring", "title: Power cut"))


def text(page):
    return " ".join(page.get_text(" ").split())


class TestBringingUpToDate:
    def test_a_new_draft_translates_the_original_that_is_to_be_followed(self, house, english):
        house.next_version(SLUG, TWICE, Change.MAJOR)
        made = begin(house)
        assert made.base_release_id == english.id
        assert lifecycle.front_of(house.draft(made.id).source, "translates") == "2.0"
        newer = house.finish(made, ("Bel aan.", "Ring twice."))
        assert (newer.version, newer.translates) == ("1.1", "2.0")
        assert house.ask(queries.newer_original, newer) is None

    def test_one_that_is_up_to_date_is_begun_as_it_is(self, house, english):
        assert house.draft(begin(house).id).source == house.ask(queries.release, english.id).source

    def test_its_page_leads_to_what_changed_in_the_original(self, house, english, reader):
        original = house.ask(queries.current, SLUG)
        newer = house.next_version(SLUG, TWICE, Change.MAJOR)
        made = begin(house)
        author = reader(house.author)
        page = author.get(f"/playbooks/drafts/{made.id}")
        assert "vertaalt versie 2.0 van het oorspronkelijke draaiboek" in text(page)
        link = page.find("a", string="Wat er in het origineel van versie 1.0 naar 2.0 is gewijzigd")
        assert link["href"].endswith(f"/compare?old={original.id}&new={newer.id}")
        assert "twee keer" in text(author.get(link["href"]))

    def test_the_original_that_moves_on_meanwhile_is_told_and_followed(self, house, english, reader):
        house.next_version(SLUG, TWICE, Change.MAJOR)
        made = begin(house)
        house.next_version(SLUG, THRICE)
        author = reader(house.author)
        address = f"/playbooks/drafts/{made.id}"
        warning = "Zo gepubliceerd loopt de vertaling meteen achter."
        assert warning in text(author.get(address))
        assert warning in text(reader(house.officer).get(f"{address}/publish"))
        author.post(f"{address}/follow-original")
        assert lifecycle.front_of(house.draft(made.id).source, "translates") == "2.1"
        assert warning not in text(author.get(address))
        author.post(f"{address}/follow-original", status=409)

    def test_a_draft_of_an_original_follows_nothing(self, house):
        house.published()
        with pytest.raises(Conflict, match="follows the original"):
            house.act(actions_translations.follow_original, begin(house, "nl").id, by=house.author)


def test_publishing_a_translation_answers_no_review_that_was_asked(house):
    first = house.published()
    house.act(actions_reviews.ask_review, first.id, "exercise:4", "Oefening van mei", by=house.officer)
    house.finish(begin(house), ("title: Stroomstoring", "title: Power cut"))
    assert len(house.ask(queries_reviews.review, SLUG, house.now).occasions) == 1


class TestADraftWithoutAChange:
    def submit(self, house, draft):
        house.described(draft.id)
        return house.submit(draft.id)

    def test_is_not_submitted(self, house):
        house.published()
        with pytest.raises(Refused, match="Nothing was changed"):
            self.submit(house, begin(house, "nl"))

    def test_is_no_translation_of_a_major_version(self, house, english):
        house.next_version(SLUG, TWICE, Change.MAJOR)
        with pytest.raises(Refused, match="Translate first"):
            self.submit(house, begin(house))

    def test_may_say_that_a_minor_version_of_the_original_left_the_translation_right(self, house, english):
        house.next_version(SLUG, TWICE)
        assert self.submit(house, begin(house)).state == lifecycle.State.IN_REVIEW

    def test_may_put_a_version_back_that_was_withdrawn_meanwhile(self, house):
        house.published()
        second = house.next_version(SLUG, TWICE)
        made = begin(house, "nl")
        house.withdraw(second.id)
        assert self.submit(house, made).state == lifecycle.State.IN_REVIEW


@pytest.mark.parametrize("view", ["", "/by-role", "/checklist", "/cards", "/flow"])
def test_every_view_of_a_translation_that_lags_behind_says_so(house, english, reader, view):
    author = reader(house.author)
    address = f"/playbooks/{SLUG}{view}?language=en"
    assert not author.get(address).select(".cr-notice-title")
    house.next_version(SLUG, TWICE)
    page = author.get(address)
    assert [one.get_text() for one in page.select(".cr-notice-title")] == ["Deze vertaling loopt achter"]
    assert page.find("a", string="Lees het origineel")["href"] == f"/playbooks/{SLUG}?language=nl"
    cards = page.select(".cr-action-card")
    assert all("Loopt achter op versie 1.1 van het origineel" in text(card) for card in cards)


class TestReading:
    """What must be read is the original; a translation stands in for the version that it translates."""

    @pytest.fixture(autouse=True)
    def must_be_read(self, house, english):
        named = {"owner_id": None, "deputy_id": None, "readers": ("crisis_team",)}
        house.act(actions_reviews.set_care, SLUG, by=house.officer, **named)

    def read(self, house, release):
        return house.act(actions_reviews.confirm_read, SLUG, release.id, by=house.deputy)

    def asked(self, house, release):
        def question(session, realm):
            spoken = queries.current_in_each_language(session, realm, SLUG)
            return queries_readings.still_to_read(session, release, spoken, house.deputy.id, ["crisis_team"])

        return house.ask(question)

    def unread(self, house):
        return house.ask(queries_readings.shelf, house.deputy.id).unread(house.deputy.id, ["crisis_team"])

    def enough(self, house):
        (found,) = house.ask(queries_readings.readers, house.ask(queries.current, SLUG))
        return found.version, found.enough

    def test_a_translation_that_is_up_to_date_can_be_read_instead(self, house, english):
        assert self.asked(house, english).release.id == english.id
        self.read(house, english)
        assert self.asked(house, english) is None
        assert self.asked(house, house.ask(queries.current, SLUG)) is None
        assert self.unread(house) == []
        assert self.enough(house) == ("1.0", True)

    def test_one_that_lags_behind_asks_for_the_original_and_is_not_confirmed(self, house, english):
        major = house.next_version(SLUG, TWICE, Change.MAJOR)
        asked = self.asked(house, english)
        assert (asked.release.id, asked.last) == (major.id, None)
        with pytest.raises(Conflict, match=r"version 2\.0 of the original"):
            self.read(house, english)
        self.read(house, major)
        assert self.asked(house, english) is None

    def test_having_read_it_does_not_count_for_a_major_version_that_it_does_not_translate(
        self, house, english
    ):
        first = house.ask(queries.current, SLUG)
        self.read(house, english)
        major = house.next_version(SLUG, TWICE, Change.MAJOR)
        (unread,) = self.unread(house)
        assert (unread.release.id, unread.last, unread.since) == (major.id, first.id, major.id)
        assert self.enough(house) == ("1.0", False)
        newer = house.finish(begin(house), ("Bel aan.", "Ring twice."))
        assert self.asked(house, newer).release.id == newer.id
        self.read(house, newer)
        assert self.unread(house) == []
        assert self.enough(house) == ("2.0", True)

    def test_a_minor_version_of_the_original_leaves_what_was_read_enough(self, house, english):
        self.read(house, english)
        house.next_version(SLUG, TWICE)
        assert self.asked(house, english) is None
        assert self.unread(house) == []

    def test_who_read_the_major_version_before_is_asked_on_the_page_of_the_translation_too(
        self, house, english, reader
    ):
        second = house.next_version(SLUG, TWICE, Change.MAJOR)
        self.read(house, second)
        third = house.next_version(SLUG, THRICE, Change.MAJOR)
        page = reader(house.deputy).get(f"/playbooks/{SLUG}?language=en")
        assert "Nog door u te lezen" in text(page)
        assert not page.select("form[action$='/read']")
        assert page.find("a", string="Lees en bevestig versie 3.0 van het origineel")["href"].endswith(
            f"/versions/{third.id}"
        )
        link = page.find("a", string="Wat er sinds u het las is gewijzigd")
        assert link["href"].endswith(f"compare?old={second.id}&new={third.id}")

    def test_what_changed_since_is_shown_in_the_language_that_was_read_when_it_can_be(self, house, english):
        self.read(house, english)
        house.next_version(SLUG, TWICE, Change.MAJOR)
        newer = house.finish(begin(house), ("Bel aan.", "Ring twice."))
        assert self.asked(house, newer).last == english.id

    def test_when_only_the_translation_is_left_it_is_what_must_be_read(self, house, english):
        house.withdraw(house.ask(queries.current, SLUG).id)
        assert [one.release.id for one in self.unread(house)] == [english.id]
        self.read(house, english)
        assert self.unread(house) == []


class TestWhatItIsCalled:
    """A playbook is called by its title in the reader's language, whatever text was saved last."""

    PAGES = ("", "/versions", "/compare", "/care", "/mandate", "/trail")

    @pytest.mark.parametrize(
        ("language", "title", "other"),
        [("nl", "Stroomstoring", "Power cut"), ("en", "Power cut", "Stroomstoring")],
    )
    def test_on_every_page_about_it(self, house, english, reader, language, title, other):
        officer = reader(house.officer).speak(language)
        for path in self.PAGES:
            heading = text(officer.get(f"/playbooks/{SLUG}{path}").h1)
            assert title in heading, path
            assert other not in heading, path
        heading = text(officer.get(f"/playbooks/{SLUG}/versions/{english.id}/withdraw").h1)
        assert title in heading
        listed = officer.get("/playbooks/")
        assert [one.get_text() for one in listed.select("#library td:first-of-type a")] == [title]

    def test_what_is_to_be_filled_in_is_described_in_it_too(self, house, reader):
        front = "placeholders:\n  beheerder: Naam van de netbeheerder\n---\n\nDit draaiboek"
        house.published(changed(("---\n\nDit draaiboek", front), ("Bel aan.", "Bel {{ beheerder }}.")))
        house.finish(
            begin(house),
            ("Naam van de netbeheerder", "Name of the grid operator"),
            ("title: Stroomstoring", "title: Power cut"),
        )
        author = reader(house.author)
        for path in ("/playbooks/placeholders", f"/playbooks/{SLUG}/placeholders"):
            for language, described in (
                ("nl", "Naam van de netbeheerder"),
                ("en", "Name of the grid operator"),
            ):
                page = author.speak(language).get(path)
                assert described in text(page.select_one("#placeholders label"))
