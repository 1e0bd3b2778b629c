"""Needs on their way to services: made, sent at her yes, read, answered, ended."""
