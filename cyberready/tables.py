"""Every table in one metadata, for Alembic and for tests."""

from importlib import import_module
from pkgutil import iter_modules

import cyberready
from cyberready.platform.db import Base

for _slice in iter_modules(cyberready.__path__, "cyberready."):
    if _slice.ispkg and any(
        found.name == "models" for found in iter_modules(import_module(_slice.name).__path__)
    ):
        import_module(f"{_slice.name}.models")

import_module("cyberready.platform.mail.models")

metadata = Base.metadata
