"""Ways to segment, the contest between them, the verdict and the frozen model."""
