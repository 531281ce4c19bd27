"""Pages as a browser would build them: elements, ids and words."""

import re
from html.parser import HTMLParser

from segtools.report.glossary import bare, plain_columns, term_of_column

NETWORK = re.compile(
    r"""(?:src|href|action|data)\s*=\s*["'](?:https?:)?//|url\(|@import""",
    re.IGNORECASE,
)


class Elements(HTMLParser):
    """Collects elements and text, to compare what a reader's browser would build."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self):
        return re.sub(r"\s+", " ", "".join(self.text))


def read(path):
    return path.read_text(encoding="utf-8")


def headers(page):
    """Give the headers of all tables of a page, as a reader sees them."""
    heads = re.findall(r"<thead>(.*?)</thead>", page, re.DOTALL)
    cells = [c for h in heads for c in re.findall(r"<th\b.*?</th>", h, re.DOTALL)]
    return {Elements(cell).words.strip() for cell in cells}


def unexplained(page, names):
    """List headers that are neither a measure, nor plain words, nor a segment's."""
    own = [name[:12].strip().lower() for name in names]
    return [
        header
        for header in headers(page)
        if not term_of_column(header)
        and not {header.lower(), bare(header).lower()} & plain_columns()
        and not any(name in header.lower() for name in own)
    ]
