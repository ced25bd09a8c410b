"""Word documents of ours, edited in Word and brought back: exactly what was edited, and nothing else."""

import difflib
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exchange.report import Kind, Report
from cyberready.exchange.standing import Approved, Beside, Changed, Standing
from cyberready.exchange.word import identity, parts, reader
from cyberready.exchange.word.merging import merged
from cyberready.exchange.word.writer import to_docx
from cyberready.playbooks import formats, sides
from tests.playbooks.writing import PHASES, SMALL, written

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted((ROOT / "playbooks").glob("*.md"))
VALUES = {
    "gemeente": "Waterveld & *omstreken*",
    "meldpunt-datalekken": "070 - 123 45 67",
    "website": "https://waterveld.example",
}
STANDING = Standing(
    datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
    "Gemeente Waterveld",
    "Gepubliceerd",
    "22 november 2026",
    "22 november 2027",
    (Approved("Kim de Boer", "Gemeentesecretaris", "21 november 2026"),),
    (Changed("1.0", "22 november 2026", "Eerste versie"),),
    VALUES,
)
RICH = SMALL.replace(
    "Bel aan.",
    """Bel aan, **nu** en *stil*, ~~niet~~ met `ping -c 4`. Zie [de site](https://example.nl/a(b) "x") en {{ gemeente }}.

1. een
2. twee
   - a

     nog een alinea bij a
   - b
     - [x] diep
3. drie

5. vijf
6. zes

| Kop | Twee |
| --- | ---: |
| **x** | a \\| b |
| y |  |

```yaml
a: "b"  # *ster*
```

> Citaat
>
> - met punten
>
> en meer

#### Tussenkop

***

* ander teken
+ nog een

Bel de FG[^1] en **de bode[^b]**, niet \\[^1].

[^1]: Zie *het reglement*.
[^b]: https://example.nl
""",
).replace("roles:\n", "placeholders:\n  gemeente: Naam\nroles:\n")


def read(file, find=lambda _identity: None):
    report = Report()
    return reader.read(file, "x", report, find), report


def edited(file, change):
    """The file after *change* was done to it in a word processor."""
    sheet = docx.Document(io.BytesIO(file))
    change(sheet)
    saved = io.BytesIO()
    sheet.save(saved)
    return saved.getvalue()


def said(report):
    return [remark.said() for remark in report.remarks]


