"""What the centre says of itself and its services: set, versioned, read, exchanged."""
