"""The words and drawings of staff for what the house calls by codes: the field's own terms."""
