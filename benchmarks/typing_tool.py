"""Show how few questions a typing tool takes, and what it gives up for being addable.

    .venv/bin/python benchmarks/typing_tool.py

Households of the textbook survey (BathSoapHousehold, out of the wheel of dmba), grouped
by how and why they buy, and simulated answers with planted segments. Each tool chooses
questions, their number and points without the fifth that it is judged on; beside it, on
the same folds: a shallow tree of eight leaves, a discriminant analysis of as many
questions (chosen one by one inside the folds), and the best of three ways with all.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from segtools.segmentation.typing_tool import typing_tool
from segtools.segmentation.typing_tool.learn import splits

Guess = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
BUYS = ["No. of Brands", "Brand Runs", "Total Volume", "No. of Trans", "Value"]
BUYS += ["Trans / Brand Runs", "Avg. Price", "Others 999"]


def households() -> pd.DataFrame | None:
    """Read the textbook's table without importing the package that carries it."""
    found = importlib.util.find_spec("dmba")
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / "csvFiles" / "BathSoapHousehold.csv.gz"
    frame = pd.read_csv(file).set_index("Member id")
    return frame.rename(columns=lambda name: " ".join(name.split()))


def textbook(n_segments: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Group the households by k-means, as the textbook does."""
    frame = households()
    assert frame is not None
    why = [c for c in frame if c.startswith(("Pur Vol", "Pr Cat", "PropCat"))]
    loyal = frame.filter(like="Br. Cd").max(axis=1).rename("largest brand")
    values = StandardScaler().fit_transform(frame[[*BUYS, *why]].join(loyal))
    return frame, KMeans(n_segments, n_init=20, random_state=0).fit_predict(values)


def simulated(seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw answers from 1 to 5: eight questions part four segments, twelve do not."""
    rng = np.random.default_rng(seed)
    segment = rng.choice(4, 1500, p=[0.36, 0.28, 0.21, 0.15])
    columns = {}
    for i in range(20):
        level = rng.normal(3, 1.3 if i < 8 else 0.3, 4)[segment]
        columns[f"q{i:02d}"] = np.clip(np.rint(level + rng.normal(0, 1, 1500)), 1, 5)
    return pd.DataFrame(columns), segment


def cases() -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    """Give each case's name, answers and segments."""
    if households() is None:
        print("dmba is not installed: the textbook survey is left out")
    else:
        for n in (3, 4, 5):
            yield (f"BathSoap, {n} segments", *textbook(n))
    for seed in (1, 2):
        yield (f"simulated, seed {seed}", *simulated(seed))


def judged(answers: pd.DataFrame, label: np.ndarray, guess: Guess) -> float:
    """Give the share that a way of guessing places rightly, on the tool's folds."""
    right = np.zeros(len(label), dtype=bool)
    values = answers.fillna(answers.mean()).to_numpy(float)
    for learned, rest in splits(answers.index, label):
        said = guess(values[learned], label[learned], values[rest])
        right[rest] = said == label[rest]
    return float(right.mean())


def tree(X: np.ndarray, y: np.ndarray, Z: np.ndarray) -> np.ndarray:
    """Guess by a tree of eight leaves."""
    return DecisionTreeClassifier(max_leaf_nodes=8, random_state=0).fit(X, y).predict(Z)


def discriminant(n_questions: int) -> Guess:
    """Make a discriminant analysis of so many questions, each the best to add."""

    def guess(X: np.ndarray, y: np.ndarray, Z: np.ndarray) -> np.ndarray:
        chosen: list[int] = []
        for _ in range(n_questions):
            rest = [j for j in range(X.shape[1]) if j not in chosen]
            chosen.append(max(rest, key=lambda j: _likelihood(X[:, [*chosen, j]], y)))
        model = LinearDiscriminantAnalysis().fit(X[:, chosen], y)
        return model.predict(Z[:, chosen])

    return guess


def _likelihood(X: np.ndarray, y: np.ndarray) -> float:
    chances = LinearDiscriminantAnalysis().fit(X, y).predict_proba(X)
    return float(np.log(chances[np.arange(len(y)), y] + 1e-12).sum())


def main() -> None:
    """Print one line a case."""
    print("case | questions | points | tree | discriminant | largest | all | gain | s")
    for name, answers, label in cases():
        start = time.process_time()
        tool = typing_tool(answers, label.astype(str))
        seconds = time.process_time() - start
        own, n = tool.figures, len(tool.questions)
        beside = [judged(answers, label, g) for g in (tree, discriminant(n))]
        shares = [own["accuracy"]["value"], *beside, own["largest_segment"]]
        shares += [own["all_questions"]["accuracy"], own["share_of_gain"]]
        told = " | ".join(f"{s:.3f}" for s in shares)
        print(f"{name} | {n} | {told} | {seconds:.0f}", flush=True)


if __name__ == "__main__":
    main()
