"""On which sheets of paper Chromium puts the parts of a page.

Each part gets a tiny link at its top and at its bottom. Chromium writes links into the
PDF as plain annotations of their sheet, so that no reader of PDF files is needed.
"""

import re

MARK = "https://mark.invalid/"
_MARKS = """([parts, mark]) => {
  const link = (name) => {
    const a = document.createElement("a");
    a.href = mark + name;
    a.setAttribute("style", "position:absolute;width:1px;height:1px;display:block;" +
      "overflow:hidden;font-size:1px;line-height:1px;color:transparent");
    a.textContent = ".";
    return a;
  };
  let count = 0;
  for (const part of document.querySelectorAll(parts)) {
    if (!part.getClientRects().length) continue;
    const inside = part.matches("tr") ? part.cells[0] : part;
    part.style.position = "relative";
    inside.style.position = "relative";
    const top = link(count + "/top"), bottom = link(count + "/bottom");
    top.style.top = "0"; top.style.left = "0";
    bottom.style.bottom = "0"; bottom.style.left = "0";
    inside.append(top, bottom);
    count += 1;
  }
  return count;
}"""


def mark(page, parts):
    """Mark the top and the bottom of every part that is shown; give their number."""
    return page.evaluate(_MARKS, [parts, MARK])


def sheets(pdf):
    """Give for each sheet of a PDF the names of the marks on it, in order."""
    objects = dict(re.findall(rb"(?m)^(\d+) 0 obj\s(.*?)\sendobj", pdf, re.DOTALL))
    found = []
    for body in objects.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        listed = re.search(rb"/Annots\s*\[(.*?)\]", body, re.DOTALL)
        names = re.findall(rb"(\d+) 0 R", listed.group(1)) if listed else []
        texts = [objects[n] for n in names] or ([listed.group(1)] if listed else [])
        pattern = rb"/URI\s*\(" + re.escape(MARK.encode()) + rb"([^)]*)\)"
        found.append({m.decode() for t in texts for m in re.findall(pattern, t)})
    return found


def cut_parts(found):
    """List the parts whose top and bottom lie on different sheets."""
    where = {name: place for place, names in enumerate(found) for name in names}
    parts = sorted({int(name.partition("/")[0]) for name in where})
    return [p for p in parts if where[f"{p}/top"] != where[f"{p}/bottom"]]
