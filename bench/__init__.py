"""How fast the house is, measured beside a bare Flask page in the same run."""
