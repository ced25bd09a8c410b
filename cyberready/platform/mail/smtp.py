"""Sending what is in the outbox over SMTP, in a thread of its own: a slow mail server never delays an inject."""

import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.orm import Session

from cyberready.platform.db import Database
from cyberready.platform.mail import outbox
from cyberready.platform.mail.models import State
from cyberready.platform.mail.outbox import Letter, Outcome
from cyberready.settings import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30
SWEEP_SECONDS = 2
TROUBLE_SECONDS = 5
PAGE = '<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{title}</title></head><body>\n{body}\n</body></html>\n'


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over: ``smtp://[user:password@]host:port[?starttls=1]`` or ``smtps://…``."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a mail address of the settings; raises ValueError with a sentence that does not repeat the password."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("CYBERREADY_MAIL_URL must look like smtp://user:password@host:port?starttls=1.")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=parse_qs(parts.query).get("starttls", ["0"])[0] == "1",
            tls=tls,
        )


class Unreachable(Exception):  # noqa: N818 -- reads as a sentence where it is caught
    """No conversation with the mail server came about; this says nothing about any message."""


class Line:
    """One conversation with the mail server, opened for the first letter and reused for the next ones."""

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = sender
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """End the conversation."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def send(self, letter: Letter) -> Outcome:
        """Hand one letter over; raises Unreachable when the server cannot be spoken to."""
        if self._connection is None:
            self._connection = self._dial()
        outcome = hand_over(self._connection, self._sender, letter)
        if outcome.state is not State.SENT:
            self.hang_up()
        return outcome

    def _dial(self) -> smtplib.SMTP:
        server, domain = self._server, self._sender.partition("@")[2]
        connection: smtplib.SMTP | None = None
        try:
            if server.tls:
                connection = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    domain,
                    timeout=TIMEOUT_SECONDS,
                    context=ssl.create_default_context(),
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, domain, timeout=TIMEOUT_SECONDS)
            if server.starttls:
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise Unreachable(_words(error)) from error
        return connection


def hand_over(connection: smtplib.SMTP, sender: str, letter: Letter) -> Outcome:
    """Speak one letter: before its content is sent every failure may be retried, after it only the server's no.

    When the server is silent after the content, it may or may not have taken the letter: UNKNOWN.
    """
    greetings: tuple[Callable[[], tuple[int, bytes]], ...] = (
        partial(connection.mail, sender),
        partial(connection.rcpt, letter.recipient),
        partial(connection.docmd, "DATA"),
    )
    try:
        for greet in greetings:
            code, reply = greet()
            if code not in {250, 251, 354}:
                return _refused(code, reply)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(State.QUEUED, _words(error))
    try:
        connection.send(_dotted(build(letter, sender).as_bytes()))
        code, reply = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(State.UNKNOWN, _words(error))
    return Outcome(State.SENT) if code // 100 == 2 else _refused(code, reply)


def _refused(code: int, reply: bytes) -> Outcome:
    words = f"{code} {reply.decode(errors='replace')}"[:500]
    return Outcome(State.DEAD if code // 100 == 5 else State.QUEUED, words)


def _dotted(content: bytes) -> bytes:
    return re.sub(rb"(?m)^\.", b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:500]


def build(letter: Letter, sender: str) -> EmailMessage:
    """The letter as an internet message, equal in every attempt."""
    made = EmailMessage(policy=SMTP_POLICY)
    made["From"] = sender
    made["To"] = letter.recipient
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.created_at)
    made["Message-ID"] = f"<{letter.message_id}@{sender.partition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = "nl"
    made.set_content(letter.text, cte="quoted-printable")
    if letter.html is not None:
        title = letter.subject.replace("&", "&amp;").replace("<", "&lt;")
        made.add_alternative(
            PAGE.format(title=title, body=letter.html), subtype="html", cte="quoted-printable"
        )
        made.set_boundary(f"cyberready-{letter.message_id}")
    return made


class Sender:
    """Sends due mail from ``start`` to ``stop``: at once when a commit rings, else when the next try is due.

    Without a mail address in the settings it never starts and mail waits in the outbox. Several may run on one
    database: each message is claimed by one.
    """

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._server = Server.parse(settings.mail_url) if settings.mail_url else None
        self._sender = settings.mail_from
        self._database = database
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start sending in a thread of its own."""
        if self._server is None or self._thread is not None:
            return
        self._stopping.clear()
        self._database.listeners.append(self._bell)
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
        self._thread.start()

    def stop(self, *, patience: float = 10) -> None:
        """Stop after the letter that is under way; after *patience* seconds its outcome becomes ``unknown`` later."""
        if self._thread is None:
            return
        self._stopping.set()
        self._wake.set()
        self._database.listeners.remove(self._bell)
        self._thread.join(patience)
        self._thread = None

    def deliver(self) -> int:
        """Send everything that is due now over one conversation; return how many letters were tried."""
        if self._server is None:
            return 0
        self._database.transact(self._strand)
        tried = 0
        with Line(self._server, self._sender) as line:
            while not self._stopping.is_set() and (letter := self._database.transact(self._claim)):
                tried += 1
                if not self._try(line, letter):
                    self._stopping.wait(TROUBLE_SECONDS if self._thread else 0)
        return tried

    def _try(self, line: Line, letter: Letter) -> bool:
        try:
            outcome, reached = line.send(letter), True
        except Unreachable as error:
            outcome, reached = Outcome(State.QUEUED, str(error)), False
            log.warning("the mail server cannot be reached: %s", error)
        self._database.transact(lambda session: outbox.settle(session, letter, outcome, now=self._clock()))
        return reached

    def _strand(self, session: Session) -> int:
        return outbox.strand(session, now=self._clock())

    def _claim(self, session: Session) -> Letter | None:
        return outbox.claim(session, now=self._clock())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.deliver()
                pause = self._pause()
            except Exception:
                log.exception("the outbox could not be worked through; it is tried again")
                pause = float(TROUBLE_SECONDS)
            self._wake.wait(pause)

    def _pause(self) -> float:
        due = self._database.read(outbox.next_due)
        left = timedelta(seconds=SWEEP_SECONDS) if due is None else due - self._clock()
        return max(0.0, min(left.total_seconds(), SWEEP_SECONDS))

    def _bell(self, bells: frozenset[str]) -> None:
        if not bells.isdisjoint({"mail", "schedule"}):
            self._wake.set()
