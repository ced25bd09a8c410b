"""Markdown from elsewhere: what survives, what is made of it, and that our own comes back to the letter."""

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exchange import formats as exchange
from cyberready.exchange.markdown.references import resolved
from cyberready.exchange.report import Kind, Report
from cyberready.exchange.standing import Standing
from cyberready.kernel.refusals import Refused
from cyberready.playbooks import formats
from tests.exchange.documents import packed
from tests.playbooks.writing import PHASES, SMALL, written

ROOT = Path(__file__).parent.parent.parent
STANDING = Standing(datetime(2026, 11, 22, tzinfo=UTC))
PROTOCOL = """\
# Protocol datalek

> **Versie:** 1.2
> **Eigenaar:** CISO
> **Datum:** 2024-05-01

Dit protocol is voor iedereen. Zie [de IBD][ibd], [portaal] of [stap twee](#2-melden).

<!-- dit is
# geen kop

commentaar -->

## 1. Signaleren

1. CISO: kijk goed. Noteer de tijd.
   - [ ] een vakje
     - dieper
   - [x] nog een
2. Bel binnen een half uur de FG[^1]

[^1]: Zie het privacyreglement.

## 2. Melden

| Stap | Wie | Wanneer | Opmerking |
|---|---|---|---|
| Meld bij de AP | FG | 72 uur | zie [portaal] |
| Bel de griffier | Burgemeester | zsm | `een | twee` |

- [ ] los vakje

```
[ibd] # niets
```

[ibd]: https://www.informatiebeveiligingsdienst.nl
[portaal]: https://ap.nl
[los]: https://los.nl
"""


def brought(text, name="protocol.md"):
    return exchange.brought(name, text.encode())


def read(text, name="protocol.md"):
    found = brought(text, name)
    return formats.parse(found.source), found


def said(found, kind):
    return [remark.said() for remark in found.report.of(kind)]


def test_a_protocol_without_front_matter():
    book, found = read(PROTOCOL)
    assert (book.title, book.slug, book.version, book.owner) == (
        "Protocol datalek",
        "protocol-datalek",
        "1.2",
        "CISO",
    )
    assert "> **Datum:** 2024-05-01" in book.intro[0]
    assert (
        "[de IBD](https://www.informatiebeveiligingsdienst.nl), [portaal](https://ap.nl) of [stap twee](#melden)"
        in book.intro[0]
    )
    assert "commentaar -->" in book.intro[0]
    assert [phase.title for phase in book.phases] == ["Signaleren", "Melden"]
    look, call, report, clerk = book.steps
    assert (look.title, look.role) == ("CISO: kijk goed", "ciso")
    assert look.content == ("Noteer de tijd.\n\n- [ ] een vakje\n  - dieper\n- [x] nog een",)
    assert (call.title, call.time, call.content) == (
        "Bel binnen een half uur de FG",
        "30 minuten",
        ("[^1]: Zie het privacyreglement.",),
    )
    assert (report.role, report.time) == ("fg", "72 uur")
    assert "een \\| two".replace("two", "twee") in clerk.content[0]
    assert "[ibd] # niets" in clerk.content[0]
    assert "los: https://los.nl" in clerk.content[0]
    assert "An address that no link uses became text: https://los.nl" in said(found, Kind.GUESSED)


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("*.md")), ids=lambda path: path.stem)
def test_a_playbook_of_ours_stays_what_it_is(path):
    source = path.read_bytes()
    given = exchange.write(source.decode(), "md", STANDING)[0]
    assert exchange.brought(path.name, given).source.encode() == given == source


@given(PHASES)
def test_out_and_in_is_the_identity(phases):
    source = formats.canonical(written(phases))
    for kind in ("md", "zip"):
        given = exchange.write(source, kind, STANDING)[0]
        assert exchange.brought(f"x.{kind}", given).source == source


def test_a_playbook_of_ours_with_faults_stays_what_it_is_too():
    text = SMALL.replace("- Rol: ciso", "- Rol: niemand")
    found = brought(text)
    assert found.source == text
    assert any("niemand" in one for one in said(found, Kind.GUESSED))


def test_front_matter_from_elsewhere():
    book, found = read(
        "---\ntitel: Uitval\nauteur: Kim\ntags: [a, b]\nversie: 2.1\nlanguage: fr\ntlp: paars\n---\n\n## Fase\n\nTekst.\n"
    )
    assert (book.title, book.version, book.language, book.tlp) == ("Uitval", "2.1", "nl", "CLEAR")
    assert "tags is not known in the front matter of a playbook and is left out: a, b" in said(
        found, Kind.SKIPPED
    )
    assert "The language cannot be “fr”; that is left out." in said(found, Kind.SKIPPED)


