"""Reading: text stays text, whatever the bytes look like, and a bad file is one Dutch sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import DeliveryRefused
from pipelines.ingest.read import read, sniff_delimiter

TABLE = "school;aantal;naam\n00AA01;<5;Zoë\n00AB02;007;'s Lands\n"
CELLS = [("school", "aantal", "naam"), ("00AA01", "<5", "Zoë"), ("00AB02", "007", "'s Lands")]


def rows_of(path: Path) -> list[tuple[str | None, ...]]:
    (text,) = read(path)
    return text.frame.drop("rij").rows()


@pytest.mark.parametrize(
    ("encoding", "line_end"),
    [
        ("utf-8", "\n"),
        ("utf-8-sig", "\r\n"),
        ("cp1252", "\r\n"),
        ("latin-1", "\n"),
        ("utf-16", "\n"),
        ("utf-8", "\r"),
    ],
)
def test_the_same_table_whatever_the_encoding_and_line_end(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(TABLE.replace("\n", line_end).encode(encoding))
    assert rows_of(file) == CELLS


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(TABLE.replace(";", delimiter), "utf-8")
    assert rows_of(file) == CELLS


def test_row_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Titel\n\nschool;aantal\n00AA01;1\n\n00AB02;2\n", "utf-8")
    (text,) = read(file)
    assert text.frame.filter(text.frame["c0"] == "00AB02")["rij"].to_list() == [6]


def test_quotes_may_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('a;b\n"1;2";"x\ny"\n3;"zeg ""ja"""\n', "utf-8")
    assert rows_of(file) == [("a", "b"), ("1;2", "x\ny"), ("3", 'zeg "ja"')]


def test_odd_quoting_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('a;b\n1;"5"y\n2;z\n', "utf-8")
    assert rows_of(file)[1:] == [("1", "5y"), ("2", "z")]


def test_rows_with_too_many_cells_are_named(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b;c\n1;2;3\n4;5;6;7\n1;2;3;4;5;6\n", "utf-8")
    (text,) = read(file)
    assert text.wider_than(1) == (3, 4)


def test_workbook_cells_come_as_text(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Blad1")
        sheet.write_row(0, 0, ["Overzicht"])
        sheet.write_row(1, 0, ["school", "aantal"])
        sheet.write_row(2, 0, ["00AA01", 12])
        sheet.write_row(3, 0, ["04", 0.5])
        book.add_worksheet("Leeg")
    (text,) = read(file)
    assert text.sheet == "Blad1"
    assert text.frame.drop("rij").rows()[1:] == [
        ("school", "aantal"),
        ("00AA01", "12"),
        ("04", "0.5"),
    ]


def workbook_cut_short(folder: Path) -> bytes:
    file = folder / "heel.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    return file.read_bytes()[:-200]


def a_zip(folder: Path) -> bytes:
    file = folder / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("brief.txt", "dag")
    return file.read_bytes()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "bestand.leeg"),
        (b"\n \n\r\n", "bestand.leeg"),
        (b"%PDF-1.7 ...", "bestand.soort"),
        (b"\x89PNG\r\n", "bestand.soort"),
        (b"a;b\n1;\x00\n", "bestand.soort"),
        (b"a;b;c\n1;2;3\n4;5", "bestand.afgebroken"),
        (workbook_cut_short, "bestand.afgebroken"),
        (a_zip, "bestand.soort"),
        (b"\xd0\xcf\x11\xe0" + b"rommel" * 200, "bestand.afgebroken"),
    ],
)
def test_bad_files_are_refused_with_a_reason(tmp_path: Path, content: object, rule: str) -> None:
    file = tmp_path / "levering.csv"
    file.write_bytes(content(tmp_path) if callable(content) else content)  # type: ignore[arg-type]
    with pytest.raises(DeliveryRefused) as refusal:
        read(file)
    assert refusal.value.rule == rule
    assert str(refusal.value).endswith(".")


def test_a_folder_and_a_vanished_file_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "map.csv"
    folder.mkdir()
    for path, rule in ((folder, "bestand.map"), (tmp_path / "weg.csv", "bestand.onleesbaar")):
        with pytest.raises(DeliveryRefused) as refusal:
            read(path)
        assert refusal.value.rule == rule


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("bytes") / "x.csv"
    file.write_bytes(data)
    try:
        texts = read(file)
    except DeliveryRefused:
        return
    assert all(t.frame.height > 0 for t in texts)


def test_delimiter_of_one_column_is_still_one_of_the_known() -> None:
    assert sniff_delimiter("school\n00AA01\n") in (";", ",", "\t", "|")
