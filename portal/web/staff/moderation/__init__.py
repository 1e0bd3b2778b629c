"""The desk: what waits in lanes, and each thing on its own page."""
