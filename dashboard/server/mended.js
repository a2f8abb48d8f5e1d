// Streamlit's own parts, mended in the browser: English words that a reader sees or hears become
// Dutch where the reader reads Dutch, and what a screen reader stumbles over gets its right role.
// Ours needs none of this.
(() => {
  const SPOKEN = {
    "Sidebar": "Zijbalk",
    "Navigate to home page": "Naar het overzicht",
    "Collapse sidebar": "Menu sluiten",
    "Expand sidebar": "Menu openen",
    "Close sidebar": "Menu sluiten",
    "Open sidebar": "Menu openen",
    "App pages": "Pagina's",
    "Open": "Openen",
    "Close": "Sluiten",
    "Clear all": "Leegmaken",
    "Clear value": "Leegmaken",
    "Remove file": "Bestand verwijderen",
    "file upload": "Bestand kiezen",
    "Choose an option": "Maak een keuze",
    "No results": "Niets gevonden",
    "Skip to main content": "Naar de inhoud",
  };
  const BACK = Object.fromEntries(Object.entries(SPOKEN).map(([english, ours]) => [ours, english]));
  const HELP = { en: "Help for ", nl: "Uitleg bij " };
  const language = () =>
    document.querySelector("[data-language]")?.dataset.language ?? document.documentElement.lang;
  function own(text) {
    const [words, from, to] =
      language() === "en" ? [BACK, HELP.nl, HELP.en] : [SPOKEN, HELP.en, HELP.nl];
    return words[text] ?? (text.startsWith(from) ? to + text.slice(from.length) : text);
  }

  // Without a server Streamlit tells developers how to start one. Its own parts stay, out of sight,
  // and go with the dialog once the page is connected again, which it tries by itself.
  const GONE = {
    nl: ["Verbinding weg, de pagina probeert het opnieuw",
      "Uw keuzes staan in het adres van de pagina en blijven bewaard. Duurt het langer dan een " +
      "paar minuten? Kijk of uw netwerk werkt, of meld het bij de beheerder."],
    en: ["Connection lost, the page is trying again",
      "Your choices are in the address of the page and are kept. Does it take more than a few " +
      "minutes? Check your network, or tell the administrator."],
  };
  function gone() {
    const title = document.querySelector("[role='dialog'] h2");
    if (title?.textContent !== "Connection error") return;
    const [told, what] = GONE[language()] ?? GONE.nl;
    title.textContent = told;
    title.nextElementSibling.style.display = "none";
    title.nextElementSibling.after(
      Object.assign(document.createElement("p"), { className: "zl-gone", textContent: what }));
  }

  // What unfolds takes the focus, and gives it back: else a keyboard has to go through the whole
  // page to reach it.
  let opener = null;
  function follow() {
    const unfolded = document.querySelector("[data-testid='stPopoverBody']");
    if (unfolded && unfolded.getBoundingClientRect().top < 0) {
      soon(); // not yet in its place
    } else if (unfolded && !opener) {
      opener = document.activeElement;
      unfolded.tabIndex = -1;
      const enter = () => {
        const now = document.activeElement;
        if (now === opener || now === document.body) unfolded.focus({ preventScroll: true });
      };
      enter();
      setTimeout(enter, 300); // Streamlit may take it back once
    } else if (!unfolded && opener) {
      if (document.activeElement === document.body) opener.focus({ preventScroll: true });
      opener = null;
    }
  }

  function mend() {
    follow();
    const spoken = language();
    if (document.documentElement.lang !== spoken) document.documentElement.lang = spoken;
    for (const name of ["aria-label", "title", "placeholder"]) {
      for (const part of document.querySelectorAll(`[${name}]`)) {
        const said = part.getAttribute(name);
        const ours = own(said);
        if (ours !== said) part.setAttribute(name, ours);
      }
    }
    for (const link of document.querySelectorAll("a[href^='#'], [role='listbox'] li")) {
      const ours = own(link.textContent);
      if (ours !== link.textContent && link.childElementCount === 0) link.textContent = ours;
    }
    // A list with headings between its items is no list; the menu stays a navigation with links.
    for (const menu of document.querySelectorAll("[data-testid='stSidebarNavItems']")) {
      for (const part of [menu, ...menu.querySelectorAll("li")]) part.setAttribute("role", "none");
    }
    // The button for a file has no words of its own; its place is named, so it is a region.
    for (const place of document.querySelectorAll("[data-testid='stFileUploaderDropzone']")) {
      place.removeAttribute("role");
      place.querySelector("button")?.setAttribute("aria-label", own("file upload"));
    }
  }

  // Once the page rests: while it is being drawn, mending over and over costs the reader time.
  const REST = 80, LATEST = 400; // milliseconds
  let due = 0, asked = 0;
  function soon() {
    asked ||= performance.now();
    clearTimeout(due);
    due = setTimeout(() => { asked = 0; mend(); },
      Math.min(REST, Math.max(0, asked + LATEST - performance.now())));
  }
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => { gone(); soon(); }).observe(document.body, { childList: true, subtree: true });
    addEventListener("resize", soon);
    mend();
  });
})();
