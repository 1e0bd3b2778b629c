"""Who works in the house: teams and their keys, roles, invitations, and what a coordinator does."""
