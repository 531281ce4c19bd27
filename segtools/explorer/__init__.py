"""A small explorer of a run: members, comparisons, examples, and cuts that move."""
