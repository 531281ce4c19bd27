"""A business model canvas a segment: nine blocks, from data where data speaks.

`business_model_canvas` fills the blocks, `canvas_markdown` writes one to be pasted into
a strategy tool.
"""

from segtools.profiles.canvas.blocks import business_model_canvas, canvas_sentence
from segtools.profiles.canvas.markdown import canvas_markdown

__all__ = ["business_model_canvas", "canvas_markdown", "canvas_sentence"]
