"""The form of playbooks."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField

from cyberready.platform.texts import lazy_gettext as _


class PublishForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A playbook file, chosen or pasted; a chosen file goes before pasted text."""

    file = FileField(_("Playbook file"))
    source = TextAreaField(_("Or the text of the file"))
    back = HiddenField()

    def given(self) -> bytes | str:
        """What was given; empty when nothing was."""
        chosen: bytes = self.file.data.read() if self.file.data else b""
        return chosen or self.source.data or ""

    def keep(self, given: bytes | str) -> None:
        """Put what was given in the text field, so that nothing is lost; bytes that are no text are marked."""
        self.source.data = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
