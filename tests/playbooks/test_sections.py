"""A file cut into sections and put together is the file; a change of one section leaves every other to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform import excess
from cyberready.playbooks import editing, formats, sections
from cyberready.playbooks.sections import FIELDS, merged
from cyberready.settings import content_root
from tests.playbooks.writing import PHASES, SMALL, changed, written

SHIPPED = sorted((content_root() / "playbooks").glob("*.md"))


def keys(source):
    return [section.key for section in editing.sections(source)]


def text_of(source, key):
    return sections.find(editing.sections(source), key).text


def test_the_sections_of_a_small_playbook():
    found = editing.sections(SMALL)
    assert [(one.key, one.kind, one.title) for one in found] == [
        ("front", "front", ""),
        ("intro", "intro", ""),
        ("signaleren", "phase", "Signaleren"),
        ("kijk", "step", "Kijk wat er aan de hand is"),
        ("herstellen", "phase", "Herstellen"),
        ("waarschuw", "step", "Waarschuw de bewoners"),
        ("ruim-op", "step", "Ruim op"),
    ]
    assert found[3].text.startswith("### Kijk wat er aan de hand is {#kijk}\n\n- Rol: ciso\n")
    assert SMALL.split("\n")[found[3].line - 1] == "### Kijk wat er aan de hand is {#kijk}"


LINES = st.lists(
    st.sampled_from(
        [
            *(
                "## Fase {#fase}",
                "## Fase",
                "### Stap {#stap}",
                "### Stap",
                "  ### Ingesprongen",
                "    ### code",
            ),
            *("```", "~~~", "> ## in een citaat", "- ## in een lijst", "- x", "  ## in het lid", "Tekst", ""),
            *(
                "Titel",
                "---",
                "===",
                "# Titel",
                "#### Vier",
                "##",
                "###",
                "a\x0bb\x0cc\x85d\u2028e",
                "\t## tab",
            ),
            *("slug: x", "## Met sluiting ##", "<div>", "<!-- ## -->", "| a |", "|---|"),
        ]
    ),
    max_size=25,
).map("\n".join)
TEXTS = st.one_of(LINES, LINES.map(lambda text: f"---\nslug: x\n---\n{text}\n"), st.text(max_size=60))


@given(TEXTS)
def test_sections_together_are_the_text(source):
    found = editing.sections(source)
    assert sections.whole(found) == source
    assert len({one.key for one in found}) == len(found)
    for one in found:
        if one.text:
            assert source.split("\n")[one.line - 1] == one.text.split("\n")[0]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_sections_of_shipped_playbooks_are_their_phases_and_steps(path):
    source = formats.canonical(path.read_bytes())
    found, playbook = editing.sections(source), formats.parse(source)
    assert sections.whole(found) == source
    assert [one.key for one in found if one.kind == "step"] == [step.id for step in playbook.steps]
    assert [one.key for one in found if one.kind == "phase"] == [phase.id for phase in playbook.phases]
    assert [one.line for one in found if one.kind == "step"] == [step.line for step in playbook.steps]


def test_an_id_that_is_used_twice_still_names_two_sections():
    source = changed(("{#ruim-op}", "{#kijk}"))
    assert keys(source)[-1] == "kijk~2"
    assert [fault.field for fault in editing.faults(source)] == ["id"]


@given(PHASES, st.data())
def test_another_text_for_one_section_leaves_the_others_as_they_are(phases, data):
    source = written(phases)
    found = editing.sections(source)
    one = data.draw(st.sampled_from([section for section in found if section.kind == "step"] or found[1:]))
    new = one.text.rstrip("\n") + "\n\nEn nog iets."
    after = editing.sections(sections.replaced(found, one.key, new))
    assert [section.key for section in after] == [section.key for section in found]
    for before, now in zip(found, after, strict=True):
        assert (before.digest == now.digest) == (before.key != one.key)


@given(PHASES)
def test_the_same_text_again_changes_nothing(phases):
    source = formats.canonical(written(phases))
    found = editing.sections(source)
    assert all(formats.canonical(sections.replaced(found, one.key, one.text)) == source for one in found)


@given(PHASES, st.data())
def test_a_step_put_in_and_taken_out_leaves_the_file(phases, data):
    source = formats.canonical(written(phases))
    found = editing.sections(source)
    after = data.draw(st.sampled_from([one.key for one in found[1:]]))
    new = sections.inserted(found, after, "### Nieuw {#nieuw}\n\n- Rol: ciso\n")
    assert keys(new)[keys(new).index(after) + 1] == "nieuw"
    without = sections.removed(editing.sections(new), "nieuw")
    assert [one.digest for one in editing.sections(without)] == [one.digest for one in found]


@given(PHASES, st.data(), st.sampled_from([-1, 1]))
def test_moving_keeps_every_word_and_moving_back_restores(phases, data, by):
    source = formats.canonical(written(phases))
    found = editing.sections(source)
    key = data.draw(st.sampled_from([one.key for one in found if one.movable]))
    new = sections.moved(found, key, by)
    after = editing.sections(new)
    assert sorted(one.digest for one in after) == sorted(one.digest for one in found)
    assert after[1].key == "intro"
    assert len(after) < 3 or after[2].kind == "phase"
    if new != source:
        back = editing.sections(sections.moved(after, key, -by))
        assert [one.key for one in back] == [one.key for one in found]


@pytest.mark.parametrize(
    ("key", "by", "wanted"),
    [
        ("kijk", 1, ["signaleren", "herstellen", "kijk", "waarschuw", "ruim-op"]),
        ("kijk", -1, ["signaleren", "kijk", "herstellen", "waarschuw", "ruim-op"]),
        ("waarschuw", -1, ["signaleren", "kijk", "waarschuw", "herstellen", "ruim-op"]),
        ("waarschuw", 1, ["signaleren", "kijk", "herstellen", "ruim-op", "waarschuw"]),
        ("ruim-op", 1, ["signaleren", "kijk", "herstellen", "waarschuw", "ruim-op"]),
        ("herstellen", -1, ["herstellen", "waarschuw", "ruim-op", "signaleren", "kijk"]),
        ("signaleren", -1, ["signaleren", "kijk", "herstellen", "waarschuw", "ruim-op"]),
        ("signaleren", 1, ["herstellen", "waarschuw", "ruim-op", "signaleren", "kijk"]),
    ],
)
def test_where_a_step_or_phase_goes(key, by, wanted):
    assert keys(sections.moved(editing.sections(SMALL), key, by))[2:] == wanted


def test_a_new_id_is_nobody_elses():
    assert sections.fresh("kijk", editing.ids(SMALL)) == "kijk-2"
    assert sections.fresh("besluit-wijk", editing.ids(SMALL)) == "besluit-wijk-2"
    assert sections.fresh("main", editing.ids(SMALL)) == "main-2"
    assert sections.fresh("nieuw", editing.ids(SMALL)) == "nieuw"


def test_a_text_that_nobody_can_read_is_one_section():
    source = "## a\n" * 21_000
    assert [one.kind for one in editing.sections(source)] == ["front", "intro"]
    assert sections.whole(editing.sections(source)) == source


# --- joining ------------------------------------------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["een\n", "twee\n", "drie\n", "vier\n", "\n"]), max_size=12)


@given(WORDS.map("".join), WORDS.map("".join))
def test_what_one_person_changed_is_joined_as_it_is(base, mine):
    assert merged(base, mine, base) == mine
    assert merged(base, base, mine) == mine
    assert merged(base, mine, mine) == mine


@given(WORDS.map("".join), WORDS.map("".join), WORDS.map("".join))
def test_joining_is_the_same_from_both_sides(base, mine, theirs):
    assert merged(base, mine, theirs) == merged(base, theirs, mine)


@given(st.lists(st.integers(0, 999), min_size=4, max_size=30, unique=True), st.data())
def test_changes_in_different_places_both_land(numbers, data):
    lines = [f"regel {number}\n" for number in numbers]
    one = data.draw(st.integers(0, len(lines) - 3))
    other = data.draw(st.integers(one + 2, len(lines) - 1))
    mine, theirs, both = list(lines), list(lines), list(lines)
    mine[one] = both[one] = "van mij\n"
    theirs[other] = both[other] = "van haar\n"
    assert merged("".join(lines), "".join(mine), "".join(theirs)) == "".join(both)


def test_two_changes_of_one_line_are_not_joined():
    assert merged("a\nb\nc\n", "a\nmijn\nc\n", "a\nhaar\nc\n") is None


# --- a step as a form ---------------------------------------------------------------------------------------------


def form(key, source=SMALL):
    return editing.form_of(text_of(source, key))


def test_a_step_shows_as_a_form():
    values = form("kijk").values
    assert values | {"body": values["body"][:15]} == {
        "title": "Kijk wat er aan de hand is",
        "role": "ciso",
        "deputy": "ict",
        "time": "15 minuten",
        "result": "Er is een beeld.",
        "evidence": "Logregel.",
        "messages": "",
        "contacts": "",
        "clocks": "",
        "playbooks": "",
        "next": "",
        "body": "- [ ] Kijk naar",
    }


def test_what_is_no_step_has_no_form():
    assert editing.form_of("## Fase\n") is None
    assert editing.form_of("Tekst\n\n### Stap {#stap}\n") is None
    assert editing.form_of("") is None
    assert editing.form_of("### Stap {#stap}\n" + "x\n" * excess.MOST_LINES) is None


def test_one_field_changes_one_line():
    before = text_of(SMALL, "kijk")
    after = sections.rewritten(form("kijk"), {"time": "20 minuten"}, "nl")
    assert after == before.replace("- Tijd: 15 minuten", "- Tijd: 20 minuten")
    after = sections.rewritten(form("kijk"), {"time": ""}, "nl")
    assert after == before.replace("- Tijd: 15 minuten\n", "")
    after = sections.rewritten(form("kijk"), {"title": "Kijk rond"}, "nl")
    assert after == before.replace("Kijk wat er aan de hand is", "Kijk rond")


def test_a_new_field_stands_in_its_place():
    before = text_of(SMALL, "waarschuw")
    after = sections.rewritten(form("waarschuw"), {"deputy": "ciso", "clocks": "AVG-33"}, "en")
    assert after == before.replace("- Role: ict\n", "- Role: ict\n- Deputy: ciso\n").replace(
        "- Within: 2 hours\n", "- Within: 2 hours\n- Clocks: AVG-33\n"
    )


def test_fields_come_below_a_heading_that_has_none():
    bare = editing.form_of("### Leeg {#leeg}\n\nDoe iets.\n")
    assert sections.rewritten(bare, {"role": "ciso", "time": "1 uur"}, "nl") == (
        "### Leeg {#leeg}\n\n- Rol: ciso\n- Tijd: 1 uur\n\nDoe iets.\n"
    )


def test_the_first_field_comes_before_the_others():
    timed = editing.form_of("### X {#x}\n\n- Tijd: 1 uur\n\nDoe iets.\n")
    assert sections.rewritten(timed, {"role": "ciso"}, "nl") == (
        "### X {#x}\n\n- Rol: ciso\n- Tijd: 1 uur\n\nDoe iets.\n"
    )


def test_another_body_keeps_the_fields_and_their_names():
    after = sections.rewritten(form("kijk"), {"body": "Alleen dit.\n"}, "en")
    assert after == (
        "### Kijk wat er aan de hand is {#kijk}\n\n- Rol: ciso\n- Vervanger: ict\n- Tijd: 15 minuten\n"
        "- Resultaat: Er is een beeld.\n- Bewijs: Logregel.\n\nAlleen dit.\n"
    )


def test_words_on_several_lines_become_one():
    after = sections.rewritten(form("kijk"), {"result": "Er is\r\n een  beeld,\nsamen."}, "nl")
    assert "- Resultaat: Er is een beeld, samen.\n" in after


def test_a_field_that_stands_twice_stays_in_the_body():
    double = editing.form_of("### X {#x}\n\n- Rol: ciso\n- Rol: ict\n\nTekst.\n")
    assert (double.values["role"], double.values["body"]) == ("ciso", "- Rol: ict\n\nTekst.")


VALUE = st.text(st.sampled_from("abc de:fé-*_#`[](){}>.1"), max_size=20).map(
    lambda said: " ".join(said.split())
)
# Begun with a letter: nothing is thrown away, and what would begin a list or a quote is no value of a field.
KNOWN = st.dictionaries(st.sampled_from(FIELDS), VALUE.map(lambda said: f"w{said}"), min_size=1)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_steps_come_back_from_their_forms(path):
    source = formats.canonical(path.read_bytes())
    for section in editing.sections(source):
        if section.kind == "step":
            shown = editing.form_of(section.text)
            assert sections.rewritten(shown, shown.values, "nl") == section.text
            anew = editing.form_of(sections.rewritten(shown, {"body": shown.body + "\n\nErbij."}, "nl"))
            assert anew.values | {"body": ""} == shown.values | {"body": ""}
            assert anew.body == shown.body + "\n\nErbij."


@given(PHASES, st.data(), KNOWN)
def test_a_form_changes_what_was_changed_and_nothing_else(phases, data, values):
    source = written(phases)
    steps = [one for one in editing.sections(source) if one.kind == "step"]
    shown = editing.form_of(data.draw(st.sampled_from(steps)).text if steps else "### Kaal {#kaal}\n")
    assert sections.rewritten(shown, shown.values, "nl") == shown.text
    after = editing.form_of(sections.rewritten(shown, values, "nl"))
    assert after.values == shown.values | values
    assert after.id == shown.id
