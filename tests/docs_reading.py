"""The pages of the site as files: where they are, and their blocks of code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
METHODS = sorted(p for p in (DOCS / "methods").glob("*.md") if p.stem != "index")
TUTORIALS = sorted(p for p in (DOCS / "tutorials").glob("*.md") if p.stem != "index")


def blocks(page: Path, language: str) -> list[str]:
    """Give the fenced blocks of a language."""
    fence = rf"^```{re.escape(language)}\n(.*?)^```"
    return re.findall(fence, page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """Give a page without its blocks and formulas."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    return re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)
