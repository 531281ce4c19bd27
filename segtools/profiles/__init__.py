"""Who is in a segment, what sets them apart, and what to do about it."""
