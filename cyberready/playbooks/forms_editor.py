"""The forms of the editor, and what its buttons put in a text."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from cyberready.platform import images, sizes
from cyberready.platform.texts import lazy_gettext as _
from cyberready.playbooks import wording
from cyberready.playbooks.queries_choices import Choice, Group, same
from cyberready.playbooks.sections import FIELDS

LONGEST_FIELD = 2000
ENDS = {"nl": "einde", "en": "end"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A button of the editor: *text* goes in at the cursor, or below what it is in when it begins on a new line, with ``«…»`` selected and fresh ids for ``{#…}``."""

    name: str
    label: str
    icon: str
    text: str


# Name, label (a message id), icon, Dutch and English text; {one} and {two} are ids that exist.
SNIPPETS = (
    (
        "step",
        "Step",
        "plus",
        "\n### «Nieuwe stap» {{#nieuwe-stap}}\n\n- Rol: {role}\n- Tijd: 15 minuten\n\nBeschrijf wat er gebeurt.\n\n",
        "\n### «New step» {{#new-step}}\n\n- Role: {role}\n- Within: 15 minutes\n\nDescribe what is done.\n\n",
    ),
    (
        "decision",
        "Decision point",
        "gavel",
        "\n> **Besluit: «Is dit zo?»** {{#besluit}}\n> - Ja → [Ga door](#{one})\n> - Nee → [Sla over](#{two})\n\n",
        "\n> **Decision: «Is this so?»** {{#decision}}\n> - Yes → [Go on](#{one})\n> - No → [Skip](#{two})\n\n",
    ),
    (
        "parallel",
        "At the same time",
        "arrows-exchange",
        "\n> **Tegelijk: «wat samen gebeurt»** {{#tegelijk}}\n> - Het ene → [Doe dit](#{one})\n> - Het andere → [Doe dat](#{two})\n\n",
        "\n> **Parallel: «what is done together»** {{#parallel}}\n> - One → [Do this](#{one})\n> - The other → [Do that](#{two})\n\n",
    ),
    (
        "warning",
        "Warning",
        "alert-triangle",
        "\n> **Let op:** «waarvoor»\n\n",
        "\n> **Mind:** «what»\n\n",
    ),
    (
        "checklist",
        "Checklist",
        "checklist",
        "\n- [ ] «Eerste punt»\n- [ ] Tweede punt\n\n",
        "\n- [ ] «First item»\n- [ ] Second item\n\n",
    ),
    ("link", "Link", "link", "[«tekst van de link»](#{one})", "[«text of the link»](#{one})"),
    (
        "table",
        "Table",
        "layout-dashboard",
        "\n| «Wat» | Wie |\n|---|---|\n| Eerste | CISO |\n| Tweede | ICT |\n\n",
        "\n| «What» | Who |\n|---|---|\n| First | CISO |\n| Second | ICT |\n\n",
    ),
)


def snippets(language: str, role: str, one: str, two: str) -> list[Snippet]:
    """The buttons for a text in *language*, with a role and two ids that exist in it."""
    return [
        Snippet(
            name, label, icon, (dutch if language == "nl" else english).format(role=role, one=one, two=two)
        )
        for name, label, icon, dutch, english in SNIPPETS
    ]


