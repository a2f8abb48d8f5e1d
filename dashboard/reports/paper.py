"""A report as PDF/UA-1, with its fonts inside, made by typst without a network.

A reader that speaks finds the title, language, headings, tables and what a chart shows.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC
from functools import cache
from importlib import resources
from typing import Any

import typst

from dashboard.charts.chart import Chart
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Table
from dashboard.render import theme
from dashboard.reports import pictures, widths
from dashboard.reports.content import Report, ReportRefused, Section
from dashboard.reports.text import below, further, rich, whole, words
from dashboard.words import wording

# The compiler serves one document at a time; readers of the dashboard may ask together.
_ONE = threading.Lock()
# Kinds that are read as a whole, with a list of contents and chapters on new pages.
_BOOKS = frozenset({"jaarevaluatie"})
# A table this wide, in letters, does not stand beside its chart.
_BESIDE = 72
_SMALL = 70
# Centimetres of a chart through the years; a factsheet stays within two pages.
_LOW, _HIGH = 3.5, 4.4
# Letters on a line of a table.
_LINE, _HALF = 95, 48
# Longer than this many rows, or with text of its own, a figure may run on over pages.
_ROWS = 16
# A table of no more lines than this stays on one page.
_KEPT = 24


def made(report: Report) -> bytes:
    """The document. Raises ReportRefused when it cannot be set as an accessible one."""
    try:
        with _ONE:
            found = _compiler().compile(
                input=_layout(),
                sys_inputs={"report": json.dumps(_told(report), ensure_ascii=False)},
                pdf_standards=["ua-1"],
                timestamp=report.made.replace(tzinfo=UTC),
            )
    except typst.TypstError as error:
        raise ReportRefused(
            f"Van dit rapport is geen toegankelijke PDF te maken: {error.message}"
        ) from error
    if not isinstance(found, bytes):
        raise ReportRefused("De PDF is leeg gebleven.")
    return found


@cache
def _compiler() -> typst.Compiler:
    """One per process: fonts are read once."""
    return typst.Compiler(ignore_system_fonts=True)


@cache
def _layout() -> bytes:
    return resources.files(__package__).joinpath("paper.typ").read_bytes()


def _told(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "chosen": report.chosen[:1].upper() + report.chosen[1:],
        "stamp": report.stamp,
        "hidden": wording.MARK,
        "height": _LOW if report.brief else _HIGH,
        "release": report.about.id,
        "lines": [rich(line) for line in report.lines],
        "own": [
            {"title": one.title, "text": one.text, "last": one.last}
            for one in report.own if one.text
        ],
        "outline": report.kind in _BOOKS,
        "sections": [_section(report, section) for section in report.sections],
        "method": report.method[1:3] if report.brief else report.method,
        "mark": f"{wording.HIDDEN_NOTE} "
        f"{wording.ROUNDED_NOTE.format(step=report.about.afronding)}",
        "colours": {
            "ink": theme.INK, "muted": theme.MUTED, "accent": theme.ACCENT,
            "soft": theme.ACCENT_SOFT, "pale": theme.ACCENT_PALE, "grid": theme.LINE,
            "signal": theme.SIGNAL,
        },
    }  # fmt: skip


def _section(report: Report, section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "intro": section.intro,
        "lines": [rich(line) for line in section.lines],
        "exhibits": [_exhibit(report, exhibit) for exhibit in section.exhibits],
    }


def _exhibit(report: Report, exhibit: Exhibit) -> dict[str, Any]:
    table, picture = exhibit.table, pictures.drawn(exhibit)
    beside = picture is not None and table is not None and sum(widths.letters(table)) <= _BESIDE
    lines = [] if report.brief else list(further(exhibit))
    return {
        "title": whole(exhibit.headline),
        "subject": exhibit.about,
        "reason": exhibit.reason,
        "lines": [rich(line) for line in lines],
        "table": None if table is None else _table(table, _HALF if beside else _LINE),
        "picture": None if picture is None else _picture(picture, pictures.told(exhibit)),
        "beside": beside,
        "long": bool(lines) or (table is not None and len(table.rows) > _ROWS),
        "below": list(below(exhibit)),
    }


def _table(table: Table, line: int) -> dict[str, Any]:
    """`line`: how many letters fit beside each other."""
    wide = widths.letters(table)
    shares = widths.shared(wide, line)
    return {
        "heads": table.heads,
        "numeric": sorted(table.numeric),
        "columns": shares,
        "rows": [
            {"cells": [words(cell) for cell in row.cells], "now": row.now} for row in table.rows
        ],
        "small": line < _LINE or sum(wide) > _SMALL,
        "whole": sum(widths.high(row, shares) for row in table.rows) <= _KEPT,
    }


def _picture(picture: Chart, alt: str) -> dict[str, Any]:
    stacked = picture.kind == "stappen"
    marks = [
        {
            "label": mark.label, "value": mark.value, "text": whole(mark.text), "low": mark.low,
            "high": mark.high, "strong": mark.strong, "from": low if stacked else None,
            "upto": high if stacked else None,
        }
        for mark, (low, high) in zip(picture.marks, picture.spans, strict=True)
    ]  # fmt: skip
    return {"shape": picture.kind, "marks": marks, "alt": alt, "norm": picture.norm}
