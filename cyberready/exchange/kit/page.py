"""A crisis kit as one HTML file that opens from a USB stick on a laptop without a network."""

import re
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from cyberready.exchange.kit.contents import Booklet, Kit
from cyberready.exchange.kit.wording import AMSTERDAM, foot, moment, say
from cyberready.exchange.page.writer import FRAME, POLICY, STYLE, Named, to_body
from cyberready.kernel.deadlines import LegalClock
from cyberready.platform import law, markdown
from cyberready.playbooks import sheets
from cyberready.playbooks.rules import Step
from cyberready.playbooks.sheets import Card

MORE_STYLE = """
.kit>section{break-before:page}.cards>article{break-inside:avoid;border:2px solid var(--line);padding:0 1rem 1rem;margin:1rem 0}
.digest{font-family:monospace;overflow-wrap:anywhere}.form td{height:2.2rem;min-width:5rem}.form table{display:table;width:100%}
.form{overflow-x:auto}th,td{overflow-wrap:normal;hyphens:auto}td .digest{display:inline-block;min-width:9rem;font-size:.8rem}
"""
PAPER = """
@page{margin:15mm 15mm 20mm;@bottom-left{content:"%s";font:8pt sans-serif}@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif}}
"""
OWN = re.compile(r'\b(id|href|aria-labelledby)="(#?)([^"]*)"')
HEADING = re.compile(r"<(/?)h([2-5])\b")
FORM_LINES = 14
LOG = ("No.", "Time", "What happened", "Source", "Fact, assumption or unknown", "Initials")
DECISIONS = ("No.", "Time", "Question", "Decision and reason", "Who decided", "Who does it, by when")
CALLS = ("Time", "Who was called", "Number called", "Answer", "Called by")


def to_html(kit: Kit) -> bytes:
    """The whole kit as one page without scripts; everything is reached from its contents."""
    parts = [*_parts(kit)]
    contents = Markup("<ul>{}</ul>").format(
        Markup("\n").join(
            Markup('<li><a href="#{}">{}</a></li>').format(anchor, title) for anchor, title, _ in parts
        )
    )
    sections = (
        Markup('<section aria-labelledby="{0}">\n<h2 id="{0}">{1}</h2>\n{2}\n</section>').format(
            anchor, title, body
        )
        for anchor, title, body in parts
    )
    page = FRAME.format(
        language=kit.language,
        title=say(kit, "Crisis kit of %(organisation)s", organisation=kit.organisation),
        summary=say(
            kit,
            "Made on %(made)s. Replace it before %(expires)s: after that it may be out of date.",
            made=moment(kit, kit.made_at),
            expires=moment(kit, kit.expires_at),
        ),
        policy=POLICY,
        style=Markup(STYLE + MORE_STYLE + PAPER % _quoted(foot(kit, kit.language))),  # noqa: S704 -- constants, and quoted
        skip=say(kit, "To the text"),
        contents=say(kit, "Contents"),
        facts=_versions(kit),
        toc=contents,
        main=Markup('<div class="kit">{}</div>').format(Markup("\n").join(sections)),
        foot=say(kit, "Crisis kit") + f" · {moment(kit, kit.made_at)} · SHA-256 {kit.digest}",
    )
    return page.encode()


def _quoted(text: str) -> str:
    """A text as the inside of a string of a style sheet: whatever could end it is spelled as its number."""
    return "".join(sign if sign.isalnum() or sign in " .,:·" else f"\\{ord(sign):x} " for sign in text)


def _versions(kit: Kit) -> Markup:
    head = [say(kit, word) for word in ("Playbook", "Language", "Version", "Fingerprint (SHA-256)")]
    mono = Markup('<span class="digest">{}</span>')
    rows = [
        (title, language, version, mono.format(digest))
        for title, _, language, version, digest in kit.versions
    ]
    label = say(kit, "Fingerprint of the kit (SHA-256)")
    return table(head, rows) + Markup("<p>{}: {}</p>").format(label, mono.format(kit.digest))


def _parts(kit: Kit) -> Iterator[tuple[str, str, Markup]]:
    """Every part as anchor, title and text."""
    yield "contacts", say(kit, "Contacts"), _people(kit)
    yield "roster", say(kit, "Duty roster"), _roster(kit)
    named = _named(kit)
    for one in kit.booklets:
        playbook = one.playbook
        anchor = f"{playbook.slug}-{playbook.language}"
        yield anchor, playbook.title, _text(one, anchor, named, kit)
    if kit.messages:
        yield "messages", say(kit, "Messages ready to be sent"), _messages(kit)
    yield "clocks", say(kit, "Legal deadlines"), _clocks(kit)
    yield "forms", say(kit, "Blank forms"), _forms(kit)


