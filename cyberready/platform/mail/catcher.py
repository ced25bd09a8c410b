"""A local mail server that catches everything, for the demo and for tests; nothing it gets leaves the machine."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught message: to whom it was addressed and its bytes."""

    recipients: tuple[str, ...]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        """The message with its headers decoded."""
        return message_from_bytes(self.content, policy=SMTP_POLICY)

    @property
    def text(self) -> str:
        """The plain text."""
        part = self.parsed.get_body(("plain",))
        return "" if part is None else str(part.get_content())


class Catcher:
    """Catches mail on ``host:port`` between ``start`` and ``stop``; port 0 takes a free one.

    Every message is kept in ``messages`` and, when *folder* is given, written there as an ``.eml`` file.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, folder: Path | None = None) -> None:
        self.messages: list[Caught] = []
        self._folder = folder
        self._kept = 0
        self._answers: defaultdict[str, deque[str]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._controller = _Controller(self, hostname=host, port=port, server_hostname="catcher.invalid")

    @property
    def url(self) -> str:
        """The address for the settings."""
        return f"smtp://{self._controller.hostname}:{self._controller.port}"

    def start(self) -> None:
        """Start catching in a thread of its own."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._kept = len(list(self._folder.glob("*.eml")))
        self._controller.start()

    def stop(self) -> None:
        """Stop catching."""
        self._controller.stop()

    def answer(self, recipient: str, *replies: str) -> None:
        """Give these replies (``451 busy``, ``550 unknown``) to the next attempts for *recipient*, then take its mail."""
        with self._lock:
            self._answers[recipient].extend(replies)

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002 -- the signature is aiosmtpd's
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take or refuse one recipient."""
        with self._lock:
            if self._answers[address]:
                return self._answers[address].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 -- the signature is aiosmtpd's
        """Keep one message."""
        content = cast("bytes", envelope.original_content)
        with self._lock:
            self.messages.append(Caught(tuple(envelope.rcpt_tos), content))
            number = self._kept + len(self.messages)
        if self._folder is not None:
            _write(self._folder, number, content)
        return "250 Caught"


def _write(folder: Path, number: int, content: bytes) -> None:
    (folder / f"{number:04}.eml").write_bytes(content)


class _Controller(Controller):
    """Learns its port once it is bound; aiosmtpd would knock on port 0."""

    port: int
    hostname: str

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd is half typed
