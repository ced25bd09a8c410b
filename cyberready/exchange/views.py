"""Pages of the exchange of playbooks with files."""

from cyberready.exchange import views_in, views_kits, views_out, views_pdf, views_report
from cyberready.exchange.views_blueprint import blueprint

__all__ = ["blueprint", "views_in", "views_kits", "views_out", "views_pdf", "views_report"]
