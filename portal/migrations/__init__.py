"""The history of the tables, inside the package so that an installed copy can upgrade itself."""
