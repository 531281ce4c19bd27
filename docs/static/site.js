// What is wider than the screen scrolls by itself, with the keyboard as well; and what
// the theme leaves without a name gets one.
document.addEventListener("DOMContentLoaded", () => {
  // The theme's switches for pages below a page are a mere arrow.
  document.querySelectorAll("li > details > summary:has(.toctree-toggle)").forEach((arrow) => {
    const page = arrow.closest("li").querySelector("a");
    arrow.setAttribute("aria-label", `Pages below ${page ? page.textContent.trim() : "this"}`);
  });
  const wide = "[data-scrolls], .st-picture, .pst-scrollable-table-container, div.highlight pre";
  document.querySelectorAll(wide).forEach((box) => {
    const own = box.tabIndex;
    const follow = () => {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        if (box.tagName !== "PRE") {
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", `${box.dataset.scrolls || "Content"}, scrolls sideways`);
        }
      } else if (own < 0) {
        ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
      }
    };
    new ResizeObserver(follow).observe(box);
  });
});
