"""When services, workers and rooms have time."""
