import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import actions, actions_access, queries
from cyberready.people.models import Account, SignInLink
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trail
from cyberready.trail.rules import STAFF, Kind
from tests.world import START, account, actor, organisation, town

SENTENCE = "vier paarden lezen krant"
HOUR = timedelta(hours=1)


def entries(database, home):
    def told(session):
        return trail.lines(session, trail.organisation_trail(session, home.id).id)

    return database.read(told)


def kinds(database, home):
    return [line.kind for line in entries(database, home)]


def link(database, person, *, valid=HOUR, now=START):
    return database.transact(lambda session: actions.issue_link(session, person.id, valid=valid, now=now))


def redeem(database, secret, now=START):
    return database.transact(lambda session: actions.redeem_link(session, secret, now=now))


def contact(database, home, **changes):
    said = {"name": "Bo Smit", "function": "CISO", "channels": [("mobile", "0612345678")]} | changes
    return database.transact(
        lambda session: actions.save_contact(session, Realm(home.id), **said, actor=SYSTEM, now=START)
    )


def duty(database, home, person, starts=START, ends=START + HOUR, function="CISO van dienst"):
    return database.transact(
        lambda session: actions.assign_duty(
            session,
            Realm(home.id),
            contact_id=person.id,
            function=function,
            starts_at=starts,
            ends_at=ends,
            actor=SYSTEM,
            now=START,
        )
    )


def test_founding_an_organisation_opens_its_trail(database):
    home = organisation(database)
    assert kinds(database, home) == [Kind.ORGANISATION_FOUNDED]
    with pytest.raises(Conflict):
        organisation(database)


def test_a_municipality_hands_over_to_its_own_region_first(database):
    organisation(database, "aa-regio", "safety_region")
    own = organisation(database, "zz-regio", "safety_region")
    home = organisation(database, region=own.id)
    found = database.read(lambda session: queries.regions(session, Realm(home.id)))
    assert [region.slug for region in found] == ["zz-regio", "aa-regio"]


def test_an_account_may_do_what_any_of_its_roles_may(database):
    home = organisation(database)
    person = account(database, home, "crisis_team", "communications")
    principal = database.read(lambda session: queries.principal_of(session, person.id, home.id))
    assert principal is not None
    assert principal.may("incidents.run")
    assert principal.may("campaigns.write")
    assert not principal.may("people.manage")
    assert principal.get_id() == f"account:{person.id}/{home.id}/1"


def test_the_same_person_gets_a_second_place_not_a_second_account(database):
    first, second = organisation(database), organisation(database, "polderdam")
    person = account(database, first, "crisis_team")
    again = database.transact(
        lambda session: actions.open_account(
            session,
            Realm(second.id),
            email=f" {person.email.upper()}",
            name="",
            roles=["administrator"],
            actor=SYSTEM,
            now=START,
        )
    )
    assert again.id == person.id
    places = database.read(lambda session: queries.memberships(session, person.id))
    assert [place.organisation.slug for place in places] == ["waterveld", "polderdam"]
    listed = database.read(lambda session: queries.accounts(session, Realm(second.id)))
    assert [place.organisation_id for place in listed[0].memberships] == [second.id]


def test_two_organisations_in_one_transaction_see_only_their_own_place(database):
    first, second = organisation(database), organisation(database, "polderdam")
    person = account(database, first, "crisis_team")
    account(database, second, "administrator")

    def both(session):
        return [queries.accounts(session, Realm(home.id))[0].memberships[0].roles for home in (first, second)]

    assert database.read(both) == [["crisis_team"], ["administrator"]]
    with pytest.raises(NotFound):
        database.read(lambda session: queries.account(session, Realm(second.id), person.id))


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "geen adres"},
        {"name": " "},
        {"roles": []},
        {"roles": ["participant"]},
        {"roles": ["burgemeester"]},
    ],
)
def test_an_account_is_not_opened_with_something_missing(database, wrong):
    home = organisation(database)
    said = {"email": "kim@waterveld.example", "name": "Kim", "roles": ["crisis_team"]} | wrong
    with pytest.raises(Refused):
        database.transact(
            lambda session: actions.open_account(session, Realm(home.id), **said, actor=SYSTEM, now=START)
        )


def test_the_holders_of_a_role(database):
    here = town(database)
    found = database.read(lambda session: queries.holders(session, Realm(here.home.id), "crisis_team"))
    assert [person.id for person in found] == [here["crisis_team"].id]


