"""The command that serves, as a process of its own on a real database."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import click
import pytest
from click.testing import CliRunner

from cyberready.cli.serve import run, serve
from cyberready.platform.live.door import Door
from cyberready.platform.live.server import listening


@contextmanager
def serving(database_url, signing_key_file, *options):
    surroundings = os.environ | {
        "CYBERREADY_SECRET_KEY": "a key for tests",
        "CYBERREADY_DATABASE_URL": database_url,
        "CYBERREADY_SIGNING_KEY_FILE": signing_key_file,
    }
    command = [sys.executable, "-c", "from cyberready.cli.main import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, *options], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        if not line.startswith("cyberready listens on http://127.0.0.1:"):
            process.kill()
            pytest.fail(line + process.stderr.read())
        try:
            yield line.split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            out, complaints = process.communicate(timeout=20)
        assert (out, complaints, process.returncode) == ("", "", 0)


def status(address):
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_one_process_serves_pages_and_streams(database_url, signing_key_file):
    with serving(database_url, signing_key_file) as address:
        assert status(f"{address}/sign-in") == 200
        assert status(f"{address}/live/nonsense") == 403


def test_live_only_serves_only_streams(database_url, signing_key_file):
    with serving(database_url, signing_key_file, "--live-only") as address:
        assert status(f"{address}/sign-in") == 404
        assert status(f"{address}/live/nonsense") == 403


def test_web_only_serves_only_pages(database_url, signing_key_file):
    with serving(database_url, signing_key_file, "--web-only") as address:
        assert status(f"{address}/sign-in") == 200
        assert status(f"{address}/live/nonsense") == 404


def test_both_halves_at_once_is_nothing():
    said = CliRunner().invoke(serve, ["--live-only", "--web-only"])
    assert said.exit_code == 2
    assert "exclude each other" in said.output


def test_a_port_that_is_taken_is_said_in_a_sentence():
    with listening("127.0.0.1", 0) as taken, pytest.raises(click.ClickException) as refused:
        run(Door(pages=None, hub=None, bell=None), "127.0.0.1", taken.getsockname()[1])
    assert "Address already in use" in refused.value.message
