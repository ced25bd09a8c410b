"""Two people in one draft never lose a word, whatever they save and when."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions,
    actions_comments,
    actions_drafts,
    actions_pads,
    actions_sections,
    editing,
    queries,
    queries_comments,
    queries_drafts,
    queries_editing,
    sections,
)
from cyberready.playbooks.actions_sections import Overtaken
from cyberready.trail import queries as trails
from tests import world
from tests.playbooks.writing import SMALL
from tests.world import START


class Desk:
    """Two writers at one draft."""

    def __init__(self, database, town) -> None:
        self.database = database
        self.town = town
        self.realm = Realm(town.home.id)
        self.one = world.actor(town["security_officer"], town.home)
        self.other = world.actor(town["communications"], town.home)
        self.act(partial(actions.publish, source_text=SMALL), actor=SYSTEM)
        self.id = self.act(partial(actions_drafts.begin, slug="stroomstoring"), actor=self.one).id

    def act(self, verb, *, actor=None, now=START, **values):
        return self.database.transact(
            lambda session: verb(session, self.realm, actor=actor or self.one, now=now, **values)
        )

    def ask(self, question, *values):
        return self.database.read(lambda session: question(session, self.realm, *values))

    @property
    def draft(self):
        return self.ask(queries_drafts.draft, self.id)

    @property
    def source(self):
        return self.draft.source

    def section(self, key):
        return sections.find(editing.sections(self.source), key)

    def write(self, key, text, base, actor=None):
        verb = partial(actions_sections.write, draft_id=self.id, key=key, text=text, base=base)
        return self.act(verb, actor=actor)

    def write_all(self, text, revision, actor=None):
        verb = partial(actions_sections.write_all, draft_id=self.id, text=text, revision=revision)
        return self.act(verb, actor=actor)

    def keep(self, section, text, actor=None, base="x"):
        verb = partial(actions_pads.keep, draft_id=self.id, section=section, text=text, base=base)
        return self.act(verb, actor=actor)

    def lines(self):
        def work(session):
            head = queries.trail_of(session, self.draft.playbook_id)
            return list(trails.lines(session, head, after=0, limit=100))

        return self.database.read(work)


@pytest.fixture
def desk(database, town):
    return Desk(database, town)


def test_one_section_gets_another_text_and_the_others_stay(desk):
    before = editing.sections(desk.source)
    base = desk.section("ruim-op")
    written = desk.write("ruim-op", base.text + "\nRuim alles op.", base.digest)
    assert written.key == "ruim-op"
    after = editing.sections(desk.source)
    assert [one.text for one in after[:-1]] == [one.text for one in before[:-1]]
    assert after[-1].text.endswith("Ruim alles op.\n")
    assert desk.draft.revision == 2
    assert "draft.saved" in [line.kind for line in desk.lines()]


def test_different_sections_of_two_people_both_land(desk):
    mine, hers = desk.section("kijk"), desk.section("waarschuw")
    desk.write("kijk", mine.text + "Van mij.", mine.digest)
    desk.write("waarschuw", hers.text + "Van haar.", hers.digest, desk.other)
    assert "Van mij." in desk.section("kijk").text
    assert "Van haar." in desk.section("waarschuw").text


def test_the_second_in_one_section_is_told_and_nothing_is_written(desk):
    base = desk.section("kijk")
    desk.write("kijk", base.text + "Van haar.", base.digest, desk.other)
    before = desk.source
    with pytest.raises(Overtaken) as told:
        desk.write("kijk", base.text + "Van mij.", base.digest)
    assert told.value.status == 409
    assert "Van haar." in told.value.theirs
    assert desk.source == before
    theirs = desk.section("kijk")
    desk.write("kijk", theirs.text + "Van mij.", theirs.digest)
    assert "Van haar." in desk.section("kijk").text
    assert "Van mij." in desk.section("kijk").text


def test_the_same_text_from_two_people_is_no_conflict(desk):
    base = desk.section("kijk")
    desk.write("kijk", base.text + "Erbij.", base.digest, desk.other)
    desk.write("kijk", base.text + "Erbij.\n\n\n", base.digest)
    assert desk.draft.revision == 2


def test_a_section_that_is_gone_keeps_what_was_typed(desk):
    base = desk.section("kijk")
    gone = partial(actions_sections.remove, draft_id=desk.id, key="kijk", base=base.digest)
    desk.act(gone, actor=desk.other)
    with pytest.raises(Overtaken) as told:
        desk.write("kijk", base.text + "Van mij.", base.digest)
    assert told.value.theirs is None
    back = partial(actions_sections.put_back, draft_id=desk.id, key="kijk", text=base.text + "Van mij.")
    assert desk.act(back).key == "kijk"
    assert "Van mij." in editing.sections(desk.source)[-1].text


def test_a_changed_section_is_not_removed(desk):
    base = desk.section("kijk")
    desk.write("kijk", base.text + "Erbij.", base.digest, desk.other)
    with pytest.raises(Conflict, match="changed this section"):
        desk.act(partial(actions_sections.remove, draft_id=desk.id, key="kijk", base=base.digest))
    assert "Erbij." in desk.section("kijk").text


def test_an_empty_section_is_refused(desk):
    with pytest.raises(Refused, match="no text"):
        desk.write("kijk", " \n ", desk.section("kijk").digest)


def test_the_whole_text_is_joined_with_what_others_changed_elsewhere(desk):
    began = desk.draft
    hers = desk.section("waarschuw")
    desk.write("waarschuw", hers.text + "Van haar.", hers.digest, desk.other)
    written = desk.write_all(began.source.replace("Eerst kijken.", "Eerst goed kijken."), began.revision)
    assert written.joined
    assert "Eerst goed kijken." in desk.source
    assert "Van haar." in desk.source


def test_the_whole_text_is_not_joined_in_one_place(desk):
    began = desk.draft
    desk.write_all(began.source.replace("Eerst kijken.", "Van haar."), began.revision, desk.other)
    with pytest.raises(Overtaken) as told:
        desk.write_all(began.source.replace("Eerst kijken.", "Van mij."), began.revision)
    assert told.value.theirs == desk.source
    assert "Van haar." in desk.source


def test_a_new_step_has_an_id_and_a_role_and_no_fault(desk):
    add = partial(actions_sections.add, draft_id=desk.id, kind="step", title="Kijk", after="kijk")
    assert desk.act(add).key == "kijk-2"
    assert [one.key for one in editing.sections(desk.source)][3:5] == ["kijk", "kijk-2"]
    assert editing.faults(desk.source) == ()
    assert "- Rol: ciso\n" in desk.section("kijk-2").text


@pytest.mark.parametrize(
    ("kind", "after", "wanted"),
    [
        ("step", "front", ["signaleren", "nieuw", "kijk", "herstellen", "waarschuw", "ruim-op"]),
        ("step", "", ["signaleren", "kijk", "herstellen", "waarschuw", "ruim-op", "nieuw"]),
        ("phase", "signaleren", ["signaleren", "kijk", "nieuw", "herstellen", "waarschuw", "ruim-op"]),
        ("phase", "front", ["nieuw", "signaleren", "kijk", "herstellen", "waarschuw", "ruim-op"]),
    ],
)
def test_where_something_new_comes(desk, kind, after, wanted):
    desk.act(partial(actions_sections.add, draft_id=desk.id, kind=kind, title="Nieuw", after=after))
    assert [one.key for one in editing.sections(desk.source)][2:] == wanted
    assert editing.faults(desk.source) == ()


def test_a_step_moves(desk):
    desk.act(partial(actions_sections.move, draft_id=desk.id, key="ruim-op", by=-1))
    assert [one.key for one in editing.sections(desk.source)][-2:] == ["ruim-op", "waarschuw"]
    with pytest.raises(Refused):
        desk.act(partial(actions_sections.move, draft_id=desk.id, key="intro", by=1))
    with pytest.raises(NotFound):
        desk.act(partial(actions_sections.move, draft_id=desk.id, key="weg", by=1))


# --- at the same instant ------------------------------------------------------------------------------------------


def at_once(*works):
    """Run these in threads that start together; gives what each returned or raised."""
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_ten_people_save_ten_sections_at_one_instant_and_all_land(desk):
    for number in range(10):
        desk.act(
            partial(actions_sections.add, draft_id=desk.id, kind="step", title=f"Stap {number}", after="")
        )
    found = [desk.section(f"stap-{number}") for number in range(10)]
    results = at_once(
        *(partial(desk.write, one.key, f"{one.text}\nWoord {one.key}.", one.digest) for one in found)
    )
    assert not [result for result in results if isinstance(result, Refused)]
    assert all(f"Woord {one.key}." in desk.section(one.key).text for one in found)


def test_of_five_people_in_one_section_at_one_instant_one_wins_and_four_are_told(desk):
    base = desk.section("kijk")
    results = at_once(
        *(partial(desk.write, "kijk", f"{base.text}\nVan {number}.", base.digest) for number in range(5))
    )
    told = [result for result in results if isinstance(result, Overtaken)]
    assert len(told) == 4
    (won,) = [number for number in range(5) if f"Van {number}." in desk.section("kijk").text]
    assert all(f"Van {won}." in one.theirs for one in told)


def test_one_person_types_in_two_windows_at_one_instant(desk):
    results = at_once(*(partial(desk.keep, "kijk", f"tekst {number}") for number in range(4)))
    assert not [result for result in results if isinstance(result, Refused)]
    assert len(desk.ask(queries_editing.pads, desk.id, desk.one.ref)) == 1


# --- what is being typed ------------------------------------------------------------------------------------------


def test_what_was_typed_is_kept_for_who_typed_it(desk, town):
    desk.keep("kijk", "half een zin")
    desk.keep("kijk", "een hele zin", base="y")
    desk.keep("kijk", "van haar", desk.other)
    mine = desk.ask(queries_editing.pads, desk.id, desk.one.ref)
    assert [(key, pad.text, pad.base) for key, pad in mine.items()] == [("kijk", "een hele zin", "y")]
    foreign = Realm(town.region.id)
    assert not desk.database.read(
        lambda session: queries_editing.pads(session, foreign, desk.id, desk.one.ref)
    )


def test_saving_a_section_throws_away_what_was_kept_of_it(desk):
    base = desk.section("kijk")
    desk.keep("kijk", "half")
    desk.keep("ruim-op", "blijft")
    desk.write("kijk", base.text + "Heel.", base.digest)
    assert list(desk.ask(queries_editing.pads, desk.id, desk.one.ref)) == ["ruim-op"]


def test_typing_is_not_in_the_trail(desk):
    before = len(desk.lines())
    desk.keep("kijk", "half")
    assert len(desk.lines()) == before


def test_nothing_is_kept_for_a_draft_of_another_organisation(desk, database, town):
    foreign = world.actor(town["public_safety"], town.region)
    work = partial(
        actions_pads.keep, draft_id=desk.id, section="kijk", text="x", base="", actor=foreign, now=START
    )
    with pytest.raises(NotFound):
        database.transact(lambda session: work(session, Realm(town.region.id)))


def test_nothing_is_kept_for_a_draft_that_was_given_up(desk):
    desk.act(actions_drafts.abandon, draft_id=desk.id)
    with pytest.raises(Conflict, match="abandoned"):
        desk.keep("kijk", "half")
    assert desk.ask(queries_editing.pads, desk.id, desk.one.ref) == {}


def test_an_endless_text_is_not_kept(desk):
    with pytest.raises(Refused, match="too long"):
        desk.keep("kijk", "x" * 2_000_001)


def test_who_changed_a_section_is_known(desk):
    hers, mine = desk.section("kijk"), desk.section("ruim-op")
    desk.write("kijk", hers.text + "Van haar.", hers.digest, desk.other)
    desk.write("ruim-op", mine.text + "Van mij.", mine.digest)

    def changed(key):
        return desk.database.read(
            lambda session: queries_editing.last_change(
                session, queries_drafts.draft(session, desk.realm, desk.id), key
            )
        )

    assert (changed("kijk").by_name, changed("kijk").number) == (desk.other.name, 2)
    assert changed("ruim-op").number == 3
    assert changed("waarschuw").number == 1


# --- comments -----------------------------------------------------------------------------------------------------


def test_a_comment_on_a_draft_is_made_resolved_and_recorded(desk):
    say = partial(actions_comments.on_draft, draft_id=desk.id, step_id="kijk", text=" Wie belt? ")
    made = desk.act(say, actor=desk.other)
    assert [(one.text, one.is_open) for one in desk.ask(queries_comments.on_draft, desk.id)["kijk"]] == [
        ("Wie belt?", True)
    ]
    assert desk.ask(queries_comments.open_on_drafts, [desk.id]) == {desk.id: 1}
    done = desk.act(partial(actions_comments.resolve, comment_id=made.id, as_writer=True))
    assert (done.resolved_name, done.resolved_at) == (desk.one.name, START)
    assert desk.ask(queries_comments.open_on_drafts, [desk.id]) == {}
    kinds = [(line.kind, line.text("place")) for line in desk.lines() if line.kind.startswith("comment.")]
    step = "Kijk wat er aan de hand is"
    assert kinds == [("comment.made", step), ("comment.resolved", step)]
    with pytest.raises(Conflict, match="already"):
        desk.act(partial(actions_comments.resolve, comment_id=made.id, as_writer=True))


def test_a_comment_on_a_release_stays_with_it(desk):
    release = desk.ask(queries.current, "stroomstoring")
    desk.act(partial(actions_comments.on_release, release_id=release.id, step_id="", text="Goed."))
    assert list(desk.ask(queries_comments.on_release, release.id)) == [""]
    assert desk.ask(queries_comments.open_on_releases, [release.id]) == {release.id: 1}
    assert desk.ask(queries_comments.on_draft, desk.id) == {}


def test_two_people_resolve_a_comment_at_one_instant(desk):
    made = desk.act(partial(actions_comments.on_draft, draft_id=desk.id, step_id="kijk", text="Wie?"))
    resolve = partial(actions_comments.resolve, comment_id=made.id, as_writer=True)
    results = at_once(
        partial(desk.act, resolve, actor=desk.one), partial(desk.act, resolve, actor=desk.other)
    )
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]


@pytest.mark.parametrize(("step", "text"), [("kijk", "  "), ("kijk", "x" * 4001), ("weg", "Wie?")])
def test_a_comment_that_says_nothing_or_too_much_is_refused(desk, step, text):
    with pytest.raises(Refused):
        desk.act(partial(actions_comments.on_draft, draft_id=desk.id, step_id=step, text=text))


def test_only_writers_and_who_made_a_comment_resolve_it(desk):
    made = desk.act(
        partial(actions_comments.on_draft, draft_id=desk.id, step_id="", text="Wie?"), actor=desk.other
    )
    resolve = partial(actions_comments.resolve, comment_id=made.id, as_writer=False)
    with pytest.raises(Refused, match="by who made it"):
        desk.act(resolve, actor=desk.one)
    assert not desk.act(resolve, actor=desk.other).is_open


def test_a_comment_of_another_organisation_does_not_exist(desk, database, town):
    made = desk.act(partial(actions_comments.on_draft, draft_id=desk.id, step_id="", text="Wie?"))
    resolve = partial(
        actions_comments.resolve,
        comment_id=made.id,
        as_writer=True,
        actor=world.actor(town["public_safety"], town.region),
        now=START,
    )
    with pytest.raises(NotFound):
        database.transact(lambda session: resolve(session, Realm(town.region.id)))
