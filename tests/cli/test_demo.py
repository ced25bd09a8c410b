"""The demo: five links, an exercise that one click starts, an end in time, and a second start on the same data."""

import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from click.testing import CliRunner

from cyberready.cli import demo as command
from cyberready.cli import stage
from cyberready.cli.main import main
from cyberready.people.models import Account
from cyberready.platform.clock import now
from cyberready.platform.db import Database

LINK = re.compile(r"http://127\.0\.0\.1:\d+/sign-in/\S+")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE = 60


@contextmanager
def running(folder, port):
    """The demo as a process of its own; gives what it said until it listens, and ends it by Ctrl-C."""
    words = [sys.executable, "-m", "cyberready.cli.main", "demo", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        try:
            yield "".join(said)
        finally:
            asked = time.monotonic()
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            process.wait(PATIENCE)
            took = time.monotonic() - asked
            watch.cancel()
    assert took < 5
    assert process.returncode in {0, -signal.SIGINT}, rest
    assert "Traceback" not in rest


def test_a_person_can_start_sign_in_stop_and_go_on(tmp_path):
    port = stage.free_port()
    with running(tmp_path / "demo", port) as said:
        links = LINK.findall(said)
        assert len(set(links)) == 5
        assert "Setting up" in said
        with httpx.Client(follow_redirects=True) as client:
            token = TOKEN.search(client.get(links[1]).text)[1]
            home = client.post(links[1], data={"csrf_token": token})
            assert home.url.path == "/overview"
            assert command.EXERCISE in home.text
            exercise = re.search(r'href="(/exercises/\d+)"', home.text)[1]
            page = client.get(f"http://127.0.0.1:{port}{exercise}")
            token = TOKEN.search(page.text)[1]
            started = client.post(f"{page.url}/clock/start", data={"csrf_token": token})
            assert started.status_code == 200
            assert "data-running-since" in started.text
            cookies = client.cookies
    with running(tmp_path / "demo", port) as said:
        assert "Setting up" not in said
        assert len(set(LINK.findall(said)) - set(links)) == 5
        with httpx.Client(cookies=cookies) as client:
            again = client.get(f"http://127.0.0.1:{port}{exercise}")
            assert again.status_code == 200
            assert "data-running-since" in again.text


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Start the demo in this process, up to where it would listen."""

    def run(door, host, port, tell):
        tell()

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(command, "create", lambda _settings: None)
    return lambda: CliRunner().invoke(main, ["demo", "--data", str(tmp_path / "demo"), "--port", "8123"])


def test_every_start_gives_five_fresh_links_on_one_town(started):
    first, second = started(), started()
    assert first.exit_code == second.exit_code == 0, first.output + second.output
    links = [set(LINK.findall(result.output)) for result in (first, second)]
    assert [len(one) for one in links] == [5, 5]
    assert not links[0] & links[1]
    assert "Setting up" in first.output
    assert "Setting up" not in second.output


def test_a_demo_whose_people_are_gone_says_so(started, tmp_path):
    started()
    database = Database(f"sqlite:///{tmp_path / 'demo' / 'cyberready.sqlite3'}")

    def leave(session):
        session.query(Account).filter_by(email="crisis-team@waterveld.example").one().closed_at = now()

    database.transact(leave)
    database.close()
    result = started()
    assert result.exit_code == 1
    assert "is gone; start anew with another --data folder" in result.output
