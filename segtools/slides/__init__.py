"""A finished run as a PowerPoint deck: native charts and tables, evidence in notes."""

from segtools.slides.deck import export_slides

__all__ = ["export_slides"]
