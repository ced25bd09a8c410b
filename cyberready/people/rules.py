"""Who may do what and who can be reached: roles, permissions, passwords, channels, gaps in a roster. Pure."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cyberready.kernel.refusals import Refused


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


READING = frozenset(
    {
        "desk.view",
        "playbooks.read",
        "playbooks.approve",  # anybody with an account may be named in a mandate; only then he or she sees the draft
        "people.view",
        "account.self",
        "playbooks.comment",
        "improvements.view",
        "improvements.file",
    }
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: READING | {"people.manage", "outbox.manage", "campaigns.view"},
    Role.SECURITY_OFFICER: READING
    | {
        "people.manage",
        "playbooks.publish",
        "playbooks.write",
        "improvements.manage",
        "exercises.view",
        "exercises.play",
        "incidents.view",
        "incidents.run",
    }
    | {"campaigns.view", "campaigns.approve", "outbox.manage"},
    Role.EXERCISE_LEADER: READING | {"exercises.view", "exercises.lead", "incidents.view", "playbooks.write"},
    Role.CRISIS_TEAM: READING | {"exercises.view", "exercises.play", "incidents.view", "incidents.run"},
    Role.PUBLIC_SAFETY: READING
    | {
        "playbooks.write",
        "incidents.view",
        "handover.receive",
        "exercises.view",
        "exercises.play",
        "campaigns.view",
        "campaigns.approve",
    },
    Role.COMMUNICATIONS: READING
    | {
        "playbooks.write",
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


# Message ids: what the roles and channels are called on a page.
ROLE_NAMES: dict[str, str] = {
    Role.ADMINISTRATOR: "Administrator",
    Role.SECURITY_OFFICER: "Information security officer",
    Role.EXERCISE_LEADER: "Exercise leader",
    Role.CRISIS_TEAM: "Crisis team member",
    Role.PUBLIC_SAFETY: "Public-safety officer",
    Role.COMMUNICATIONS: "Communications",
    Role.PARTICIPANT: "Participant",
}
CHANNEL_NAMES: dict[str, str] = {
    ChannelKind.MOBILE: "Mobile phone",
    ChannelKind.PHONE: "Landline",
    ChannelKind.MAIL: "E-mail",
    ChannelKind.SATELLITE: "Satellite phone",
    ChannelKind.RADIO: "Two-way radio",
}

ACCOUNT_ROLES = tuple(role for role in Role if role is not Role.PARTICIPANT)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_EMAIL = 254
NIGHT_FALLS, DAY_BREAKS = time(17), time(8)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBER = re.compile(r"\+?[0-9 ().-]+")


def plain_email(email: str) -> str:
    """One spelling for every way of typing the same mail address."""
    return email.strip().lower()


def digest(secret: str) -> str:
    """What is kept of the secret of a sign-in link: enough to know it again, useless to whoever reads the table."""
    return hashlib.sha256(secret.encode()).hexdigest()


def strong_enough(password: str, name: str, email: str) -> Refused | None:
    """Why this password is refused, or None: length counts, not a mix of signs (NIST SP 800-63B section 3.1.1)."""
    said = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return Refused("A password has at least %(least)s characters.", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        return Refused("A password has at most %(most)s characters.", most=LONGEST_PASSWORD)
    if len(set(said)) < 5:
        return Refused("This password repeats too few characters. Choose a sentence of several words.")
    own = [part for part in re.split(r"[\s@.]+", f"{name} {email}".casefold()) if len(part) >= 4]
    if sum(len(part) for part in set(own) if part in said) * 2 > len(said):
        return Refused(
            "This password is mostly your own name or address. Choose a sentence of several words."
        )
    return None


def address_fault(kind: str, address: str) -> Refused | None:
    """Why a contact cannot be reached like this, or None."""
    if not address.strip():
        return Refused("Fill in the number or address of every channel, or remove the channel.")
    if kind == ChannelKind.MAIL:
        good = email_fault(address) is None
    elif kind == ChannelKind.RADIO:
        good = True
    else:
        digits = sum(sign.isdigit() for sign in address)
        good = _NUMBER.fullmatch(address.strip()) is not None and 3 <= digits <= 15
    return None if good else Refused("%(address)s cannot be called or written to. Check it.", address=address)


def email_fault(email: str) -> Refused | None:
    """Why this is no mail address, or None."""
    bare = email.strip()
    good = len(bare) <= LONGEST_EMAIL and ".." not in bare and _EMAIL.fullmatch(bare)
    return None if good else Refused("%(email)s is not a mail address.", email=bare[:80])


def channel_link(kind: str, address: str) -> str | None:
    """Where a click on a channel leads (``tel:`` or ``mailto:``); None for what cannot be clicked."""
    if kind == ChannelKind.MAIL:
        return f"mailto:{address}"
    if kind == ChannelKind.RADIO:
        return None
    return "tel:" + "".join(sign for sign in address if sign.isdigit() or sign == "+")


def reachable(channels: Iterable[tuple[str, str]]) -> bool:
    """Whether at least one channel (kind, address) leads to somebody."""
    return any(address_fault(kind, address) is None for kind, address in channels)


Stretch = tuple[datetime, datetime]


def gaps(covered: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """The stretches between *start* and *end* in which none of *covered* holds, in order."""
    found: list[Stretch] = []
    reached = start
    for begins, ends in sorted(covered):
        if ends <= begins:
            continue
        if reached < min(begins, end):
            found.append((reached, min(begins, end)))
        reached = max(reached, ends)
    return [*found, (reached, end)] if reached < end else found


def tonight(now: datetime, zone: ZoneInfo) -> Stretch:
    """The night that is going on or comes next: 17:00 until 08:00 by the clocks of *zone*."""
    local = now.astimezone(zone)
    evening = local.date() - timedelta(days=1) if local.time() < DAY_BREAKS else local.date()
    falls = datetime.combine(evening, NIGHT_FALLS, zone)
    breaks = datetime.combine(evening + timedelta(days=1), DAY_BREAKS, zone)
    return falls, breaks


def instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant at which the clocks of *zone* show *wall*; the first one when they show it twice, None when never."""
    try:
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError:  # the first day of the calendar, which began earlier in UTC
        return None
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else None
