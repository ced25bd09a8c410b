"""What a template changed is taken over part by part; what is one's own stays."""

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cyberready.playbooks import editing, formats
from cyberready.playbooks.merging import Answer, Merge, QuestionKind, Verdict, parts
from tests.playbooks.comparing import SCRIPTS
from tests.playbooks.writing import SMALL, changed, written

SEEDS = st.integers(0, 2**32)
TAKE, LEAVE = Answer(Verdict.TAKE), Answer(Verdict.LEAVE)
RANSOMWARE = (Path(__file__).parents[2] / "playbooks" / "ransomware-bij-de-gemeente.md").read_text("utf-8")
STEP = SMALL[SMALL.index("### Ruim op") :]
MIDDLE = SMALL[SMALL.index("### Waarschuw") : SMALL.index("### Ruim op")]
EXTRA = "### Meld het af {#meld-af}\n\n- Rol: ciso\n\nBel iedereen af.\n"


def merge(base, theirs, own, since=None):
    return Merge(*(editing.sections(text) for text in (base, theirs, own)), since)


def bare(source):
    return [section.text.rstrip() for section in editing.sections(source)]


def everything(found, answer):
    return {question.key: answer for question in found.questions()}


def rearranged(source, chance):
    """The text with its steps and phases in another order, some gone and some with other words."""
    front, intro, *rest = editing.sections(source)
    texts = [section.text.rstrip("\n") + "\n\n" for section in rest]
    first, others = texts[:1], texts[1:]
    for _ in range(chance.randrange(4)):
        if others:
            others.insert(chance.randrange(len(others)), others.pop(chance.randrange(len(others))))
        if len(others) > 2 and chance.random() < 0.5:
            del others[chance.randrange(len(others))]
        if others:
            others[-1] = others[-1].replace("Doe", "Doe snel").replace("U ", "U allen ")
    return front.text + intro.text + "".join(first + others)


def three(one, two, seed):
    """A template, its next version, and a text made of the first with changes of its own."""
    chance = random.Random(seed)
    return written(one), rearranged(written(two), chance), rearranged(written(one), chance)


@given(SCRIPTS, SCRIPTS)
def test_taking_everything_into_an_untouched_text_gives_the_new_template(old, new):
    base, theirs = written(old), written(new)
    found = merge(base, theirs, base)
    assert bare(found.merged(everything(found, TAKE))) == bare(theirs)


@given(SEEDS)
@settings(max_examples=20)
def test_the_same_holds_for_a_real_playbook_with_another_order(seed):
    theirs = rearranged(RANSOMWARE, random.Random(seed))
    found = merge(RANSOMWARE, theirs, RANSOMWARE)
    assert bare(found.merged(everything(found, TAKE))) == bare(theirs)


@given(SCRIPTS, SCRIPTS, SEEDS)
def test_leaving_everything_gives_the_own_text_to_the_letter(one, two, seed):
    base, theirs, own = three(one, two, seed)
    found = merge(base, theirs, own)
    assert found.merged(everything(found, LEAVE)) == found.merged({}) == own


@given(SCRIPTS, SCRIPTS, SEEDS)
def test_what_was_taken_over_is_not_asked_again(one, two, seed):
    base, theirs, own = three(one, two, seed)
    found = merge(base, theirs, own)
    result = found.merged(everything(found, TAKE))
    assert merge(base, theirs, result, found.stand()).questions() == ()


@given(SCRIPTS, SCRIPTS, SEEDS)
def test_what_was_decided_is_not_asked_again(one, two, seed):
    base, theirs, own = three(one, two, seed)
    assert merge(base, theirs, own, merge(base, theirs, own).stand()).questions() == ()


@given(SCRIPTS, SCRIPTS, SEEDS)
def test_what_only_the_own_text_changed_stays_whatever_is_taken(one, two, seed):
    base, theirs, own = three(one, two, seed)
    found = merge(base, theirs, own)
    asked = {question.key for question in found.questions()}
    result = [part.text.rstrip() for part in parts(editing.sections(found.merged(everything(found, TAKE))))]
    for thread in found.threads:
        if thread.own is not None and thread.key not in asked:
            assert found.own[thread.own].text.rstrip() in result


@given(SCRIPTS)
def test_parts_put_together_are_the_text(phases):
    for source in (written(phases), RANSOMWARE, SMALL, "zomaar iets", "---\nslug: x\n", ""):
        assert "".join(part.text for part in parts(editing.sections(source))) == source
        keys = [(part.kind, part.key) for part in parts(editing.sections(source))]
        assert len(keys) == len(set(keys))


