"use strict";
(() => {
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const rows = Array.from(document.querySelectorAll("details.sample"));
  const texts = rows.map((row) => row.querySelector("summary").textContent.toLowerCase());

  const filter = () => {
    const want = Object.fromEntries(new FormData(form));
    const text = want.text.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      const data = row.dataset;
      const fits =
        (!text || texts[i].includes(text)) &&
        (!want.outcome || data.outcome.split(" ").includes(want.outcome)) &&
        (!want.kind || data.kind === want.kind) &&
        (!want.gold || data.gold === want.gold) &&
        (!want.tag || data.tags.split("|").includes(want.tag));
      row.hidden = !fits;
      shown += fits;
    });
    count.textContent = `${shown} of ${rows.length}`;
  };

  const marksOf = (row, number) =>
    row.dataset.marks
      .split(" ")
      .map((mark) => mark.split(","))
      .filter((mark) => mark[0] === number)
      .map(([, start, end, kind]) => [Number(start), Number(end), kind]);

  const showArticle = (button) => {
    const row = button.closest("details.sample");
    const { article: number, at, to } = button.dataset;
    const place = row.querySelector(".reader");
    const article = document.getElementById(`article-${number}`).content.cloneNode(true);
    const marks = marksOf(row, number);
    let target = null;
    for (const piece of article.querySelectorAll("[data-s]")) {
      const start = Number(piece.dataset.s);
      const end = Number(piece.dataset.e);
      const kinds = new Set(marks.filter(([s, e]) => s <= start && end <= e).map(([, , kind]) => kind));
      if (!kinds.size) continue;
      const mark = document.createElement("mark");
      mark.className = Array.from(kinds).join(" ");
      if (Number(at) <= start && end <= Number(to)) {
        mark.classList.add("target");
        target = target || mark;
      }
      mark.append(...piece.childNodes);
      piece.replaceWith(mark);
    }
    place.replaceChildren(article);
    place.hidden = false;
    row.classList.add("reading");
    for (const other of row.querySelectorAll("button[data-article]")) other.ariaPressed = String(other === button);
    if (target) {
      const box = place.querySelector(".text");
      box.scrollTop = target.offsetTop - box.clientHeight / 3;
    }
    return place;
  };

  const wide = matchMedia("(min-width:68rem)");
  const list = document.getElementById("samples");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-article]");
    if (button) {
      const place = showArticle(button);
      if (!wide.matches) place.scrollIntoView({ block: "start" });
    }
  });
  list.addEventListener(
    "toggle",
    (event) => {
      const row = event.target;
      if (!row.open || !wide.matches || !row.matches(".sample") || row.matches(".reading")) return;
      const first = row.querySelector("button[data-article]");
      if (first) showArticle(first);
    },
    true,
  );
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  filter();
})();
