"""What is happening: written by staff, shown by a second person's yes, read by her."""
