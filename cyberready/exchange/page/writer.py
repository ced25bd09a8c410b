"""A version of a playbook as one HTML file that needs nothing else: no network, no script, no other file."""

import base64
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from cyberready.exchange.referring import titles
from cyberready.exchange.report import Report
from cyberready.exchange.standing import Standing
from cyberready.platform import markdown
from cyberready.platform.texts import translate
from cyberready.playbooks import formats, placeholders
from cyberready.playbooks.rules import DECISION, END, PARALLEL, Content, DecisionPoint, Phase, Playbook, Step
from cyberready.playbooks.sections import LABELS

Named = Mapping[tuple[str, str], tuple[str, str]]
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark;--ink:#17212b;--blue:#154273;--line:#c3ccd5;--paper:#fff;--tint:#eef4fa;--warn:#d52b1e}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--blue:#9cc7f5;--line:#44505c;--paper:#14191f;--tint:#1d2732;--warn:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0;padding:1rem;font:1rem/1.6 "Source Sans 3",system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
header,nav,main,footer{max-width:48rem;margin:0 auto 1.5rem}
h1,h2,h3,h4{color:var(--blue);line-height:1.25;break-after:avoid}
h2{border-bottom:2px solid var(--line);padding-bottom:.2rem;margin-top:2.5rem}
a{color:var(--blue)}a:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.2rem 1rem;margin:.5rem 0 1rem}
dt{font-weight:600}dd{margin:0}
blockquote{margin:1rem 0;padding:.5rem 1rem;border:2px solid var(--warn)}
.branch{margin:1rem 0;padding:.5rem 1rem;border:2px solid var(--blue);background:var(--tint);break-inside:avoid}
.number{margin-right:.5em}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:var(--tint)}img{max-width:100%;height:auto}pre{overflow-x:auto;background:var(--tint);padding:.5rem}
.contains-task-list{list-style:none;padding-left:0}footer{border-top:1px solid var(--line);padding-top:.5rem;font-size:.875rem}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
@media print{body{padding:0;font-size:10.5pt}nav{break-after:page}article{break-inside:avoid-page}}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
"""
FRAME = Markup(
    '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n<meta name="robots" content="noindex">\n'
    "<style>{style}</style>\n</head>\n<body>\n"
    '<a class="skip" href="#main">{skip}</a>\n<header>\n<h1>{title}</h1>\n<p>{summary}</p>\n{facts}\n</header>\n'
    '<nav aria-label="{contents}">\n<h2>{contents}</h2>\n{toc}\n</nav>\n<main id="main">\n{main}\n</main>\n'
    "<footer>\n<p>{foot}</p>\n</footer>\n</body>\n</html>\n"
)


def to_html(source: str, standing: Standing, report: Report | None = None) -> bytes:
    """The HTML file of a playbook file without faults; raises FaultsFound for a faulty one."""
    playbook = placeholders.filled(formats.parse(source), standing.values)
    return _Page(playbook, standing, report or Report()).html().encode()


def to_body(playbook: Playbook, standing: Standing, named: Named) -> Markup:
    """What stands under the title in ``to_html``, for a page that holds several playbooks (filled in).

    *named* gives the title and the address of what steps refer to, by field (``messages``, ``clocks`` …) and key.
    """
    return _Page(playbook, standing, Report(), named).body()


class _Page:
    """Writes one page."""

    def __init__(
        self, playbook: Playbook, standing: Standing, report: Report, named: Named | None = None
    ) -> None:
        self._book = playbook
        self._standing = standing
        self._report = report
        self._named = named or {}
        self._referring = titles(playbook, standing)
        self._labels = LABELS[playbook.language if playbook.language in LABELS else "nl"]
        self._titles = {step.id: f"{step.number} {step.title}" for step in playbook.steps}
        self._titles |= {phase.id: phase.title for phase in playbook.phases}
        self._titles |= {point.id: point.question for point in playbook.decision_points}

    def html(self) -> str:
        """The whole page."""
        book = self._book
        foot = self._say("version %(version)s", version=book.version) + f" · SHA-256 {book.digest}"
        return FRAME.format(
            language=book.language,
            title=book.title,
            summary=book.summary,
            policy=POLICY,
            style=Markup(STYLE),  # noqa: S704 -- a constant of this module
            skip=self._say("To the text"),
            contents=self._say("Contents"),
            facts=self._warnings() + self._facts(self._about()),
            toc=self._contents(),
            main=Markup("\n").join(self._main()),
            foot=" · ".join(filter(None, (self._standing.organisation, foot))),
        )

    def body(self) -> Markup:
        """The facts and the text, without a frame around them."""
        return Markup("\n").join([self._warnings(), self._facts(self._about()), *self._main()])

    def _say(self, message: str, **values: object) -> str:
        return translate(self._book.language, message, **values)

    def _about(self) -> Sequence[tuple[str, str]]:
        known = self._standing
        agreed = "; ".join(f"{one.name}, {one.function}, {one.day}" for one in known.approvals)
        return (
            (self._say("Version"), self._book.version),
            (self._say("Status"), known.state),
            (self._say("Published"), known.published),
            (self._say("Next review"), known.review),
            (self._say("Agreed"), agreed),
            (self._say("Owner"), self._book.owner),
            (self._say("Marking"), f"TLP:{self._book.tlp}"),
        )

    def _warnings(self) -> Markup:
        """Why this is not the version to follow."""
        said = (Markup("<p>{}</p>").format(one) for one in self._standing.warnings)
        lines = Markup("\n").join(said)
        return Markup("<blockquote>{}</blockquote>\n").format(lines) if lines else Markup()

    @staticmethod
    def _facts(rows: Sequence[tuple[str, str | Markup]]) -> Markup:
        lines = (Markup("<dt>{}</dt><dd>{}</dd>").format(label, said) for label, said in rows if said)
        return Markup("<dl>{}</dl>").format(Markup("\n").join(lines))

    def _contents(self) -> Markup:
        made = []
        for phase in self._book.phases:
            steps = Markup("").join(map(self._entry, phase.steps))
            inner = Markup("\n<ul>{}</ul>").format(steps) if phase.steps else Markup()
            made.append(Markup('<li><a href="#{}">{}</a>{}</li>').format(phase.id, phase.title, inner))
        return Markup("<ul>{}</ul>").format(Markup("\n").join(made))

    @staticmethod
    def _entry(step: Step) -> Markup:
        return Markup('<li><a href="#{}">{} {}</a></li>').format(step.id, step.number, step.title)

    def _main(self) -> Iterator[Markup]:
        yield from self._content(self._book.intro, 2)
        for phase in self._book.phases:
            yield self._phase(phase)

    def _phase(self, phase: Phase) -> Markup:
        parts = Markup("\n").join([*self._content(phase.content, 3), *map(self._step, phase.steps)])
        return Markup(
            '<section aria-labelledby="{id}">\n<h2 id="{id}">{title}</h2>\n{parts}\n</section>'
        ).format(id=phase.id, title=phase.title, parts=parts)

    def _step(self, step: Step) -> Markup:
        roles = self._book.roles
        rows: list[tuple[str, str | Markup]] = [
            (self._labels["role"], roles.get(step.role, step.role)),
            (self._labels["deputy"], roles.get(step.deputy, step.deputy)),
            (self._labels["time"], step.time),
            (self._labels["result"], self._inline(step.result)),
            (self._labels["evidence"], self._inline(step.evidence)),
        ]
        rows += [
            (self._labels[name], self._references(name, getattr(step, name)))
            for name in ("messages", "contacts", "clocks", "playbooks")
        ]
        if step.next:
            rows.append((self._labels["next"], self._goes_on(step.next)))
        return Markup(
            '<article aria-labelledby="{id}">\n<h3 id="{id}"><span class="number">{number}</span>{title}</h3>\n{facts}\n{parts}\n</article>'
        ).format(
            id=step.id,
            number=step.number,
            title=step.title,
            facts=self._facts(rows),
            parts=Markup("\n").join(self._content(step.content, 4)),
        )

    def _references(self, name: str, keys: Sequence[str]) -> Markup:
        links = Markup('<a href="{1}">{0}</a>')
        known = self._named
        told = (
            links.format(*known[name, key]) if (name, key) in known else self._referring.get((name, key), key)
            for key in keys
        )
        return Markup(", " if name == "contacts" else "; ").join(told)  # noqa: S704 -- two constants

    def _goes_on(self, target: str) -> str | Markup:
        if target == END:
            return self._say("end of the playbook")
        return Markup('<a href="#{}">{}</a>').format(target, self._titles.get(target, target))

    def _inline(self, text: str) -> Markup:
        return Markup(markdown.parser().renderInline(text))  # noqa: S704 -- html is off and every link is checked

    def _content(self, parts: Sequence[Content], level: int) -> Iterator[Markup]:
        for part in parts:
            if isinstance(part, DecisionPoint):
                yield self._branch(part, level)
            else:
                yield markdown.render(part, heading_from=1, images_at=self._image)

    def _branch(self, point: DecisionPoint, level: int) -> Markup:
        words = {DECISION: "Decision", PARALLEL: "At the same time"}.get(point.kind, "As long as")
        outcomes = Markup("\n").join(
            Markup('<li>{}: <a href="#{}">{}</a></li>').format(one.answer, one.target, one.text)
            for one in point.outcomes
        )
        text = markdown.render(point.text, heading_from=1, images_at=self._image) if point.text else Markup()
        return Markup(
            '<section class="branch" aria-labelledby="{id}">\n<h{level} id="{id}">{word}: {question}</h{level}>\n{text}<ul>{outcomes}</ul>\n</section>'
        ).format(
            id=point.id,
            level=level,
            word=self._say(words),
            question=point.question,
            text=text,
            outcomes=outcomes,
        )

    def _image(self, digest: str) -> str | None:
        """The image itself, as part of the page; None when it is not at hand or of a kind that pages do not show."""
        data = self._standing.pictures.get(digest)
        kind = _media_type(data) if data else ""
        if not data or not kind:
            self._report.lost(
                "the whole document", "An image is not at hand, and its words stand there instead."
            )
            return None
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _media_type(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return ""
