"""Cut at the origin, clean with a log, and say whether the data is enough."""
