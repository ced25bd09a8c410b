"""What the codes of a scenario are called."""

from cyberready.platform.texts import lazy_gettext as _

CHANNELS = {
    "mail": _("E-mail"),
    "phone": _("Telephone"),
    "chat": _("Chat"),
    "social": _("Social media"),
    "press": _("Press"),
    "paper": _("Paper"),
    "video": _("Video"),
    "in-person": _("In person"),
}
DECISION = _("Decision")
