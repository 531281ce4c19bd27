"""Forgetting a customer: erased from every run, and put on record."""
