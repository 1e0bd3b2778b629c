"""The desk and its decisions: what waits, in lanes; who takes it on; what follows; what is late."""
