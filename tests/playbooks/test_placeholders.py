from contextlib import suppress

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st

from cyberready.platform import markdown
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import placeholders
from cyberready.playbooks.formats import parse
from tests.playbooks.writing import changed

DECLARED = changed(
    ("owner: CISO", "owner: CISO\nplaceholders:\n  beheerder: Wie het net beheert\n  nummer: Diens nummer"),
    ("ict: Manager ICT", "ict: Manager ICT van {{ beheerder }}"),
    ("- [ ] Bel de netbeheerder.", "- [ ] Bel [{{beheerder}}](tel:{{nummer}})."),
    ("Bel aan.", "{{ beheerder }} belt {{beheerder}}."),
)
VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)


def faults(text):
    with pytest.raises(FaultsFound) as found:
        parse(text)
    return [(fault.line, str(fault)) for fault in found.value.faults]


def test_a_playbook_says_what_is_to_be_filled_in():
    playbook = parse(DECLARED)
    assert playbook.placeholders == {"beheerder": "Wie het net beheert", "nummer": "Diens nummer"}
    assert placeholders.used_in(playbook) == ("beheerder", "nummer")
    assert placeholders.missing(playbook, {"beheerder": "Netwerk BV"}) == {"nummer": "Diens nummer"}
    assert placeholders.missing(playbook, {"beheerder": "x", "nummer": "y"}) == {}


def test_what_is_filled_in_stands_in_every_text_and_not_in_the_digest():
    playbook = parse(DECLARED)
    made = placeholders.filled(playbook, {"beheerder": "Net*werk*", "nummer": "+31 75 123"})
    assert made.roles["ict"] == "Manager ICT van Net*werk*"
    assert made.steps[1].content == ("Net\\*werk\\* belt Net\\*werk\\*.",)
    assert "[Net\\*werk\\*](tel:+31%2075%20123)" in made.steps[0].content[0]
    assert made.digest == playbook.digest
    assert playbook.steps[1].content == ("{{ beheerder }} belt {{beheerder}}.",)


def test_what_is_not_filled_in_stays_as_it_stands():
    playbook = parse(DECLARED)
    assert placeholders.filled(playbook, {}) is playbook
    assert placeholders.filled(playbook, {"nummer": "1"}).steps[1] == playbook.steps[1]
    assert placeholders.worded("Bel {{ nummer }}.", {"nummer": "het nummer"}) == "Bel [het nummer]."


@pytest.mark.parametrize(
    ("pairs", "line", "part"),
    [
        ([("Bel aan.", "Bel {{ wie }}.")], 44, "The placeholder wie is not declared"),
        ([("ict: Manager ICT", 'ict: "{{ wie }}"')], 11, "The placeholder wie is not declared"),
        ([("title: Stroomstoring", "title: Storing bij {{ wie }}")], 3, "not here"),
        ([("owner: CISO", "owner: CISO\nplaceholders: {Wie: iemand}")], 8, "Wie does not fit"),
        ([("owner: CISO", 'owner: CISO\nplaceholders: {wie: ""}')], 8, "wie is empty"),
        ([("Bel aan.", "Bel {{ }}.")], 44, "The placeholder  is not declared"),
    ],
)
def test_placeholders_that_cannot_be(pairs, line, part):
    assert any(at == line and part in sentence for at, sentence in faults(changed(*pairs)))


@given(
    VALUES,
    st.sampled_from(
        ["%s", "Bel %s.", "- %s", "> %s", "# %s", "| a |\n|---|\n| %s |", "a **b %s** c", "x\n%s"]
    ),
)
@example("1. een", "%s")
@example("---", "x\n%s")
@example("<script>alert(1)</script>", "Bel %s.")
@example("[x](javascript:alert(1))", "%s")
@example("a_b_c@example.nl", "%s")
def test_a_value_is_text_wherever_it_stands(value, frame):
    value = value.strip()
    text = markdown.render(frame % placeholders.escaped(value))
    told = " ".join(BeautifulSoup(text, "html.parser").get_text().split())
    assert " ".join(value.split()) in told
    assert not BeautifulSoup(text, "html.parser").find(
        ["script", "img", "hr", "li" if "- %s" not in frame else "hr"]
    )


@given(st.text(st.sampled_from("{} \tab-\n*[]()#"), max_size=60), st.dictionaries(st.just("a"), VALUES))
def test_whatever_stands_in_braces_never_crashes(text, values):
    with suppress(FaultsFound):
        made = placeholders.filled(parse(DECLARED.replace("Bel aan", text)), values)
        assert list(placeholders.missing(made, values)) is not None


def test_a_line_full_of_braces_is_read_at_once():
    assert list(placeholders.used("{{" * 9000 + " " * 2000)) == []