def _named(kit: Kit) -> Named:
    """Where in the kit stands what the steps refer to."""
    books = {("playbooks", one.playbook.slug): one.playbook for one in reversed(kit.booklets)}
    named = {key: (book.title, f"#{book.slug}-{book.language}") for key, book in books.items()}
    named |= {("messages", one.key): (one.title, f"#message-{one.key}") for one in kit.messages}
    for clock in _in_force(kit):
        name = clock.name_nl if kit.language == "nl" else clock.name_en
        named["clocks", clock.id] = (f"{clock.law}: {name}", f"#clock-{clock.id}")
    return named


def _text(one: Booklet, anchor: str, named: Named, kit: Kit) -> Markup:
    """The text of a playbook and its action cards, with ids that no other playbook of the kit has."""
    playbook = one.playbook
    body = _apart(to_body(playbook, one.standing, named), anchor)
    cards = Markup("\n").join(_card(kit, card) for card in sheets.cards(playbook))
    return Markup(
        '<p lang="{}">{}</p>\n<div lang="{}">{}</div>\n<h3>{}</h3>\n<div class="cards">{}</div>'
    ).format(playbook.language, playbook.summary, playbook.language, body, say(kit, "Action cards"), cards)


def _apart(body: Markup, anchor: str) -> Markup:
    """The same text one heading deeper, and with *anchor* before each of its own ids."""
    own = {found[3] for found in OWN.finditer(body) if found[1] == "id"}

    def renamed(found: re.Match[str]) -> str:
        name, hash_sign, target = found.groups()
        mine = target in own and (name != "href" or hash_sign)
        return f'{name}="{hash_sign}{anchor}--{target}"' if mine else found[0]

    deeper = HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", OWN.sub(renamed, body))
    return Markup(deeper)  # noqa: S704 -- it was safe before


def _card(kit: Kit, card: Card) -> Markup:
    def lines(steps: Iterable[Step]) -> Markup:
        told = (
            Markup("<li>{}{}</li>").format(
                f"{step.time}: " if step.time else "", f"{step.number} {step.title}. {step.result}".strip()
            )
            for step in steps
        )
        return Markup("<ol>{}</ol>").format(Markup("").join(told))

    own = lines(card.steps) if card.steps else Markup()
    deputy = (
        Markup("<p>{}</p>{}").format(say(kit, "As deputy"), lines(card.instead)) if card.instead else Markup()
    )
    return Markup("<article><h4>{}</h4>{}{}</article>").format(card.name, own, deputy)


def _people(kit: Kit) -> Markup:
    if not kit.people:
        return Markup("<p>{}</p>").format(say(kit, "There are no contacts in this kit."))
    head = [say(kit, word) for word in ("Name", "Function", "Reached by", "Deputy")]
    rows = [
        (
            one.name,
            one.function,
            Markup("<br>").join(f"{say(kit, kind)}: {address}" for kind, address in one.channels),
            one.deputy,
        )
        for one in kit.people
    ]
    return table(head, rows)


def _roster(kit: Kit) -> Markup:
    if not kit.duties:
        return Markup("<p>{}</p>").format(say(kit, "Nobody is on the duty roster in this kit."))
    head = [say(kit, word) for word in ("On duty as", "Who", "From", "Until")]
    rows = [
        (one.function, one.name, moment(kit, one.starts_at), moment(kit, one.ends_at)) for one in kit.duties
    ]
    return table(head, rows)


def _messages(kit: Kit) -> Markup:
    told = (
        Markup('<article lang="{}"><h3 id="message-{}">{}</h3><p>{} · {}</p><p>{}</p>{}</article>').format(
            one.language,
            one.key,
            one.title,
            one.audience,
            one.channel,
            one.summary,
            markdown.render(one.body, heading_from=4),
        )
        for one in kit.messages
    )
    return Markup("\n").join(told)


def _in_force(kit: Kit) -> tuple[LegalClock, ...]:
    return law.clocks(kit.made_at.astimezone(AMSTERDAM).date())


def _clocks(kit: Kit) -> Markup:
    told = (
        Markup(
            '<article><h3 id="clock-{}">{}</h3><p>{}</p><p>{}: {}</p><p lang="nl">{}</p></article>'
        ).format(
            clock.id,
            f"{clock.law} {clock.article}: {clock.name_nl if kit.language == 'nl' else clock.name_en}",
            Markup("<br>").join((clock.recipient, clock.channel)),
            say(kit, "Checked on"),
            clock.checked_on.isoformat(),
            clock.note,
        )
        for clock in _in_force(kit)
    )
    return Markup("\n").join(told)


def _forms(kit: Kit) -> Markup:
    parts = []
    for title, head in (("Log", LOG), ("Decisions", DECISIONS), ("Calls", CALLS)):
        words = [say(kit, word) for word in head]
        empty = [[""] * len(words)] * FORM_LINES
        parts.append(
            Markup('<h3>{}</h3><div class="form">{}</div>').format(say(kit, title), table(words, empty))
        )
    return Markup("\n").join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str | Markup]]) -> Markup:
    """A table with a head."""
    top = Markup("").join(Markup('<th scope="col">{}</th>').format(word) for word in head)
    lines = (
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        top, Markup("\n").join(lines)
    )
