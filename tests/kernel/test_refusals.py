import pytest

from cyberready.kernel.actor import CLOCK, Actor
from cyberready.kernel.refusals import Conflict, Forbidden, NotFound, Refused


def test_a_refusal_is_its_sentence():
    refused = Refused("There is no %(thing)s.", thing="key")
    assert str(refused) == "There is no key."
    assert (refused.sentence, refused.values) == ("There is no %(thing)s.", {"thing": "key"})
    assert str(Refused("100 % sure")) == "100 % sure"


@pytest.mark.parametrize(
    ("kind", "status"), [(Refused, 422), (NotFound, 404), (Forbidden, 403), (Conflict, 409)]
)
def test_each_kind_has_its_status(kind, status):
    assert kind.status == status
    assert issubclass(kind, Refused)


def test_who_acts_without_an_organisation():
    assert CLOCK.organisation_id is None
    assert Actor("account:7", "Kim", "aov", 3).organisation_id == 3
