// Adds up the points of the answers given and names the segment that has most; what is
// shown is also kept as data of #st-typed, for whoever embeds the form.
function typeSomebody() {
  const form = document.getElementById("st-typing");
  const out = document.getElementById("st-typed");
  const numbers = (text) => (text === "" ? [] : text.split(",").map(Number));
  const given = form.dataset;
  const base = numbers(given.base);
  const leads = numbers(given.leads);
  const rights = numbers(given.rights);
  const rows = [...document.querySelectorAll("tr[data-segment]")];
  // Only the places of the page's own words are filled, each once.
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const nameOf = (place) => rows[place].querySelector("bdi").textContent;

  const questions = [...form.querySelectorAll("[data-question]")].map((element) => ({
    typed: element.querySelector("input:not([type=radio])"),
    radios: [...element.querySelectorAll("input[type=radio]")],
    isNumber: element.dataset.kind === "number",
    upper: numbers(element.dataset.upper),
    points: element.dataset.points.split(";").map(numbers),
    missing: numbers(element.dataset.missing),
  }));

  // What is typed is read by the signs of the page's language, such as 1.234,5; where
  // it groups no thousands, a point is a point.
  const grouped = new RegExp(
    `^-?[1-9]\\d{0,2}(\\${given.group}\\d{3})+(?=\\${given.decimal}|$)`
  );
  const numberOf = (typed) => {
    const text = typed.replace(/\s/g, "").replace("\u2212", "-");
    const whole = text.replace(grouped, (found) => found.split(given.group).join(""));
    return whole === "" ? NaN : Number(whole.replace(given.decimal, "."));
  };

  // The level that was answered, or -1: a number lies in the first bin that it is not
  // above, and in the last if it is above all.
  const levelOf = (question) => {
    const chosen = question.radios.find((radio) => radio.checked);
    const text = question.typed ? question.typed.value : chosen ? chosen.value : "";
    const answer = question.typed ? numberOf(text) : text === "" ? NaN : Number(text);
    const wrong = text.trim() !== "" && !Number.isFinite(answer);
    if (question.typed) question.typed.setAttribute("aria-invalid", wrong);
    if (!Number.isFinite(answer)) return -1;
    if (!question.isNumber) return answer;
    const place = question.upper.findIndex((upper) => answer <= upper);
    return place < 0 ? question.upper.length : place;
  };

  const show = () => {
    const levels = questions.map(levelOf);
    const answered = levels.filter((level) => level >= 0).length;
    const earned = questions.map((q, i) => (levels[i] < 0 ? q.missing : q.points[levels[i]]));
    const totals = base.map((start, s) => earned.reduce((sum, row) => sum + row[s], start));
    const order = totals.map((_, s) => s).sort((a, b) => totals[b] - totals[a] || a - b);
    const [first, second] = order;
    const lead = totals[first] - totals[second];
    const enough = answered >= Number(given.least);
    const right = rights[leads.filter((start) => lead >= start).length - 1];
    const sure = enough && given.sure !== "" && lead >= Number(given.sure);
    Object.assign(out.dataset, {
      segment: rows[first].dataset.segment,
      runner: rows[second].dataset.segment,
      lead,
      answered,
      confidence: enough ? right : "",
      sure,
    });
    rows.forEach((row, s) => {
      row.querySelector("td").textContent = totals[s];
      row.toggleAttribute("data-first", answered > 0 && s === first);
    });
    tell({ answered, enough, sure, right, first: nameOf(first), second: nameOf(second) });
  };

  const tell = (found) => {
    const name = document.getElementById("st-typed-name");
    const why = document.getElementById("st-typed-why");
    const share = say(given.percent, { n: Math.round(found.right * 100) });
    const { nothing, few, rightly, only } = given;
    const some = found.answered > 0;
    name.textContent = !some ? "–" : found.sure ? found.first : given.unsure;
    const words = !some ? nothing : !found.enough ? few : found.sure ? rightly : only;
    why.textContent = say(words, { ...found, share });
  };

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  show();
}
typeSomebody();
