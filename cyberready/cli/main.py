"""``cyberready``: every command, each loaded only when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "check": "check",
    "convert": "convert",
    "demo": "demo",
    "diff": "diff",
    "found": "setup",
    "kit": "kit",
    "rehearse": "rehearse",
    "schema": "check",
    "serve": "serve",
    "trail": "trail",
    "upgrade": "setup",
    "verify": "verify",
}


class Commands(click.Group):
    """Loads a command's module when it is named, so that ``verify`` does not wait for Flask."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"cyberready.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return command


@click.command(cls=Commands)
@click.version_option(package_name="cyberready")
def main() -> None:
    """Prepare for cyber incidents, practise them, handle them and hand them over."""


if __name__ == "__main__":
    main()
