"""What she asks for: sent, added to, taken back, and shown with what becomes of it."""
