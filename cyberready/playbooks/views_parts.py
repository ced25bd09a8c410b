"""What the pages of playbooks share: texts with what is not filled in marked, and reviews."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date
from flask import get_template_attribute
from markupsafe import Markup, escape

from cyberready.kernel.deadlines import Term, Unit
from cyberready.platform import markdown, texts
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import ngettext
from cyberready.playbooks import placeholders
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_reviews import ReviewRequest
from cyberready.playbooks.queries_reading import Links
from cyberready.playbooks.reviewing import next_review
from cyberready.playbooks.rules import Playbook
from cyberready.playbooks.views_blueprint import prose

TAG_OR_PLACE = re.compile(rf"<[^>]*>|{placeholders.PLACE.pattern}")


@dataclass(frozen=True, slots=True)
class Book:
    """A release and when it is to be reviewed; ``occasions`` are those after which a review was asked."""

    release: PlaybookRelease
    review_at: datetime
    overdue: bool
    occasions: tuple[ReviewRequest, ...] = ()
    findings: int = 0


def book(release: PlaybookRelease, present: datetime, confirmed_at: datetime | None = None) -> Book:
    """A release that was last confirmed at a moment, and whether its review is due."""
    review_at = next_review(release.published_at, release.review_months, confirmed_at)
    return Book(release, review_at, review_at <= present)


@dataclass(frozen=True, slots=True)
class Voice:
    """Says the texts of one playbook as HTML; what is not filled in is marked, with its description.

    Without descriptions (None) it stays as it stands in the file.
    """

    descriptions: Mapping[str, str] | None

    def prose(self, text: str, heading_from: int = 1) -> Markup:
        """Markdown; its own headings begin at level *heading_from*."""
        return self._marked(
            prose(text) if heading_from == 1 else markdown.render(text, heading_from=heading_from)
        )

    def inline(self, text: str) -> Markup:
        """Markdown of one line, without a paragraph around it."""
        html = prose(text).strip()
        return self._marked(Markup(html.removeprefix("<p>").removesuffix("</p>")))  # noqa: S704 -- made safe by prose

    def plain(self, text: str) -> Markup:
        """Plain text."""
        return self._marked(escape(text))

    def words(self, text: str) -> str:
        """Plain text in which nothing can be marked, for the middle of a sentence."""
        return text if self.descriptions is None else placeholders.worded(text, self.descriptions)

    def _marked(self, html: Markup) -> Markup:
        descriptions = self.descriptions
        if descriptions is None or placeholders.OPEN not in html:
            return html

        def mark(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            said = escape(descriptions.get(found[1].strip(), found[1].strip()))
            return f'<mark class="cr-unfilled">{said}</mark>'

        return Markup(TAG_OR_PLACE.sub(mark, html))  # noqa: S704 -- what is put in is escaped


@dataclass(frozen=True, slots=True)
class References:
    """What a page says about that to which a step refers; ``places`` are the titles of steps, phases and branches."""

    slug: str
    language: str
    links: Links
    places: Mapping[str, str]

    @staticmethod
    def term(span: Term) -> str:
        """A legal term in words."""
        return term(span)

    @staticmethod
    def day(on: date) -> str:
        """A day in words."""
        return format_date(on, "d MMM y", locale=texts.language())


@dataclass(frozen=True, slots=True)
class Shown:
    """A playbook as one kind of reader sees it; ``key`` tells it from every other."""

    key: Hashable
    playbook: Playbook = field(compare=False)
    voice: Voice = field(compare=False)
    refs: References = field(compare=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """What takes longest on the page of a playbook: its contents, and every step by its id."""

    toc: Markup
    steps: Mapping[str, Markup]


@lru_cache(maxsize=64)
def parts(shown: Shown) -> Parts:
    """The parts as HTML; playbooks are read often and change seldom, and so does what they refer to."""
    macros = "playbooks/macros.html"
    toc, card = get_template_attribute(macros, "toc"), get_template_attribute(macros, "step_card")
    roles, voice = shown.playbook.roles, shown.voice
    with texts.speaking(shown.refs.language):  # found once for all words of all steps
        steps = {step.id: card(step, roles, voice, shown.refs) for step in shown.playbook.steps}
    return Parts(toc(shown.playbook, voice), steps)


def places(playbook: Playbook) -> dict[str, str]:
    """What everything with an id in a playbook is called."""
    found = {phase.id: phase.title for phase in playbook.phases}
    found |= {step.id: f"{step.number} {step.title}" for step in playbook.steps}
    return found | {point.id: point.question for point in playbook.decision_points}


def term(span: Term) -> str:
    """A legal term in words."""
    if span.unit is Unit.HOURS:
        return ngettext("%(num)s hour", "%(num)s hours", span.amount)
    if span.unit is Unit.MONTHS:
        return ngettext("%(num)s month", "%(num)s months", span.amount)
    return _("at once") if span.unit is Unit.IMMEDIATELY else _("as agreed")
