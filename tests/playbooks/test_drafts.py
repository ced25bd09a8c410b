"""From a first text to a published version, and every way in which that is refused."""

import pytest

from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import actions_approval, actions_drafts, queries, queries_drafts
from cyberready.playbooks.formats import canonical, digest
from cyberready.playbooks.lifecycle import Change, Standing, State
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import NOTE, House
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


def test_the_whole_way_from_a_file_to_a_published_version(house):
    made = house.bring_in(changed(('version: "1.0"', 'version: "0.3"')))
    assert (made.version, made.state, made.revision, made.title) == ("0.9", State.DRAFT, 1, "Stroomstoring")
    house.mandate(made.playbook_id, (house.director, "directeur"))
    house.described(made.id)
    under = house.submit(made.id)
    assert under.state == State.IN_REVIEW
    assert canonical(house.draft(made.id).source) == SMALL
    assert house.approve(made.id).state == State.APPROVED
    release = house.publish(made.id)
    assert (release.version, release.change, release.note) == ("1.0", Change.MAJOR, NOTE)
    assert (release.digest, release.published_by) == (digest(SMALL), f"account:{house.officer.id}")
    assert house.draft(made.id).state == State.PUBLISHED
    assert house.ask(queries.current, "stroomstoring").id == release.id
    assert house.entries(made.playbook_id) == [
        Kind.DRAFT_BROUGHT_IN,
        Kind.MANDATE_SET,
        Kind.DRAFT_DESCRIBED,
        Kind.DRAFT_SUBMITTED,
        Kind.DRAFT_APPROVED,
        Kind.PLAYBOOK_PUBLISHED,
    ]


def test_a_minor_version_and_a_major_one_get_their_numbers(house):
    house.published()
    begun = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    assert (begun.version, begun.change) == ("1.0.9", Change.MINOR)
    house.act(actions_drafts.abandon, begun.id, by=house.author)
    assert house.next_version("stroomstoring", BETTER).version == "1.1"
    major = house.next_version("stroomstoring", changed(("Bel aan.", "Fluit.")), Change.MAJOR)
    assert (major.version, major.change) == ("2.0", Change.MAJOR)
    current = house.ask(queries.current, "stroomstoring")
    assert 'version: "2.0"' in current.source
    found = house.ask(queries.releases, "stroomstoring")
    standings = house.ask(queries.standings, found)
    assert [(one.version, standings[one.id]) for one in found] == [
        ("2.0", Standing.CURRENT),
        ("1.1", Standing.SUPERSEDED),
        ("1.0", Standing.SUPERSEDED),
    ]


def test_saving_the_same_text_changes_nothing(house):
    made = house.submitted()
    house.approve(made.id)
    count = len(house.entries(made.playbook_id))
    kept = house.save(made.id, SMALL.replace("\n", "\r\n"))
    assert (kept.state, kept.revision) == (State.APPROVED, made.revision)
    assert len(house.entries(made.playbook_id)) == count


def test_who_saves_on_an_old_text_is_told(house):
    made = house.bring_in()
    house.save(made.id, BETTER, by=house.officer)
    with pytest.raises(Conflict, match="text 2 is there, you wrote on text 1"):
        house.save(made.id, changed(("Bel aan.", "Fluit.")), revision=1)
    assert house.draft(made.id).source == BETTER


def test_every_text_is_kept(house):
    made = house.bring_in()
    house.save(made.id, BETTER)
    house.save(made.id, SMALL, by=house.officer)
    found = house.ask(queries_drafts.revisions, made.id)
    assert [(one.number, one.by_name) for one in found] == [
        (3, house.officer.name),
        (2, house.author.name),
        (1, house.author.name),
    ]
    assert house.ask(queries_drafts.revision, made.id, 2).source == BETTER
    with pytest.raises(NotFound):
        house.ask(queries_drafts.revision, made.id, 4)


def test_submitting_asks_for_a_note_a_mandate_and_a_text_without_faults(house):
    made = house.bring_in(changed(("- Rol: ciso", "- Rol: baas")))
    with pytest.raises(Refused, match="what this version changes"):
        house.submit(made.id)
    house.described(made.id)
    with pytest.raises(Refused, match="Set the mandate first"):
        house.submit(made.id)
    house.mandate(made.playbook_id, (house.director, "directeur"))
    with pytest.raises(FaultsFound):
        house.submit(made.id)
    house.save(made.id, SMALL)
    assert house.submit(made.id).state == State.IN_REVIEW


