"""Charts in a document: the very ones of the slides, so that Word draws and edits them too."""

from __future__ import annotations

from functools import cache
from typing import Any

import pptx
from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.text.paragraph import Paragraph
from lxml import etree

from dashboard.charts.chart import Chart
from dashboard.reports import native

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def draw(paragraph: Paragraph, picture: Chart, alt: str, size: tuple[int, int]) -> None:
    """The chart in a paragraph, `size` wide and high, with `alt` for who cannot see it."""
    drawn, book = _parts(picture, alt, size)
    document: Any = paragraph.part
    package = document.package
    number = 1 + sum("/word/charts/" in str(part.partname) for part in package.iter_parts())
    sheet = Part(PackURI(f"/word/embeddings/grafiek{number}.xlsx"), CT.SML_SHEET, book, package)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CT.DML_CHART, b"", package)
    drawn.find(f"{{{_C}}}chart").addnext(etree.fromstring(_UNFRAMED))
    drawn.find(f"{{{_C}}}externalData").set(f"{{{_R}}}id", chart.relate_to(sheet, RT.PACKAGE))
    chart._blob = etree.tostring(drawn, xml_declaration=True, encoding="UTF-8", standalone=True)
    wide, high = size
    frame = parse_xml(_FRAME.format(
        wide=wide, high=high, number=number, link=document.relate_to(chart, RT.CHART)
    ))  # fmt: skip
    named: Any = frame.find(f".//{{{_WP}}}docPr")
    named.set("name", f"Grafiek: {picture.name}")
    named.set("descr", alt)
    run: Any = paragraph.add_run()._r
    run.append(frame)


def _parts(picture: Chart, alt: str, size: tuple[int, int]) -> tuple[Any, bytes]:
    """(chart as XML, the worksheet that it is drawn from)."""
    deck = _deck()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    native.draw(slide.shapes, picture, alt, (0, 0, *size))
    made: Any = slide.shapes[-1]
    part = made.chart.part
    text = etree.tostring(part._element)
    return etree.fromstring(text), part.chart_workbook.xlsx_part.blob


@cache
def _deck() -> Any:
    return pptx.Presentation()


# Without it some programs draw a frame.
_UNFRAMED = (
    f'<c:spPr xmlns:c="{_C}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    "<a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
)
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_FRAME = (
    '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:wp="{_WP}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:c="{_C}" xmlns:r="{_R}">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
    '<wp:docPr id="{number}" name=""/><wp:cNvGraphicFramePr/>'
    f'<a:graphic><a:graphicData uri="{_C}"><c:chart r:id="{{link}}"/></a:graphicData></a:graphic>'
    "</wp:inline></w:drawing>"
)
