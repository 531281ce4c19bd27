"""Long tables that can be sorted and searched while somebody sits before a notebook.

The table is the one that every page shows, and stays where a script does not run: on a
page that was exported, in a notebook that is not trusted, without itables. DataTables,
which itables brings along, takes it over. The library goes into the notebook once,
packed, and never comes from the network.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from segtools.languages import current, tr
from segtools.live import is_live, shell
from segtools.markup import Display

# Shorter tables are read at a glance.
MOST_ROWS = 15
_PAGE = 10
_OPTIONS: dict[str, Any] = {
    "order": [],
    "autoWidth": False,
    "columnDefs": [{"targets": "_all", "type": "rank"}],
    "pageLength": _PAGE,
}
_SHOWN: dict[str, tuple[Any, int]] = {}  # the cell that holds the library, its run
# Tables may be on the page before the library is: both meet in a promise.
_MEET = (
    "const met = window.segtoolsTables ??= (() => { let ready; const made = "
    "new Promise(done => { ready = done; }); made.ready = ready; return made; })();"
)
# Numbers stand right and words left, as on a page; JupyterLab sets all to the right.
_SIDES = (
    "[data-live] .gt_right { text-align: right !important; } "
    "[data-live] :is(.gt_left, caption) { text-align: left !important; }"
)
_TABLE = """<script type="module">
%(meet)s
met.then(DataTable => document
  .querySelectorAll('[data-live="%(key)s"] > table:not(.dataTable)')
  .forEach(table => new DataTable(table, %(options)s)));
</script>"""
_LIBRARY = """<div hidden></div><script type="module">
%(meet)s
const unpacked = async packed => {
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  const packing = new DecompressionStream("gzip");
  const opened = new Blob([bytes]).stream().pipeThrough(packing);
  return new Response(opened).text();
};
if (!met.asked) {
  met.asked = true;
  const sheet = document.createElement("style");
  sheet.textContent = await unpacked("%(sheet)s") + "%(sides)s";
  document.head.append(sheet);
  const text = await unpacked("%(script)s");
  const place = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
  const found = await import(place);
  const themed = found.set_or_remove_dark_class ?? (() => {});
  themed();
  new MutationObserver(themed).observe(
    document.body, {attributes: true, attributeFilter: ["data-jp-theme-light"]});
  const DataTable = found.DataTable ?? found.default;
  // What is missing, and what sums up the others, stays below as it does on a page.
  const below = turn => (a, b) => (a === "") - (b === "") || turn * (a - b);
  DataTable.ext.type.order["rank-asc"] = below(1);
  DataTable.ext.type.order["rank-desc"] = below(-1);
  met.ready(DataTable);
}
</script>"""


def wanted(rows: int, interactive: bool | None) -> bool:
    """Say whether a table of so many rows is to be interactive, and can be.

    Parameters
    ----------
    rows : int
    interactive : bool or None
        What the caller asks for; None leaves it to the session and the length.
    """
    asked = is_live() and rows > MOST_ROWS if interactive is None else interactive
    return asked and shell() is not None and find_spec("itables") is not None


def enlivened(markup: str) -> str:
    """Give a finished table to DataTables; what it shows is what it showed.

    Parameters
    ----------
    markup : str
        One ``<div>`` with one ``<table>`` whose cells carry ``data-order``.

    Returns
    -------
    str
        The same with a script; without the library, as it was.
    """
    if not _bring_library():
        return markup
    key = hashlib.sha256(markup.encode("utf-8", "replace")).hexdigest()[:12]
    options = json.dumps(_OPTIONS | _words(), ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    script = _TABLE % {"meet": _MEET, "key": key, "options": options}
    return markup.replace("<div ", f'<div data-live="{key}" ', 1) + script


def _words() -> dict[str, Any]:
    """Give the library's words in the language in use; in English it has its own."""
    every = {"label": tr("All"), "value": -1}
    words: dict[str, Any] = {"lengthMenu": [_PAGE, 25, 100, every]}
    if current().is_english:
        return words
    # The places in capitals are filled by the library.
    shown = {"start": "_START_", "end": "_END_", "total": "_TOTAL_"}
    said = {
        "lengthMenu": tr("{menu} entries per page", menu="_MENU_"),
        "search": tr("Search:"),
        "info": tr("Showing {start} to {end} of {total} entries", **shown),
        "infoEmpty": tr("No entries"),
        "infoFiltered": tr("(out of {total})", total="_MAX_"),
        "zeroRecords": tr("No matching entries"),
        "emptyTable": tr("No entries"),
        "thousands": current().group,
    }
    return words | {"language": said}


def _bring_library() -> bool:
    """Put the library into the notebook where no cell holds it.

    A cell that runs again has lost what it held.
    """
    library = _library()
    if library is None:
        return False
    at = shell()
    now = (at.get_parent().get("metadata", {}).get("cellId"), at.execution_count)
    cell, run = _SHOWN.get("at", (None, None))
    if run is None or (cell is not None and now[0] == cell and now[1] != run):
        from IPython.display import display

        display(library)
        _SHOWN["at"] = now
    return True


@cache
def _library() -> Display | None:
    """Pack itables' copy of DataTables; None where it does not lie where it did."""
    from itables import options

    script = Path(options.dt_bundle)
    sheet = script.with_suffix(".css")
    if not (script.is_file() and sheet.is_file()):
        return None
    parts = {"meet": _MEET, "sides": _SIDES}
    parts |= {"script": _packed(script), "sheet": _packed(sheet)}
    return Display(_LIBRARY % parts, "")


def _packed(file: Path) -> str:
    return base64.b64encode(gzip.compress(file.read_bytes(), mtime=0)).decode()
