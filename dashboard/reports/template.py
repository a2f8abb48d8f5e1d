"""The slides' own template, and what a template that is given must hold.

A template has two layouts, found by name, with placeholders found by name. What is drawn on a slide
stands within the bounds of `Inhoud`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pptx
from lxml import etree
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.presentation import Presentation
from pptx.slide import SlideLayout
from pptx.util import Inches

from dashboard.render import theme
from dashboard.reports.content import ReportRefused

COVER, PAGE = "Zichtlijn voorblad", "Zichtlijn inhoud"
TITLE, SUBTITLE, SUBJECT = "Titel", "Ondertitel", "Onderwerp"
CONTENT, FOOTER, NUMBER = "Inhoud", "Voettekst", "Dianummer"
NEEDED: Mapping[str, tuple[str, ...]] = {
    COVER: (TITLE, SUBTITLE, FOOTER),
    PAGE: (TITLE, SUBJECT, CONTENT, FOOTER),
}
FONT = "Arial"
WIDE, HIGH = 13.333, 7.5


@dataclass(frozen=True)
class _Box:
    """A placeholder: kind, number, place in inches, size in points, colour."""

    name: str
    kind: str
    idx: int
    place: tuple[float, float, float, float]
    size: float
    colour: str
    bold: bool = False
    anchor: str = "t"
    prompt: str = ""


_LAYOUTS: dict[str, tuple[_Box, ...]] = {
    COVER: (
        _Box(TITLE, "ctrTitle", 0, (0.9, 2.1, 11.6, 1.7), 36, theme.INK, True, "b", "Titel"),
        _Box(SUBTITLE, "subTitle", 1, (0.9, 3.95, 11.2, 0.9), 20, theme.MUTED, prompt="Selectie"),
        _Box(FOOTER, "body", 12, (0.9, 6.35, 11.2, 0.7), 11, theme.MUTED, prompt="Publicatie"),
    ),
    PAGE: (
        _Box(TITLE, "title", 0, (0.6, 0.42, 12.1, 0.95), 26, theme.INK, True, "b", "Boodschap"),
        _Box(SUBJECT, "body", 10, (0.6, 1.42, 12.1, 0.36), 13, theme.MUTED, prompt="Onderwerp"),
        _Box(CONTENT, "obj", 11, (0.6, 1.95, 12.1, 4.35), 16, theme.INK, prompt="Inhoud"),
        _Box(FOOTER, "body", 12, (0.6, 6.45, 11.3, 0.85), 10, theme.MUTED, prompt="Toelichting"),
        _Box(NUMBER, "sldNum", 13, (12.1, 6.98, 0.6, 0.25), 9, theme.MUTED),
    ),
}


def own() -> Presentation:
    """The template that is used when none is given."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    _without_preview(deck)
    _themed(deck)
    layouts = deck.slide_layouts
    for layout in list(layouts)[2:]:
        layouts.remove(layout)
    for layout, (name, boxes) in zip(list(layouts), _LAYOUTS.items(), strict=True):
        _laid_out(layout, name, boxes)
    _master(deck)
    _titled(deck)
    return deck


def opened(path: Path | None) -> Presentation:
    """A given template, or the own one; ReportRefused names what is lacking."""
    if path is None:
        return own()
    try:
        deck = pptx.Presentation(io.BytesIO(path.read_bytes()))
    except OSError as error:
        raise ReportRefused(f"Het sjabloon {path} is niet te lezen.") from error
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise ReportRefused(
            f"Het sjabloon {path.name} is geen PowerPoint-bestand (.pptx)."
        ) from error
    lacking = [
        f"{name}: {', '.join(missing)}"
        for name, needed in NEEDED.items()
        if (missing := _missing(deck, name, needed))
    ]
    if lacking:
        raise ReportRefused(
            f"In het sjabloon {path.name} ontbreken indelingen of tijdelijke aanduidingen. "
            f"{'; '.join(lacking)}. Maak met --kind sjabloon een sjabloon om van uit te gaan."
        )
    slides = deck.slides._sldIdLst
    for slide in list(slides):
        deck.part.drop_rel(slide.rId)
        slides.remove(slide)
    return deck


def layout(deck: Presentation, name: str) -> SlideLayout:
    found = deck.slide_layouts.get_by_name(name)
    if found is None:
        raise ReportRefused(f"In het sjabloon ontbreekt de indeling {name}.")
    return found


def _missing(deck: Presentation, name: str, needed: tuple[str, ...]) -> list[str]:
    found = deck.slide_layouts.get_by_name(name)
    if found is None:
        return ["de hele indeling"]
    placeholders: Any = found.placeholders
    present = {shape.name for shape in placeholders}
    return [box for box in needed if box not in present]


def _without_preview(deck: Presentation) -> None:
    """The picture of the package's own template says nothing of these slides."""
    links: Any = deck.part.package._rels
    for name, link in list(links.items()):
        if link.reltype == RT.THUMBNAIL:
            links.pop(name)


