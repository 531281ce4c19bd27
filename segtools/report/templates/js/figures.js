// Where a figure is wider than the screen, its picture scrolls: by the keyboard, too.
document.querySelectorAll(".st-picture").forEach((picture) => {
  const follow = () => {
    if (picture.scrollWidth > picture.clientWidth) {
      picture.tabIndex = 0;
      picture.setAttribute("role", "group");
      picture.setAttribute("aria-label", document.getElementById("st-said").dataset.scrolls);
    } else {
      ["tabindex", "role", "aria-label"].forEach((a) => picture.removeAttribute(a));
    }
  };
  new ResizeObserver(follow).observe(picture);
});