def test_a_draft_stays_a_draft_of_its_own_playbook_and_language(house):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.described(made.id)
    for field, old, new in (("slug", "slug: stroomstoring", "slug: anders"), ("language", ": nl", ": en")):
        house.save(made.id, changed((old, new)))
        with pytest.raises(FaultsFound) as found:
            house.submit(made.id)
        assert [(fault.field, fault.line) for fault in found.value.faults] == [
            (field, 2 if field == "slug" else 4)
        ]


def test_a_playbook_that_was_never_published_takes_the_name_its_text_gets(house):
    made = house.bring_in("# Plan bij storing\n\nGeen gegevens.\n")
    assert (made.slug, made.language, made.title) == ("draaiboek", "nl", "draaiboek")
    house.save(made.id, SMALL)
    kept = house.draft(made.id)
    assert (kept.slug, kept.title) == ("stroomstoring", "Stroomstoring")
    assert house.ask(queries_drafts.playbook, "stroomstoring").id == made.playbook_id
    other = house.bring_in("---\ntitle: Één ding\n---\n")
    assert (other.slug, other.title) == ("een-ding", "Één ding")
    house.save(other.id, SMALL)
    assert house.draft(other.id).slug == "een-ding"


def test_what_is_no_text_is_refused(house):
    with pytest.raises(FaultsFound):
        house.bring_in(b"\xff\xfe\x00")


def test_two_drafts_of_one_playbook_do_not_overwrite_each_other(house):
    house.published()
    first = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    second = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    assert (first.version, second.version) == ("1.0.9", "1.0.91")
    for made, text in ((first, BETTER), (second, changed(("Bel aan.", "Fluit.")))):
        house.save(made.id, text)
        house.described(made.id)
        house.submit(made.id)
        house.approve(made.id)
    assert house.publish(first.id).version == "1.1"
    with pytest.raises(Conflict, match=r"Version 1\.1 was published after"):
        house.publish(second.id)
    kept = house.act(actions_drafts.go_on_from_current, second.id, by=house.author)
    assert (kept.state, kept.version) == (State.DRAFT, "1.1.9")
    house.submit(second.id)
    house.approve(second.id)
    assert house.publish(second.id).version == "1.2"
    with pytest.raises(Conflict):
        house.act(actions_drafts.go_on_from_current, second.id, by=house.author)


def test_publishing_twice_gives_the_same_release(house):
    made = house.submitted()
    house.approve(made.id)
    assert house.publish(made.id).id == house.publish(made.id, by=house.author).id
    assert house.entries(made.playbook_id).count(Kind.PLAYBOOK_PUBLISHED) == 1


def test_what_was_published_or_abandoned_is_never_written_again(house):
    made = house.submitted()
    house.approve(made.id)
    house.publish(made.id)
    other = house.bring_in(changed(("slug: stroomstoring", "slug: ander")))
    house.act(actions_drafts.abandon, other.id, "Niet nodig.", by=house.author)
    for draft_id, words in ((made.id, "was published"), (other.id, "was abandoned")):
        with pytest.raises(Conflict, match=words):
            house.save(draft_id, BETTER)
        with pytest.raises(Conflict, match=words):
            house.described(draft_id, note="x")
        with pytest.raises(Conflict, match=words):
            house.submit(draft_id)
        with pytest.raises(Conflict, match=words):
            house.approve(draft_id)
        with pytest.raises(Conflict, match=words):
            house.act(actions_drafts.abandon, draft_id, by=house.author)
        with pytest.raises(Conflict, match=words):
            house.act(actions_approval.withdraw_from_review, draft_id, by=house.author)
    with pytest.raises(Conflict, match="was abandoned"):
        house.publish(other.id)


def test_a_draft_is_taken_back_from_review(house):
    made = house.submitted()
    with pytest.raises(Conflict, match="under review"):
        house.submit(made.id)
    kept = house.act(actions_approval.withdraw_from_review, made.id, by=house.author)
    assert (kept.state, kept.version, kept.mandate_id) == (State.DRAFT, "0.91", None)


