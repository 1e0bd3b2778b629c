"""Real calendars of colleagues and services: added by staff, read and written by the worker."""
