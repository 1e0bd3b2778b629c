"""Who holds which key, and the only way to plain text."""
