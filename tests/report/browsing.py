"""Pages in a real browser: opened without a network, and listened to."""

import os

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Browser:
    """Opens pages, each in a context of its own, and closes all of them."""

    def __init__(self, chromium):
        self.chromium = chromium
        self.contexts = []

    def __call__(self, path, *, width=1440, height=900, query="", **options):
        size = {"width": width, "height": height}
        options = {"color_scheme": options.pop("scheme", "light")} | options
        context = self.chromium.new_context(viewport=size, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("dialog", lambda d: (page.heard.append(d.message), d.dismiss()))
        page.on(
            "request", lambda r: page.heard.append(r.url) if outside(r.url) else None
        )
        page.goto(path.as_uri() + query)
        return page

    def close(self):
        for context in self.contexts:
            context.close()


def outside(url):
    return not url.startswith(("file:", "data:"))


def violations(page, within=None):
    """Report what axe finds, or nothing; without it skip, but never in CI.

    `within` is a selector: of pages that are not ours only that part is.
    """
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("axe-playwright-python is missing, and CI must have it")
        pytest.skip("axe-playwright-python is missing")
    results = Axe().run(page, context=within)
    return results.generate_report() if results.violations_count else ""


def unfold(page):
    """Open all that is folded, and show the code."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if page.locator("#st-code-switch").count():
        page.locator("#st-code-switch").check()
