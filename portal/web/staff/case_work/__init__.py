"""A case in the hands of its team: opened, read, answered, carded, covered."""
