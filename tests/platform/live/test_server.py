import gc
import resource
import socket

import pytest

from cyberready.platform.live import server


def test_connections_inherit_a_small_send_buffer():
    listener = server.listening("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            # Linux doubles what was asked, for its own bookkeeping.
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * server.SEND_BUFFER


def test_the_address_is_one_that_a_browser_takes():
    with server.listening("127.0.0.1", 0) as listener:
        assert server.address_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    with server.listening("::1", 0) as listener:
        assert server.address_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_port_that_is_taken_is_an_error_and_leaves_no_socket():
    with server.listening("127.0.0.1", 0) as listener, pytest.raises(OSError):
        server.listening("127.0.0.1", listener.getsockname()[1])


def test_the_limit_of_open_files_is_raised_as_far_as_allowed():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        found = server.open_files()
        assert found == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert found == server.FILES_WANTED or found == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_what_was_made_at_the_start_is_not_collected_again():
    before = gc.get_threshold()
    try:
        server.settle_memory()
        assert gc.get_threshold() == (50_000, 20, 100)
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
