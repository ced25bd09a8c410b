"""Who may do what: roles per organisation and the permissions each carries. Pure."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is in the crisis organisation."""

    MUNICIPALITY = "municipality"
    SAFETY_REGION = "safety_region"
    PARTNER = "partner"


class Role(StrEnum):
    """What a person is in one organisation; ``participant`` is given by joining an exercise, never by an account."""

    ADMINISTRATOR = "administrator"
    SECURITY_OFFICER = "security_officer"
    EXERCISE_LEADER = "exercise_leader"
    CRISIS_TEAM = "crisis_team"
    PUBLIC_SAFETY = "public_safety"
    COMMUNICATIONS = "communications"
    PARTICIPANT = "participant"


READING = frozenset({"desk.view", "playbooks.read", "people.view", "account.self"})

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: READING | {"people.manage", "outbox.manage", "campaigns.view", "trail.view"},
    Role.SECURITY_OFFICER: READING
    | {
        "people.manage",
        "playbooks.publish",
        "exercises.view",
        "exercises.play",
        "incidents.view",
        "incidents.run",
    }
    | {"campaigns.view", "campaigns.approve", "outbox.manage", "trail.view"},
    Role.EXERCISE_LEADER: READING | {"exercises.view", "exercises.lead", "incidents.view", "trail.view"},
    Role.CRISIS_TEAM: READING
    | {"exercises.view", "exercises.play", "incidents.view", "incidents.run", "trail.view"},
    Role.PUBLIC_SAFETY: READING
    | {
        "incidents.view",
        "handover.receive",
        "exercises.view",
        "exercises.play",
        "campaigns.view",
        "campaigns.approve",
    }
    | {"trail.view"},
    Role.COMMUNICATIONS: READING
    | {
        "campaigns.view",
        "campaigns.write",
        "exercises.view",
        "exercises.play",
        "incidents.view",
        "outbox.manage",
    },
    Role.PARTICIPANT: frozenset({"exercises.play", "playbooks.read"}),
}


class ChannelKind(StrEnum):
    """By what a contact can be reached."""

    MOBILE = "mobile"
    PHONE = "phone"
    MAIL = "mail"
    SATELLITE = "satellite"
    RADIO = "radio"
