"""Rules and vocabulary of the house in plain Python: no request, no database, no clock."""
