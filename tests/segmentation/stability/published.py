"""Public data whose figures are published, typed in: facts, small and exact."""

import numpy as np
from sklearn.datasets import load_iris, load_wine

# Ruspini (1970): 75 points in the plane, four groups of 20, 23, 17 and 15.
_X = """4 5 10 9 13 13 12 15 18 19 22 27 28 24 27 28 30 31 32 36 28 32 35 33 38 41 38 38
32 34 44 44 44 46 47 49 50 53 52 55 54 60 63 86 85 85 78 74 97 98 98 99 99 101 108 110
108 111 115 117 70 77 83 61 69 78 66 58 64 69 66 61 76 72 64"""
_Y = """53 63 59 77 49 69 88 75 61 65 74 72 76 58 55 60 52 60 61 72 147 149 153 154 151
150 145 143 143 141 156 149 143 142 149 152 142 144 152 155 124 136 139 132 115 96 94 96
122 116 124 119 128 115 111 111 116 126 117 115 4 12 21 15 15 16 18 13 20 21 23 25 27 31
30"""
RUSPINI = np.column_stack([_X.split(), _Y.split()]).astype(float)

# How students rated 63 members of a faculty (Hartigan & Hartigan's example).
_FACULTY = """30 33 35 36 36 36 37 37 39 39 39 39 39 40 40 40 40 41 42 43 43 43 44 44
45 45 46 47 47 48 48 48 49 50 50 51 52 52 53 53 53 53 53 54 54 57 57 59 60 60 60 61 61
61 61 62 62 62 62 63 66 70 72"""
FACULTY = np.array(_FACULTY.split(), dtype=float)

IRIS = load_iris().data
_WINE = load_wine().data
WINE = (_WINE - _WINE.mean(axis=0)) / _WINE.std(axis=0, ddof=1)
