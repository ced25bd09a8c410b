"""What people type about crisis kits."""

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from cyberready.exchange.actions_kits import MEDIA
from cyberready.exchange.kit.archive import SHORT, SHORTEST_PASSPHRASE
from cyberready.platform.texts import gettext
from cyberready.platform.texts import lazy_gettext as _

FILL_IN = DataRequired(_("Fill in this field."))
MEDIA_NAMES = {key: _(name) for key, name in MEDIA.items()}


class KitForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """How the kit is wanted."""

    form = RadioField(
        _("What do you want?"),
        choices=[
            SelectChoice("zip", _("A zip with everything")),
            SelectChoice("html", _("One page that opens in any browser")),
        ],
        default="zip",
        validators=[InputRequired(_("Choose one."))],
    )
    passphrase = PasswordField(_("Passphrase for the zip"), [Length(max=200)])
    back = HiddenField()

    def fits(self) -> bool:
        """Whether everything is right; says at the passphrase what is wrong with it."""
        if not self.validate_on_submit():
            return False
        typed = self.passphrase.data or ""
        if typed and self.form.data == "html":
            self.passphrase.errors = [gettext("Only the zip can be encrypted. Choose the zip.")]
        elif typed and len(typed) < SHORTEST_PASSPHRASE:
            self.passphrase.errors = [gettext(SHORT, least=SHORTEST_PASSPHRASE)]
        return not self.passphrase.errors


class CopyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Who holds a copy of which kit."""

    kit = SelectField(_("Which kit"), coerce=int)
    holder = StringField(_("Who holds it"), [FILL_IN, Length(max=200)])
    mail = EmailField(_("Mail address, to tell that it is out of date"), [Length(max=254)])
    medium = SelectField(
        _("What is it on?"), choices=[SelectChoice(one, MEDIA_NAMES[one]) for one in MEDIA], default="usb"
    )
    place = StringField(_("Where is it kept?"), [Length(max=200)])
    back = HiddenField()
