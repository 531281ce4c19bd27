"""How well a mixture tells customers apart: AIC, BIC, ICL and entropy.

BIC: Schwarz (1978). ICL: Biernacki, Celeux & Govaert (2000), in the form that takes
each customer's likeliest component. Smaller is better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def criteria(
    joint: Array, counts: Array | None = None, n_parameters: int = 1
) -> dict[str, float | int]:
    """Compute the criteria by which a number of components is chosen.

    Parameters
    ----------
    joint : array of shape (n_rows, n_components)
        Natural logarithm of a component's weight times the row's density in it.
    counts : array of shape (n_rows,), default=None
        How many customers each row stands for; None means one.
    n_parameters : int, default=1
        Free parameters, q.

    Returns
    -------
    dict
        ``log_likelihood`` (L), ``n_parameters``, ``aic`` (-2 L + 2 q), ``bic``
        (-2 L + q ln n), ``icl`` (BIC less twice the sum of the logarithms of each
        customer's highest probability) and ``entropy`` (1 where every customer's
        component is certain, 0 where none can be told).

    Examples
    --------
    >>> certain = np.log(np.array([[0.5, 1e-300], [1e-300, 0.5]]))
    >>> {k: round(v, 3) for k, v in criteria(certain, n_parameters=1).items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'log_likelihood': -1.386, 'n_parameters': 1, 'aic': 4.773, 'bic': 3.466,
     'icl': 3.466, 'entropy': 1.0}
    """
    n = np.ones(len(joint)) if counts is None else counts
    top = joint.max(axis=1, keepdims=True)
    mass = np.exp(joint - top)
    total = mass.sum(axis=1, keepdims=True)
    own = mass / total
    level = float((np.log(total) + top)[:, 0] @ n)
    bic = -2 * level + n_parameters * float(np.log(n.sum()))
    doubt = -float((own * np.log(np.maximum(own, 1e-300))).sum(axis=1) @ n)
    most = float(n.sum() * np.log(joint.shape[1]))
    return {
        "log_likelihood": level,
        "n_parameters": n_parameters,
        "aic": -2 * level + 2 * n_parameters,
        "bic": bic,
        "icl": bic - 2 * float(np.log(own.max(axis=1)) @ n),
        "entropy": 1 - doubt / most if most else 1.0,
    }
