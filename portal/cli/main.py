"""All commands under one name; a command's module is imported when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "audit": "safekeeping",
    "backup": "backups",
    "check": "check",
    "demo": "demo",
    "demo-signins": "demo",
    "init": "founding",
    "migrate": "running",
    "recover": "recovery",
    "restore": "backups",
    "serve": "running",
    "service": "colleagues",
    "services": "exchange",
    "staff": "colleagues",
    "worker": "running",
}
"""Each command and the module of this package that holds it, under its name with `_` for `-`."""


class Commands(click.Group):
    """Finds a command by its name; the database layer alone takes a second to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"portal.cli.{COMMANDS[cmd_name]}")
        found = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(found, click.Command)
        return found


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """One Roof: the portal of one Family Justice Center.

    Settings are read from the environment; `portal check` lists them and says what is wrong.
    """
