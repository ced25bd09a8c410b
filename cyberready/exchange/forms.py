"""The forms of the exchange."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from cyberready.exchange.limits import MOST_BYTES
from cyberready.kernel.refusals import Refused
from cyberready.platform import sizes
from cyberready.platform.sources import name_of
from cyberready.platform.texts import gettext
from cyberready.platform.texts import lazy_gettext as _
from cyberready.playbooks.forms_drafts import WritersField


class BringForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A file in any form that can be read."""

    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "At most %(limit)s MB. You first see what becomes of it; nothing changes until you say so.",
            limit=sizes.megabytes(MOST_BYTES),
        ),
    )
    back = HiddenField()

    def given(self) -> tuple[str, bytes]:
        """Name and bytes of the file, a byte more than may be when it is too large; empty when none was chosen."""
        chosen = self.file.data
        if not chosen:
            return "", b""
        with chosen.stream as stream:
            data: bytes = stream.read(MOST_BYTES + 1)
        return name_of(chosen.filename or ""), data

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal* at the field; gives its status."""
        self.file.errors = [*self.file.errors, gettext(refusal.sentence, **refusal.values)]
        return refusal.status


class TakeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Who wrote a file besides who brings it in."""

    writers = WritersField()

    def offer(self, people: Mapping[int, str], guessed: Mapping[int, str]) -> None:
        """Offer people by the numbers of their accounts: those who were *guessed*, with why, come first and are ticked."""
        first = [
            SelectChoice(
                number, gettext("%(name)s (a guess: %(why)s)", name=people[number], why=gettext(why))
            )
            for number, why in guessed.items()
        ]
        others = [SelectChoice(number, name) for number, name in people.items() if number not in guessed]
        self.writers.choices = [*first, *others]
        if not self.is_submitted():
            self.writers.data = list(guessed)
