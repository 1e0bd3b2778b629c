"""Who works in the house: invited, given roles, let begin again."""
