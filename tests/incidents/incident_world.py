"""Incidents for tests: a town with an incident, real or in an exercise."""

from datetime import timedelta

from cyberready.incidents import actions
from cyberready.incidents.rules import Role, Surety
from cyberready.platform.realm import Realm
from tests import world
from tests.world import START

EFFECT = {"residents": "yes", "companies": "no", "public_order": "unknown", "safety": "no"}


def incident(database, town, *, exercise_id=None, title="Ransomware in de kantooromgeving"):
    return database.transact(
        lambda session: actions.declare(
            session,
            Realm(town.home.id),
            title=title,
            known="Bestanden zijn versleuteld. Bron onbekend.",
            since=START - timedelta(hours=1),
            role=Role.VICTIM,
            exercise_id=exercise_id,
            actor=world.actor(town["crisis_team"], town.home),
            now=START,
        )
    )


def logged(database, town, incident, text="De servers zijn uitgezet.", surety=Surety.FACT, **more):
    given = {"source": "", "topic": "", "happened_at": None, "late_reason": ""} | more
    database.transact(
        lambda session: actions.log(
            session,
            Realm(town.home.id),
            incident.id,
            text=text,
            surety=surety,
            **given,
            actor=world.actor(town["crisis_team"], town.home),
            now=START,
        )
    )