def differing(old, new):
    """Lines that went and lines that came."""
    lines = list(difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm=""))[2:]
    return [line[1:] for line in lines if line[0] == "-"], [line[1:] for line in lines if line[0] == "+"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_playbook_comes_back_to_the_letter(path):
    source = path.read_text("utf-8")
    found, report = read(to_docx(source, STANDING))
    assert found.source == formats.canonical(source)
    assert sides.compare(source, found.source).changes == ()
    assert [remark.kind for remark in report.remarks] == [Kind.UNDERSTOOD]
    assert found.origin.digest == formats.digest(source)


@pytest.mark.parametrize("source", [SMALL, RICH], ids=["small", "rich"])
def test_what_is_awkward_in_word_comes_back_to_the_letter(source):
    found, _ = read(to_docx(source, STANDING))
    assert found.source == formats.canonical(source)


@given(PHASES)
def test_any_playbook_comes_back_to_the_letter(phases):
    source = written(phases)
    found, _ = read(to_docx(source, STANDING))
    assert found.source == formats.canonical(source)


WORDS = st.text(st.sampled_from("abc é*_#[]()|`>-1. {}\\<&~^:"), min_size=1, max_size=40)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_any_text_comes_back_to_the_letter(lines):
    source = SMALL + "\n" + "\n\n".join(f"x {line}" for line in lines)
    if not formats.attempt(source)[1]:
        assert read(to_docx(source, STANDING))[0].source == formats.canonical(source)


@pytest.mark.parametrize("path", SHIPPED[:4], ids=lambda path: path.stem)
def test_one_edited_word_is_the_only_change(path):
    source = path.read_text("utf-8")
    file = to_docx(source, STANDING)
    runs = [
        at
        for at, node in enumerate(docx.Document(io.BytesIO(file)).element.body.iter(qn("w:t")))
        if len(node.text or "") > 60 and re.search(r"(mens|Noteer)(?!.*\([\w-]+\)$)", node.text)
    ]
    for at in runs[:: max(1, len(runs) // 6)]:

        def change(sheet, at=at):
            node = list(sheet.element.body.iter(qn("w:t")))[at]
            node.text = node.text.replace("mens", "MENS").replace("Noteer", "NOTEER")

        found, _ = read(edited(file, change))
        gone, come = differing(formats.canonical(source), found.source)
        assert [line.replace("MENS", "mens").replace("NOTEER", "Noteer") for line in come] == gone
        assert sides.compare(source, found.source).changes != ()


def test_fields_decisions_titles_and_new_steps():
    def change(sheet):
        for node in sheet.element.body.iter(qn("w:t")):
            swaps = {
                "15 minuten": "20 minuten",
                "Manager ICT": "Hoofd ICT",
                "Ja": "Zeker",
                "Stroomstoring": "Stroom weg",
            }
            node.text = swaps.get(node.text, node.text)
        title = next(one for one in sheet.paragraphs if one.style.name == "Heading 2")
        title.insert_paragraph_before("Zet de koffie aan", "Heading 2")
        title.insert_paragraph_before("Rol: Bode", "Body Text")
        title.insert_paragraph_before("Tijd: 5 minuten", "Body Text")
        title.insert_paragraph_before("Sterk.", "Body Text")

    found, _ = read(edited(to_docx(SMALL, STANDING), change))
    book = formats.parse(found.source)
    assert book.title == "Stroom weg"
    new, first = book.steps[0], book.steps[1]
    assert (new.id, new.title, new.role, new.time, new.content) == (
        "zet-de-koffie-aan",
        "Zet de koffie aan",
        "bode",
        "5 minuten",
        ("Sterk.",),
    )
    assert (first.id, first.time, first.deputy, book.roles[first.deputy]) == (
        "kijk",
        "20 minuten",
        "hoofd-ict",
        "Hoofd ICT",
    )
    assert [point.outcomes[0].answer for point in book.decision_points] == ["Zeker"]
    assert [point.id for point in book.decision_points] == ["besluit-wijk"]


def test_what_a_step_refers_to_is_told_by_its_title_and_comes_back_by_its_key():
    source = SMALL.replace(
        "- Bewijs: Logregel.",
        "- Bewijs: Logregel.\n- Berichten: belscript-ibd, onbekend\n- Termijnen: CBW-24\n- Draaiboeken: datalek",
    )
    data = to_docx(source, STANDING)
    body = docx.Document(io.BytesIO(data)).element.body
    cells = ["".join(text.text for text in cell.iter(qn("w:t"))) for cell in body.iter(qn("w:tc"))]
    assert "Belscript: melding bij de IBD (belscript-ibd); onbekend" in cells
    assert read(data)[0].source == source

    def change(sheet):
        for node in sheet.element.body.iter(qn("w:t")):
            node.text = node.text.replace("; onbekend", ", nieuws")

    found = formats.parse(read(edited(data, change))[0].source)
    assert found.steps[0].messages == ("belscript-ibd", "nieuws")


def test_an_edited_title_of_what_a_step_refers_to_is_told_and_not_taken():
    source = SMALL.replace("- Bewijs: Logregel.", "- Bewijs: Logregel.\n- Draaiboeken: storing")
    data = to_docx(
        source, replace(STANDING, others={"storing": Beside("Storing"), "geheim": Beside("Geheim")})
    )
    package = zipfile.ZipFile(io.BytesIO(data))
    assert not [name for name in package.namelist() if b"Geheim" in package.read(name)]
    assert not [one for one in read(data)[1].remarks if one.kind is Kind.SKIPPED]

    def change(sheet):
        for node in sheet.element.body.iter(qn("w:t")):
            node.text = node.text.replace("Storing (storing)", "Anders (storing)")

    found, report = read(edited(data, change))
    assert found.source == source
    assert "Anders" in "".join(one.said() for one in report.of(Kind.SKIPPED))


def test_a_step_that_is_moved_or_removed_keeps_its_id():
    def change(sheet):
        body = sheet.element.body
        heads = [
            one
            for one in body.iter(qn("w:p"))
            if "".join(text.text or "" for text in one.iter(qn("w:t"))) == "Ruim op"
        ]
        start = heads[-1]
        for node in [start, *list(start.itersiblings())[:2]]:
            body.remove(node)

    found, _ = read(edited(to_docx(SMALL, STANDING), change))
    gone, come = differing(SMALL, found.source)
    assert (gone[0], come) == ("### Ruim op {#ruim-op}", [])


def test_tracked_changes_in_a_document_of_ours():
    def change(sheet):
        node = next(one for one in sheet.element.body.iter(qn("w:t")) if one.text == "Bel aan.")
        run = node.getparent()
        gone = run.makeelement(qn("w:del"), {qn("w:author"): "Kim"})
        run.addprevious(gone)
        gone.append(run)
        node.tag = qn("w:delText")

    found, report = read(edited(to_docx(SMALL, STANDING), change))
    assert differing(SMALL, found.source)[0][0] == "Bel aan."
    assert "Deleted with tracked changes by Kim, and left out: Bel aan." in [
        one.said() for one in report.of(Kind.SKIPPED)
    ]


def test_what_is_changed_in_the_frame_is_told_and_not_taken():
    def change(sheet):
        node = next(one for one in sheet.element.body.iter(qn("w:t")) if one.text == "Kim de Boer")
        node.text = "Iemand anders"

    found, report = read(edited(to_docx(SMALL, STANDING), change))
    assert found.source == SMALL
    assert "Iemand anders" in report.of(Kind.SKIPPED)[0].said()


def test_placeholders_are_filled_and_come_back_unless_edited():
    source = RICH
    file = to_docx(source, STANDING)
    words = "".join(node.text or "" for node in docx.Document(io.BytesIO(file)).element.body.iter(qn("w:t")))
    assert "Waterveld & *omstreken*" in words

    def change(sheet):
        node = next(one for one in sheet.element.body.iter(qn("w:t")) if one.text == VALUES["gemeente"])
        node.text = "Zandstad"

    found, _ = read(edited(file, change))
    assert "Zandstad" in found.source
    assert "{{ gemeente }}" not in found.source


def test_the_version_that_we_know_goes_before_the_one_in_the_file():
    file = to_docx(SMALL, STANDING)
    asked = []

    def find(known):
        asked.append((known.slug, known.version, known.digest))
        return SMALL, STANDING

    assert read(file, find)[0].source == SMALL
    assert asked == [("stroomstoring", "1.0", formats.digest(SMALL))]


def without_source(sheet):
    for relation in list(sheet.part.rels):
        if sheet.part.rels[relation].reltype.endswith("/customXml"):
            del sheet.part.rels[relation]


def without_marks(sheet):
    """As some word processors leave it: text, bookmarks and properties, no source and no content controls."""
    without_source(sheet)
    parts.untag(sheet.element.body)


@pytest.mark.parametrize("spoil", [without_source, without_marks])
def test_a_document_whose_version_is_not_at_hand_keeps_its_ids_and_structure(spoil):
    found, report = read(edited(to_docx(SMALL, STANDING), spoil))
    assert found.origin is None
    book, original = formats.parse(found.source), formats.parse(SMALL)
    assert [(one.id, one.title, one.time) for one in book.steps] == [
        (one.id, one.title, {"2 hours": "2 hours"}.get(one.time, one.time)) for one in original.steps
    ]
    assert [(one.id, one.question, len(one.outcomes)) for one in book.decision_points] == [
        ("besluit-wijk", "Is het de hele wijk?", 2)
    ]
    assert (book.slug, book.title, sorted(book.roles.values())) == (
        "stroomstoring",
        "Stroomstoring",
        ["CISO", "Manager ICT"],
    )
    assert any("not at hand" in one for one in said(report))


@pytest.mark.parametrize("path", SHIPPED[:3], ids=lambda path: path.stem)
def test_a_document_without_marks_comes_back_when_we_know_its_version(path):
    source = path.read_text("utf-8")

    def change(sheet):
        without_marks(sheet)
        node = next(one for one in sheet.element.body.iter(qn("w:t")) if len(one.text or "") > 80)
        node.text += " En meer."

    file = edited(to_docx(source, STANDING), without_marks)
    assert read(file, lambda _identity: (source, STANDING))[0].source == source
    found, _ = read(edited(to_docx(source, STANDING), change), lambda _identity: (source, STANDING))
    gone, come = differing(source, found.source)
    assert [line.replace(" En meer.", "") for line in come] == gone
    assert len(gone) == 1


def test_a_forged_source_is_not_believed():
    file = to_docx(SMALL, STANDING)
    forged = edited(
        file,
        lambda sheet: [
            setattr(one, "_blob", one.blob.replace(b"stroomstoring", b"stroomstorinx"))
            for one in sheet.part.package.iter_parts()
            if "customXml" in str(one.partname)
        ],
    )
    found, _ = read(forged)
    assert found.origin is None


def test_the_identity_can_be_seen_in_word():
    file = parts.opened(to_docx(SMALL, STANDING))
    known = identity.found(file)
    assert (known.slug, known.language, known.version, known.digest) == (
        "stroomstoring",
        "nl",
        "1.0",
        formats.digest(SMALL),
    )
    custom = file.package.bytes("docProps/custom.xml").decode()
    assert 'name="cyberready-version"' in custom


def test_the_same_version_gives_the_same_bytes():
    assert to_docx(RICH, STANDING) == to_docx(RICH, STANDING)


def test_the_document_has_numbering_contents_and_bookmarks():
    sheet = docx.Document(io.BytesIO(to_docx(SMALL, STANDING)))
    body = sheet.element.body
    assert any("TOC" in (node.text or "") for node in body.iter(qn("w:instrText")))
    names = [node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))][1:]
    assert names == [
        "cr_signaleren",
        "cr_kijk",
        "cr_besluit_wijk",
        "cr_herstellen",
        "cr_waarschuw",
        "cr_ruim_op",
    ]
    anchors = {node.get(qn("w:anchor")) for node in body.iter(qn("w:hyperlink"))} - {None}
    assert anchors <= set(names)
    numbered = sheet.styles["Heading 2"].element.xpath("./w:pPr/w:numPr/w:ilvl/@w:val")
    assert numbered == ["1"]
    ids = [node.get(qn("w:id")) for node in body.iter(qn("w:bookmarkStart"))]
    assert len(ids) == len(set(ids))


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "d d"]), max_size=12)


@given(LINES, LINES)
def test_merging_without_an_edit_is_the_original_and_without_other_spelling_the_edit(original, edit):
    one, other = "\n".join(original), "\n".join(edit)
    assert merged(one, other, other) == one
    assert merged(one, one, other) == other


def test_thousands_of_links_are_written_in_seconds_and_each_address_once():
    links = "\n\n".join(f"[x](https://waterveld.nl/{at % 8_000})" for at in range(8_100))
    started = time.process_time()
    data = to_docx(SMALL + "\n" + links + "\n", STANDING)
    assert time.process_time() - started < 10
    sheet = docx.Document(io.BytesIO(data))
    outside = [one.target_ref for one in sheet.part.rels.values() if one.is_external]
    assert len(outside) == len(set(outside)) == 8_000
