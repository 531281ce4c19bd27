// The style sheet hides what belongs to an unchecked segment; here the choice is
// counted aloud and travels to the other pages in their addresses.
function followSegments() {
  const boxes = [...document.querySelectorAll(".st-filter input")];
  if (!boxes.length) return;
  const shown = document.getElementById("st-shown");
  const all = document.getElementById("st-all");
  const pages = [...document.querySelectorAll("a[href]")].filter((a) =>
    /^\d\d_\w+\.html/.test(a.getAttribute("href"))
  );

  const query = () => {
    const parts = new URLSearchParams(location.search);
    const ids = boxes.filter((box) => box.checked).map((box) => box.value);
    if (ids.length === boxes.length) parts.delete("segments");
    else parts.set("segments", ids.join("."));
    const text = parts.toString();
    return text && `?${text}`;
  };

  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    shown.textContent = shown.dataset.text.replace("{shown}", count);
    all.hidden = count === boxes.length;
    const search = query();
    pages.forEach((a) => (a.search = search));
    return search;
  };

  const given = new URLSearchParams(location.search).get("segments");
  const wanted = given === null ? null : given.split(".");
  const known = wanted && (given === "" || boxes.some((b) => wanted.includes(b.value)));
  boxes.forEach((box) => {
    box.checked = !known || wanted.includes(box.value);
    box.addEventListener("change", remember);
  });
  all.addEventListener("click", () => {
    boxes.forEach((box) => (box.checked = true));
    boxes[0].focus();
    remember();
  });
  tell();

  function remember() {
    const search = tell();
    const address = location.pathname + search + location.hash;
    history.replaceState(history.state, "", address);
  }
}
followSegments();
