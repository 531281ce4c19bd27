"""Experiments: what could be found, who is held back, and what came of it."""
