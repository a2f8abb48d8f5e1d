"""Colours, type and the style sheet: one accent, quiet greys, no web fonts.

The accent marks what the reader asked for; grey is context; rust marks what needs a second look.
No meaning rests on colour alone: labels and shapes say the same. Everything is written in the light
colours; each has its counterpart for who reads light on dark, as the reader's system says.
"""

from __future__ import annotations

import re

ACCENT = "#0F5C63"
ACCENT_SOFT = "#6C9A9E"
ACCENT_PALE = "#E3EEEE"
INK = "#1C2B33"
MUTED = "#566770"
GRID = "#E6ECEC"
LINE = "#D5DEDF"
PAPER = "#FFFFFF"
SURFACE = "#F3F6F6"
SIGNAL = "#A8481B"

# In this order for series that stand beside each other; told apart by symbol and label as well.
SERIES = ("#0F5C63", "#A8481B", "#5B7F3B", "#6A5A8C", "#8A6D1F", "#4B6A88")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")

# Light -> dark; a test holds both to the contrast that WCAG 2.1 AA asks.
DARK = {
    ACCENT: "#6CC5CC", ACCENT_SOFT: "#4B8F95", ACCENT_PALE: "#1D3437", INK: "#E4ECEE",
    MUTED: "#A2B3BA", GRID: "#26333A", LINE: "#3A4A52", PAPER: "#12191D", SURFACE: "#1A2429",
    SIGNAL: "#F2955C", SERIES[2]: "#9CC97A", SERIES[3]: "#B7A6E0", SERIES[4]: "#D9B95A",
    SERIES[5]: "#8FB6DC",
}  # fmt: skip
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")


def both(css: str) -> str:
    """A style sheet in the light colours -> one in which the browser chooses light or dark."""
    return _HEX.sub(lambda found: f"light-dark({found[0]}, {DARK[found[0].upper()]})", css)


FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
    "'DejaVu Sans', sans-serif"
)

LOGO = f"""<svg xmlns="http://www.w3.org/2000/svg" width="176" height="36" viewBox="0 0 176 36"
 role="img" aria-label="Zichtlijn">
<style>@media (prefers-color-scheme: dark) {{
line {{ stroke: {DARK[ACCENT]} }} circle {{ fill: {DARK[ACCENT]} }} text {{ fill: {DARK[INK]} }}
}}</style>
<line x1="2" y1="27" x2="30" y2="9" stroke="{ACCENT}" stroke-width="3" stroke-linecap="round"/>
<circle cx="30" cy="9" r="5" fill="{ACCENT}"/><circle cx="4" cy="26" r="3" fill="{ACCENT_SOFT}"/>
<text x="46" y="26" font-family="system-ui, 'Segoe UI', Roboto, Arial, 'DejaVu Sans', sans-serif"
 font-size="23" font-weight="650" letter-spacing="-0.3" fill="{INK}">Zichtlijn</text>
</svg>"""

