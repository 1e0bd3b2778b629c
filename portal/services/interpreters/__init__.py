"""Interpreters of the house: who they are, what she asks, who comes, and what they may read."""

from portal.services.interpreters.times import free

__all__ = ["free"]
