"""Settings: read once from the environment, never after the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "CYBERREADY_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation chooses; each field is the environment variable CYBERREADY_<FIELD>.

    ``database_url`` is a SQLAlchemy address (``sqlite:///…`` or ``postgresql+psycopg://…``); ``signing_key_file``
    holds the Ed25519 key in PEM form; ``mail_url`` is ``smtp://user:password@host:port`` or empty when mail must wait
    in the outbox; ``live_writer`` is ``direct`` or ``portable``; durations are in seconds.
    """

    secret_key: str
    database_url: str
    signing_key_file: str
    base_url: str = "http://127.0.0.1:8000"
    mail_url: str = ""
    mail_from: str = "cyberready@localhost.invalid"
    session_hours: str = "12"
    live_writer: str = "direct"
    word_templates: str = ""
    kit_folder: str = ""
    kit_passphrase_file: str = ""

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The name under which this installation signs: host and port of its public address."""
        return urlsplit(self.base_url).netloc


REQUIRED = ("secret_key", "database_url", "signing_key_file")


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; exits with one sentence that names every missing variable."""
    missing = [PREFIX + name.upper() for name in REQUIRED if not environ.get(PREFIX + name.upper())]
    if missing:
        raise SystemExit("Not set: " + ", ".join(missing) + ". See docs/beheer.md for what each is for.")
    given = {
        field.name: environ[PREFIX + field.name.upper()]
        for field in fields(Settings)
        if PREFIX + field.name.upper() in environ
    }
    if given.get("live_writer", "direct") not in {"direct", "portable"}:
        raise SystemExit("CYBERREADY_LIVE_WRITER must be 'direct' or 'portable'.")
    return Settings(**given)


def content_root() -> Path:
    """The folder that holds playbooks/, exercises/ and templates/: inside the wheel, or the checkout."""
    packaged = Path(__file__).parent / "content"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent
