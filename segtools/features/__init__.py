"""One row per customer: one file a basis of segmentation."""
