"""Who is who: one person found again in several sources."""
