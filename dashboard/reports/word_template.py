"""The template of documents, and what a template that is given must hold: styles, by name.

The names are those that Word gives its own styles in every language of the program.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from lxml import etree

from dashboard.render import theme
from dashboard.reports import template
from dashboard.reports.content import ReportRefused

NEEDED = ("Title", "Subtitle", "Heading 1", "Heading 2", "List Bullet", "Caption")
# As the program calls them in Dutch.
_DUTCH = {
    "Title": "Titel", "Subtitle": "Ondertitel", "Heading 1": "Kop 1", "Heading 2": "Kop 2",
    "List Bullet": "Lijst opsom.teken", "Caption": "Bijschrift",
}  # fmt: skip
# Of a template that is given it may be there: without it tables get its plain grid, or none.
TABLE, _GRID = "Zichtlijn tabel", "Table Grid"
# Size in points, colour, bold, and points above and below.
_LOOKS: dict[str, tuple[float, str, bool, float, float]] = {
    "Normal": (10.5, theme.INK, False, 0, 5),
    "Title": (22, theme.INK, True, 0, 4),
    "Subtitle": (12.5, theme.MUTED, False, 0, 10),
    "Heading 1": (14.5, theme.ACCENT, True, 14, 4),
    "Heading 2": (11.5, theme.INK, True, 9, 2),
    "List Bullet": (10.5, theme.INK, False, 0, 4),
    "Caption": (8, theme.MUTED, False, 2, 2),
}


def own() -> Document:
    """The template that is used when none is given."""
    document = docx.Document()
    _without_preview(document)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin, page.bottom_margin = Cm(2), Cm(1.9)
    _themed(document)
    for name, look in _LOOKS.items():
        _look(document, name, look)
    document.styles.element.append(parse_xml(_TABLE_STYLE))
    return document


def opened(path: Path | None) -> Document:
    """A given template without its text, or the own one; ReportRefused names what is lacking."""
    if path is None:
        return own()
    try:
        document = docx.Document(io.BytesIO(path.read_bytes()))
    except OSError as error:
        raise ReportRefused(f"Het sjabloon {path} is niet te lezen.") from error
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise ReportRefused(f"Het sjabloon {path.name} is geen Word-bestand (.docx).") from error
    present = {style.name for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH}
    lacking = [f"{_DUTCH[name]} ({name})" for name in NEEDED if name not in present]
    if lacking:
        raise ReportRefused(
            f"In het sjabloon {path.name} ontbreken stijlen: {', '.join(lacking)}; begin van "
            "--kind sjabloon --format docx, of gebruik elke stijl in het sjabloon één keer."
        )
    body: Any = document.element.body
    for part in list(body):
        if part.tag != qn("w:sectPr"):
            body.remove(part)
    return document


def styled(document: Document, table: Table) -> None:
    """The look of a table: the own one, else the grid of the program."""
    present = {style.name for style in document.styles if style.type == WD_STYLE_TYPE.TABLE}
    name = next((name for name in (TABLE, _GRID) if name in present), None)
    if name is not None:
        table.style = name


def _look(document: Document, name: str, look: tuple[float, str, bool, float, float]) -> None:
    size, colour, bold, above, under = look
    style: Any = document.styles[name]
    style.font.name = template.FONT
    fonts = style.element.rPr.rFonts
    for place in list(fonts.attrib):
        del fonts.attrib[place]
    for place in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{place}"), template.FONT)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    style.paragraph_format.space_before = Pt(above)
    style.paragraph_format.space_after = Pt(under)
    for old in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(old)
    if name == "Normal":
        style.paragraph_format.line_spacing = 1.08
        language = style.element.rPr.find(qn("w:lang"))
        if language is None:
            language = parse_xml(f"<w:lang {_NS}/>")
            style.element.rPr.append(language)
        language.set(qn("w:val"), "nl-NL")
    if name.startswith("Heading"):
        style.paragraph_format.keep_with_next = True


def _themed(document: Document) -> None:
    """Colours of the dashboard and one font, for charts and for who edits."""
    part: Any = document.part.part_related_by(RT.THEME)
    part._blob = template.in_colours(part.blob.decode("utf-8")).encode("utf-8")
    defaults: Any = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "nl-NL")


def _without_preview(document: Document) -> None:
    """The picture of the library's own template says nothing of these pages."""
    links: Any = document.part.package.rels if document.part.package is not None else {}
    for name, link in list(links.items()):
        if link.reltype == RT.THUMBNAIL:
            links.pop(name)


_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LINES = re.sub(
    r"\s*\n\s*",
    "",
    f"""<w:tblBorders>
<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{theme.LINE.removeprefix("#")}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{theme.LINE.removeprefix("#")}"/>
</w:tblBorders>""",
)
_TABLE_STYLE = f"""<w:style {_NS} w:type="table" w:customStyle="1" w:styleId="Zichtlijntabel">
<w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
<w:tblPr>{_LINES}<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>
<w:bottom w:w="30" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/>
<w:color w:val="{theme.MUTED.removeprefix("#")}"/></w:rPr><w:tcPr><w:tcBorders>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{theme.ACCENT.removeprefix("#")}"/>
</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"""
