"""The form of the exchange."""

import posixpath

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from cyberready.exchange.limits import MOST_BYTES
from cyberready.kernel.refusals import Refused
from cyberready.platform.texts import gettext
from cyberready.platform.texts import lazy_gettext as _


class BringForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A file in any form that can be read."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    back = HiddenField()

    def given(self) -> tuple[str, bytes]:
        """Name and bytes of the file, a byte more than may be when it is too large; empty when none was chosen."""
        chosen = self.file.data
        if not chosen:
            return "", b""
        with chosen.stream as stream:
            data: bytes = stream.read(MOST_BYTES + 1)
        return posixpath.basename((chosen.filename or "").replace("\\", "/")), data

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal* at the field; gives its status."""
        self.file.errors = [*self.file.errors, gettext(refusal.sentence, **refusal.values)]
        return refusal.status
