"""Long computations run in a process of their own, and a process that dies takes no later work with it."""

import math
import os
from concurrent.futures.process import BrokenProcessPool

import pytest

from cyberready.platform.workers import Workers


@pytest.fixture(scope="module")
def workers():
    made = Workers()
    yield made
    made.close()


def test_without_a_pool_the_caller_does_the_work():
    workers = Workers(0)
    assert workers.run(os.getpid) == os.getpid()
    assert workers._pool is None
    workers.close()


def test_work_is_done_in_another_process_and_its_fault_raised_here(workers):
    assert workers.run(os.getpid) != os.getpid()
    assert workers.run(int, "ff", base=16) == 255
    with pytest.raises(ValueError, match="math domain"):
        workers.run(math.sqrt, -1)


def test_after_a_killed_process_the_next_caller_gets_a_new_one(workers):
    with pytest.raises(BrokenProcessPool):
        workers.run(os._exit, 1)
    assert workers.run(len, "new") == 3


def test_closing_twice_is_closing():
    workers = Workers()
    workers.run(len, "")
    workers.close()
    workers.close()
    assert workers._pool is None