def test_own_changes_stay_and_are_not_asked_about():
    own = changed(
        ("Bel aan.", "Bel aan of zet een bericht in de buurtapp."), ("ict: Manager ICT", "ict: Hoofd ICT")
    )
    theirs = changed(("Eerst kijken.", "Eerst rustig kijken."), ("owner: CISO", "owner: Veiligheidsregio"))
    found = merge(SMALL, theirs, own)
    assert [(question.key, question.kind.value, question.untouched) for question in found.questions()] == [
        ("front:owner", "changed", True),
        ("phase:signaleren", "changed", True),
    ]
    result = found.merged({"phase:signaleren": TAKE, "front:owner": LEAVE})
    assert result == own.replace("Eerst kijken.", "Eerst rustig kijken.")
    formats.parse(result)


def test_where_both_changed_one_chooses_or_writes():
    own = changed(("Bel aan.", "Bel aan bij alle bewoners."))
    theirs = changed(("Bel aan.", "Bel aan met een collega."))
    found = merge(SMALL, theirs, own)
    [question] = found.questions()
    assert (question.key, question.untouched, question.title) == (
        "step:waarschuw",
        False,
        "Waarschuw de bewoners",
    )
    assert found.merged({question.key: TAKE}) == theirs
    both = MIDDLE.replace("Bel aan.", "Bel met een collega aan bij alle bewoners.")
    edited = found.merged({question.key: Answer(Verdict.EDIT, both.rstrip())})
    assert edited == SMALL.replace("Bel aan.", "Bel met een collega aan bij alle bewoners.")


def test_both_made_the_same_change():
    theirs = changed(("Bel aan.", "Bel overal aan."))
    assert merge(SMALL, theirs, theirs).questions() == ()


def test_an_added_step_comes_behind_its_neighbour():
    theirs = changed((STEP, EXTRA + "\n" + STEP))
    own = changed((STEP, STEP + "\n### Eigen stap {#eigen}\n\n- Rol: ict\n"))
    found = merge(SMALL, theirs, own)
    assert [(question.key, question.kind.value) for question in found.questions()] == [
        ("step:meld-af", "added")
    ]
    names = [step.id for step in formats.parse(found.merged({"step:meld-af": TAKE})).steps]
    assert names == ["kijk", "waarschuw", "meld-af", "ruim-op", "eigen"]


def test_a_removed_step_goes_only_when_one_says_so():
    own = changed(("- Rol: ict\n", "- Rol: ciso\n"))
    found = merge(SMALL, changed((STEP, "")), own)
    [question] = found.questions()
    assert (question.kind.value, question.untouched) == ("removed", False)
    assert found.merged({question.key: LEAVE}) == own
    assert "ruim-op" not in found.merged({question.key: TAKE})


def test_another_order_is_one_question():
    theirs = changed((STEP, ""), (MIDDLE, STEP + "\n" + MIDDLE))
    own = changed((STEP, STEP + "\n### Eigen stap {#eigen}\n\n- Rol: ict\n"))
    found = merge(SMALL, theirs, own)
    [question] = found.questions()
    assert (question.kind, question.titles) == (QuestionKind.ORDER, ("Ruim op",))
    names = [step.id for step in formats.parse(found.merged({question.key: TAKE})).steps]
    assert names == ["kijk", "ruim-op", "eigen", "waarschuw"]


def test_a_step_with_another_id_takes_the_place_of_the_old_one():
    theirs = changed(("#waarschuw", "#bel-aan"))
    found = merge(SMALL, theirs, SMALL)
    assert [question.kind.value for question in found.questions()] == ["changed", "changed"]
    assert found.merged(everything(found, TAKE)) == theirs


def test_a_role_that_the_template_added_comes_beside_ones_own():
    own = changed(("  ict: Manager ICT\n", "  ict: Manager ICT\n  wijk: Wijkteam\n"))
    theirs = changed(("  ict: Manager ICT\n", "  ict: Manager ICT\n  fg: FG\n"), ('"1.0"', '"2.0"'))
    found = merge(SMALL, theirs, own)
    assert [question.key for question in found.questions()] == ["front:roles.fg"]
    roles = formats.parse(found.merged({"front:roles.fg": TAKE})).roles
    assert set(roles) == {"ciso", "ict", "wijk", "fg"}


def test_a_change_that_was_left_comes_back_only_when_the_template_changes_it_again():
    second = changed(("Bel aan.", "Bel overal aan."))
    third = changed(("Bel aan.", "Bel overal twee keer aan."))
    left = merge(SMALL, second, SMALL).stand()
    assert merge(SMALL, second, SMALL, left).questions() == ()
    [question] = merge(SMALL, third, SMALL, left).questions()
    assert question.base == MIDDLE.replace("Bel aan.", "Bel overal aan.")
    assert not question.untouched


def test_texts_with_faults_can_be_merged():
    chance = random.Random(7)
    for _ in range(50):
        texts = [
            "".join(
                chance.choices(
                    ["## a\n", "### b {#b}\n", "---\n", "x: y\n", "\n", "roles:\n", "  a: b\n"], k=12
                )
            )
            for _ in "123"
        ]
        found = merge(*texts)
        found.merged(everything(found, TAKE))
        assert found.merged({}) == texts[2]
