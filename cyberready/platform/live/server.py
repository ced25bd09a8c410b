"""The server beneath the door: uvicorn, set up for thousands of streams that stay open."""

import gc
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec

import uvicorn

from cyberready.platform.live.door import Door

SEND_BUFFER = 32 * 1024
BACKLOG = 4096
FILES_WANTED = 20_000
FILES_ENOUGH = 4_096
GRACE_SECONDS = 1


class Server(uvicorn.Server):
    """A uvicorn that tells when it has started, and ends the streams before it waits for connections to end."""

    def __init__(
        self,
        config: uvicorn.Config,
        door: Door,
        *,
        started: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._door = door
        self._tell_started = started
        self._tell_stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else; the signal that asked for it has been obeyed."""
        self._tell_stopping()
        self._door.end_streams()
        await super().shutdown(sockets)
        self._captured_signals.clear()


def server(
    door: Door, *, started: Callable[[], None] = lambda: None, stopping: Callable[[], None] = lambda: None
) -> Server:
    """Return a server for *door*, to be run on a ``listening`` socket."""
    config = uvicorn.Config(
        door,
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, door, started=started, stopping=stopping)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raises OSError when it cannot.

    Its connections have small send buffers: a client that stopped reading is noticed after 100 KB, not after 500.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        found.bind(address)
        found.listen(BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def address_of(listener: socket.socket) -> str:
    """The address of *listener* as a browser takes it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def open_files() -> int:
    """Raise the limit of open files as far as allowed and wanted, and return it; each stream takes one."""
    if sys.platform == "win32":
        return FILES_WANTED
    import resource  # noqa: PLC0415 -- does not exist on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return FILES_WANTED if soft == resource.RLIM_INFINITY else soft


def settle_memory() -> None:
    """Take what was made at the start out of garbage collection, and collect seldom: pauses delay everyone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
