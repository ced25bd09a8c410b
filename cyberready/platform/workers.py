"""Long computations (documents, imports) run in another process, so that injects are never late because of them."""

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A pool of one spawned process, made at its first use; ``size=0`` runs in the caller, for tests."""

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self._pool: ProcessPoolExecutor | None = None
        self._making = threading.Lock()

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``work(*args)``; its exceptions are raised here, and BrokenProcessPool when the process was killed."""
        if not self._size:
            return work(*args, **kwargs)
        pool = self._made()
        try:
            return pool.submit(work, *args, **kwargs).result()
        except BrokenProcessPool:
            # A broken pool takes no more work; the next caller gets a new one.
            with self._making:
                self._pool = None if self._pool is pool else self._pool
            raise

    def _made(self) -> ProcessPoolExecutor:
        with self._making:
            if self._pool is None:
                spawn = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self._size, mp_context=spawn, max_tasks_per_child=200)
            return self._pool

    def close(self) -> None:
        """End the pool."""
        with self._making:
            if self._pool:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None
