"""Every table in one metadata, for Alembic and for tests."""

from importlib import import_module
from pkgutil import iter_modules

import cyberready
from cyberready.platform.db import Base

for _slice in iter_modules(cyberready.__path__, "cyberready."):
    for _found in iter_modules(import_module(_slice.name).__path__) if _slice.ispkg else ():
        if _found.name == "models" or _found.name.startswith("models_"):
            import_module(f"{_slice.name}.{_found.name}")

import_module("cyberready.platform.mail.models")
import_module("cyberready.platform.search.models")

metadata = Base.metadata
