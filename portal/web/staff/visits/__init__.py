"""Visits: planned, sent to her with one tap, and what she wishes for."""
