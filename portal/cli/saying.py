"""What commands say when they stop: one plain sentence, no trace of the program."""

from typing import NoReturn

import click

from portal.settings import Settings, SettingsError


def stop(sentence: str) -> NoReturn:
    """End with this sentence and exit code 1."""
    raise click.ClickException(sentence)


def settings_or_stop() -> Settings:
    """The settings from the environment; a wrong one stops with its sentence."""
    try:
        return Settings.from_environment()
    except SettingsError as wrong:
        stop(str(wrong))
