"""The stage of a rehearsal: the real server as a process of its own, on a free port with a fresh database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import httpx

from cyberready.settings import PREFIX, Settings

START_SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process reads them."""
    named = {PREFIX + field.name.upper(): str(getattr(settings, field.name)) for field in fields(settings)}
    return {**os.environ, **named}


def start(settings: Settings, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers; raises RuntimeError with its last words when it does not."""
    command = [sys.executable, "-m", "cyberready.cli.main", "serve", "--port", str(port)]
    with log.open("ab") as sink:
        process = subprocess.Popen(command, env=environment(settings), stdout=sink, stderr=sink)  # noqa: S603 -- our own command
    patience = time.monotonic() + START_SECONDS
    while time.monotonic() < patience and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return process
        except httpx.HTTPError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def serving(settings: Settings, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serve inside the block, then stop."""
    process = start(settings, port, log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