def test_a_foreign_organisation_finds_nothing(house):
    made = house.submitted()
    release = house.published(changed(("slug: stroomstoring", "slug: ander")))
    elsewhere = world.town(house.database, "elders")
    stranger = House(house.database, elsewhere)
    for verb, arguments, named in (
        (actions_drafts.begin, ("ander",), {}),
        (actions_drafts.save, (made.id, BETTER), {"revision": 1}),
        (actions_drafts.describe, (made.id, Change.MINOR, "x"), {}),
        (actions_drafts.abandon, (made.id,), {}),
        (actions_approval.submit, (made.id,), {}),
        (actions_approval.approve, (made.id,), {"digest": made.digest}),
        (actions_approval.publish_draft, (made.id,), {}),
        (actions_approval.set_mandate, (made.playbook_id, [(stranger.director.id, "x")]), {"in_order": True}),
    ):
        with pytest.raises(NotFound):
            stranger.act(verb, *arguments, by=stranger.officer, **named)
    with pytest.raises(NotFound):
        stranger.withdraw(release.id)
    with pytest.raises(NotFound):
        house.mandate(made.playbook_id, (stranger.director, "directeur"))
    with pytest.raises(NotFound):
        stranger.draft(made.id)
    assert stranger.ask(queries_drafts.open_drafts) == []
    assert stranger.ask(queries_drafts.mandate, made.playbook_id) is None


def test_a_withdrawn_version_gives_way_to_the_one_before_and_its_number_is_not_used_again(house):
    first = house.published()
    second = house.next_version("stroomstoring", BETTER)
    with pytest.raises(Refused, match="Say why"):
        house.withdraw(second.id, " ")
    house.withdraw(second.id)
    with pytest.raises(Conflict, match="withdrawn before"):
        house.withdraw(second.id)
    assert house.ask(queries.current, "stroomstoring").id == first.id
    found = house.ask(queries.releases, "stroomstoring")
    assert [house.ask(queries.standings, found)[one.id] for one in found] == [
        Standing.WITHDRAWN,
        Standing.CURRENT,
    ]
    assert found[0].withdrawal.reason == "Nummer klopt niet."
    third = house.next_version("stroomstoring", changed(("Bel aan.", "Fluit.")))
    assert third.version == "1.2"
    house.withdraw(first.id)
    house.withdraw(third.id)
    with pytest.raises(NotFound, match="withdrawn"):
        house.ask(queries.current, "stroomstoring")
    assert house.ask(queries.current_releases) == []
    assert house.ask(queries.release, first.id).source == SMALL


def test_a_translation_is_a_version_of_its_own_and_says_when_it_lags(house):
    original = house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", "en", by=house.author)
    assert (made.version, made.language, made.base_release_id) == ("0.9", "en", None)
    text = house.draft(made.id).source
    assert 'language: "en"' in text
    assert 'translates: "1.0"' in text
    house.save(made.id, text.replace("Stroomstoring", "Power cut"))
    house.described(made.id)
    house.submit(made.id)
    house.approve(made.id)
    english = house.publish(made.id)
    assert (english.version, english.translates) == ("1.0", "1.0")
    assert house.ask(queries.current, "stroomstoring", "en").id == english.id
    assert house.ask(queries.current, "stroomstoring").id == original.id
    assert [one.id for one in house.ask(queries.current_releases, "en")] == [english.id]
    assert house.ask(queries.newer_original, english) is None
    newer = house.next_version("stroomstoring", BETTER)
    assert house.ask(queries.newer_original, english).id == newer.id
    assert [(one.release.id, one.stale) for one in house.ask(queries.translations, newer)] == [
        (english.id, True)
    ]
    assert house.ask(queries.newer_original, newer) is None


def test_open_drafts_are_listed_last_changed_first(house):
    first = house.bring_in()
    second = house.bring_in(changed(("slug: stroomstoring", "slug: ander")))
    assert [one.id for one in house.ask(queries_drafts.open_drafts)] == [second.id, first.id]
    house.save(first.id, BETTER)
    assert [one.id for one in house.ask(queries_drafts.open_drafts)] == [first.id, second.id]
    house.act(actions_drafts.abandon, second.id, by=house.author)
    assert [one.id for one in house.ask(queries_drafts.open_drafts)] == [first.id]
    assert [one.id for one in house.ask(queries_drafts.drafts_of, first.playbook_id)] == [first.id]


def test_no_playbook_takes_a_word_that_an_address_needs(app, house):
    words = {
        rule.rule.split("/")[2]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/playbooks/") and "<" not in rule.rule.split("/")[2]
    }
    assert words - {""} <= actions_drafts.TAKEN
    for word in sorted(words - {""}):
        made = house.bring_in(
            changed(("slug: stroomstoring", f"slug: {word}"), ("title: Stroomstoring", f"title: {word}"))
        )
        assert made.slug == actions_drafts.UNTITLED
        house.save(made.id, SMALL.replace("slug: stroomstoring", f"slug: {word}"))
        assert house.draft(made.id).slug == actions_drafts.UNTITLED
