// A button in each column's head sorts the rows: once, the other way, as they came.
// Cells carry their rank; those without one (missing, sums) stay below.
function sortableTable(table) {
  const body = table.tBodies[0];
  const heads = [...table.querySelectorAll("thead th")];
  const rows = body ? [...body.rows] : [];
  if (!heads.length || rows.some((row) => row.cells.length !== heads.length)) return;
  const rank = (row, place) => row.cells[place].dataset.rank;
  const said = document.getElementById("st-said");
  const words = (what, name) => said.dataset[what].replace("{column}", () => name);
  const number = (head) => head.classList.contains("gt_right");
  const directions = (head) =>
    number(head)
      ? ["descending", "ascending", "none"]
      : ["ascending", "descending", "none"];

  const order = (place, direction) => {
    if (direction === "none") return rows;
    const sign = direction === "ascending" ? 1 : -1;
    const ranked = rows.filter((row) => rank(row, place) !== undefined);
    const others = rows.filter((row) => rank(row, place) === undefined);
    return [
      ...ranked.sort((a, b) => sign * (rank(a, place) - rank(b, place))),
      ...others,
    ];
  };

  const sort = (place, name) => {
    const head = heads[place];
    const turns = directions(head);
    const now = head.getAttribute("aria-sort") || "none";
    const next = turns[(turns.indexOf(now) + 1) % turns.length];
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    if (next !== "none") head.setAttribute("aria-sort", next);
    body.append(...order(place, next));
    said.textContent = words(next, name);
  };

  heads.forEach((head, place) => {
    if (!rows.some((row) => rank(row, place) !== undefined)) return;
    const name = head.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "st-sort";
    button.setAttribute("aria-label", words("by", name));
    button.addEventListener("click", () => sort(place, name));
    if (number(head)) head.prepend(button);
    else head.append(button);
  });
}
document.querySelectorAll(".st-table table").forEach(sortableTable);