def test_somebody_can_always_manage_the_accounts(database):
    home = organisation(database)
    only = account(database, home, "administrator")
    with pytest.raises(Conflict, match="manage accounts"):
        database.transact(
            lambda session: actions.close_account(session, Realm(home.id), only.id, actor=SYSTEM, now=START)
        )
    with pytest.raises(Conflict, match="manage accounts"):
        database.transact(
            lambda session: actions.set_roles(
                session,
                Realm(home.id),
                only.id,
                roles=["crisis_team"],
                function="",
                actor=SYSTEM,
                now=START,
            )
        )
    assert kinds(database, home)[1:] == [Kind.ACCOUNT_OPENED]


def test_a_closed_account_is_out_at_once_and_can_be_opened_again_without_its_password(database):
    here = town(database)
    person = here["crisis_team"]
    secret = link(database, person)
    database.transact(
        lambda session: actions.set_password(session, person.id, SENTENCE, actor=SYSTEM, now=START)
    )
    secret = link(database, person)
    database.transact(
        lambda session: actions.close_account(
            session, Realm(here.home.id), person.id, actor=SYSTEM, now=START
        )
    )
    assert database.read(lambda session: queries.principal_of(session, person.id, here.home.id)) is None
    with pytest.raises(Refused):
        redeem(database, secret)
    with pytest.raises(Refused):
        database.read(lambda session: actions.check_password(session, person.email, SENTENCE))
    again = account(database, here.home, "crisis_team", name="Test crisis_team")
    assert again.id == person.id
    with pytest.raises(Refused):
        database.read(lambda session: actions.check_password(session, person.email, SENTENCE))


def test_closing_ends_the_place_here_and_leaves_the_place_elsewhere(database):
    here, there = town(database), town(database, "polderdam")
    person = here["crisis_team"]

    def elsewhere(session):
        return actions.open_account(
            session,
            Realm(there.home.id),
            email=person.email,
            name="",
            roles=["crisis_team"],
            actor=SYSTEM,
            now=START,
        )

    database.transact(elsewhere)
    database.transact(
        lambda session: actions.close_account(
            session, Realm(here.home.id), person.id, actor=SYSTEM, now=START
        )
    )
    assert database.read(lambda session: queries.principal_of(session, person.id, here.home.id)) is None
    assert database.read(lambda session: queries.principal_of(session, person.id, there.home.id)) is not None


