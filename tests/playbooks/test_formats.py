from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.faults import FaultsFound
from cyberready.playbooks.formats import canonical, digest, parse
from cyberready.playbooks.rules import DecisionPoint, Outcome, review_due
from tests.playbooks.writing import PHASES, SMALL, changed, written

SIGNS = st.sampled_from([*"#->*_[](){}`|\n \t:→a1&!~=+.<\"'\\", "{#a}", "**Besluit: a?**", "- Rol: ciso\n"])


def faults(text):
    with pytest.raises(FaultsFound) as found:
        parse(text)
    return [(fault.line, str(fault)) for fault in found.value.faults]


def test_a_playbook_is_read_whole():
    playbook = parse(SMALL)
    assert (playbook.slug, playbook.version, playbook.tlp, playbook.review_months) == (
        "stroomstoring",
        "1.0",
        "CLEAR",
        12,
    )
    assert playbook.roles == {"ciso": "CISO", "ict": "Manager ICT"}
    assert playbook.intro == ("Dit draaiboek is voor [de eerste stap](#kijk).",)
    assert [(phase.id, phase.title) for phase in playbook.phases] == [
        ("signaleren", "Signaleren"),
        ("herstellen", "Herstellen"),
    ]
    first, second, third = playbook.steps
    assert (first.number, first.id, first.title) == ("A1", "kijk", "Kijk wat er aan de hand is")
    assert (first.role, first.deputy, first.time, first.within) == (
        "ciso",
        "ict",
        "15 minuten",
        timedelta(minutes=15),
    )
    assert (first.result, first.evidence) == ("Er is een beeld.", "Logregel.")
    assert (second.number, second.role, second.within) == ("B1", "ict", timedelta(hours=2))
    assert (third.number, third.time, third.within, third.content) == ("B2", "", None, ())


def test_a_check_list_right_after_the_fields_belongs_to_the_text():
    text, decision = parse(SMALL).steps[0].content
    assert text == "- [ ] Kijk naar buiten.\n- [ ] Bel de netbeheerder.\n\n> **Let op:** raak niets aan."
    assert decision == DecisionPoint(
        "besluit-wijk",
        "Is het de hele wijk?",
        "",
        (Outcome("Ja", "Waarschuw", "waarschuw", 34), Outcome("Nee", "Herstel", "herstellen", 35)),
        33,
    )


def test_text_after_a_decision_point_stays_after_it():
    text = changed(("\n## Herstellen", "\nDaarna wachten.\n\n## Herstellen"))
    assert [type(part).__name__ for part in parse(text).steps[0].content] == ["str", "DecisionPoint", "str"]


def test_a_decision_point_may_explain_itself():
    text = changed(("{#besluit-wijk}\n", "{#besluit-wijk}\n> Kijk naar de kaart.\n>\n> Vraag de buren.\n>\n"))
    point = parse(text).decision_points[0]
    assert point.text == "Kijk naar de kaart.\n\nVraag de buren."
    assert len(point.outcomes) == 2


def test_duties_are_in_the_order_of_time_with_the_undated_last():
    text = changed(("- Within: 2 hours", "- Within: 10 minutes"))
    assert [step.id for step in parse(text).duties("ict")] == ["waarschuw", "kijk", "ruim-op"]
    assert [step.id for step in parse(text).duties("ciso")] == ["kijk"]
    assert parse(text).duties("nobody") == ()


@pytest.mark.parametrize(
    ("written_time", "span"),
    [
        ("1 minuut", timedelta(minutes=1)),
        ("90 minuten", timedelta(minutes=90)),
        ("2 uur", timedelta(hours=2)),
        ("24 uren", timedelta(hours=24)),
        ("1 dag", timedelta(days=1)),
        ("33 dagen", timedelta(days=33)),
        ("2 weken", timedelta(weeks=2)),
        ("1 Hour", timedelta(hours=1)),
    ],
)
def test_time_targets(written_time, span):
    step = parse(changed(("15 minuten", written_time))).steps[0]
    assert (step.time, step.within) == (written_time, span)


def test_the_digest_is_of_the_text_and_not_of_its_line_ends():
    assert digest(SMALL) == digest(SMALL.replace("\n", "\r\n").encode()) == digest("\ufeff" + SMALL + "\n\n")
    assert digest(SMALL) == parse(SMALL).digest
    assert digest(SMALL) != digest(SMALL.replace("Bel aan.", "Bel  aan."))
    assert canonical(canonical(SMALL)) == canonical(SMALL)


@pytest.mark.parametrize(
    ("pairs", "line", "part"),
    [
        ([("---\nslug", "slug")], 1, "front matter is missing"),
        ([("language: nl\n", "")], 2, "language is missing"),
        ([("owner: CISO", "owner: CISO\nkleur: rood")], 8, "kleur is not known here"),
        ([("owner: CISO", "owner: CISO\nowner: FG")], 8, "owner stands here twice"),
        ([("owner: CISO", "owner: *ciso")], 7, "Anchors and aliases"),
        ([('version: "1.0"', "version: 1")], 5, "version must be text"),
        ([("slug: stroomstoring", "slug: Stroom storing")], 2, "Stroom storing does not fit"),
        ([("review_months: 12", "review_months: 0")], 8, "review_months must be 1 or more"),
        ([("review_months: 12", "tlp: ROOD")], 8, "Choose from: RED"),
        ([("- Rol: ciso", "- Rol: cisso")], 22, "There is no role cisso"),
        ([("- Vervanger: ict", "- Vervanger: fg")], 23, "There is no role fg"),
        ([("- Tijd: 15 minuten", "- Tijd: gauw")], 24, "gauw is not a time target"),
        ([("- Tijd: 15 minuten", "- Tijd: -5 minuten")], 24, "-5 minuten is not a time target"),
        ([("- Tijd: 15 minuten", "- Tijd: 15 kwartier")], 24, "is not a time target"),
        ([("- Tijd: 15 minuten", "- Kleur: rood")], 24, "Kleur is not a field"),
        ([("- Tijd: 15 minuten", "- Tijd:")], 24, "Tijd is empty"),
        ([("- Vervanger: ict", "- Rol: ict")], 23, "Rol stands here twice"),
        ([("- Rol: ciso\n", "")], 20, "This step has no role"),
        ([(" {#kijk}", "")], 20, "Write {#kijk-wat-er-aan-de-hand-is}"),
        ([("{#kijk}", "{#Kijk!}")], 20, "Write {#kijk}"),
        ([("{#kijk}", "{#main}")], 20, "The page itself has the id main"),
        ([("{#ruim-op}", "{#kijk}")], 46, "Id kijk is used twice; the first is on line 20"),
        ([("](#kijk)", "](#keik)")], 14, "#keik. Choose from: kijk"),
        ([("](#waarschuw)", "](#weg)")], 34, "#weg"),
        ([("> - Nee -> [Herstel](#herstellen)\n", "")], 33, "two outcomes or more"),
        ([("> - Nee -> [Herstel](#herstellen)", "> - Nee, niets doen")], 35, "Write an outcome"),
        ([(" {#besluit-wijk}", "")], 33, "Write {#is-het-de-hele-wijk}"),
        ([("wijk?** {", "wijk? {")], 33, "Write a decision point as"),
        ([("## Signaleren", "# Signaleren")], 16, "The title stands in the front matter"),
        ([("## Signaleren", "Signaleren")], 20, "before the first phase"),
        ([("### Kijk wat er aan de hand is {#kijk}", "### {#kijk}")], 20, "This heading has no text"),
        ([("Bel aan.", "Bel [aan][x].\n\n[x]: https://a.example")], 46, "as [text](address)"),
        ([("Bel aan.", "Bel \x00 aan.")], 44, "(U+0000)"),
    ],
)
def test_what_is_refused_names_line_and_remedy(pairs, line, part):
    found = faults(changed(*pairs))
    assert any(at == line and part in sentence for at, sentence in found), found


def test_all_faults_are_named_at_once():
    found = faults(
        changed(
            ("owner: CISO\n", ""),
            ("- Rol: ciso", "- Rol: cisso"),
            ("15 minuten", "gauw"),
            ("#waarschuw)", "#weg)"),
        )
    )
    assert [line for line, _ in found] == [2, 21, 23, 33]


def test_a_playbook_without_phases_is_refused():
    front = SMALL[: SMALL.index("Dit draaiboek")]
    assert [sentence[:17] for _, sentence in faults(front)] == ["There is no phase"]


def test_faults_in_the_front_matter_do_not_make_every_role_unknown():
    assert [line for line, _ in faults(changed(("owner: CISO", "owner: 'CISO")))] == [7]


def test_another_encoding_is_refused_with_its_line():
    assert faults(SMALL.encode() + "é".encode("latin-1"))[0][0] == 49


@pytest.mark.parametrize("text", ["a\n" * 20_001, "a" * 20_001, "x" * 3_000_000])
def test_what_no_one_reads_is_refused_at_once(text):
    assert len(faults(text)) == 1


@given(PHASES)
def test_what_is_written_is_read(phases):
    playbook = parse(written(phases))
    read = [
        (phase.title, [(step.title, step.role, step.within) for step in phase.steps])
        for phase in playbook.phases
    ]
    assert read == [
        (
            title.strip(),
            [
                (step.strip(), role, None if minutes is None else timedelta(minutes=minutes))
                for step, role, minutes in steps
            ],
        )
        for title, steps in phases
    ]


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_is_given_is_read_or_its_faults_are_named(source):
    with suppress(FaultsFound):
        parse(source)


@given(st.lists(SIGNS, max_size=120).map("".join), st.integers(0, len(SMALL)))
def test_signs_anywhere_in_a_playbook_never_crash_the_reading(signs, place):
    with suppress(FaultsFound):
        parse(SMALL[:place] + signs + SMALL[place:])


@pytest.mark.parametrize(
    ("published", "months", "due"),
    [
        ((2026, 11, 23), 12, (2027, 11, 23)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2023, 12, 31), 2, (2024, 2, 29)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_review_falls_on_the_same_day_or_the_last_of_the_month(published, months, due):
    assert review_due(datetime(*published, tzinfo=UTC), months) == datetime(*due, tzinfo=UTC)


def test_without_a_term_there_is_no_review():
    assert review_due(datetime(2026, 1, 1, tzinfo=UTC), None) is None
