"""The list of commands, and that each tells what it is for."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from cyberready.cli.main import COMMANDS, main


def run(*words, **environment):
    return CliRunner().invoke(main, words, env=environment)


def test_help_lists_every_command_with_what_it_does():
    said = run("--help").output
    lines = {
        line.split()[0]: line.split(maxsplit=1)[1:] for line in said.splitlines() if line.startswith("  ")
    }
    assert set(COMMANDS) <= set(lines)
    assert all(lines[name] for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: main {name}" in result.output


def test_an_unknown_command_is_wrong_use():
    result = run("vergeet")
    assert result.exit_code == 2
    assert "No such command 'vergeet'" in result.output


def test_the_version_is_that_of_the_package():
    assert "0.1.0" in run("--version").output


def test_checking_a_package_does_not_wait_for_the_web():
    program = (
        "import sys; from cyberready.cli.main import main; from click import Context\n"
        "main.get_command(Context(main), 'verify'); print('flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