def test_a_password_lets_in_in_any_spelling_of_the_address(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    database.transact(
        lambda session: actions.set_password(session, person.id, SENTENCE, actor=SYSTEM, now=START)
    )
    proof = database.read(
        lambda session: actions.check_password(session, f" {person.email.upper()} ", SENTENCE)
    )
    assert database.transact(lambda session: actions.enter(session, proof, now=START)) == (person.id, home.id)
    assert kinds(database, home)[-2:] == [Kind.PASSWORD_CHANGED, Kind.SIGNED_IN]


def test_every_way_to_be_wrong_gets_the_same_answer(database):
    home = organisation(database)
    with_password, without = account(database, home, "crisis_team"), account(database, home, "communications")
    database.transact(
        lambda session: actions.set_password(session, with_password.id, SENTENCE, actor=SYSTEM, now=START)
    )
    said = set()
    for email in (with_password.email, without.email, "niemand@waterveld.example", ""):
        with pytest.raises(Refused) as refusal:
            database.read(lambda session, email=email: actions.check_password(session, email, "wrong" * 4))
        said.add((str(refusal.value), refusal.value.status))
    assert len(said) == 1


def test_an_unknown_address_costs_a_real_verification(database):
    """The dummy hash has the parameters of the real ones, so that the time tells nothing."""
    parameters = [part for part in actions_access.NOBODY.split("$") if "=" in part]
    assert parameters == [part for part in actions_access.HASHER.hash("x").split("$") if "=" in part]


def test_a_hash_with_older_parameters_is_replaced_at_sign_in(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    older = actions_access.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SENTENCE)

    def age(session):
        session.get(Account, person.id).password_hash = older

    database.transact(age)
    proof = database.read(lambda session: actions.check_password(session, person.email, SENTENCE))
    database.transact(lambda session: actions.enter(session, proof, now=START))
    stored = database.read(lambda session: session.get(Account, person.id).password_hash)
    assert stored != older
    proof = database.read(lambda session: actions.check_password(session, person.email, SENTENCE))
    assert proof.fresh_hash is None


def test_a_link_signs_in_once(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    secret = link(database, person)
    stored = database.read(lambda session: session.scalars(select(SignInLink.digest)).one())
    assert secret not in stored
    assert redeem(database, secret) == (person.id, home.id)
    with pytest.raises(Refused) as used:
        redeem(database, secret)
    late = link(database, person)
    with pytest.raises(Refused) as expired:
        redeem(database, late, START + HOUR)
    with pytest.raises(Refused) as unknown:
        redeem(database, "unknown")
    assert str(used.value) == str(expired.value) == str(unknown.value)


def test_two_clicks_at_once_give_one_sign_in(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    secret = link(database, person)
    together = threading.Barrier(6)
    entered, refused = [], []

    def click():
        together.wait()
        try:
            entered.append(redeem(database, secret))
        except Refused:
            refused.append(1)

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entered == [(person.id, home.id)]
    assert len(refused) == 5
    assert kinds(database, home).count(Kind.SIGNED_IN) == 1


def test_signing_out_everywhere_ends_sessions_links_and_streams(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    secret = link(database, person)
    bells = []
    database.listeners.append(bells.append)
    database.transact(
        lambda session: actions.sign_out_everywhere(session, person.id, actor=actor(person, home), now=START)
    )
    assert f"gone:account:{person.id}" in bells[-1]
    principal = database.read(lambda session: queries.principal_of(session, person.id, home.id))
    assert principal.generation == 2
    with pytest.raises(Refused):
        redeem(database, secret)


def test_no_secret_reaches_the_trail_and_only_staff_may_read_it(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    secret = link(database, person)
    database.transact(
        lambda session: actions.set_password(session, person.id, SENTENCE, actor=SYSTEM, now=START)
    )
    contact(database, home)
    told = entries(database, home)
    for line in told:
        assert not any(word in str(line.body) for word in (secret, SENTENCE, "argon2", "0612345678"))
        assert line.audience == (STAFF,)
    assert Kind.LINK_REQUESTED in [line.kind for line in told]


def test_a_weak_password_changes_nothing(database):
    home = organisation(database)
    person = account(database, home, "crisis_team")
    before = kinds(database, home)
    with pytest.raises(Refused, match="at least"):
        database.transact(
            lambda session: actions.set_password(session, person.id, "kort", actor=SYSTEM, now=START)
        )
    assert kinds(database, home) == before


def test_a_contact_keeps_what_stays_and_the_order_that_was_chosen(database):
    home = organisation(database)
    saved = contact(database, home, channels=[("mobile", "0612345678"), ("mail", "bo@waterveld.example")])
    mobile = saved.channels[0]
    database.transact(
        lambda session: actions.confirm_channel(
            session, Realm(home.id), saved.id, mobile.id, actor=SYSTEM, now=START
        )
    )
    contact(
        database,
        home,
        contact_id=saved.id,
        channels=[("radio", "groep 4"), ("mobile", "0612345678")],
    )
    found = database.read(lambda session: queries.contact(session, Realm(home.id), saved.id))
    assert [(one.kind, one.address, one.checked_at) for one in found.channels] == [
        ("radio", "groep 4", None),
        ("mobile", "0612345678", START),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"function": ""},
        {"channels": [("mobile", "bel maar")]},
        {"channels": [("mail", "geen adres")]},
        {"channels": [("mobile", "0612345678")] * 2},
    ],
)
def test_a_contact_is_not_saved_with_something_wrong(database, wrong):
    home = organisation(database)
    with pytest.raises(Refused):
        contact(database, home, **wrong)
    assert database.read(lambda session: queries.contacts(session, Realm(home.id))) == []


def test_nobody_is_their_own_deputy_nor_has_one_elsewhere(database):
    here, there = organisation(database), organisation(database, "polderdam")
    mine, theirs = contact(database, here), contact(database, there)
    with pytest.raises(Refused, match="own deputy"):
        contact(database, here, contact_id=mine.id, deputy_id=mine.id)
    with pytest.raises(NotFound):
        contact(database, here, contact_id=mine.id, deputy_id=theirs.id)
    with pytest.raises(NotFound):
        contact(database, here, contact_id=theirs.id)
    with pytest.raises(NotFound):
        contact(database, here, account_id=account(database, there, "crisis_team").id)


def test_a_contact_with_a_duty_to_do_stays(database):
    home = organisation(database)
    person = contact(database, home)
    other = contact(database, home, name="Ali Kaya", deputy_id=person.id)
    duty(database, home, person)

    def remove(now):
        return database.transact(
            lambda session: actions.remove_contact(session, Realm(home.id), person.id, actor=SYSTEM, now=now)
        )

    with pytest.raises(Conflict, match="Bo Smit"):
        remove(START)
    remove(START + 2 * HOUR)
    left = database.read(lambda session: queries.contacts(session, Realm(home.id)))
    assert [(one.id, one.deputy) for one in left] == [(other.id, None)]


def test_a_duty_includes_its_start_and_not_its_end(database):
    home = organisation(database)
    duty(database, home, contact(database, home))

    def names(moment):
        found = database.read(lambda session: queries.on_duty(session, Realm(home.id), moment))
        return [(one.function, one.contact.name, one.contact.channels[0].address) for one in found]

    assert names(START - timedelta(microseconds=1)) == []
    assert names(START) == [("CISO van dienst", "Bo Smit", "0612345678")]
    assert names(START + HOUR) == []


def test_duties_may_overlap_but_not_end_before_they_start(database):
    home = organisation(database)
    person = contact(database, home)
    duty(database, home, person)
    duty(database, home, person)
    with pytest.raises(Refused, match="ends after"):
        duty(database, home, person, ends=START)
    with pytest.raises(Refused, match="function"):
        duty(database, home, person, function=" ")
    found = database.read(lambda session: queries.on_duty(session, Realm(home.id), START))
    assert len(found) == 2


def test_the_cover_of_a_stretch_names_its_gaps(database):
    home = organisation(database)
    person = contact(database, home)
    duty(database, home, person, START + HOUR, START + 2 * HOUR)
    duty(database, home, person, START - 30 * HOUR, START - 29 * HOUR, function="AOV")
    duty(database, home, person, START - timedelta(days=60), START - timedelta(days=59), function="oud")
    found = database.read(lambda session: queries.cover(session, Realm(home.id), START, START + 3 * HOUR))
    assert [(one.function, len(one.duties), one.gaps) for one in found] == [
        ("AOV", 0, ((START, START + 3 * HOUR),)),
        ("CISO van dienst", 1, ((START, START + HOUR), (START + 2 * HOUR, START + 3 * HOUR))),
    ]


def test_a_foreign_organisation_sees_and_changes_nothing(database):
    here, there = organisation(database), organisation(database, "polderdam")
    person = contact(database, here)
    planned = duty(database, here, person)
    realm = Realm(there.id)
    assert database.read(lambda session: queries.contacts(session, realm)) == []
    assert database.read(lambda session: queries.on_duty(session, realm, START)) == []
    foreign = (
        lambda session: queries.contact(session, realm, person.id),
        lambda session: queries.duty(session, realm, planned.id),
        lambda session: actions.remove_duty(session, realm, planned.id, actor=SYSTEM, now=START),
        lambda session: actions.remove_contact(session, realm, person.id, actor=SYSTEM, now=START),
        lambda session: actions.assign_duty(
            session,
            realm,
            contact_id=person.id,
            function="x",
            starts_at=START,
            ends_at=START + HOUR,
            actor=SYSTEM,
            now=START,
        ),
    )
    for work in foreign:
        with pytest.raises(NotFound):
            database.transact(work)


def test_two_managers_who_close_each_other_at_once_do_not_both_succeed(database):
    home = organisation(database)
    managers = [account(database, home, "administrator", name=name) for name in ("Ada", "Bea")]
    start, outcomes = threading.Barrier(2), []

    def close(me, other):
        start.wait()
        try:
            database.transact(
                lambda session: actions.close_account(
                    session, Realm(home.id), other.id, actor=actor(me, home), now=START
                )
            )
            outcomes.append("closed")
        except Conflict:
            outcomes.append("refused")

    pairs = (managers, managers[::-1])
    rivals = [threading.Thread(target=close, args=pair) for pair in pairs]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(outcomes) == ["closed", "refused"]


@pytest.mark.parametrize("slug", ["Bad Slug!", "a/b", "", "-", "é"])
def test_a_short_name_fits_in_an_address(database, slug):
    with pytest.raises(Refused, match="small letters"):
        organisation(database, slug)
