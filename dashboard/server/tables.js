// Long tables can be sorted by a column, and searched: only what is on the page, in the browser.
// What has no value comes last whichever way is sorted, so its place tells nothing.
(() => {
  const LONG = 8; // rows from which a table can be sorted
  const WORDS = {
    nl: { find: "Zoek in deze tabel", none: "Niets gevonden", sort: "sorteer" },
    en: { find: "Search this table", none: "Nothing found", sort: "sort" },
  };
  const language = () => (document.documentElement.lang === "en" ? "en" : "nl");
  const words = () => WORDS[language()];
  const plain = (cell) => (cell?.textContent ?? "").trim();

  function value(cell) {
    const shown = cell?.cloneNode(true);
    shown?.querySelectorAll(".zl-sr, .zl-why > span").forEach((part) => part.remove());
    return plain(shown);
  }
  // The first number in a cell, or NaN: "1.234 / 2.000", "€ −61.000", "66%".
  function number(text) {
    const found = text.replace(/−/g, "-").match(/-?\d[\d.,]*/)?.[0] ?? "";
    const [thousand, decimal] = language() === "en" ? [",", "."] : [".", ","];
    return parseFloat(found.replaceAll(thousand, "").replace(decimal, "."));
  }

  function sort(table, column, head) {
    const body = table.tBodies[0], rows = [...body.rows];
    rows.forEach((row, place) => { row.place ??= place; });
    const numeric = head.classList.contains("zl-num");
    const now = head.getAttribute("aria-sort");
    // A number first from high to low, a name from a to z; the third click gives the first order.
    const steps = numeric ? ["descending", "ascending", ""] : ["ascending", "descending", ""];
    const next = steps[(steps.indexOf(now ?? "") + 1) % 3];
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    if (next) head.setAttribute("aria-sort", next);
    const key = (row) => {
      const text = value(row.cells[column]);
      return numeric ? number(text) : text.toLocaleLowerCase();
    };
    const empty = (one) => one === "" || one === "·" || Number.isNaN(one);
    const way = next === "descending" ? -1 : 1;
    rows.sort((one, other) => {
      if (!next) return one.place - other.place;
      const [a, b] = [key(one), key(other)];
      if (empty(a) || empty(b)) return empty(a) - empty(b) || one.place - other.place;
      const apart = numeric ? a - b : a.localeCompare(b, language());
      return way * apart || one.place - other.place;
    });
    body.append(...rows);
  }

  function sortable(table) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "zl-sort";
      button.append(...head.childNodes);
      button.title = words().sort;
      button.addEventListener("click", () => sort(table, column, head));
      head.append(button);
    });
  }

  function searchable(place, table) {
    const field = document.createElement("input");
    field.type = "search";
    field.className = "zl-find";
    field.placeholder = words().find;
    field.setAttribute("aria-label", words().find);
    const none = Object.assign(document.createElement("p"), {
      className: "zl-note", hidden: true, textContent: words().none });
    none.setAttribute("role", "status");
    field.addEventListener("input", () => {
      const wanted = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const row of table.tBodies[0].rows) {
        const told = plain(row).toLocaleLowerCase();
        row.hidden = !wanted.every((word) => told.includes(word));
        left += !row.hidden;
      }
      none.hidden = left > 0;
    });
    place.before(field);
    place.after(none);
  }

  function enrich() {
    for (const table of document.querySelectorAll(".zl-scroll > table.zl:not(.zl-def)")) {
      if (table.ready || !table.tHead || table.tBodies[0]?.rows.length < LONG) continue;
      table.ready = true;
      sortable(table);
      const place = table.parentElement;
      if (place.classList.contains("zl-list")) searchable(place, table);
    }
  }

  let due = 0;
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => {
      clearTimeout(due);
      due = setTimeout(enrich, 80);
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
