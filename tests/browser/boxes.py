"""The boxes of all that a page shows: none lies over another, sticks out, or is cut off."""

from __future__ import annotations

from playwright.sync_api import Page

# A screen, laptops, one of them at 200% (720 px), and phones; 320 px is a screen at 400%.
WIDTHS = (1440, 1280, 1024, 720, 390, 320)
# From this width on nothing needs to scroll sideways on its own.
ROOM = 1280
# Milliseconds; what is mended once the page rests (`mended.js`) may take as long as the second.
_SETTLES, _RESTS = 150, 700
_LOOK = """(room) => {
  const SLACK = 2.5;
  const main = document.querySelector('[data-testid="stMain"]');
  const box = (part) => part.getBoundingClientRect();
  const shown = (part) => part.checkVisibility() && box(part).width > 0;
  const named = (part) => `${part.className.split(" ")[0]} "${(part.getAttribute("aria-label") ??
    part.querySelector("[aria-label]")?.getAttribute("aria-label") ?? part.innerText ?? "")
    .slice(0, 60)}"`;
  const scrolls = (part) => /auto|scroll/.test(getComputedStyle(part).overflowX);
  const found = [];
  const beyond = Math.max(document.documentElement.scrollWidth, main.scrollWidth) - innerWidth;
  if (beyond > 0) found.push(`${beyond} px sticks out of the page`);
  const parts = [...main.querySelectorAll(".zl-chart, .zl-scroll, .zl-card, .zl-figure, .zl-note," +
    ".zl-facts, .zl-none, .zl-conclusion, .zl-section, .zl-grounds, .zl-sentence, .zl-events")]
    .filter(shown);
  // What is drawn beyond a chart that does not scroll lies on what is beside it.
  const reach = (part) => {
    const own = box(part);
    const inside = part.matches(".zl-chart") && !scrolls(part)
      ? [...part.querySelectorAll("svg *")].map(box).filter((one) => one.width + one.height > 0)
      : [];
    return [own, ...inside].reduce((all, one) => ({
      left: Math.min(all.left, one.left), right: Math.max(all.right, one.right),
      top: Math.min(all.top, one.top), bottom: Math.max(all.bottom, one.bottom) }));
  };
  const reaches = parts.map(reach);
  parts.forEach((part, place) => {
    for (let other = place + 1; other < parts.length; other += 1) {
      if (part.contains(parts[other]) || parts[other].contains(part)) continue;
      const [a, b] = [reaches[place], reaches[other]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > SLACK && high > SLACK) {
        found.push(`${named(part)} and ${named(parts[other])} lie over each other: ` +
          `${Math.round(wide)} x ${Math.round(high)} px`);
      }
    }
    if (part.matches(".zl-chart, .zl-scroll") && part.scrollWidth > part.clientWidth + SLACK) {
      const what = `${named(part)}: ${part.scrollWidth} px in ${part.clientWidth}`;
      if (room) found.push(`has to scroll: ${what}`);
      else if (scrolls(part) && part.tabIndex < 0) found.push(`no key reaches: ${what}`);
      else if (!scrolls(part)) found.push(`sticks out: ${what}`);
    }
    for (let around = part.parentElement; around !== main; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (!/hidden|clip/.test(style.overflowX + style.overflowY)) continue;
      const [a, b] = [box(part), box(around)];
      if (a.right > b.right + SLACK || a.bottom > b.bottom + SLACK || a.left < b.left - SLACK) {
        found.push(`cut off: ${named(part)}`);
      }
    }
  });
  return found;
}"""


def problems(page: Page, width: int) -> list[str]:
    """What is wrong with the boxes of the page at this width, in words."""
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = []
    for patience in (_SETTLES, _RESTS):
        page.wait_for_timeout(patience)
        found = page.evaluate(_LOOK, width >= ROOM)
        if not found:
            break
    return [f"{width} px: {told}" for told in found]
