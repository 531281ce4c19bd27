// Terms are links to the list of words at the end of the page. Where the browser has
// popovers, what a term means is shown beside it: on hover, on focus and on a tap.
function explainTerms() {
  const tip = document.getElementById("st-tip");
  if (!tip || !tip.showPopover) return;
  let shown = null;
  let leaving = 0;

  const place = (link) => {
    const at = link.getClientRects()[0];
    const own = tip.getBoundingClientRect();
    const left = Math.min(at.left, innerWidth - own.width - 12);
    const above = at.bottom + own.height + 8 > innerHeight && at.top > own.height + 8;
    tip.style.left = `${Math.max(left, 12)}px`;
    tip.style.top = `${above ? at.top - own.height - 6 : at.bottom + 6}px`;
  };

  const show = (link) => {
    clearTimeout(leaving);
    if (shown === link) return;
    const entry = document.getElementById(link.hash.slice(1));
    if (!entry) return;
    const name = document.createElement("b");
    name.textContent = entry.firstElementChild.textContent;
    const means = [...entry.lastElementChild.childNodes];
    tip.replaceChildren(name, ...means.map((node) => node.cloneNode(true)));
    tip.hidePopover();
    tip.showPopover();
    shown = link;
    place(link);
  };

  const hide = () => {
    clearTimeout(leaving);
    if (shown) tip.hidePopover();
    shown = null;
  };
  const leave = () => (leaving = setTimeout(hide, 200));

  document.querySelectorAll("a.st-term").forEach((link) => {
    link.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && show(link));
    link.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && leave());
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("click", (event) => {
      const tapped = event.pointerType && event.pointerType !== "mouse";
      if (tapped && shown !== link) {
        event.preventDefault();
        show(link);
      } else hide();
    });
  });
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("scroll", hide, { passive: true });
  addEventListener("pointerdown", (event) => {
    if (shown && !tip.contains(event.target) && event.target !== shown) hide();
  });
}
explainTerms();
