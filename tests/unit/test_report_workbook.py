"""Workbooks: numbers as numbers, no formulas, every account; files whole or not there."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import openpyxl
import pytest

from dashboard.release.released import Released
from dashboard.reports import files, workbook
from dashboard.reports.content import ReportRefused
from dashboard.reports.kinds import KINDS
from dashboard.reports.text import words
from dashboard.words import wording
from tests.unit.report_release import NUMBERS, opened, told


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """One school has a name that a spreadsheet would work out."""
    return opened(
        tmp_path_factory.mktemp("werkmap"),
        "UPDATE gebieden SET naam = '=1+1' WHERE code = (SELECT min(code) FROM gebieden "
        "WHERE niveau = 'vestiging')",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_workbook_holds_every_table_with_its_numbers(kind: str, release: Released) -> None:
    report = told(kind, release)
    book = openpyxl.load_workbook(io.BytesIO(workbook.made(report)))
    tabled = [exhibit for exhibit in report.exhibits if exhibit.table is not None]
    sheets = book.worksheets[1:-1]
    assert book.worksheets[0].title == "Inhoud"
    assert book.worksheets[-1].title == "Definities"
    assert len(sheets) == len(tabled) > 0
    for sheet, exhibit in zip(sheets, tabled, strict=True):
        table, account = exhibit.table, exhibit.account
        assert table is not None
        assert account is not None
        assert sheet["A1"].value == exhibit.headline
        assert release.about.id in sheet["A2"].value
        assert sheet["A3"].value == f"Definitie: {account.definition}"
        assert sheet.freeze_panes == "B6"
        assert sheet.auto_filter.ref.startswith("A5:")
        for line, row in enumerate(table.rows, start=6):
            found = [cell for cell in sheet[line] if cell.value is not None]
            assert not any(cell.data_type == "f" for cell in found)
            numbers = [value for cell in row.cells for value in cell.values]
            assert [c.value for c in found if c.data_type == "n"] == pytest.approx(numbers)
            marks = sum(words(cell) == wording.MARK for cell in row.cells)
            assert [c.value for c in found].count(wording.MARK) == marks


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_prints(kind: str, release: Released) -> None:
    """Lying, as wide as a page, heads on every page, and no text that runs off the sheet."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.made(told(kind, release))))
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == ("$1:$1" if sheet.title == "Definities" else "$5:$5")
        assert release.about.id in sheet.oddFooter.left.text
    for sheet in book.worksheets[1:-1]:
        texts = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        assert all(len(cell.value) < 60 or cell.alignment.wrap_text for cell in texts)


def test_estimates_are_no_more_precise_than_they_are_said(release: Released) -> None:
    """Nor is a euro per euro told in whole euros."""
    book = openpyxl.load_workbook(io.BytesIO(workbook.made(told("zorg-in-school", release))))
    amounts = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.data_type == "n" and cell.value is not None and "€" in cell.number_format
    ]  # fmt: skip
    small = [cell for cell in amounts if cell.number_format.endswith("0.00")]
    assert small
    assert len(amounts) > 2 * len(small)
    assert all(float(cell.value).is_integer() for cell in amounts if cell not in small)


def test_text_like_a_formula_stays_text(release: Released) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.made(told("jaarevaluatie", release))))
    cells = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


def test_same_release_gives_the_same_bytes(release: Released) -> None:
    report = told("jaarevaluatie", release)
    assert workbook.made(report) == workbook.made(report)


def test_nothing_to_show_is_a_list_of_reasons(tmp_path: Path) -> None:
    release = opened(tmp_path, f"UPDATE cellen SET {NUMBERS}, status = 'te_klein', reden = ''")
    book = openpyxl.load_workbook(io.BytesIO(workbook.made(told("wijk", release))))
    texts = [str(row[1].value) for row in book["Inhoud"].iter_rows()]
    assert any("de groep is te klein" in text for text in texts)


def test_a_full_disk_leaves_the_old_file_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "rapport.pdf"
    files.write(target, b"oud")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportRefused, match="de schijf is vol"):
        files.write(target, b"nieuw")
    assert target.read_bytes() == b"oud"
    assert [path.name for path in tmp_path.iterdir()] == ["rapport.pdf"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_bytes(b"")
    with pytest.raises(ReportRefused, match="is een bestand en geen map"):
        files.write(tmp_path / "bestand" / "rapport.pdf", b"x")
