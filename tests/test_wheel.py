"""The built wheel carries all content and serves from another directory."""

import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_every_playbook_scenario_template_and_text(wheel):
    names = set(ZipFile(wheel).namelist())
    for folder in ("playbooks", "exercises", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"cyberready/content/{path.relative_to(ROOT)}" in names
    for pattern in ("static/**/*", "translations/**/*.po", "migrations/versions/*.py"):
        for path in (ROOT / "cyberready").glob(pattern):
            if path.is_file():
                assert str(path.relative_to(ROOT)) in names


def test_the_wheel_starts_in_an_empty_environment_from_another_directory(wheel, tmp_path):
    """The environment holds nothing but the wheel; what it depends on is lent by the running one, not downloaded."""
    place = tmp_path / "environment"
    venv.create(place, with_pip=False)
    site = next((place / "lib").glob("python3*/site-packages"))
    python = str(place / "bin" / "python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, text=True)
    lent = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
    script = """
import sys, tempfile
from pathlib import Path
import cyberready
assert "environment" in cyberready.__file__, cyberready.__file__
from cyberready.cli import stage, town
from cyberready.cli.check import check
import httpx
folder = Path(tempfile.mkdtemp())
port = stage.free_port()
settings = town.furnish(folder, f"http://127.0.0.1:{port}")
from cyberready.migrations.run import upgrade
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
database = Database(settings.database_url)
upgrade(database)
founded = database.transact(lambda session: town.found(session, now()))
assert len(database.transact(lambda session: town.stock(session, Realm(founded.home), now()))) >= 2
with stage.serving(settings, port, folder / "log"):
    page = httpx.get(f"http://127.0.0.1:{port}/sign-in")
    assert page.status_code == 200 and "<h1>Inloggen<" in page.text, page.text
    style = httpx.get(f"http://127.0.0.1:{port}/static/css/base.css")
    assert style.status_code == 200
print("served")
"""
    done = subprocess.run(
        [python, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.stdout.strip() == "served", done.stderr[-3000:]
