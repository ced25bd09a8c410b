"""Settings: everything that is missing in one sentence, nothing guessed."""

from dataclasses import FrozenInstanceError, fields

import pytest

from cyberready.cli import stage
from cyberready.settings import PREFIX, Settings, content_root, read

ENOUGH = {
    "CYBERREADY_SECRET_KEY": "secret",
    "CYBERREADY_DATABASE_URL": "sqlite:///x",
    "CYBERREADY_SIGNING_KEY_FILE": "key.pem",
}


def test_every_missing_name_is_told_at_once():
    with pytest.raises(SystemExit) as stopped:
        read({})
    said = str(stopped.value)
    assert all(name in said for name in ENOUGH)
    assert said == f"Not set: {', '.join(ENOUGH)}. See docs/beheer.md for what each is for."


@pytest.mark.parametrize("name", ENOUGH)
def test_an_empty_value_counts_as_missing(name):
    with pytest.raises(SystemExit, match=f"Not set: {name}\\."):
        read({**ENOUGH, name: ""})


def test_what_is_required_is_enough():
    chosen = read(ENOUGH)
    assert chosen == Settings("secret", "sqlite:///x", "key.pem")
    assert chosen.base_url == "http://127.0.0.1:8000"
    assert chosen.live_writer == "direct"


def test_every_field_is_read_from_its_variable():
    given = {PREFIX + field.name.upper(): f"value of {field.name}" for field in fields(Settings)}
    chosen = read({**given, "CYBERREADY_LIVE_WRITER": "portable", "CYBERREADY_UNKNOWN": "x", "OTHER": "y"})
    for field in fields(Settings):
        expected = "portable" if field.name == "live_writer" else f"value of {field.name}"
        assert getattr(chosen, field.name) == expected


@pytest.mark.parametrize("writer", ["fast", "DIRECT", ""])
def test_an_unknown_live_writer_is_refused(writer):
    with pytest.raises(SystemExit, match="must be 'direct' or 'portable'"):
        read({**ENOUGH, "CYBERREADY_LIVE_WRITER": writer})


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        read(ENOUGH).secret_key = "other"


@pytest.mark.parametrize(
    ("base_url", "secure", "host"),
    [
        ("https://cyber.waterveld.example", True, "cyber.waterveld.example"),
        ("http://127.0.0.1:8000", False, "127.0.0.1:8000"),
    ],
)
def test_cookies_and_signature_follow_the_public_address(base_url, secure, host):
    chosen = read({**ENOUGH, "CYBERREADY_BASE_URL": base_url})
    assert chosen.secure_cookies is secure
    assert chosen.host == host


def test_a_process_that_is_started_reads_the_same_settings():
    chosen = Settings("secret", "sqlite:///x", "key.pem", base_url="https://a.example", session_hours="3")
    assert read(stage.environment(chosen)) == chosen


def test_the_content_is_where_the_settings_say():
    for folder in ("playbooks", "exercises", "templates"):
        assert (content_root() / folder).is_dir()
