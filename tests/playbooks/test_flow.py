"""The flow chart: every step once, every way drawn, nothing over anything, whatever the playbook."""

from itertools import accumulate, combinations, pairwise
from time import process_time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberready.playbooks.flow import FINISH, ORDER, graph
from cyberready.playbooks.flow_layout import MOST_BESIDE, PAD, WIDTH, Words, laid_out, layers
from cyberready.playbooks.flow_svg import LEAST_WIDE, sheets, svg
from cyberready.playbooks.formats import parse
from cyberready.playbooks.lettering import HYPHEN, measured, wrapped
from cyberready.settings import content_root
from tests.playbooks.writing import SMALL, changed

WORDS = Words({"decision": "Besluit", "parallel": "Tegelijk", "while": "Zolang", "end": "Einde"}, "binnen %s")
NAMES = {"svg": "http://www.w3.org/2000/svg"}
FRONT = SMALL[: SMALL.index("Dit draaiboek")]
LONG = "Aansprakelijkheidswaardevaststellingsveranderingen"


def drawn(playbook):
    drawing = laid_out(graph(playbook), WORDS)
    made = svg(drawing, WORDS, title="A & B <c>", description='"d"', address=lambda name: f"#{name}")
    return drawing, ET.fromstring(made)


def ways(playbook):
    return {(edge.source, edge.target) for edge in graph(playbook).edges}


@st.composite
def playbooks(draw):
    """A playbook whose steps and branches lead anywhere: back, to themselves, to phases, to the end."""
    phases = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    steps = [f"stap-{phase}-{at}" for phase, count in enumerate(phases) for at in range(count)]
    targets = st.sampled_from([*steps, *(f"fase-{at}" for at in range(len(phases)))])
    lines = [FRONT]
    for phase, count in enumerate(phases):
        lines.append(f"## Fase {phase} {{#fase-{phase}}}\n")
        for at in range(count):
            title = draw(st.sampled_from(["Bel", LONG, 'Doe & laat <dit> "nu"', "📞 bel", f"{LONG} {LONG}"]))
            lines.append(f"### {title} {{#stap-{phase}-{at}}}\n\n- Rol: ciso")
            lines += draw(st.sampled_from([[], ["- Daarna: einde"], [f"- Daarna: #{draw(targets)}"]]))
            word = draw(st.sampled_from(["", "", "Besluit", "Tegelijk", "Zolang"]))
            if word:
                outcomes = draw(st.lists(targets, min_size=2, max_size=2 if word == "Zolang" else 5))
                lines.append(f"\n> **{word}: {title}?** {{#punt-{phase}-{at}}}")
                lines += [f"> - antwoord {LONG} → [x](#{one})" for one in outcomes]
            lines.append("")
    return parse("\n".join(lines) + "\n")


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def through(box, before, after):
    """Whether the line between two points runs through the inside of a box."""
    (x1, y1), (x2, y2) = before, after
    inside_x = max(min(x1, x2), box.x + 1) <= min(max(x1, x2), box.x + box.width - 1)
    inside_y = max(min(y1, y2), box.y + 1) <= min(max(y1, y2), box.y + box.height - 1)
    return inside_x and inside_y


@given(playbooks())
@settings(max_examples=120, deadline=None)
def test_every_step_is_drawn_once_every_way_too_and_nothing_overlaps(playbook):
    drawing, tree = drawn(playbook)
    nodes = [group.get("data-node") for group in tree.iterfind(".//svg:g[@data-node]", NAMES)]
    expected = [step.id for step in playbook.steps] + [point.id for point in playbook.decision_points]
    assert sorted(name for name in nodes if name != FINISH) == sorted(expected)
    assert len(nodes) == len(set(nodes))
    lines = {
        (path.get("data-from"), path.get("data-to"))
        for path in tree.iterfind(".//svg:path[@data-from]", NAMES)
    }
    assert lines == ways(playbook)
    assert not [pair for pair in combinations(drawing.boxes, 2) if overlap(*pair)]
    for path in drawing.paths:
        corners = list(zip(path.points, path.points[1:], strict=False))
        assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in corners)
        assert not [box.node.id for box in drawing.boxes if any(through(box, *one) for one in corners)]
    xs = [x for path in drawing.paths for x, _ in path.points] or [0]
    assert min(xs) >= 0
    assert max(xs) <= drawing.width
    assert all(box.y + box.height <= drawing.height for box in drawing.boxes)


@given(playbooks())
@settings(max_examples=60, deadline=None)
def test_a_layer_is_below_all_that_leads_down_to_it_and_never_too_broad(playbook):
    made = graph(playbook)
    found = layers(made)
    order = {node.id: at for at, node in enumerate(made.nodes)}
    assert all(
        found[edge.source] < found[edge.target]
        for edge in made.edges
        if order[edge.source] < order[edge.target]
    )
    assert all(list(found.values()).count(layer) <= MOST_BESIDE for layer in found.values())


