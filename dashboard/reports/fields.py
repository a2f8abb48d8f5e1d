"""Fields of a document for the own text of who sends it, which stays when the document is renewed.

A field is a content control, known by its tag. What stands outside of them is the release's; a
document in which that was changed by hand is not written over.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

from dashboard.render import theme
from dashboard.reports.content import Own, Report, ReportRefused

_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TAG = "zichtlijn-"
_DIGITS = 12


def write(document: Document, fields: Sequence[Own]) -> None:
    """Each with its name above it; an empty one shows what belongs there."""
    for field in fields:
        document.add_paragraph(field.title, "Heading 1")
        control: Any = parse_xml(
            f'<w:sdt {_NS}><w:sdtPr><w:alias/><w:tag w:val="{_TAG}{field.tag}"/>'
            f"{'' if field.text else '<w:showingPlcHdr/>'}</w:sdtPr><w:sdtContent/></w:sdt>"
        )
        control.find(f"{qn('w:sdtPr')}/{qn('w:alias')}").set(qn("w:val"), field.title)
        body: Any = document.element.body
        last = document.add_paragraph()._p
        body.replace(last, control)
        content = control.find(qn("w:sdtContent"))
        for line in (field.text or field.prompt).split("\n"):
            element = parse_xml(f"<w:p {_NS}/>")
            content.append(element)
            run = Paragraph(element, document._body).add_run(line)  # type: ignore[arg-type]
            if not field.text:
                run.font.color.rgb = RGBColor.from_string(theme.MUTED.removeprefix("#"))


def renewed(report: Report, path: Path) -> Report:
    """The report with the own text of the document that it takes the place of.

    What was typed with the question stays. Raises ReportRefused where the document there is none
    of ours, or was changed outside of its fields.
    """
    if not report.own or not path.exists():
        return report
    try:
        found = docx.Document(io.BytesIO(path.read_bytes()))
    except (
        OSError, BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError,
    ) as error:  # fmt: skip
        raise ReportRefused(
            f"{path.name} bestaat al en is geen Word-bestand dat te lezen is; geef een andere naam."
        ) from error
    words = found.core_properties.keywords.split()
    if len(words) != 2 or words[1] != outside(found):
        raise ReportRefused(
            f"In {path.name} is ook buiten de velden voor eigen tekst iets veranderd, en dat zou "
            "verloren gaan; geef een andere naam, of zet het in een veld."
        )
    kept = dict(_typed(found))
    own = tuple(replace(one, text=one.text or kept.get(one.tag, "")) for one in report.own)
    return replace(report, own=own)


def outside(document: Document) -> str:
    """A mark of all text outside of the fields."""
    body: Any = document.element.body
    digest = hashlib.sha256()
    for text in body.iter(qn("w:t")):
        if next(text.iterancestors(qn("w:sdt")), None) is None:
            digest.update((text.text or "").encode())
    return digest.hexdigest()[:_DIGITS]


def _typed(document: Document) -> Iterator[tuple[str, str]]:
    """(tag of a field, what was typed in it), of those that hold something."""
    body: Any = document.element.body
    for control in body.iter(qn("w:sdt")):
        told = control.find(qn("w:sdtPr"))
        tag = told.find(qn("w:tag")) if told is not None else None
        name = tag.get(qn("w:val"), "") if tag is not None else ""
        if not name.startswith(_TAG) or told.find(qn("w:showingPlcHdr")) is not None:
            continue
        lines = [Paragraph(one, document._body).text for one in control.iter(qn("w:p"))]
        yield name.removeprefix(_TAG), "\n".join(lines).strip()
