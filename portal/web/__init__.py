"""What browsers see: the one address of survivors, the pages of staff, and what both share."""
