// What is wider than the screen scrolls by itself, with the keyboard as well.
document.addEventListener("DOMContentLoaded", () => {
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
