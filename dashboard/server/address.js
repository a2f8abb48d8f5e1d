// The address of the page, and the way back. Streamlit writes one step of a reader into the history
// up to five times, and after Back it shows the page of before under the address of now. Here one
// step is one entry, and the page follows its address.
(() => {
  // Streamlit looks for itself below the page first, which is never there.
  window.__streamlit = { BACKEND_BASE_URL: location.origin };

  const BURST = 1000; // milliseconds in which keys that move one slider are one step
  const write = { push: history.pushState, replace: history.replaceState };
  const MEANT = "a, button, input, label, [role='option'], [role='combobox'], [role='slider']";
  let stepped = false, last = -BURST;
  const at = () => location.pathname + location.search;
  let here = at();

  function written(how, state, title, address) {
    const there = new URL(address ?? location.href, location.href);
    const moves = there.pathname + there.search !== at();
    const kept = how === "push" && !moves && there.hash !== location.hash;
    const first = moves && stepped;
    if (moves) { stepped = false; last = performance.now(); }
    write[first || kept ? "push" : "replace"].call(history, state, title, address);
    here = at();
  }
  history.pushState = (...given) => written("push", ...given);
  history.replaceState = (...given) => written("replace", ...given);

  function step(event) {
    const burst = event.type === "keydown" && performance.now() - last < BURST;
    if (!burst && event.target.closest?.(MEANT)) stepped = true;
  }
  for (const made of ["pointerdown", "keydown"]) addEventListener(made, step, true);

  addEventListener("popstate", (event) => {
    if (at() === here) return; // a place on this page
    event.stopImmediatePropagation();
    location.reload();
  }, true);
})();
