"""What the centre says of itself and its services, and who may do what in it."""
