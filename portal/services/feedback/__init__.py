"""What survivors tell without their names, and what the centre publishes to it."""
