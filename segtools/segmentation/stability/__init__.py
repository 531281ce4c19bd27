"""Do segments hold up? The stability stack of Dolnicar and Leisch, and its neighbours.

`select_clusters` is the way in; the parts can be used alone.
"""

from segtools.segmentation.stability.across import family_tree, slsa
from segtools.segmentation.stability.pairs import Pairs, bootstrap_pairs
from segtools.segmentation.stability.select import select_clusters
from segtools.segmentation.stability.selection import Selection

__all__ = [
    "Pairs",
    "Selection",
    "bootstrap_pairs",
    "family_tree",
    "select_clusters",
    "slsa",
]
