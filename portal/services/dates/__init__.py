"""Dates: given, shown, answered, and the time that each takes."""
