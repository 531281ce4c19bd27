"""Names in prose lead to their page: `segtools.psi` is a link, in docstrings as well.

Pages stay plain Markdown, which is read in editors and repositories, too, and
docstrings keep their single backticks. A name that has no page is set as code.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

NAME = re.compile(r"\w+(?:\.\w+)*")
# Where a short name in a docstring is looked for.
PLACES = ("segtools.", "segtools.plots.", "segtools.segmentation.hand.")


def candidates(text: str, *, short: bool) -> list[str]:
    """List the full names that some code in prose may stand for.

    Parameters
    ----------
    text : str
        What stands between the backticks.
    short : bool
        Names without ``segtools.`` may be meant, too, as in docstrings.

    Examples
    --------
    >>> candidates("segtools.psi", short=False), candidates("psi", short=False)
    (['segtools.psi'], [])
    >>> candidates("psi", short=True)[0], candidates("a + b", short=True)
    ('segtools.psi', [])
    """
    if not NAME.fullmatch(text):
        return []
    if text.startswith("segtools."):
        return [text]
    return [place + text for place in PLACES] if short else []


class CodeLinks(SphinxPostTransform):
    """Turn code that names a documented object into links."""

    default_priority = 20

    def run(self, **_: Any) -> None:
        """Look at all code of the page that is no link yet."""
        for node in list(self.document.findall(nodes.literal)):
            self._link(node, short=False)
        for node in list(self.document.findall(nodes.title_reference)):
            self._link(node, short=True)

    def _link(self, node: nodes.Element, *, short: bool) -> None:
        code = nodes.literal(node.astext(), node.astext())
        target = self._target(candidates(node.astext(), short=short))
        linked = isinstance(node.parent, (nodes.reference, nodes.title))
        if target is None or linked:
            node.replace_self(code)
            return
        builder, here = self.app.builder, self.env.docname
        node.replace_self(make_refnode(builder, here, *target, code))

    def _target(self, names: list[str]) -> tuple[str, str] | None:
        domain = self.env.domains["py"]
        assert isinstance(domain, PythonDomain)
        for name in names:
            if found := domain.objects.get(name):
                own = found.docname == self.env.docname
                return None if own else (found.docname, found.node_id)
        return None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(CodeLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
