"""Segments across solutions: where each comes from as their number grows (SLSa).

Source: Dolnicar & Leisch (2017), segment level stability across solutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from segtools.segmentation.stability.agreement import Labels, Table, crossed


@dataclass(frozen=True)
class FamilyTree:
    """Segments of several solutions, and who comes from whom.

    Attributes
    ----------
    labels : dict of int to array
        The partitions by number of segments, numbered so that neighbours match.
    nodes : DataFrame
        ``k``, ``segment``, ``customers``, ``share``, ``slsa`` and the ``parent`` that
        gave most customers; missing (NaN) in the first solution.
    edges : DataFrame
        ``k`` of the child, ``parent``, ``segment``, ``customers`` and ``share`` of
        everyone; only where there is a customer.
    """

    labels: dict[int, Labels]
    nodes: pd.DataFrame
    edges: pd.DataFrame


def slsa(table: Table) -> NDArray[np.float64]:
    """Compute how undivided each segment's descent is.

    Parameters
    ----------
    table : array of shape (n_parents, n_segments)
        Customers by segment of the smaller and of the larger solution.

    Returns
    -------
    array of shape (n_segments,)
        One minus the entropy of its parents' shares over its largest possible value:
        1 for a single parent, 0 for equal parts of all; NaN for an empty segment.

    Examples
    --------
    >>> slsa(np.array([[10, 0, 5], [0, 10, 5]])).tolist()
    [1.0, 1.0, 0.0]
    """
    size = table.sum(axis=0)
    share = table / np.maximum(size, 1)
    log = np.log(share, out=np.zeros(share.shape), where=share > 0)
    most = np.log(len(table)) if len(table) > 1 else 1.0
    # Adding nothing turns the negative zero of a single parent into a plain one.
    return np.where(size > 0, 1 + (share * log).sum(axis=0) / most, np.nan) + 0.0


def family_tree(partitions: Mapping[int, Labels]) -> FamilyTree:
    """Give segments of all solutions matching numbers and follow them as k grows.

    Parameters
    ----------
    partitions : mapping of int to array of shape (n_customers,)
        Labels from 0 by number of segments; any numbering, the same customers.

    Returns
    -------
    FamilyTree
        The first solution is numbered by size; then every segment keeps the place of
        the one with which it shares most customers (Hungarian method), and a new one
        stands behind its largest parent.

    Examples
    --------
    >>> two, three = np.array([1, 1, 1, 0, 0]), np.array([0, 0, 2, 1, 1])
    >>> tree = family_tree({2: two, 3: three})
    >>> tree.labels[2].tolist(), tree.labels[3].tolist()
    ([0, 0, 0, 1, 1], [0, 0, 1, 2, 2])
    >>> tree.nodes.query("k == 3")["parent"].tolist()
    [0.0, 0.0, 1.0]
    """
    labels: dict[int, Labels] = {}
    nodes, edges = [], []
    before = 0
    for k in sorted(partitions):
        own = np.asarray(partitions[k], dtype=np.int64)
        if not before:
            labels[k] = _renumbered(own, _by_size(own, k))
            nodes.append(_nodes(labels[k], k, None))
        else:
            order = _matched(crossed(labels[before], own, before, k))
            labels[k] = _renumbered(own, order)
            table = crossed(labels[before], labels[k], before, k)
            nodes.append(_nodes(labels[k], k, table))
            edges.append(_edges(table, k))
        before = k
    drawn = (
        pd.concat(edges, ignore_index=True) if edges else _edges(np.zeros((0, 0)), 0)
    )
    return FamilyTree(labels, pd.concat(nodes, ignore_index=True), drawn)


def _by_size(labels: Labels, k: int) -> list[int]:
    size = np.bincount(labels, minlength=k)
    return [int(j) for j in np.argsort(-size, kind="stable")]


def _matched(table: Table) -> list[int]:
    """Order the larger solution's segments after the smaller one's."""
    old, new = linear_sum_assignment(table, maximize=True)
    behind: dict[int, list[int]] = {
        int(i): [int(j)] for i, j in zip(old, new, strict=True)
    }
    left = sorted(set(range(table.shape[1])) - {int(j) for j in new})
    for j in sorted(left, key=lambda j: -int(table[:, j].sum())):
        behind[int(table[:, j].argmax())].append(j)
    return [j for i in sorted(behind) for j in behind[i]]


def _renumbered(labels: Labels, order: list[int]) -> Labels:
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[labels]


def _nodes(labels: Labels, k: int, table: Table | None) -> pd.DataFrame:
    count = np.bincount(labels, minlength=k)
    none = np.full(k, np.nan)
    return pd.DataFrame(
        {
            "k": k,
            "segment": np.arange(k),
            "customers": count,
            "share": count / max(1, len(labels)),
            "slsa": none if table is None else slsa(table),
            "parent": none if table is None else table.argmax(axis=0).astype(float),
        }
    )


def _edges(table: Table, k: int) -> pd.DataFrame:
    parent, segment = np.nonzero(table)
    count = table[parent, segment].astype(np.int64)
    return pd.DataFrame(
        {
            "k": k,
            "parent": parent,
            "segment": segment,
            "customers": count,
            "share": count / max(1, int(table.sum())),
        }
    )
