"""A notebook in the lab's page: opened, run, saved, and looked at cell by cell."""

from __future__ import annotations

import io
from typing import Any

from lab_server import PATIENCE, Lab, until

_PANEL = "window.jupyterapp.shell.currentWidget"
# Cells off the screen are not in the page, so the notebook's model is asked.
_STATE = f"""() => {{
  const panel = {_PANEL};
  const cells = Array.from(panel.content.model.cells);
  const code = cells.filter(c => c.type === 'code' && c.sharedModel.source.trim());
  const outputs = code.flatMap(c => c.outputs.toJSON());
  return {{
    code: code.length,
    done: code.filter(c => c.executionCount !== null).length,
    errors: outputs.filter(o => o.output_type === 'error')
      .map(o => o.ename + ': ' + o.evalue),
    idle: panel.sessionContext.session?.kernel?.status === 'idle'
      && code.every(c => (c.executionState ?? 'idle') === 'idle'),
  }};
}}"""
_OUTPUTS = f"""() => Array.from({_PANEL}.content.model.cells)
  .map((c, i) => c.type === 'code' && c.outputs.length ? i : -1).filter(i => i >= 0)"""
_SCROLL = f"""async (i) => {{
  await {_PANEL}.content.scrollToItem(i, 'start');
  await new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)));
}}"""
_LOOK = f"""(i) => {{
  const node = {_PANEL}.content.widgets[i].node;
  const area = node.querySelector('.jp-OutputArea');
  const box = e => {{
    const b = e.getBoundingClientRect();
    return [b.width, b.height];
  }};
  // A figure or a table that is too wide scrolls by itself; nothing else may.
  const wide = Array.from(area.querySelectorAll('.jp-OutputArea-output > *'))
    .filter(e => e.scrollWidth > area.clientWidth + 1 && getComputedStyle(e).overflowX
      === 'visible' && !e.closest('.st-table, .st-picture, table'));
  return {{
    text: area.innerText,
    figures: Array.from(area.querySelectorAll('svg[role=img], img.st-png')).map(box),
    named: Array.from(area.querySelectorAll('svg[role=img]'))
      .every(e => (e.getAttribute('aria-label') || '').length > 10),
    wide: wide.map(e => e.className || e.tagName),
  }};
}}"""


class LabPage:
    """One notebook, open in a browser of its own."""

    def __init__(self, lab: Lab, page: Any, path: str) -> None:
        self.lab, self.page, self.path = lab, page, path
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.set_default_timeout(PATIENCE * 100)  # a click takes no kernel
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda r: self.asked.append(r.url))
        page.goto(f"{lab.url}/lab/tree/{path}?reset&token={lab.token}")
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        page.wait_for_function(f"{_PANEL}?.sessionContext?.isReady === true")
        until(lambda: self.state()["idle"], "the kernel is ready")

    def state(self) -> dict[str, Any]:
        """Count the notebook's code cells, those that ran, and their errors."""
        return self.page.evaluate(_STATE)

    def outside(self) -> list[str]:
        """List what the page has asked anybody for but the lab itself."""
        ours = (self.lab.url, f"ws://127.0.0.1:{self.lab.port}", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(ours)]

    def choose(self, menu: str, item: str) -> None:
        """Choose from the menu bar, as a person does."""
        bar = self.page.locator("#jp-MainMenu")
        bar.get_by_role("menuitem", name=menu, exact=True).click()
        entry = self.page.locator(".lm-Menu-itemLabel", has_text=item)
        entry.filter(visible=True).first.click()

    def run_all(self) -> dict[str, Any]:
        """Run all cells by the menu, and wait until all have run, or one has failed."""
        self.choose("Run", "Run All Cells")

        def ended() -> bool:
            now = self.state()
            return bool(now["errors"]) or (now["idle"] and now["done"] == now["code"])

        until(ended, f"{self.path} has run")
        return self.state()

    def save(self) -> dict[str, Any]:
        """Save by the menu, and read what the server has now."""
        self.choose("File", "Save Notebook")
        self.page.wait_for_function(f"{_PANEL}.context.model.dirty === false")
        return self.lab.saved(self.path)

    def outputs(self) -> list[int]:
        """Give the places of cells that have an output."""
        return self.page.evaluate(_OUTPUTS)

    def look(self, cell: int) -> dict[str, Any]:
        """Scroll to a cell, and say what its output shows."""
        self.page.evaluate(_SCROLL, cell)
        return self.page.evaluate(_LOOK, cell)

    def colours(self, selector: str) -> set[tuple[int, int, int]]:
        """Take a screenshot of an element and list its colours, coarsely."""
        from PIL import Image

        taken = self.page.locator(selector).filter(visible=True).first.screenshot()
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        found = picture.getcolors(picture.width * picture.height)
        return {tuple(c // 16 for c in colour) for _, colour in found}

    def theme(self, name: str) -> None:
        """Change the lab's theme: ``JupyterLab Dark`` or ``JupyterLab Light``."""
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', "
            "{theme: name})",
            name,
        )
        dark = str(name.endswith("Light")).lower()
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{dark}'")
