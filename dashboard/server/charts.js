// Draws charts with Plotly, where the reader looks. The server made the figures; they stand as JSON
// in `data-figure` of their place. Needs no `eval`, and asks nothing of another server.
(() => {
  const DARK = {};
  const NEAR = "150px"; // from here a chart is drawn before it comes into view
  const AWAY = 4000; // milliseconds until what is off the page is given back
  const WORDS = {
    nl: { failed: "De grafiek is niet geladen: zie de tabel.", picture: "Afbeelding van de grafiek",
      back: "Hele grafiek", go: "Enter of klik: hierheen" },
    en: { failed: "The chart did not load: see the table.", picture: "Picture of the chart",
      back: "Whole chart", go: "Enter or click: go there" },
  };
  const CONFIG = {
    displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
    showTips: false, responsive: false, doubleClick: "reset", locale: "nl",
  };
  const LETTERS = 12; // the least size in a picture, in pixels of a slide
  const PICTURE = { width: 1280, head: 56, foot: 40 };
  const dimmed = matchMedia("(prefers-color-scheme: dark)");
  const touched = matchMedia("(pointer: coarse)");
  const left = new Map(); // key -> the names of series that the reader has hidden
  const kept = new Map(); // key -> the node that Plotly draws in, kept when a page is shown anew
  let printing = false, failed = false;

  const words = () => WORDS[document.documentElement.lang === "en" ? "en" : "nl"];
  const places = () => document.querySelectorAll(".zl-plot");
  const coloured = (figure) => printing || !dimmed.matches ? figure
    : figure.replace(/#[0-9A-F]{6}\b|rgba\(\d+,\d+,\d+,/g, (colour) => DARK[colour] ?? colour);

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) draw(target);
  }, { rootMargin: NEAR, scrollMargin: NEAR });
  const sized = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      if (target.classList.contains("zl-chart")) {
        // What scrolls sideways can be reached by keyboard.
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
      } else if (!printing && target.graph && target.clientWidth && target.clientWidth !== target.wide) {
        draw(target, true);
      }
    }
  });

  function draw(place, anew = false) {
    if (failed) {
      place.textContent = words().failed;
      return;
    }
    const { key, figure } = place.dataset;
    const told = coloured(figure);
    if (!window.Plotly || !place.clientWidth || (place.told === told && !anew)) return;
    place.told = told;
    place.wide = place.clientWidth;
    const { data, layout } = JSON.parse(told);
    if (touched.matches) layout.dragmode = false; // a finger scrolls the page
    for (const trace of data) {
      if (hidden(key).has(trace.meta)) trace.visible = false;
    }
    for (const button of place.parentNode.querySelectorAll(".zl-legend button")) {
      button.setAttribute("aria-pressed", String(!hidden(key).has(button.dataset.series)));
    }
    const node = place.graph ??= taken(key);
    if (node.parentNode !== place) place.replaceChildren(node, tools(place));
    Plotly.react(node, reachable(place, data), { ...layout, width: place.wide, uirevision: key },
      CONFIG);
    if (!node.goes) {
      node.goes = true;
      node.on("plotly_click", ({ points: [point] }) => {
        const there = way(node.closest(".zl-plot"), point);
        if (there) location.assign(there);
      });
      node.on("plotly_hover", ({ points: [point] }) => {
        const goes = way(node.closest(".zl-plot"), point);
        node.querySelector(".nsewdrag").style.cursor = goes ? "pointer" : "";
      });
    }
    // Scaled as a whole where paper is narrower than the screen.
    for (const sheet of node.querySelectorAll(".main-svg")) {
      sheet.setAttribute("viewBox", `0 0 ${place.wide} ${layout.height}`);
    }
  }

  // A mark of an area that can be chosen says so, and a click or Enter goes there: one step, and the
  // rest of the address stays.
  const ways = (place) => JSON.parse(place.dataset.ways ?? "{}");
  function reachable(place, data) {
    const known = ways(place), told = (text) => `${text}<br><i>${words().go}</i>`;
    for (const trace of data) {
      const units = trace.customdata ?? [];
      if (trace.hovertext) {
        trace.hovertext = trace.hovertext.map((text, at) => known[units[at]] ? told(text) : text);
      } else if (known[units[0]]) trace.text = told(trace.text);
    }
    return data;
  }

  // Where a mark leads; nothing where that cannot be chosen here.
  function way(place, { curveNumber, pointNumber }) {
    const units = place.graph.data[curveNumber]?.customdata ?? [];
    const asked = ways(place)[units[pointNumber ?? 0] ?? units[0]];
    if (!asked) return "";
    const there = new URL(location.href);
    for (const [name, value] of new URLSearchParams(asked)) there.searchParams.set(name, value);
    return there.href;
  }

  // A place within an outline: the middle of its widest part at half its height.
  function within(x, y) {
    const end = y.indexOf(null) < 0 ? y.length : y.indexOf(null);
    const up = y.slice(0, end), half = (Math.max(...up) + Math.min(...up)) / 2 + 1e-6;
    const cuts = [];
    for (let at = 1; at < end; at++) {
      const [low, high] = [y[at - 1], y[at]];
      if (low > half !== high > half) {
        cuts.push(x[at - 1] + (half - low) * (x[at] - x[at - 1]) / (high - low));
      }
    }
    cuts.sort((one, other) => one - other);
    let best = 0;
    for (let at = 0; at + 1 < cuts.length; at += 2) {
      if (cuts[at + 1] - cuts[at] > cuts[best + 1] - cuts[best]) best = at;
    }
    return { xval: (cuts[best] + cuts[best + 1]) / 2, yval: half };
  }

  function hidden(key) {
    if (!left.has(key)) left.set(key, new Set());
    return left.get(key);
  }

  // A series is hidden and shown again; with Shift, or twice at once, it is left alone.
  function choose(event) {
    const button = event.target.closest?.(".zl-legend button");
    if (!button) return;
    const place = button.closest(".zl-chart").querySelector(".zl-plot");
    const away = hidden(place.dataset.key), own = button.dataset.series;
    const buttons = [...button.parentNode.children];
    if (event.shiftKey || event.type === "dblclick") {
      const alone = away.size === buttons.length - 1 && !away.has(own);
      away.clear();
      if (!alone) for (const { dataset } of buttons) away.add(dataset.series);
      away.delete(own);
    } else if (!away.delete(own)) away.add(own);
    draw(place, true);
  }

  function taken(key) {
    const known = kept.get(key);
    const node = known && !known.isConnected ? known : document.createElement("div");
    kept.set(key, node);
    return node;
  }

  // A picture to take along, with what it shows, of whom, and where it comes from.
  async function picture(place, format) {
    const { data, layout } = JSON.parse(place.dataset.figure);
    const { title, foot, key } = place.dataset;
    const scale = Math.max(1, LETTERS / 11);
    const height = layout.height + PICTURE.head + PICTURE.foot;
    const note = (text, size, y, side) => ({
      text, showarrow: false, xref: "paper", yref: "paper", x: 0, xanchor: "left", y, yanchor: side,
      font: { size, color: layout.font.color }, xshift: -layout.margin.l + 8,
    });
    const margin = { ...layout.margin, t: layout.margin.t + PICTURE.head,
      b: layout.margin.b + PICTURE.foot };
    const field = height - margin.t - margin.b;
    const whole = {
      ...layout, width: PICTURE.width / scale, height, margin, paper_bgcolor: "#FFFFFF",
      annotations: [note(`<b>${title}</b>`, 17, 1 + (layout.margin.t + 16) / field, "bottom"),
        note(foot, LETTERS / scale + 0.5, -(layout.margin.b + 8) / field, "top")],
    };
    const url = await Plotly.toImage({ data, layout: whole, config: CONFIG },
      { format, width: PICTURE.width / scale, height, scale: format === "png" ? 2 : 1 });
    const link = Object.assign(document.createElement("a"),
      { href: url, download: `${key}.${format}` });
    link.click();
  }

  function tools(place) {
    const bar = Object.assign(document.createElement("div"), { className: "zl-tools" });
    for (const format of ["png", "svg"]) {
      const button = Object.assign(document.createElement("button"),
        { type: "button", textContent: format.toUpperCase(),
          ariaLabel: `${words().picture}, ${format.toUpperCase()}` });
      button.addEventListener("click", () => picture(place, format));
      bar.append(button);
    }
    const said = Object.assign(document.createElement("p"), { className: "zl-sr" });
    said.setAttribute("aria-live", "polite");
    bar.append(said);
    if (JSON.parse(place.dataset.figure).layout.dragmode === "zoom") {
      const back = Object.assign(document.createElement("button"),
        { type: "button", textContent: words().back });
      back.addEventListener("click", () => Plotly.relayout(place.graph,
        JSON.parse(place.dataset.figure).layout));
      bar.prepend(back);
    }
    return bar;
  }

  // With the arrows from mark to mark; what is told beside it is said as well.
  function step(event) {
    const place = event.target;
    const along = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!place.classList?.contains("zl-plot") || !place.graph?.data) return;
    const marks = place.graph.data.flatMap(({ hovertext, text, hoveron, x, y }, curveNumber) =>
      hoveron === "fills" ? [{ text, curveNumber, inside: within(x, y) }]
        : (hovertext ?? []).flatMap((told, pointNumber) =>
          told ? [{ text: told, curveNumber, pointNumber }] : []));
    if (event.key === "Enter" && marks[place.mark]) {
      const there = way(place, marks[place.mark]);
      if (there) location.assign(there);
    }
    if (!along || !marks.length) return;
    event.preventDefault();
    place.mark = ((place.mark ?? (along > 0 ? -1 : 0)) + along + marks.length) % marks.length;
    const { text, inside, ...mark } = marks[place.mark];
    Plotly.Fx.hover(place.graph, inside ?? [mark], "xy");
    const plain = document.createElement("p");
    plain.innerText = text.replaceAll("<br>", "; ").replaceAll(/<\/?i>/g, "").replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    place.querySelector(".zl-tools .zl-sr").textContent = plain.innerText;
  }

  function follow() {
    for (const place of places()) {
      if (place.followed) continue;
      place.followed = true;
      near.observe(place);
      sized.observe(place);
      sized.observe(place.parentNode); // after its chart, which is then drawn at its new width
      // The same chart with another choice: at once, before the page is painted.
      if (kept.has(place.dataset.key)) draw(place);
    }
    for (const [key, node] of kept) {
      if (node.isConnected || node.leaving) continue;
      node.leaving = setTimeout(() => {
        node.leaving = 0;
        if (node.isConnected) return;
        window.Plotly?.purge(node);
        if (kept.get(key) === node) kept.delete(key);
      }, AWAY);
    }
  }

  function all() {
    for (const place of places()) if (printing || place.graph) draw(place);
  }
  const about = (change) => (event) => {
    if (event.target.src?.includes("/vendor/plotly-")) change();
  };
  document.addEventListener("error", about(() => {
    failed = true;
    for (const place of places()) draw(place);
  }), true);
  document.addEventListener("load", about(() => {
    for (const place of places()) {
      near.unobserve(place);
      near.observe(place);
    }
  }), true);
  dimmed.addEventListener("change", all);
  addEventListener("beforeprint", () => { printing = true; all(); });
  addEventListener("afterprint", () => { printing = false; all(); });
  addEventListener("keydown", step);
  for (const click of ["click", "dblclick"]) addEventListener(click, choose);
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
    follow();
  });
})();
