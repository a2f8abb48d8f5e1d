"""A report as PDF/UA-1, with its fonts inside, made by typst without a network.

A reader that speaks finds the title, language, headings, tables and what a chart shows.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from importlib import resources
from math import ceil
from typing import Any

import typst

from dashboard.charts.chart import Chart
from dashboard.exhibits import facts
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.render import theme
from dashboard.reports import pictures
from dashboard.reports.content import Report, ReportRefused, Section
from dashboard.reports.text import plain, whole, words
from dashboard.words import sentences, wording

# The compiler serves one document at a time; readers of the dashboard may ask together.
_ONE = threading.Lock()
_BOLD = re.compile(r"\*\*(.+?)\*\*")
# Kinds that are read as a whole, with a list of contents and chapters on new pages.
_BOOKS = frozenset({"jaarevaluatie"})
_BRIEF = frozenset({"school", "wijk"})
# A table this wide, in letters, does not stand beside its chart.
_BESIDE = 72
_SMALL = 70
# Centimetres of a chart through the years; a factsheet stays within two pages.
_LOW, _HIGH = 3.5, 4.4
# Letters on a line of a table, and from how many on a column may be narrower than its text.
_LINE, _HALF, _LONG = 95, 48, 18
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
    brief = report.kind in _BRIEF
    return {
        "title": report.title,
        "chosen": report.chosen[:1].upper() + report.chosen[1:],
        "stamp": report.stamp,
        "hidden": wording.MARK,
        "height": _LOW if brief else _HIGH,
        "release": report.about.id,
        "lines": [_rich(line) for line in report.lines],
        "outline": report.kind in _BOOKS,
        "sections": [_section(report, section) for section in report.sections],
        "method": report.method[1:3] if brief else report.method,
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
        "lines": [_rich(line) for line in section.lines],
        "exhibits": [_exhibit(report, exhibit) for exhibit in section.exhibits],
    }


def _exhibit(report: Report, exhibit: Exhibit) -> dict[str, Any]:
    table, picture = exhibit.table, pictures.drawn(exhibit)
    beside = picture is not None and table is not None and sum(_widths(table)) <= _BESIDE
    lines = [] if report.kind in _BRIEF else list(_further(exhibit))
    return {
        "title": whole(exhibit.headline),
        "subject": exhibit.about,
        "reason": exhibit.reason,
        "lines": [_rich(line) for line in lines],
        "table": None if table is None else _table(table, _HALF if beside else _LINE),
        "picture": None if picture is None else _picture(picture, pictures.told(exhibit)),
        "beside": beside,
        "long": bool(lines) or (table is not None and len(table.rows) > _ROWS),
        "below": list(_below(exhibit)),
    }


def _further(exhibit: Exhibit) -> Iterator[str]:
    """Its sentences; one that is the title is not told twice."""
    for line in exhibit.lines:
        told = [one for one in sentences.apart(line) if plain(one) != f"{exhibit.headline}."]
        if told:
            yield " ".join(told)


def _below(exhibit: Exhibit) -> Iterator[str]:
    """What every figure carries, in small print."""
    account = exhibit.account
    if account is None:
        return
    yield f"Definitie: {account.definition}"
    if exhibit.cautions:
        yield whole(" ".join(exhibit.cautions))
    yield f"{'; '.join(facts.parts(account))}."


def _table(table: Table, line: int) -> dict[str, Any]:
    """`line`: how many letters fit beside each other."""
    widths = _widths(table)
    shares = _shares(widths, line)
    return {
        "heads": table.heads,
        "numeric": sorted(table.numeric),
        "columns": shares,
        "rows": [
            {"cells": [words(cell) for cell in row.cells], "now": row.now} for row in table.rows
        ],
        "small": line < _LINE or sum(widths) > _SMALL,
        "whole": sum(_high(row, shares) for row in table.rows) <= _KEPT,
    }


def _high(row: Row, shares: list[float]) -> int:
    """How many lines a row takes, about."""
    return max(
        ceil(len(words(cell)) / share) for cell, share in zip(row.cells, shares, strict=True)
    )


def _widths(table: Table) -> list[int]:
    """Per column the longest text in letters."""
    return [
        max([max(map(len, head.split())), *(len(words(row.cells[place])) for row in table.rows)])
        for place, head in enumerate(table.heads)
    ]


def _shares(widths: list[int], line: int) -> list[float]:
    """How the width is divided: what is short keeps its letters, the rest shares what is left."""
    if sum(widths) <= line:
        return [width + 2.0 for width in widths]
    spare = line - sum(width for width in widths if width <= _LONG)
    roots = sum(width**0.5 for width in widths if width > _LONG)
    return [
        width + 2.0 if width <= _LONG else max(spare * width**0.5 / roots, 14.0)
        for width in widths
    ]  # fmt: skip


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


def _rich(line: str) -> list[tuple[str, bool]]:
    """Parts of a sentence and whether each is bold."""
    return [(whole(part), bool(place % 2)) for place, part in enumerate(_BOLD.split(line)) if part]
