"""A survivor's own pages, none of which answers anyone else."""