class NamesField(Field):  # type: ignore[misc]  # as above
    """Names of what a step refers to, chosen from what exists; a text with commas between names is read as well.

    ``groups`` are what can be chosen, and last what stands in the step although it is not known. *spelling* says
    whether capitals matter.
    """

    UNKNOWN = _("In this step, but not known here")

    def __init__(self, label: str, *, spelling: bool = True, **given: Any) -> None:
        super().__init__(label, **given)
        self._spelling = spelling
        self.groups: tuple[Group, ...] = ()

    def process_data(self, value: str | None) -> None:
        """Take the names as they stand in a step."""
        self.data = list(wording.names(value or ""))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked and what was typed, each name once."""
        self.data = list(dict.fromkeys(name for value in valuelist for name in wording.names(value)))

    def offer(self, groups: Iterable[Group], standing: Collection[str]) -> None:
        """Offer *groups*; what was chosen, or is *standing* in the step, stays among them as it is spelled there."""
        named = tuple(dict.fromkeys((*standing, *self.data)))
        spelled = {} if self._spelling else {same(name): name for name in named}
        self.groups = tuple(
            Group(
                group.heading,
                tuple(replace(one, name=spelled.get(same(one.name), one.name)) for one in group.choices),
            )
            for group in groups
        )
        known = {one.name for group in self.groups for one in group.choices}
        if lost := tuple(Choice(name, name) for name in named if name not in known):
            self.groups += (Group(self.UNKNOWN, lost),)

    def written(self, before: str) -> str:
        """The names in the order of the step, new ones last; *before* itself when nothing was chosen otherwise."""
        old = wording.names(before)
        if set(old) == set(self.data):
            return before
        kept = [name for name in old if name in self.data]
        return ", ".join(dict.fromkeys([*kept, *self.data]))


class StepForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A step as fields; the rest of its text is ``body``."""

    title = StringField(_("Title"), [DataRequired(_("Give the step a title.")), Length(max=200)])
    role = SelectField(_("Role"), validate_choice=False)
    deputy = SelectField(_("Deputy"), validate_choice=False)
    time = StringField(_("Time target"), [Length(max=80)])
    result = TextAreaField(_("Expected result"), [Length(max=LONGEST_FIELD)])
    evidence = TextAreaField(_("Evidence to keep"), [Length(max=LONGEST_FIELD)])
    body = TextAreaField(_("What is done"))
    next = SelectField(_("After this"), validate_choice=False)
    messages = NamesField(_("Message templates"))
    contacts = NamesField(_("Contacts"), spelling=False)
    clocks = NamesField(_("Legal clocks"))
    playbooks = NamesField(_("Sub-playbooks"))
    began = HiddenField()
    version = HiddenField()
    back = HiddenField()

    def offer(
        self,
        roles: Mapping[str, str],
        places: list[tuple[str, str]],
        choices: Mapping[str, Iterable[Group]],
        before: Mapping[str, str],
    ) -> None:
        """Offer these roles, places to go on and choices; what stands in the text stays among them, also when it is unknown.

        *before* is what one began from, by field.
        """
        for field, groups in choices.items():
            self[field].offer(groups, wording.names(before.get(field, "")))
        named = [(name, f"{said} ({name})") for name, said in roles.items()]
        for field in (self.role, self.deputy):
            none = [("", _("nobody"))] if field is self.deputy or not self.role.data else []
            field.choices = none + named + self._other(field, roles)
        known = {name for name, _said in places}
        self.next.choices = [("", _("the next step")), *places, *self._other(self.next, known)]

    @staticmethod
    def _other(field: SelectField, known: object) -> list[tuple[str, str]]:
        value = field.data or ""
        return [(value, value)] if value and value not in known else []  # type: ignore[operator]  # names of either

    def filled_in(self, before: Mapping[str, str]) -> dict[str, str]:
        """What was filled in, by the name of the field in the text; *before* is what one began from."""
        return {
            name: self[name].written(before.get(name, ""))
            if isinstance(self[name], NamesField)
            else self[name].data or ""
            for name in ("title", "body", *FIELDS)
        }


class ImageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """An image for a text, and what it shows for who cannot see it."""

    image = FileField(
        _("Image"),
        [FileRequired(_("Choose an image."))],
        description=_(
            "PNG, JPEG or WebP, %(limit)s MB at most. Where and when a photo was taken is removed.",
            limit=sizes.megabytes(images.MOST_BYTES),
        ),
    )
    alt = StringField(
        _("What does it show?"),
        [DataRequired(_("Say what the image shows, for who cannot see it.")), Length(max=300)],
    )
    back = HiddenField()


class CommentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What somebody says about a step."""

    text = TextAreaField(_("Comment"), [DataRequired(_("Write what you want to say.")), Length(max=4000)])
    back = HiddenField()
