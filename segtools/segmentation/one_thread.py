"""Keep numerical libraries to one thread: sums in one order, whatever the machine."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

# Both load what they sum with (OpenBLAS, OpenMP) when they are imported, and only what
# is loaded can be kept to one thread.
import scipy.linalg
import sklearn.utils
from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]
_LOADED = (scipy.linalg, sklearn.utils)


def one_thread() -> AbstractContextManager[object]:
    """Keep BLAS and OpenMP to one thread within a ``with`` block.

    Looking for the libraries of the process takes milliseconds, and a bootstrap would
    do it a thousand times; so they are looked for once.

    Returns
    -------
    context manager
        The numbers of threads from before hold again after it.

    Examples
    --------
    >>> import numpy as np
    >>> with one_thread():
    ...     float(np.ones(3) @ np.ones(3))
    3.0
    """
    limited: AbstractContextManager[object] = _controller().limit(limits=1)
    return limited


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
