"""Where segments go: one file a system."""
