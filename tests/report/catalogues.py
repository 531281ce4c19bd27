"""Small catalogues for pages in another language."""

from pathlib import Path

_HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"

"""


def catalogue(folder: Path, code: str, entries: str = "", terms: str = "") -> str:
    """Write a language of few messages; give what the key ``language`` is set to."""
    file = folder / code / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(_HEAD + entries, encoding="utf-8")
    if terms:
        (folder / code / "terms.yaml").write_text(terms, encoding="utf-8")
    return str(folder / code)
