import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cyberready.platform.mail.models import OutboxMessage, State
from cyberready.platform.mail.smtp import Server

CLAIMS_AND_DIES = """
import os, signal, sys
from datetime import datetime
from cyberready import tables
from cyberready.platform.db import Database
from cyberready.platform.mail import outbox
database = Database(sys.argv[1])
now = datetime.fromisoformat(sys.argv[2])
assert database.transact(lambda session: outbox.claim(session, now=now))
os.kill(os.getpid(), signal.SIGKILL)
"""


def until(true, seconds=5):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_a_letter_arrives_as_written(post, catcher, tmp_path):
    post.enqueue(
        subject="Geen paniek — héél gewoon", text="Beste bewoner,\n.punt\n\nDag €.", html="<p>Dag €.</p>"
    )
    assert post.sender().deliver() == 1
    (caught,) = catcher.messages
    assert caught.recipients == ("an@waterveld.example",)
    assert caught.parsed["Subject"] == "Geen paniek — héél gewoon"
    assert caught.parsed["From"] == "noreply@waterveld.example"
    assert caught.parsed["Message-ID"] == f"<{post.row().message_id}@waterveld.example>"
    assert caught.parsed["Auto-Submitted"] == "auto-generated"
    assert caught.text.replace("\r\n", "\n") == "Beste bewoner,\n.punt\n\nDag €.\n"
    assert "<p>Dag €.</p>" in caught.parsed.get_body(("html",)).get_content()
    assert (post.row().state, post.row().sent_at) == (State.SENT, post.now)
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["0001.eml"]


def test_busy_now_means_later_with_the_same_number(post, catcher):
    catcher.answer("an@waterveld.example", "451 try again later")
    post.enqueue()
    post.sender().deliver()
    assert (post.row().state, post.row().last_error) == (State.QUEUED, "451 try again later")
    assert catcher.messages == []
    number = post.row().message_id
    post.forward(minutes=2)
    post.sender().deliver()
    assert post.row().state == State.SENT
    assert [caught.parsed["Message-ID"] for caught in catcher.messages] == [f"<{number}@waterveld.example>"]


def test_no_is_no(post, catcher):
    catcher.answer("an@waterveld.example", "550 no such mailbox")
    post.enqueue()
    post.enqueue(key="k2", to="jan@waterveld.example")
    post.sender().deliver()
    assert (post.row().state, post.row().last_error) == (State.DEAD, "550 no such mailbox")
    assert post.row(2).state == State.SENT


def test_an_unreachable_server_costs_one_attempt(post):
    post.enqueue()
    post.sender("smtp://127.0.0.1:9").deliver()
    assert (post.row().state, post.row().attempts) == (State.QUEUED, 1)
    assert "refused" in post.row().last_error


def test_without_a_mail_address_mail_waits(post):
    post.enqueue()
    sender = post.sender("")
    sender.start()
    assert sender.deliver() == 0
    assert post.row().state == State.QUEUED


def silent_server(after):
    """A server that hangs up at one point of the conversation."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 hello\r\n")
            while line := lines.readline():
                if line.upper().startswith(after):
                    return
                lines.write(b"354 go\r\n" if line.startswith(b"DATA") else b"250 ok\r\n")
                if line.startswith(b"DATA"):
                    while lines.readline() != b".\r\n":
                        pass
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    return listener, thread


@pytest.mark.parametrize(
    ("after", "state"),
    [(b"MAIL", State.QUEUED), (b"RCPT", State.QUEUED), (b"DATA", State.QUEUED), (b"!", State.UNKNOWN)],
)
def test_silence_after_the_content_is_unknown_and_before_it_is_not(post, after, state):
    listener, thread = silent_server(after)
    post.enqueue()
    post.sender(f"smtp://127.0.0.1:{listener.getsockname()[1]}").deliver()
    thread.join()
    listener.close()
    assert post.row().state == state


def test_a_killed_process_leaves_no_second_mail(post, catcher):
    post.enqueue()
    command = [
        sys.executable,
        "-c",
        CLAIMS_AND_DIES,
        post.database.url.render_as_string(hide_password=False),
        post.now.isoformat(),
    ]
    died = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
    assert died.returncode == -signal.SIGKILL
    assert post.row().state == State.SENDING
    post.sender().deliver()
    assert post.row().state == State.SENDING
    post.forward(minutes=5)
    post.sender().deliver()
    assert post.row().state == State.UNKNOWN
    assert catcher.messages == []


def test_two_senders_on_one_queue_send_each_once(post, catcher):
    recipients = [f"bewoner{number}@waterveld.example" for number in range(40)]
    for to in recipients:
        post.enqueue(key=to, to=to)
    threads = [threading.Thread(target=post.sender().deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(caught.recipients[0] for caught in catcher.messages) == sorted(recipients)
    sent = select(func.count(OutboxMessage.id)).where(OutboxMessage.state == State.SENT)
    assert post.database.read(lambda session: session.scalar(sent)) == 40


def test_a_commit_wakes_the_sender(post, catcher):
    sender = post.sender()
    sender.start()
    began = time.monotonic()
    post.enqueue()
    until(lambda: catcher.messages)
    assert time.monotonic() - began < 1.5
    until(lambda: post.row().state == State.SENT)
    sender.stop()
    assert post.database.listeners == []
    post.enqueue(key="k2")
    assert post.row(2).state == State.QUEUED


def test_a_slow_mail_server_does_not_keep_the_program_from_stopping(post):
    listener = socket.create_server(("127.0.0.1", 0))
    post.enqueue()
    sender = post.sender(f"smtp://127.0.0.1:{listener.getsockname()[1]}")
    sender.start()
    until(lambda: post.row().state == State.SENDING)
    began = time.monotonic()
    sender.stop(patience=0.1)
    assert time.monotonic() - began < 1
    listener.close()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525, "", "", starttls=False, tls=False)),
        (
            "smtp://jan:p%40ss@mail.nl?starttls=1",
            Server("mail.nl", 25, "jan", "p@ss", starttls=True, tls=False),
        ),
        ("smtps://mail.nl", Server("mail.nl", 465, "", "", starttls=False, tls=True)),
    ],
)
def test_the_address_of_the_server_is_read(url, server):
    assert Server.parse(url) == server


@pytest.mark.parametrize("url", ["http://mail.nl", "mail.nl:25", "smtp://"])
def test_a_wrong_address_of_the_server_fails_at_the_door(url):
    with pytest.raises(ValueError, match="CYBERREADY_MAIL_URL"):
        Server.parse(url)
