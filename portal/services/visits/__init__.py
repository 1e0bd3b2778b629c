"""Visits: what one is planned from, proposed to her, answered by her, and let go by the clock."""