@given(playbooks())
@settings(max_examples=40, deadline=None)
def test_letters_stay_inside_their_box(playbook):
    for box in laid_out(graph(playbook), WORDS).boxes:
        for text in box.texts:
            assert box.y < text.y < box.y + box.height
            assert text.x + measured(text.text, 13) <= box.x + WIDTH - PAD + 1


@given(st.text(st.sampled_from("abcdeiouWM \xa0é📞-"), max_size=80), st.integers(20, 300))
def test_wrapping_loses_nothing(text, width):
    lines = wrapped(text, width, 15)
    told = "".join(lines).replace(HYPHEN, "").replace(" ", "")
    assert told == text.replace(HYPHEN, "").replace(" ", "")
    assert all(measured(line, 15) <= width or len(line) <= 2 for line in lines)


def test_a_long_dutch_word_breaks_between_syllables():
    assert wrapped("Aansprakelijkheidsverzekering", 140, 15) == ("Aansprakelijkheids-", "verzekering")


def test_what_leads_where():
    assert [(edge.source, edge.target, edge.kind) for edge in graph(parse(SMALL)).edges] == [
        ("kijk", "besluit-wijk", "flow"),
        ("besluit-wijk", "waarschuw", "outcome"),
        ("besluit-wijk", "waarschuw", "outcome"),
        ("waarschuw", "ruim-op", "flow"),
        ("ruim-op", FINISH, "flow"),
    ]


def test_a_step_to_which_nothing_leads_follows_the_one_before_it():
    text = changed(("[Waarschuw](#waarschuw)", "[Ruim](#ruim-op)"), ("[Herstel](#herstellen)", "[x](#kijk)"))
    edges = {(edge.source, edge.target): edge.kind for edge in graph(parse(text)).edges}
    assert edges["besluit-wijk", "waarschuw"] == ORDER
    assert edges["besluit-wijk", "kijk"] == "outcome"


def test_what_is_repeated_goes_on_after_it():
    text = changed(("**Besluit:", "**Zolang:"), ("> - Nee -> [Herstel](#herstellen)\n", "")).replace(
        "[Waarschuw](#waarschuw)", "[Kijk](#kijk)"
    )
    assert ("besluit-wijk", "waarschuw") in ways(parse(text))
    assert ("besluit-wijk", "kijk") in ways(parse(text))


def test_a_playbook_without_steps_is_an_empty_drawing():
    drawing, tree = drawn(parse(FRONT + "## Fase\n\nTekst.\n"))
    assert (drawing.boxes, drawing.paths) == ((), ())
    assert tree.find("svg:title", NAMES).text == "A & B <c>"


def test_a_drawing_says_what_it_is_and_links_to_its_steps():
    _, tree = drawn(parse(SMALL))
    ids = tree.get("aria-labelledby").split()
    assert [tree.find("svg:title", NAMES).get("id"), tree.find("svg:desc", NAMES).get("id")] == ids
    links = {link.get("href"): link.get("aria-label") for link in tree.iterfind(".//svg:a", NAMES)}
    assert links["#kijk"] == "A1 Kijk wat er aan de hand is"
    assert links["#besluit-wijk"] == "Besluit: Is het de hele wijk?"
    assert not [element for element in tree.iter() if element.get("style")]


def test_two_hundred_steps_are_drawn_at_once():
    steps = [
        f"### Stap {at} {{#stap-{at}}}\n\n- Rol: ciso\n\n> **Besluit: Verder?** {{#punt-{at}}}\n"
        f"> - Ja → [x](#stap-{(at * 7 + 3) % 200})\n> - Nee → [y](#stap-{(at + 1) % 200})\n"
        for at in range(200)
    ]
    playbook = parse(FRONT + "## Fase\n\n" + "\n".join(steps))
    begun = process_time()
    drawing, _ = drawn(playbook)
    assert len(drawing.boxes) == 400
    assert process_time() - begun < 2


@given(playbooks())
def test_paper_gets_all_of_it_in_parts_that_touch_no_box_and_the_first_leaves_room_for_the_title(playbook):
    drawing = laid_out(graph(playbook), WORDS)
    parts = [ET.fromstring(part).attrib["viewBox"].split() for part in sheets(drawing)]
    tops, heights = [int(part[1]) for part in parts], [int(part[3]) for part in parts]
    assert [*tops, drawing.height] == [0, *accumulate(heights)]
    for cut in tops[1:]:
        touched = [box.node.id for box in drawing.boxes if box.y - 2 <= cut <= box.y + box.height + 2]
        assert touched == []
    rows = [after - before for before, after in pairwise(drawing.cuts)]
    wide = max(drawing.width, LEAST_WIDE)
    assert heights[0] <= max(wide, rows[0])
    assert all(high <= max(wide * 1.3, *rows) for high in heights[1:])


@pytest.mark.parametrize(
    "path", sorted((content_root() / "playbooks").glob("*.md")), ids=lambda one: one.stem
)
def test_shipped_playbooks_are_drawn(path):
    playbook = parse(path.read_bytes())
    drawing, _ = drawn(playbook)
    assert len(drawing.boxes) >= len(playbook.steps)
    assert drawing.width < 1100
