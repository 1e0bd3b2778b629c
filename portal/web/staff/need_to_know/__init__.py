"""The account of who looked, and what survivors ask about it."""
