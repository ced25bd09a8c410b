"""The blueprint of the exchange of playbooks with files."""

from flask import Blueprint

blueprint = Blueprint("exchange", __name__, url_prefix="/playbooks/exchange")