_SHEET = both(f"""
:root {{ color-scheme: light dark; }}
:focus-visible {{ outline: 3px solid {ACCENT} !important; outline-offset: 2px; }}
[data-testid="stSelectbox"] input:focus-visible {{ outline: none !important; }}
[data-testid="stSelectbox"] [role="group"]:focus-within {{
  outline: 3px solid {ACCENT}; outline-offset: 2px;
}}
h1:focus {{ outline: none !important; }}
@media (prefers-reduced-motion: reduce) {{
  *, *::before, *::after {{
    animation-duration: 0.01ms !important; animation-iteration-count: 1 !important;
    transition-duration: 0.01ms !important; scroll-behavior: auto !important;
  }}
}}
.block-container, [data-testid="stMainBlockContainer"] {{
  max-width: 1320px; padding: 1.6rem 2.4rem 4rem;
}}
[data-testid="stHeader"] {{ background: transparent; height: 1.2rem; min-height: 0; }}
[data-testid="stSidebarNav"] a span {{ font-size: 0.89rem; letter-spacing: -0.005em; }}
[data-testid="stSidebarNav"] a[aria-current="page"] span {{ font-weight: 500 !important; }}
.zl-page h1 {{
  font-size: 2rem; font-weight: 650; letter-spacing: -0.01em; margin: 0; padding: 0; color: {INK};
}}
.zl-page p.zl-question {{ color: {MUTED}; font-size: 1.06rem; margin: 0.35rem 0 0; }}
.zl-demo {{
  color: {MUTED}; font-size: 0.84rem; margin: 0 0 0.9rem; padding: 0 0 0.55rem;
  border-bottom: 1px solid {LINE};
}}
.zl-demo strong {{ color: {SIGNAL}; font-weight: 600; }}
.zl-conclusion {{
  border-left: 4px solid {ACCENT}; background: {SURFACE}; padding: 0.95rem 1.25rem;
  margin: 0.4rem 0 0.5rem; font-size: 1.06rem; line-height: 1.55; color: {INK};
}}
.zl-conclusion p {{ margin: 0; max-width: 62rem; }}
.zl-conclusion ul {{ margin: 0; padding-left: 1.1rem; }}
.zl-conclusion ul li, .zl-conclusion p {{ font-size: 1.02rem; text-wrap: pretty; }}
.zl-conclusion ul li {{ margin: 0.24rem 0; }}
.zl-section {{ margin: 1.7rem 0 0; padding-top: 1.3rem; border-top: 1px solid {LINE}; }}
.zl-section h2 {{
  font-size: 1.38rem; font-weight: 620; margin: 0; padding: 0; color: {INK};
}}
.zl-section p {{ color: {MUTED}; margin: 0.3rem 0 0; max-width: 60rem; font-size: 0.97rem; }}
.zl-figure {{ margin: 1.1rem 0 0; }}
.zl-figure h3 {{
  font-size: 1.08rem; font-weight: 620; margin: 0; padding: 0; color: {INK}; line-height: 1.35;
}}
.zl-figure p {{ color: {MUTED}; font-size: 0.9rem; margin: 0.25rem 0 0; max-width: 56rem; }}
.zl-facts {{
  color: {MUTED}; font-size: 0.8rem; line-height: 1.5; margin: 0; padding: 0.45rem 0 0;
}}
.zl-facts span {{ display: inline-block; margin-right: 0.95rem; }}
.zl-facts span.zl-date {{ display: inline; margin: 0; white-space: nowrap; }}
.zl-none {{
  border: 1px dashed {LINE}; color: {MUTED}; padding: 0.9rem 1.1rem; margin: 0.5rem 0 0;
  font-size: 0.94rem; line-height: 1.5;
}}
.zl-none a {{ color: {ACCENT}; }}
.zl-none strong {{ color: {INK}; font-weight: 600; }}
.zl-scroll {{ overflow-x: auto; position: relative; }}
.zl-list {{ overflow-y: auto; border: 1px solid {LINE}; border-radius: 4px; padding: 0.8rem; }}
.zl-sort {{
  font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-align: inherit; min-height: 1.5rem;
}}
.zl-sort::after {{ content: "↕"; opacity: 0.45; padding-left: 0.25rem; }}
[aria-sort="ascending"] > .zl-sort::after {{ content: "↑"; opacity: 1; }}
[aria-sort="descending"] > .zl-sort::after {{ content: "↓"; opacity: 1; }}
.zl-find {{
  font: inherit; font-size: 0.86rem; color: {INK}; background: {SURFACE}; width: 16rem;
  max-width: 100%; border: 1px solid {LINE}; border-radius: 4px; padding: 0.3rem 0.6rem;
  margin: 0.6rem 0 0.5rem; display: block;
}}
.zl-find::placeholder {{ color: {MUTED}; opacity: 1; }}
.zl-body {{ overflow-wrap: normal; }}
.zl-body table.zl {{ display: table; margin: 0; }}
.zl-body table.zl tr {{ border: 0; }}
.zl-chart {{ overflow-x: auto; }}
.zl-table {{ margin: 0.4rem 0 0; }}
.zl-table summary {{
  color: {ACCENT}; cursor: pointer; font-size: 0.84rem; padding: 0.15rem 0; width: fit-content;
}}
.zl-table[open] summary {{ margin-bottom: 0.4rem; }}
@media (min-width: 1200px) {{
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{
    display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); column-gap: 2.6rem;
    align-items: start;
  }}
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] > * {{
    grid-column: 1 / -1;
  }}
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"]
    > :has(> [class*="st-key-figuur_"]) {{ grid-column: auto; }}
}}
table.zl-def {{ overflow-wrap: anywhere; }}
table.zl {{ border-collapse: collapse; width: 100%; font-size: 0.84rem; color: {INK}; margin: 0; }}
table.zl caption {{
  caption-side: top; text-align: left; color: {MUTED}; font-size: 0.8rem; padding: 0 0 0.35rem;
}}
table.zl th, table.zl td {{
  border: 0; border-bottom: 1px solid {GRID}; padding: 0.34rem 0.5rem; vertical-align: top;
  line-height: 1.35;
}}
table.zl-many th, table.zl-many td {{
  padding-left: 0.25rem; padding-right: 0.25rem; font-size: 0.78rem;
}}
table.zl-many .zl-free {{ white-space: normal; }}
table.zl thead th {{
  color: {MUTED}; font-weight: 600; border-bottom: 1px solid {ACCENT_SOFT}; text-align: left;
  font-size: 0.8rem; vertical-align: bottom;
}}
table.zl thead th.zl-num {{ text-align: right; }}
table.zl thead th.zl-wrap {{ white-space: normal; }}
table.zl .zl-file {{ overflow-wrap: anywhere; min-width: 11rem; display: block; }}
.zl-note strong {{ color: {INK}; font-weight: 600; }}
table.zl tbody th {{
  font-weight: 400; text-align: left; min-width: 6.5rem;
}}
table.zl .zl-num {{
  text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap;
}}
table.zl tr.zl-now th, table.zl tr.zl-now td {{ background: {ACCENT_PALE}; font-weight: 600; }}
table.zl .zl-soft {{ color: {MUTED}; }}
table.zl .zl-nowrap {{ white-space: nowrap; }}
table.zl-def tbody th {{ width: 13rem; font-weight: 600; color: {MUTED}; }}
.zl-entry h4 {{
  font-size: 0.98rem; font-weight: 620; color: {INK}; margin: 1.1rem 0 0; padding: 0;
}}
.zl-keep {{ white-space: nowrap; }}
.zl-range {{ display: block; font-size: 0.85em; }}
table.zl .zl-long {{ min-width: 13rem; }}
.zl-dot {{ color: {MUTED}; font-weight: 700; cursor: help; padding: 0 0.2rem; }}
.zl-why {{ display: inline-block; margin: 0; }}
.zl-why summary {{
  display: inline-block; list-style: none; cursor: pointer; min-width: 1.5rem; text-align: right;
}}
.zl-why summary::-webkit-details-marker {{ display: none; }}
.zl-why summary .zl-dot {{ cursor: pointer; }}
.zl-why summary:hover, .zl-why[open] summary {{ background: {ACCENT_PALE}; }}
.zl-why summary:focus-visible {{ outline: 2px solid {ACCENT}; outline-offset: 1px; }}
.zl-why > span {{
  display: block; white-space: normal; text-align: left; width: 13rem; max-width: 60vw;
  color: {MUTED}; font-size: 0.8rem; font-weight: 400; padding: 0.2rem 0;
}}
p.zl-note, .zl-body p.zl-note {{
  color: {MUTED}; font-size: 0.8rem; line-height: 1.5; margin: 0.5rem 0 0;
}}
.zl-body ul.zl-events {{
  color: {MUTED}; font-size: 0.84rem; line-height: 1.5; margin: 0.5rem 0 0; padding: 0;
  list-style: none;
}}
.zl-body ul.zl-events li {{ margin: 0; padding: 0; font-size: inherit; }}
.zl-card h3 {{
  font-size: 0.95rem; font-weight: 600; color: {INK}; margin: 0; padding: 0; line-height: 1.35;
}}
.zl-card p {{ margin: 0.25rem 0 0; font-size: 0.86rem; color: {MUTED}; line-height: 1.45; }}
.zl-card p.zl-message {{ font-size: 0.95rem; color: {INK}; margin-top: 0.5rem; }}
.zl-sentence a {{ color: {ACCENT}; white-space: nowrap; }}
table.zl a {{ color: {ACCENT}; }}
.zl-conclusion p + ul {{ margin-top: 0.3rem; }}
.zl-level {{ font-weight: 600; display: block; width: 7rem; }}
.zl-promise {{ width: 16.5rem; }}
.zl-verdict {{ width: 11.5rem; }}
.zl-promise small {{ display: block; color: {MUTED}; font-size: 0.78rem; }}
.zl-forest {{ position: relative; width: 10rem; height: 1.5rem; background: {SURFACE}; }}
.zl-forest i {{ position: absolute; display: block; }}
.zl-forest .zl-zero {{ left: 50%; top: 0; bottom: 0; width: 1px; background: {INK}; }}
.zl-forest .zl-bar {{ top: 0.68rem; height: 0.14rem; background: {MUTED}; }}
.zl-forest .zl-point {{
  top: 0.42rem; width: 0.66rem; height: 0.66rem; margin-left: -0.33rem; border-radius: 50%;
  background: {PAPER}; border: 2px solid {MUTED}; box-sizing: border-box;
}}
.zl-forest.zl-sure .zl-bar {{ background: {ACCENT}; }}
.zl-forest.zl-sure .zl-point {{ background: {ACCENT}; border-color: {ACCENT}; }}
.zl-sentence {{
  border-left: 4px solid {ACCENT_SOFT}; padding: 0.2rem 0 0.2rem 1.1rem; margin: 0.6rem 0 0;
  font-size: 1.02rem; line-height: 1.55; max-width: 62rem; color: {INK};
}}
.zl-grounds h2, .zl-grounds h4 {{
  font-size: 0.95rem; font-weight: 620; color: {INK}; margin: 0.9rem 0 0; padding: 0;
}}
.zl-grounds ul {{ margin: 0.35rem 0 0; padding-left: 1rem; }}
.zl-grounds li, .zl-grounds p {{ font-size: 0.86rem; line-height: 1.5; margin: 0.2rem 0; }}
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
[data-testid="stFileUploaderDropzone"] button > * {{ display: none; }}
[data-testid="stFileUploaderDropzone"] button::after {{ content: "Bestand kiezen"; }}
dl.zl-about {{ margin: 0; font-size: 0.86rem; line-height: 1.45; min-width: 22rem; }}
[data-testid="stHtml"] dl.zl-about {{ padding: 0; }}
dl.zl-about dt {{ color: {MUTED}; font-size: 0.78rem; font-weight: 600; margin: 0.6rem 0 0; }}
dl.zl-about dt:first-child {{ margin-top: 0; }}
dl.zl-about dd {{ margin: 0.05rem 0 0; color: {INK}; }}
.zl-side {{ color: {MUTED}; font-size: 0.78rem; line-height: 1.55; }}
.zl-side strong {{ color: {INK}; font-weight: 600; }}
.zl-step {{ margin: 0; font-size: 0.88rem; white-space: nowrap; }}
.zl-step a {{ color: {ACCENT}; text-decoration: none; }}
.zl-step a:hover {{ text-decoration: underline; }}
.st-key-stappen [data-testid="stPopover"] button {{ font-size: 0.88rem; min-width: 0; }}
[data-testid="stPopover"] button {{
  font-size: 0.8rem; color: {ACCENT}; border: 0; background: transparent; min-height: 1.5rem;
  padding: 0.1rem 0; white-space: nowrap; min-width: 7rem;
}}
[data-testid="stPopover"] button:hover {{ text-decoration: underline; }}
[class*="st-key-uitleg_"] button {{
  font-size: 0.8rem; color: {ACCENT}; min-height: 1.5rem; padding: 0.1rem 0; white-space: nowrap;
}}
.zl-why-window h3 {{
  font-size: 0.95rem; font-weight: 620; color: {INK}; margin: 1rem 0 0.2rem; padding: 0;
}}
.zl-why-window p, .zl-why-window li, .zl-why-window div, .zl-why-window summary {{
  font-size: 0.92rem; line-height: 1.55;
}}
.zl-why-window p {{ margin: 0 0 0.3rem; }}
.zl-why-window ul {{ margin: 0; padding-left: 1.1rem; }}
.zl-why-window summary {{ color: {ACCENT}; cursor: pointer; margin: 0 0 0.4rem; }}
.zl-sr {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}}
.st-key-deur {{
  max-width: 36rem; margin: 11vh auto 0; padding: 2.2rem 2.4rem; border: 1px solid {LINE};
  border-top: 4px solid {ACCENT}; border-radius: 4px; background: {PAPER};
}}
.zl-door {{ border: 0; padding: 0; margin: 0; color: {INK}; font-size: 1rem; line-height: 1.6; }}
.zl-door p.zl-door-brand {{ color: {ACCENT}; font-weight: 650; margin: 0 0 1.1rem; }}
.zl-door h1 {{
  font-size: 1.6rem; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 0.7rem; padding: 0;
  color: {INK}; line-height: 1.25;
}}
.zl-door p {{ margin: 0 0 0.7rem; max-width: 34rem; text-wrap: pretty; }}
.zl-door p.zl-door-mark {{ color: {MUTED}; font-size: 0.86rem; }}
.zl-asked {{
  margin: 0.6rem 0 0; padding: 0.35rem 0.7rem; border-left: 3px solid {SIGNAL}; color: {INK};
  font-size: 0.92rem; overflow-wrap: anywhere;
}}
.zl-gone {{ margin: 0; padding: 0 1.5rem 1.4rem; font-size: 0.95rem; }}
.zl-key {{
  margin: 0.4rem 0 0; font-size: 0.8rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem;
}}
.zl-key span {{ display: inline-flex; align-items: center; gap: 0.35rem; }}
.zl-key i {{ width: 14px; height: 14px; border: 1px solid {MUTED}; box-sizing: border-box; }}
.zl-key i.zl-hatch {{
  background: repeating-linear-gradient(-45deg, {MUTED} 0 1.5px, transparent 1.5px 5px);
}}
.zl-legend {{ display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0.3rem 0 0.6rem; }}
.zl-legend button {{
  font: inherit; font-size: 0.78rem; line-height: 1.4; min-height: 1.5rem; cursor: pointer;
  padding: 0.1rem 0.55rem; color: {INK}; background: {SURFACE}; border: 1px solid {LINE};
  border-radius: 3px;
}}
.zl-legend button[aria-pressed="false"] {{
  color: {MUTED}; background: transparent; text-decoration: line-through;
}}
.zl-plot {{ position: relative; color: {MUTED}; font-size: 0.86rem; }}
.zl-plot .zl-tools {{
  position: absolute; top: -0.4rem; right: 0; z-index: 2; display: flex; gap: 0.3rem; opacity: 0;
}}
.zl-plot:hover .zl-tools, .zl-plot:focus-within .zl-tools {{ opacity: 1; }}
.zl-tools button {{
  font: inherit; font-size: 0.75rem; line-height: 1.4; padding: 0.1rem 0.45rem; cursor: pointer;
  min-height: 1.5rem; color: {ACCENT}; background: {PAPER}; border: 1px solid {LINE};
  border-radius: 3px;
}}
@media (min-width: 761px) {{
  [class*="st-key-breed_"] [class*="st-key-regel_"] {{ flex-wrap: nowrap; }}
}}
@media (max-width: 1400px) {{
  table.zl {{ font-size: 0.8rem; }}
  table.zl th, table.zl td {{ padding-left: 0.3rem; padding-right: 0.3rem; }}
  table.zl .zl-long {{ min-width: 8rem; }}
  .zl-promise {{ width: 13rem; }}
  .zl-verdict {{ width: 9rem; }}
  .zl-level {{ width: 6rem; }}
  .zl-forest {{ width: 8rem; }}
}}
@media (max-width: 1100px) {{
  [data-testid="stPopover"] button {{ min-width: 0; white-space: normal; }}
}}
@media (max-width: 760px) {{
  .st-key-deur {{ margin-top: 1rem; padding: 1.4rem 1.3rem; }}
  .block-container, [data-testid="stMainBlockContainer"] {{ padding: 4rem 1.1rem 3rem; }}
  [data-testid="stHeader"] {{ height: 3.4rem; background: {PAPER}; }}
  .zl-facts span, .zl-facts span.zl-date, .zl-keep {{ white-space: normal; }}
  .st-key-stappen {{ justify-content: flex-start !important; }}
  dl.zl-about {{ min-width: 0; }}
  table.zl-def tbody th {{ width: 8rem; min-width: 0; overflow-wrap: break-word; }}
  .zl-page h1 {{ font-size: 1.45rem; hyphens: auto; overflow-wrap: break-word; }}
}}
@page {{ size: A4; margin: 14mm 12mm; }}
@media print {{
  :root {{ color-scheme: light; }}
  [data-testid="stSidebar"], [data-testid="stPopover"], [data-testid="stHeader"],
  [data-testid="stDownloadButton"], .st-key-stappen {{ display: none !important; }}
  html, body, #root, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"],
  [data-testid="stApp"] {{
    position: static !important; display: block !important; height: auto !important;
    min-height: 0 !important; overflow: visible !important; width: auto !important;
  }}
  .block-container, [data-testid="stMainBlockContainer"] {{
    max-width: none; width: auto !important; padding: 0 !important;
  }}
  [data-testid="stVerticalBlock"], [data-testid="stElementContainer"],
  [data-testid="stLayoutWrapper"] {{ display: block !important; }}
  .zl-scroll, .zl-list {{
    overflow: visible !important; max-height: none !important; border: 0; padding: 0;
  }}
  .zl-table summary {{ display: none; }}
  .zl-table::details-content {{ content-visibility: visible; display: block; }}
  .zl-chart {{ overflow: visible !important; zoom: 0.72; break-inside: avoid; }}
  table.zl {{ font-size: 7.5pt; }}
  table.zl th, table.zl td {{
    padding: 0.2rem 0.3rem; white-space: normal !important; overflow-wrap: break-word;
  }}
  table.zl .zl-long, table.zl tbody th, table.zl .zl-file {{ min-width: 0; }}
  table.zl .zl-nowrap {{ white-space: normal; }}
  .zl-promise, .zl-verdict, .zl-level {{ width: auto; }}
  .zl-forest {{ width: 5rem; }}
  table.zl thead {{ display: table-header-group; }}
  table.zl tr, .zl-note, .zl-facts, .zl-conclusion, .zl-card {{ break-inside: avoid; }}
  .zl-section, .zl-figure, .zl-page, table.zl thead,
  [data-testid="stElementContainer"]:has(.zl-section, .zl-figure > h3:first-child) {{
    break-after: avoid; break-inside: avoid;
  }}
  .zl-body > .zl-chart {{ break-after: avoid; }}
  .zl-plot {{ min-width: 0 !important; height: auto !important; }}
  .zl-plot .zl-tools, .zl-legend, .zl-find, .zl-sort::after {{ display: none; }}
  .zl-plot .svg-container {{ max-width: 100%; }}
  .zl-plot .main-svg {{ max-width: 100%; height: auto; }}
}}
""")

CSS = f"<style>{_SHEET}</style>"
