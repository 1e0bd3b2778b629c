"""Interpreters of the house: who they are, what she asks, who comes, and what they may read."""