def _themed(deck: Presentation) -> None:
    """Colours of the dashboard and one font that every office has."""
    part: Any = deck.slide_master.part.part_related_by(RT.THEME)
    part._blob = in_colours(part.blob.decode("utf-8")).encode("utf-8")


def in_colours(text: str) -> str:
    """The theme of an Office file, as XML, with our colours and font."""
    text = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", text)
    for place, colour in enumerate(theme.SERIES, start=1):
        text = _coloured(text, f"accent{place}", colour)
    for name, colour in (("dk2", theme.INK), ("lt2", theme.SURFACE), ("hlink", theme.ACCENT)):
        text = _coloured(text, name, colour)
    return text


def _coloured(text: str, name: str, colour: str) -> str:
    value = f'<a:{name}><a:srgbClr val="{colour.removeprefix("#")}"/></a:{name}>'
    return re.sub(rf"<a:{name}>.*?</a:{name}>", value, text, flags=re.DOTALL)


def _master(deck: Presentation) -> None:
    """The master's own placeholders where the content layout has them; no date or footer."""
    places = {box.kind: box.place for box in _LAYOUTS[PAGE]}
    placeholders: Any = deck.slide_master.placeholders
    for shape in list(placeholders):
        kind = shape.element.ph.get("type", "obj")
        if kind in {"dt", "ftr"}:
            shape.element.getparent().remove(shape.element)
            continue
        left, top, wide, high = places["obj" if kind == "body" else kind]
        shape.left, shape.top = Inches(left), Inches(top)
        shape.width, shape.height = Inches(wide), Inches(high)
        for side in ("lIns", "tIns", "rIns", "bIns"):
            shape.text_frame._bodyPr.set(side, "0")


def _titled(deck: Presentation) -> None:
    """Titles on the left and bold in the master too, for programs that do not read layouts."""
    style: Any = deck.slide_master.element.find(f"{_P}txStyles/{_P}titleStyle/{_A}lvl1pPr")
    title = _LAYOUTS[PAGE][0]
    style.set("algn", "l")
    text = style.find(f"{_A}defRPr")
    text.set("sz", str(int(title.size * 100)))
    text.set("b", "1")
    filled = pptx.oxml.parse_xml(
        f'<a:solidFill {_NS}><a:srgbClr val="{title.colour.removeprefix("#")}"/></a:solidFill>'
    )
    text.replace(text.find(f"{_A}solidFill"), filled)


def _laid_out(found: SlideLayout, name: str, boxes: tuple[_Box, ...]) -> None:
    found.name = name
    tree: Any = found.shapes._spTree
    for shape in list(found.shapes):
        tree.remove(shape.element)
    bar = (0.0, 0.0, 0.22, HIGH) if name == COVER else (0.6, 0.3, 0.9, 0.06)
    tree.append(_element(_BAR, 90, "Accent", bar, theme.ACCENT))
    for number, box in enumerate(boxes, start=2):
        tree.append(_element(_PLACEHOLDER, number, box.name, box.place, box.colour, box))


_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_FRAME = '<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
_BAR = f"""<p:sp {_NS}><p:nvSpPr><p:cNvPr id="{{id}}" name="{{name}}"/><p:cNvSpPr/>
<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>{_FRAME}
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:solidFill><a:srgbClr val="{{colour}}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>
<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="nl-NL"/></a:p></p:txBody></p:sp>"""
_PLACEHOLDER = f"""<p:sp {_NS}><p:nvSpPr><p:cNvPr id="{{id}}" name="{{name}}"/>
<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>
<p:nvPr><p:ph type="{{kind}}" idx="{{idx}}"/></p:nvPr></p:nvSpPr>
<p:spPr>{_FRAME}</p:spPr>
<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{{anchor}}"><a:normAutofit/>
</a:bodyPr><a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="{{align}}"><a:spcBef><a:spcPts val="0"/>
</a:spcBef><a:buNone/><a:defRPr lang="nl-NL" sz="{{size}}" b="{{bold}}"><a:solidFill>
<a:srgbClr val="{{colour}}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>
<a:p>{{text}}</a:p></p:txBody></p:sp>"""


def _element(
    form: str, number: int, name: str, place: tuple[float, float, float, float], colour: str,
    box: _Box | None = None,
) -> Any:  # fmt: skip
    x, y, cx, cy = (int(Inches(inches)) for inches in place)
    told: dict[str, object] = {}
    if box is not None:
        text = f'<a:r><a:rPr lang="nl-NL"/><a:t>{box.prompt}</a:t></a:r>'
        if box.kind == "sldNum":
            text = '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
            text += '<a:rPr lang="nl-NL"/><a:t>‹nr.›</a:t></a:fld>'
        told = {
            "kind": box.kind, "idx": box.idx, "anchor": box.anchor, "size": int(box.size * 100),
            "bold": int(box.bold), "text": text, "align": "r" if box.kind == "sldNum" else "l",
        }  # fmt: skip
    filled = form.format(
        id=number, name=name, x=x, y=y, cx=cx, cy=cy, colour=colour.removeprefix("#"), **told
    )
    return pptx.oxml.parse_xml(filled)
