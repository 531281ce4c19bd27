"""From executed notebooks and records to the pages of a report."""