def test_a_table_after_the_title_says_what_the_document_is():
    book, _ = read(
        "# Uitval\n\n| Versie | 3.0 |\n|---|---|\n| Eigenaar | Hoofd ICT |\n| Status | concept |\n\n## Fase\n\nTekst.\n\n## Nog een\n"
    )
    assert (book.title, book.version, book.owner) == ("Uitval", "3.0", "Hoofd ICT")
    assert "concept" in book.intro[0]


@pytest.mark.parametrize("head", ["Functie | Naam | Telefoonnummer", "Rol | Naam | E-mail | Bereikbaar"])
@pytest.mark.parametrize("heading", ["Crisisteam", "Bellijst"])
def test_a_table_of_who_is_reached_how_stays_a_table(head, heading):
    rule = "|".join("---" for _ in head.split("|"))
    table = f"| {head} |\n|{rule}|\n| CISO | Noor de Boer | 06 12345678 |\n| Burgemeester | Ali Kaya | 06 87654321 |\n"
    book, found = read(f"# Uitval\n\n## {heading}\n\n{table}\n## Doen\n\n1. CISO: bel\n")
    assert [step.title for step in book.steps] == ["CISO: bel"]
    assert "Noor de Boer" in book.phases[0].content[0]
    assert not [one for one in said(found, Kind.UNDERSTOOD) if "table with roles" in one]


def test_a_column_that_is_taken_for_what_is_done_without_saying_so_is_a_guess():
    table = "| Rol | Uit te voeren | Bron |\n|---|---|---|\n| CISO | Haal de stekker eruit | BIO |\n"
    book, found = read(f"# Uitval\n\n## Doen\n\n{table}\n## Na\n")
    assert [step.title for step in book.steps] == ["Haal de stekker eruit"]
    told = "A table with roles became 1 steps; its column “Uit te voeren” was taken for what is done."
    assert told in said(found, Kind.GUESSED)


@pytest.mark.parametrize("comment", ["<!-- versie van mei -->", "<!--\nversie\nvan mei\n-->"])
def test_a_comment_above_the_title_costs_no_title_and_is_no_summary(comment):
    book, found = read(
        f"{comment}\n\n# Uitval\n\nWat te doen bij uitval.\n\n## Doen\n\n1. CISO: bel\n\n## Na\n"
    )
    assert (book.title, book.summary) == ("Uitval", "Wat te doen bij uitval.")
    assert "mei" in found.source


def test_english_is_recognised():
    book, _ = read(
        "# Outage\n\nThis is what the team does when the power is out.\n\n## Act\n\n| Step | Who | Within |\n|---|---|---|\n| Call the grid | Mayor | 30 min |\n\n## After\n"
    )
    assert (book.language, book.steps[0].time, book.steps[0].role) == ("en", "30 minutes", "mayor")


def test_links_in_the_text_follow_the_headings():
    book, found = read(
        "# A\n\n## Eerste fase\n\nZie [twee](#tweede-fase), [drie](#weg) en [vier](#Tweede-Fase).\n\n## Tweede fase\n"
    )
    assert book.phases[0].content == ("Zie [twee](#tweede-fase), drie en [vier](#tweede-fase).",)
    assert any("#weg" in one for one in said(found, Kind.GUESSED))


OVER_LINES = {
    "text": ("Zie [het handboek\nvan nu][h].\n\n[h]: {}", "Zie [het handboek\nvan nu]({})."),
    "label": ("Zie [het handboek][het\nboek] nu.\n\n[het boek]: {}", "Zie [het handboek]({})\n nu."),
    "both": ("Zie [het handboek\nvan nu].\n\n[Het handboek van nu]: {}", "Zie [het handboek\nvan nu]({})."),
    "address": ("Zie [h] nu.\n\n[h]:\n  {}", "Zie [h]({}) nu."),
    "title": ("Zie [h] nu.\n\n[h]: {}\n  'Handboek'", "Zie [h]({}) nu."),
}


@pytest.mark.parametrize(("text", "written"), OVER_LINES.values(), ids=OVER_LINES)
def test_a_link_by_reference_may_go_on_on_the_next_line(text, written):
    address = "https://ibd.example/handboek"
    source = text.format(address)
    book, _ = read(f"# Uitval\n\n## Fase\n\n{source}\n\n## Na\n")
    assert book.phases[0].content == (written.format(address),)
    assert resolved(source, Report()).count("\n") == source.count("\n")  # each line keeps its number


