"""Tables of people: organisations, accounts, memberships, sign-in links, contacts, duty roster."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.people import rules
from cyberready.platform.db import Base, Moment


class Organisation(Base):
    """A municipality, a safety region or a partner; every other row belongs to one."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    mail_domain: Mapped[str] = mapped_column(default="")


class Account(Base):
    """A person who can sign in; ``generation`` rises with every sign-out everywhere and ends older sessions."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="nl")
    generation: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="account", lazy="raise_on_sql")


class Membership(Base):
    """The roles of one account in one organisation."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("account_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    function: Mapped[str] = mapped_column(default="")
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    account: Mapped[Account] = relationship(back_populates="memberships", lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class SignInLink(Base):
    """A one-time sign-in link; only the hash of its secret is kept."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Contact(Base):
    """Someone who must be reachable, with the channels by which, and a deputy."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    function: Mapped[str]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    channels: Mapped[list["ContactChannel"]] = relationship(
        lazy="raise_on_sql", order_by="ContactChannel.rank", cascade="all, delete-orphan"
    )
    deputy: Mapped["Contact | None"] = relationship(remote_side="Contact.id", lazy="raise_on_sql")

    @property
    def reachable(self) -> bool:
        """Whether one of the channels leads to somebody."""
        return rules.reachable((channel.kind, channel.address) for channel in self.channels)


class ContactChannel(Base):
    """One way to reach a contact, in order of preference; ``checked_at`` is when somebody last got through."""

    __tablename__ = "contact_channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    rank: Mapped[int]
    kind: Mapped[str]
    address: Mapped[str]
    checked_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def link(self) -> str | None:
        """Where a click leads; None for what cannot be clicked."""
        return rules.channel_link(self.kind, self.address)


class Duty(Base):
    """Who is on duty for a function, from and until."""

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    function: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    contact: Mapped[Contact] = relationship(lazy="raise_on_sql")
