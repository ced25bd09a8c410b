"""Long computations (documents, imports) run in another process, so that injects are never late because of them."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A pool of one spawned process, started at its first use; ``size=0`` runs in the caller, for tests."""

    def __init__(self, size: int = 1) -> None:
        self._pool = (
            ProcessPoolExecutor(
                size, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=200
            )
            if size
            else None
        )

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``work(*args)``; its exceptions are raised here."""
        return self._pool.submit(work, *args, **kwargs).result() if self._pool else work(*args, **kwargs)

    def close(self) -> None:
        """End the pool."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