def test_a_link_by_reference_does_not_go_on_over_an_empty_line():
    book, _ = read("# Uitval\n\n## Fase\n\nZie [het\n\nboek][h].\n\n[h]: https://ibd.example/\n\n## Na\n")
    assert book.phases[0].content[0].startswith("Zie [het\n\nboek]")


def test_a_zip_of_several_files_with_pictures():
    found = exchange.brought(
        "protocol.zip",
        packed(
            {
                "doc/README.md": "# Protocol\n\nWelkom. ![Kaart](img/kaart.png) ![weg](img/weg.png)\n",
                "doc/2-melden.md": "# Melden\n\n1. Bel\n",
                "doc/10-na.md": "Na afloop.\n",
                "doc/img/kaart.png": b"pixels",
                "doc/x.pdf": b"%PDF",
                "__MACOSX/doc/._README.md": b"\0",
            }
        ),
    )
    book = formats.parse(found.source)
    assert (book.title, [phase.title for phase in book.phases]) == ("Protocol", ["Melden", "10-na"])
    [picture] = found.pictures
    assert (picture.name, picture.data) == ("kaart.png", b"pixels")
    assert f"![Kaart](image:{picture.sha256})" in book.intro[0]
    assert "The picture img/weg.png is not in the file, and cannot be taken over." in said(found, Kind.LOST)
    assert [remark.place for remark in found.report.of(Kind.SKIPPED)] == ["doc/x.pdf"]


def test_a_zip_out_shows_its_pictures_and_comes_back():
    picture = b"\x89PNG\r\n\x1a\nxx"
    text = exchange.brought("x.zip", packed({"x.md": SMALL + "\n![a](b.png)\n", "b.png": picture}))
    standing = Standing(STANDING.made, pictures={one.sha256: one.data for one in text.pictures})
    given = exchange.write(text.source, "zip", standing)[0]
    with zipfile.ZipFile(io.BytesIO(given)) as opened:
        names = opened.namelist()
        assert re.search(r"!\[a\]\(images/\w+\.png\)", opened.read("stroomstoring.md").decode())
    assert names[0] == "stroomstoring.md"
    assert exchange.brought("y.zip", given).source == text.source


@pytest.mark.parametrize("alt", ["Figuur [1]: netwerk", r"Figuur \[1\]: netwerk", "Figuur (1): netwerk"])
@pytest.mark.parametrize(
    "text", ["## Fase\n\n1. CISO: kijk\n\nPLAATJE\n", SMALL + "\nPLAATJE\n"], ids=["foreign", "own"]
)
def test_a_picture_with_brackets_in_its_words_is_kept(alt, text):
    found = exchange.brought(
        "x.zip", packed({"a.md": text.replace("PLAATJE", f"![{alt}](k.png)"), "k.png": b"beeld"})
    )
    [picture] = found.pictures
    assert f"![Figuur (1): netwerk](image:{picture.sha256})" in found.source


def test_a_zip_of_several_playbooks_is_refused():
    with pytest.raises(Refused, match="several playbooks"):
        exchange.brought("x.zip", packed({"a.md": SMALL, "b.md": SMALL}))
    with pytest.raises(Refused, match="no Markdown file"):
        exchange.brought("x.zip", packed({"a.png": b"x"}))


PIECES = st.sampled_from(
    [
        "# Kop {}",
        "## Kop {}",
        "### {}",
        "1. {}",
        "- {}",
        "- [ ] {}",
        "  - {}",
        "   {}",
        "> {}",
        "{}",
        "| Wie | Actie |\n|---|---|\n| {} | x |",
        "<!-- {} -->",
        "```\n{}\n```",
        "[^1]: {}",
        "{}: {}",
        "<b>{}</b>",
        "**Rol:** {}",
        "***",
        "    {}",
        "1) {}\n   - Wie: bode",
        "{}\n===",
        "{}\\",
        "* * {}",
        "[{}][x]",
        "[x]: https://x.nl/{}",
    ]
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=14))
def test_no_word_of_markdown_is_lost(pieces):
    words, text = [], ""
    for number, (piece, gap) in enumerate(pieces):
        word = f"woord{number}x"
        words += [word] if "{}" in piece else []
        text += piece.replace("{}", word) + gap
    found = brought(text)
    told = (found.source + "".join(remark.said() for remark in found.report.remarks)).casefold()
    told = re.sub(r"[\\*_~`]", "", told)
    assert [word for word in words if word not in told] == []


