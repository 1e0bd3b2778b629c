"""The command `portal`, for those who run a centre."""

from portal.cli.main import main

__all__ = ["main"]
