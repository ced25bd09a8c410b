"""What one running application holds together, and how the edge reaches it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from flask import current_app
from sqlalchemy.orm import Session

from cyberready.kernel.checkpoint import SigningKey
from cyberready.platform.db import Database
from cyberready.platform.scheduler import Alarm
from cyberready.platform.workers import Workers
from cyberready.settings import Settings

T = TypeVar("T")
NAME = "cyberready"


@dataclass(frozen=True, slots=True)
class Context:
    """One running application: tests give it a clock that is moved by hand."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    alarm: Alarm
    workers: Workers
    key: SigningKey


def context() -> Context:
    """The context of the application that serves this request."""
    return cast("Context", current_app.extensions[NAME])


def now() -> datetime:
    """The present moment by the application's clock, aware, UTC."""
    return context().clock()


def transact(work: Callable[[Session], T]) -> T:
    """Run *work* in one transaction and commit it; it may run more than once."""
    return context().database.transact(work)


def read(work: Callable[[Session], T]) -> T:
    """Run *work* in one reading transaction."""
    return context().database.read(work)
