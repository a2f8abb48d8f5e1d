"""Exports over kinds, places, years and formats: all open, and every figure is the release's.

A share in `make test`; `make soak` does ZICHTLIJN_RAPPORTEN of them (200).
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import duckdb
import openpyxl
import pptx
import pypdf
import pytest
from lxml import etree

from dashboard.access.scope import EVERYTHING
from dashboard.exhibits import balance_words, balances, promises
from dashboard.exhibits.balances import TOTAL
from dashboard.release import opening, released
from dashboard.release.released import Released
from dashboard.reports import make
from dashboard.reports.content import Report
from dashboard.reports.kinds import KINDS
from dashboard.reports.text import words
from dashboard.words import wording
from tests.conftest import DemoRun
from tests.unit.report_release import copied

pytestmark = pytest.mark.xdist_group("demo")

EXPORTS = int(os.environ.get("ZICHTLIJN_RAPPORTEN", "12"))
FORMATS = ("pptx", "docx", "pdf", "xlsx")
NUMBER = re.compile(r"\d+(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
# A bound in the place of a hidden value, or a value that was not there.
LEAK = re.compile(r"<\s*\d|\bNone\b|\bnan\b")


def _tokens(text: str) -> set[str]:
    return set(NUMBER.findall(text.replace("\u00a0", " ")))


@dataclass(frozen=True)
class Allowed:
    """Numbers as they are written, and values as they are, that a document may hold."""

    written: set[str]
    values: set[float]


class Book:
    """What the released file allows, read from the file itself; kept per place."""

    def __init__(self, file: Path, release: Released) -> None:
        self._file, self._release = file, release
        self._cells: dict[str, Allowed] = {}
        self._numbers = set[float]()
        told = (*self._texts(), *_of_effects(release), *_of_balance(release), FIXED)
        self._told = set[str]().union(*map(_tokens, told))

    def allows(self, report: Report) -> Allowed:
        where = "TRUE"
        if report.kind in {"school", "wijk"}:
            own = report.selection
            parent = self._release.areas[own.niveau, own.gebied].ouder
            where = (
                f"(niveau, gebied) IN (('{own.niveau}', '{own.gebied}'), "
                f"('gemeente', '{parent}'), ('totaal', ''))"
            )
        if where not in self._cells:
            self._cells[where] = self._of_cells(where)
        cells = self._cells[where]
        own_words = set[str]().union(*map(_tokens, _of_report(report)))
        return Allowed(cells.written | self._told | own_words, cells.values | self._numbers)

    def _of_cells(self, where: str) -> Allowed:
        of = f"FROM cellen WHERE status = 'zichtbaar' AND waarde IS NOT NULL AND {where}"
        with duckdb.connect(str(self._file), read_only=True) as file:
            shown = file.execute(f"SELECT DISTINCT metriek, waarde {of}").fetchall()
            spans = file.execute(
                f"SELECT DISTINCT metriek, onder, boven {of} AND onder IS NOT NULL"
            ).fetchall()
            counts = [
                count for name in ("teller", "noemer", "n")
                for (count,) in file.execute(
                    f"SELECT DISTINCT {name} {of} AND {name} IS NOT NULL"
                ).fetchall()
            ]  # fmt: skip
        told = {wording.number(count) for count in counts}
        values = {0.0, *counts}
        for metric_id, value in shown:
            metric = self._release.metrics[metric_id]
            told |= {wording.full(metric, value), wording.euro_short(value)}
            values.add(value)
        for metric_id, low, high in spans:
            told.add(wording.interval(self._release.metrics[metric_id], low, high))
        written = _tokens(" ".join(told))
        return Allowed(written, values)

    def _texts(self) -> Iterator[str]:
        """Texts of the other tables, as they are read; their numbers are kept."""
        with duckdb.connect(str(self._file), read_only=True) as file:
            for table in opening.TABLES:
                if table == "cellen":
                    continue
                for row in file.execute(f"SELECT * FROM {table}").fetchall():
                    for value in row:
                        if isinstance(value, dt.date):
                            yield f"{wording.date(value)} {value:%d-%m-%Y}"
                        elif isinstance(value, str):
                            yield value
                        elif isinstance(value, float):
                            self._numbers |= {value, -value}


def _of_effects(release: Released) -> Iterator[str]:
    for row in release.table("effecten", "id").to_dicts():
        if promises.shown(row):
            yield f"{promises.estimate(row)} {promises.interval(row)}"
            yield " ".join(wording.number(row[name] or 0)
                           for name in ("n_leerlingen", "n_scholen", "n_perioden"))  # fmt: skip
    for row in release.table("effecten", "id").to_dicts():
        yield str(row["zin"])


def _of_balance(release: Released) -> Iterator[str]:
    found = balances.read(release)
    yield from balance_words.conclusions(found)
    yield balance_words.money(found)
    for step in balance_words.steps_of(found, TOTAL, found.leading):
        yield f"{wording.euro_estimate(step.amount.value)} {balances.interval(step.amount)}"
        yield wording.euro_short(step.amount.value or 0)
    for row in balance_words.route_rows(found):
        yield " ".join(words(cell) for cell in row.cells)
    for driver in balances.drivers(release):
        yield " ".join(words(cell) for cell in balance_words.driver_row(driver).cells)


def _of_report(report: Report) -> Iterator[str]:
    """Dates, names, and the counts that a sentence makes of rows."""
    yield report.stamp
    yield report.chosen
    for name, text in report.method:
        yield f"{name} {text}"
    for exhibit in report.exhibits:
        yield f"{exhibit.headline} {exhibit.about} {exhibit.note} {exhibit.reason}"
        if exhibit.account is not None:
            yield wording.ROUNDED_NOTE.format(step=exhibit.account.rounding)
            yield " ".join(
                f"{wording.date(s.geleverd_op)} {wording.short_date(s.geleverd_op)}"
                for s in exhibit.account.sources
            )


def _asked(release: Released, draw: random.Random) -> make.Asked:
    kind = draw.choice([*KINDS])
    level = {"school": "vestiging", "wijk": "wijk"}.get(kind, "totaal")
    if level == "totaal" and KINDS[kind].level == "" and draw.random() < 0.4:
        level = "gemeente"
    name = "" if level == "totaal" else draw.choice(release.areas_of(level)).code
    return make.Asked(kind, draw.choice(FORMATS), draw.choice(release.years), (level, name))


def _slides(body: bytes, allowed: Allowed) -> None:
    deck = pptx.Presentation(io.BytesIO(body))
    for slide in deck.slides:
        shapes: Any = slide.shapes
        for shape in shapes:
            if shape.has_chart and "1.000" not in shape.name:
                for series in shape.chart.plots[0].series:
                    drawn = {float(value) for value in series.values if value is not None}
                    known = allowed.values | _as_values(allowed.written)
                    assert drawn <= known
            if shape.has_table:
                texts = [cell.text for row in shape.table.rows for cell in row.cells]
                _held(" ".join(texts), allowed)
        _held(slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "", allowed)


def _as_values(written: set[str]) -> set[float]:
    """Estimates stand in charts with their sign."""
    found = {float(text.replace(".", "").replace(",", ".")) for text in written}
    return found | {-value for value in found}


def _document(body: bytes, allowed: Allowed) -> None:
    found = docx.Document(io.BytesIO(body))
    texts = [paragraph.text for paragraph in found.paragraphs]
    texts += [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    _held("\n".join(texts), allowed)
    package: Any = found.part.package
    for part in package.iter_parts():
        if "/charts/" in part.partname:
            values = etree.fromstring(part.blob).iterfind(".//{*}val//{*}v")
            drawn = {float(value.text) for value in values}
            thousands = "#,##0," in part.blob.decode("utf-8")
            assert thousands or drawn <= allowed.values | _as_values(allowed.written)


def _paper(body: bytes, allowed: Allowed) -> None:
    reader = pypdf.PdfReader(io.BytesIO(body))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
    pages = len(reader.pages)
    numbers = {str(number) for number in range(1, pages + 1)}
    for page in reader.pages:
        _held(page.extract_text(), Allowed(allowed.written | numbers, allowed.values))


def _workbook(body: bytes, allowed: Allowed) -> None:
    book = openpyxl.load_workbook(io.BytesIO(body))
    numbers = {str(number) for number in range(1, len(book.sheetnames) + 1)}
    wider = Allowed(allowed.written | numbers, allowed.values)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    _held(cell.value, wider)


def _held(text: str, allowed: Allowed) -> None:
    assert not LEAK.search(text)
    assert _tokens(text) - allowed.written == set()


FIXED = "2,5% 97,5% 2.000 95% 99,8% 0"
READ = {"pptx": _slides, "docx": _document, "pdf": _paper, "xlsx": _workbook}


def test_every_export_opens_and_holds_the_release(demo_run: DemoRun, tmp_path: Path) -> None:
    release = released.of(copied(demo_run, tmp_path / "rapport"), EVERYTHING)
    assert release is not None
    book = Book(demo_run.release, release)
    draw = random.Random(2026)
    for _ in range(EXPORTS):
        asked = _asked(release, draw)
        report = make.built(release, asked)
        READ[asked.format](make.body(report, asked.format), book.allows(report))
