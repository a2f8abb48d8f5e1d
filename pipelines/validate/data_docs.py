"""Great Expectations' own page about a validation (Data Docs), made fit to travel.

The page as GX renders it loads styles, scripts and pictures from elsewhere and links to pages that
are not there. Kept is what it says, section by section; left out is everything that would reach
outside. Its fixed English words become Dutch. It holds no value of a row, since `expectations`
leaves those out before it renders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from lxml import etree, html

KEPT_TAGS = frozenset(
    {
        "a", "b", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
        "li", "ol", "p", "pre", "small", "span", "strong", "table", "tbody", "td", "th",
        "thead", "tr", "ul",
    }
)  # fmt: skip
KEPT_ATTRIBUTES = frozenset({"class", "colspan", "id", "rowspan", "scope"})
STATES: Mapping[str, str] = {  # class of GX's icon -> what it means
    "fa-check-circle": "geslaagd",
    "fa-times": "niet geslaagd",
    "fa-exclamation-triangle": "niet uitgevoerd",
}
_WORDS: Mapping[str, str] = {
    "Overview": "Overzicht",
    "Statistics": "Telling",
    "Table-Level Expectations": "Regels over de hele rij of tabel",
    "Status": "Uitkomst",
    "Expectation": "Wat niet mag voorkomen",
    "Observed Value": "Waargenomen",
    "Evaluated Expectations": "Gecontroleerd",
    "Successful Expectations": "Geslaagd",
    "Unsuccessful Expectations": "Niet geslaagd",
    "Success Percent": "Aandeel geslaagd",
    "Expectation Suite:": "Controles:",
    "Status:": "Uitkomst:",
    "Failed": "",
    "Succeeded": "",
    "Info": "Over deze uitvoering",
    "Great Expectations Version": "Versie van Great Expectations",
}
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"^\s*Data asset:", "Gegevensset:"),
    (r"(\d+) unexpected values? found\.\s*", r"\1 afwijkende waarden gevonden, "),
    (r"% of (\d+) total rows\.", r"% van \1 rijen."),
    (r"% unexpected", "% afwijkend"),
    (r"% not null", "% gevuld"),
    (r"^\s*--\s*$", "geen gevulde cellen"),
    (r"[≈~]?(\d+)\.(\d+)%", r"\1,\2%"),
)
_LEVELS: Mapping[str, str] = {"h5": "h2", "h6": "h3"}  # headings below the page's own
_UNSAID = frozenset({"Run Name", "Run Time", "Batch Markers", "Batch Spec", "Batch ID"})

_CSS = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; color: #1f2933; background: #fff;
  font: 1rem/1.5 Calibri, "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; color: #17375e; }
h2, h3 { font-size: 1.15rem; margin: 1.6rem 0 .3rem; color: #17375e;
  overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: .9rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid #cbd2d9; overflow-wrap: anywhere; }
thead th { background: #17375e; color: #fff; }
td:first-child { width: 9rem; }
td:last-child { width: 12rem; }
.stand { font-weight: 600; white-space: nowrap; }
.badge { display: inline-block; padding: 0 .35rem; background: #eef2f6; border-radius: .2rem; }
.niet { color: #b3261e; }
@media print { body { padding: 0; font-size: 9pt; } tr { break-inside: avoid; }
  thead { display: table-header-group; } }
"""


def page(rendered: str, title: str) -> str:
    """What GX rendered -> a page that needs nothing but itself."""
    document = html.document_fromstring(rendered)
    sections = [_cleaned(s) for s in document.find_class("ge-section")]
    return (
        '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n<p>Het verslag van Great Expectations over de tweede,"
        " onafhankelijke telling. Het noemt aantallen per controle en geen gegevens uit rijen; wat"
        " u ermee kunt doen, staat in feedback.html.</p>\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _cleaned(section: html.HtmlElement) -> str:
    for element in list(section.iter()):
        if not isinstance(element.tag, str) or element.tag not in KEPT_TAGS:
            element.drop_tree()
        elif element.tag == "a":
            element.drop_tag()
        elif element.tag == "i":
            _say_state(element)
    for block in list(section.iter("div")):
        header = block.find("./div//h6")
        if header is not None and block.get("id") and _text(header) in _UNSAID:
            block.drop_tree()
    for row in list(section.iter("tr")):
        if _text(row[0]) in _UNSAID:
            row.drop_tree()
    for head in list(section.iter("thead")):
        if not _text(head):
            head.drop_tree()
    for element in section.iter():
        element.tag = _LEVELS.get(str(element.tag), element.tag)
        for name in list(element.attrib):
            if name not in KEPT_ATTRIBUTES:
                del element.attrib[name]
        element.text, element.tail = _dutch(element.text), _dutch(element.tail)
    return etree.tostring(section, encoding="unicode", method="html", with_tail=False)


def _say_state(icon: html.HtmlElement) -> None:
    """An icon of a font that is not here -> a word."""
    classes = set((icon.get("class") or "").split())
    said = next((word for name, word in STATES.items() if name in classes), "")
    icon.tag = "span"
    icon.text = said
    icon.set("class", "stand" if said == "geslaagd" else "stand niet")


def _text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _dutch(text: str | None) -> str | None:
    if text is None or not text.strip():
        return text
    plain = " ".join(text.split())
    if plain in _WORDS:
        return _WORDS[plain]
    for pattern, said in _PHRASES:
        text = re.sub(pattern, said, text)
    return text
