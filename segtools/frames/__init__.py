"""A user's own DataFrame: everything the notebooks do, by one call and in memory."""