def test_fields_on_lines_of_one_paragraph_are_each_read():
    text = "## Fase\n\n### Stap 1: meld\n\n**Rol:** FG\n**Tijd:** 72 uur\n\nBel daarna.\n"
    book = formats.parse(exchange.brought("stuk.md", text.encode()).source)
    (step,) = book.steps
    assert (book.roles[step.role], step.time) == ("FG", "72 uur")
    assert step.content == ("Bel daarna.",)


def test_a_footnote_comes_to_the_step_that_refers_to_it():
    text = """\
# Protocol

Begin[^begin].

## Fase

1. CISO: kijk[^1]. Noteer de tijd[^2].
2. FG: bel de AP
3. Bode: ga

[^1]: Zie het reglement.

    De tweede alinea.
[^2]: https://ap.nl
[^begin]: Zie bijlage A.
[^los]: Nergens genoemd.
"""
    book, _ = read(text)
    look, _, go = book.steps
    assert book.intro == ("Begin[^begin].\n\n[^begin]: Zie bijlage A.",)
    assert look.title == "CISO: kijk"
    assert look.content == (
        "Noteer de tijd[^2].\n\n[^1]: Zie het reglement.\\\nDe tweede alinea.\n\n[^2]: https://ap.nl",
    )
    assert go.content == ("[^los]: Nergens genoemd.",)
    assert book.summary == "Begin."


def test_code_that_is_indented_keeps_its_indent():
    text = "## Fase\n\n1. CISO: kijk\n\n       als x:\n         ``` doe y\n\nEn:\n\n    ingesprongen\n      dieper\n"
    book, _ = read(text)
    fences = "````\nals x:\n  ``` doe y\n````\n\nEn:\n\n```\ningesprongen\n  dieper\n```"
    assert book.steps[0].content == (fences,)


@pytest.mark.parametrize("sign", ["![Plattegrond][kaart]", "![kaart][]", "![kaart]"])
def test_a_picture_by_reference_is_taken_from_the_zip_or_said_to_be_lost(sign):
    text = f"## Fase\n\n1. CISO: kijk\n\n{sign}\n\n```\n![kaart](p/kaart.png)\n```\n\n[kaart]: <p/kaart.png> 'Kaart'\n"
    found = exchange.brought("x.zip", packed({"a.md": text.encode(), "p/kaart.png": b"beeld"}))
    shown = sign[2:].split("]")[0]
    assert f"![{shown}](image:{found.pictures[0].sha256})" in found.source
    assert "![kaart](p/kaart.png)" in found.source
    alone = brought(text)
    assert f"{shown} (p/kaart.png)" in alone.source
    assert said(alone, Kind.LOST) == [
        "The title of a link is left out: Kaart",
        "The picture p/kaart.png is not in the file, and cannot be taken over.",
    ]


@pytest.mark.parametrize(
    ("item", "title", "content"),
    [
        ("**CISO** — beoordeel de melding. Noteer.", "CISO — beoordeel de melding", ("Noteer.",)),
        ("**Isoleer** – haal de stekker eruit", "Isoleer", ("haal de stekker eruit",)),
        ("**Isoleer.** Haal de stekker eruit", "Isoleer", ("Haal de stekker eruit",)),
    ],
)
def test_a_bold_lead_is_the_title_unless_it_only_says_who(item, title, content):
    book, _ = read(f"## Fase\n\n1. {item}\n")
    assert (book.steps[0].title, book.steps[0].content) == (title, content)


def test_several_facts_on_one_line_are_each_taken():
    book, _ = read(
        "# Protocol\n\n> Versie: 2.1 — Eigenaar: CISO | TLP:GREEN\n\nTekst <b>vet</b>.\n\n## Fase\n\n1. Bode: ga\n"
    )
    assert (book.version, book.owner, book.tlp) == ("2.1", "CISO", "GREEN")
    assert book.summary == "Tekst vet."
    book, _ = read("# Protocol\n\nVersie: 2.1 — concept\n\n## Fase\n\n1. Bode: ga\n")
    assert book.version == "2.1 — concept"


def test_a_note_with_a_list_and_a_note_that_two_titles_refer_to():
    book, _ = read(
        "## Fase\n\n1. Bode: ga[^1]\n2. Bode: kom[^1]\n\n[^1]: Zie\n    dit.\n\n    - punt a\n    1. punt b\n"
    )
    assert [step.title for step in book.steps] == ["Bode: ga", "Bode: kom"]
    assert [step.content for step in book.steps] == [
        ("[^1]: Zie\n    dit.\\\n\\- punt a\\\n1\\. punt b",)
    ] * 2
