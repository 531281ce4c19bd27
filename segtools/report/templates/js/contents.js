// Mark in the contents list which section is being read.
function markPosition() {
  const links = new Map(
    [...document.querySelectorAll(".st-toc a")].map((a) => [a.hash.slice(1), a])
  );
  const headings = [...links.keys()].map((id) => document.getElementById(id));
  const mark = () => {
    const seen = headings.filter((h) => h.getClientRects().length);
    const passed = seen.filter((h) => h.getBoundingClientRect().top < innerHeight / 3);
    const here = (passed.pop() || headings[0]).id;
    links.forEach((a, id) => {
      if (id === here) a.setAttribute("aria-current", "location");
      else a.removeAttribute("aria-current");
    });
  };
  if (!headings.length) return;
  let waiting = false;
  const follow = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  };
  addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow);
  mark();
}
markPosition();
