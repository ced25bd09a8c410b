"""What a writer is told when a change took a draft back from review."""

from cyberready.platform.context import read
from cyberready.platform.gate import realm
from cyberready.platform.texts import gettext as _
from cyberready.playbooks import queries_drafts
from cyberready.playbooks.lifecycle import UNDER_REVIEW, State


def state_of(draft_id: int) -> str:
    """The state of a draft; raises NotFound."""
    return read(lambda session: queries_drafts.draft(session, realm(), draft_id).state)


def told(sentence: str, before: str, after: str) -> str:
    """*sentence*, and that the draft went back to its writers when its states before and after the act say so."""
    if before not in UNDER_REVIEW or after != State.DRAFT:
        return sentence
    return f"{sentence} {_('The draft went back to its writers, and its approvals have lapsed: submit it again.')}"
