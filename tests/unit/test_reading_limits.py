"""Bombs and broken things: one Dutch sentence, in bounded time and memory, without a value."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.errors import DeliveryRefused
from pipelines.ingest.read import read
from pipelines.ingest.reading import contents, delimited, limits
from tests.fuzz import formats

NAME = "Verzonnenachternaam"


def refusal_of(file: Path) -> DeliveryRefused:
    with pytest.raises(DeliveryRefused) as refusal:
        read(file)
    said = str(refusal.value)
    assert NAME not in said
    assert said.endswith(".")
    return refusal.value


def sparse(size: int) -> Callable[[Path], None]:
    """A file of `size` bytes that takes no room: a header, and zeros."""

    def make(file: Path) -> None:
        with file.open("wb") as out:
            out.write(b"a;b\n" * 4096)
            out.truncate(size)

    return make


def content(data: bytes) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        file.write_bytes(data)

    return make


def far_apart(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet()
        page.write(0, 0, NAME)
        page.write(1_048_575, 16_383, "x")


def wide_sheet(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet().write(0, limits.MAX_COLUMNS, NAME)


def bomb_in_workbook(file: Path) -> None:
    file.write_bytes(
        formats.zipped({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b" " * 16 * limits.MIB})
    )


def many_members(file: Path) -> None:
    file.write_bytes(formats.zipped({f"{i}.csv": b"a;b\n" for i in range(1_001)}))


def many_parts(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(limits.MAX_PARTS + 1):
            archive.writestr(str(i), b"")


def repeated_ods(file: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}<text:p>{NAME}</text:p>'
    file.write_bytes(
        formats.ods_of(
            f'<table:table table:name="x">{row}</table:table-cell></table:table-row></table:table>'
        )
    )


LINE = b"x" * (limits.MAX_LINE + 1)


@pytest.mark.parametrize(
    ("name", "make", "rule"),
    [
        ("groot.csv", sparse(2 * limits.GIB), "bestand.te_groot"),
        ("groot.xlsx", sparse(2 * limits.GIB), "bestand.te_groot"),
        ("regel.csv", content(LINE), "bestand.te_groot"),
        ("regel2.csv", content(b"a;b\n" + LINE + b"\n1;2\n"), "bestand.te_groot"),
        ("regel3.csv", content(b"a;b\n1;2\n" + LINE), "bestand.te_groot"),
        ("breed.csv", content(b";".join(b"k%d" % i for i in range(100_000))), "bestand.te_groot"),
        ("breed2.csv", content(b"a;b\n" * 100 + b";" * 100_000 + b"\n"), "bestand.te_groot"),
        ("hoog.csv", content(b";" * 1_999 + b"\n" + b"\n" * 200_000 + b"1"), "bestand.te_groot"),
        ("bom.csv.gz", content(formats.gz(bytes(16 * limits.MIB))), "bestand.te_groot"),
        ("bom.gz", content(formats.gz(b"a;b\n" * 4 * limits.MIB)), "bestand.te_groot"),
        ("bom.zip", content(formats.zipped({"a.csv": bytes(16 * limits.MIB)})), "bestand.te_groot"),
        ("veel.zip", many_members, "bestand.te_groot"),
        ("meer.zip", many_parts, "bestand.te_groot"),
        ("bom.xlsx", bomb_in_workbook, "bestand.te_groot"),
        ("ver.xlsx", far_apart, "bestand.te_groot"),
        ("breed.xlsx", wide_sheet, "bestand.te_groot"),
        ("herhaald.ods", repeated_ods, "bestand.afgebroken"),
        ("nul.csv", content(f"a;b\n{NAME};\0\n".encode()), "bestand.soort"),
        ("nul2.csv", content(b"a;b\n" * 9_000 + b"\0"), "bestand.soort"),
        ("leeg.zip", content(b"PK\x05\x06" + bytes(18)), "bestand.leeg"),
        ("alleen.csv", content(b";;\n;;\n"), "bestand.leeg"),
        ("bom.csv", content(b"\xef\xbb\xbf"), "bestand.leeg"),
    ],
)
def test_bombs_and_broken_files(
    tmp_path: Path, name: str, make: Callable[[Path], None], rule: str
) -> None:
    file = tmp_path / name
    make(file)
    assert refusal_of(file).rule == rule


def test_what_unpacks_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_FILE", 1000)
    file = tmp_path / "a.zip"
    file.write_bytes(formats.zipped({f"{i}.csv": b"a;b\n" * 100 for i in range(3)}))
    assert "Bestand 3 in de zip" in str(refusal_of(file))


def test_a_header_that_lies_about_its_size(tmp_path: Path) -> None:
    whole = formats.zipped({"a.csv": b"a;b\n" * 1000})
    lying = whole.replace((4000).to_bytes(4, "little"), (40).to_bytes(4, "little"))
    assert lying != whole
    file = tmp_path / "a.zip"
    file.write_bytes(lying)
    assert refusal_of(file).rule == "bestand.afgebroken"


def test_a_locked_and_an_unusually_packed_zip(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    whole = bytearray(formats.zipped({"a.csv": b"a;b\n"}))
    central = whole.index(b"PK\x01\x02")
    whole[central + 8] |= 1
    file.write_bytes(whole)
    assert refusal_of(file).rule == "bestand.wachtwoord"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", b"a;b\n1;2\n")
    assert refusal_of(file).rule == "bestand.soort"


def test_a_file_without_a_name_in_a_zip(tmp_path: Path) -> None:
    """The zipfile module has no answer to `is_dir` there."""
    whole = bytearray(formats.zipped({"a.csv": b"a;b\n1;2\n"}))
    central = whole.index(b"PK\x01\x02")
    whole[central + 46] = 0
    file = tmp_path / "a.zip"
    file.write_bytes(whole)
    assert refusal_of(file).rule == "bestand.afgebroken"


def test_things_that_are_no_files(tmp_path: Path) -> None:
    folder = tmp_path / "map.csv"
    folder.mkdir()
    pipe = tmp_path / "pijp.csv"
    os.mkfifo(pipe)
    circle = tmp_path / "rond.csv"
    circle.symlink_to(circle)
    found = {p.name: refusal_of(p).rule for p in (folder, pipe, circle, tmp_path / "weg.csv")}
    assert found == {
        "map.csv": "bestand.map",
        "pijp.csv": "bestand.soort",
        "rond.csv": "bestand.onleesbaar",
        "weg.csv": "bestand.onleesbaar",
    }


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n", "utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, NAME)

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal_of(file).rule == "bestand.onleesbaar"


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n", "utf-8")
    real = file.stat()
    shorter = os.stat_result((*real[:6], 4, *real[7:10]))
    monkeypatch.setattr(contents.os, "fstat", lambda _: shorter)
    refusal = refusal_of(file)
    assert (refusal.rule, "verandert" in str(refusal)) == ("bestand.onleesbaar", True)


def test_the_number_of_cells_is_checked_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CELLS", 1000)
    monkeypatch.setattr(delimited, "PIECE_ROWS", 100)
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n" * 600)
    assert "ten hoogste 1.000 cellen" in str(refusal_of(file))
    file.write_bytes(b"a;b\n" * 200 + b"1;2;3;4;5;6;7\n" * 200)
    assert refusal_of(file).rule == "bestand.te_groot"
