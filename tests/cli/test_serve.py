"""Serving: what is refused before anything listens, and that a served process answers and ends."""

import socket

import httpx
import pytest
from click.testing import CliRunner

from cyberready.cli import serve as command
from cyberready.cli import stage
from cyberready.cli.main import main
from cyberready.settings import Settings


@pytest.fixture
def chosen(database_url, signing_key_file):
    return Settings(secret_key="test", database_url=database_url, signing_key_file=signing_key_file)


def run(chosen, *words):
    return CliRunner().invoke(main, ["serve", *words], env=stage.environment(chosen))


def test_both_halves_alone_are_nothing(chosen):
    result = run(chosen, "--live-only", "--web-only")
    assert result.exit_code == 2
    assert "exclude each other" in result.output


def test_a_port_that_is_taken_is_said(chosen):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run(chosen, "--port", str(port))
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.output


def test_few_open_files_are_told_before_an_exercise(chosen, monkeypatch):
    class Told(Exception):  # noqa: N818 -- only ends the start here
        pass

    def stop(*_args, **_kwargs):
        raise Told

    monkeypatch.setattr(command, "open_files", lambda: 256)
    monkeypatch.setattr(command, "listening", lambda *_: None)
    monkeypatch.setattr(command, "server", stop)
    result = run(chosen, "--port", "0")
    assert isinstance(result.exception, Told)
    assert "more than 128 screens" in result.output


def test_a_served_process_answers_with_its_headers_and_ends(chosen, tmp_path):
    port = stage.free_port()
    with stage.serving(chosen, port, tmp_path / "log") as process:
        answer = httpx.get(f"http://127.0.0.1:{port}/sign-in")
        assert answer.status_code == 200
        assert "Content-Security-Policy" in answer.headers
    assert process.returncode == 0
