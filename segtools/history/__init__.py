"""Names over runs, and what changed since the last one."""
