"""A case at work: who is on it, what they write, who takes over, new cards, emergencies."""
