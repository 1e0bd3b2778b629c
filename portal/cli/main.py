"""All commands under one name; each is imported when the list is made, and does its own work."""

import click

from portal.cli import demo


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """One Roof: the portal of one Family Justice Center.

    Settings are read from the environment; `portal check` lists them and says what is wrong.
    """


main.add_command(demo.demo)
main.add_command(demo.demo_signins)
