"""Does somebody sit before this notebook? What is live is shown; results never change.

JupyterLab and Jupyter Notebook name the session in the environment of the kernels that
they start for a person; papermill, nbconvert and nbclient do not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

# What JupyterLab and Notebook set for a kernel.
SESSION = "JPY_SESSION_NAME"
# What a user sets where that is not right, as in VS Code: 1, or 0 for never.
VARIABLE = "SEGTOOLS_LIVE"
_NO = ("0", "no", "off", "false")
_YES = ("1", "yes", "on", "true")


def shell() -> Any:
    """Give the IPython shell of this kernel; None outside a kernel.

    A program that a notebook starts inherits its environment, and is no kernel.
    """
    ipython = sys.modules.get("IPython")
    found = None if ipython is None else ipython.get_ipython()
    return found if getattr(found, "kernel", None) is not None else None


def is_live() -> bool:
    """Tell whether this is the kernel of a notebook that a person has open.

    Returns
    -------
    bool
        What ``SEGTOOLS_LIVE`` says (1 or 0) where it is set, else whether a Jupyter
        server started this kernel for a session; False outside a kernel.

    Examples
    --------
    >>> is_live()
    False
    """
    if shell() is None:
        return False
    said = asked(VARIABLE)
    return bool(os.environ.get(SESSION)) if said is None else said


def asked(variable: str) -> bool | None:
    """Read a switch from the environment; None where it says neither yes nor no."""
    said = os.environ.get(variable, "").strip().lower()
    return said in _YES if said in _YES + _NO else None


def unattended(environment: Mapping[str, str]) -> dict[str, str]:
    """Give an environment for a kernel before which nobody sits.

    A run that is started from a notebook, or from a terminal beside it, would else
    inherit that somebody sits there.

    Examples
    --------
    >>> unattended({"JPY_SESSION_NAME": "a.ipynb", "HOME": "/h"})
    {'HOME': '/h', 'SEGTOOLS_LIVE': '0'}
    """
    return {k: v for k, v in environment.items() if k != SESSION} | {VARIABLE: "0"}
