"""Workbooks, Parquet, zip and gzip: the same cells as text, whatever they are packed in."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines.errors import DeliveryRefused
from pipelines.ingest.read import TextFrame, read
from pipelines.ingest.reading import columnar, sandbox, worker
from tests.fuzz import formats

TABLE = [["school", "aantal", "naam"], ["00AA01", "<5", "Zoë"], ["", "007", "a\nb"]]
CELLS = [("school", "aantal", "naam"), ("00AA01", "<5", "Zoë"), (None, "007", "a\nb")]
CSV = formats.csv_text(TABLE).encode()


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def cells(text: TextFrame) -> list[tuple[str | None, ...]]:
    return text.frame.drop("rij").rows()


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods", "parquet"])
def test_every_format_gives_the_same_text(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, f"a.{kind}", getattr(formats, kind)(TABLE))
    (text,) = read(file)
    assert cells(text) == CELLS
    assert text.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    (sample,) = read(file, sample=True)
    assert cells(sample) == CELLS


def test_the_extension_does_not_decide_what_a_workbook_is(tmp_path: Path) -> None:
    (text,) = read(written(tmp_path, "a.csv", formats.xlsx(TABLE)))
    assert (text.origin, cells(text)) == ("werkblad", CELLS)


# Workbooks --------------------------------------------------------------------------------------


def book(folder: Path) -> Path:
    file = folder / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as made:
        date = made.add_format({"num_format": "dd-mm-yyyy"})
        time = made.add_format({"num_format": "hh:mm"})
        page = made.add_worksheet("Gegevens")
        page.write(2, 1, "kop")
        page.write(2, 2, "waarde")
        values = [12, 12.5, 1e15, 1e-7, True, 45536]
        for i, value in enumerate(values):
            page.write(3 + i, 1, value)
        page.write(3, 2, dt.date(2024, 9, 1), date)
        page.write(4, 2, dt.datetime.fromisoformat("2024-09-01T13:05"), date)
        page.write(5, 2, 0.5, time)
        page.write_formula(6, 2, "=1+1", None, 2)
        page.write_formula(7, 2, "=1/0", None, "#DIV/0!")
        page.write_string(8, 2, "007")
        drawing = made.add_chart({"type": "line"})
        drawing.add_series({"values": "=Gegevens!$B$4:$B$8"})
        made.add_chartsheet("Grafiek").set_chart(drawing)
        made.add_worksheet("Leeg")
        hidden = made.add_worksheet("Verborgen")
        hidden.write(0, 0, "x")
        hidden.hide()
    return file


def test_rows_and_columns_are_those_of_the_spreadsheet_program(tmp_path: Path) -> None:
    first, hidden = read(book(tmp_path))
    assert (first.sheet, hidden.sheet) == ("Gegevens", "Verborgen")
    assert first.frame.filter(pl.col("c1") == "kop")["rij"].to_list() == [3]
    assert first.frame["c0"].null_count() == first.frame.height


def test_numbers_dates_formulas_and_errors_are_shown_values(tmp_path: Path) -> None:
    text = read(book(tmp_path))[0].frame
    assert text["c1"][3:].to_list() == ["12", "12.5", "1000000000000000", "0.0000001", "true",
                                        "45536"]  # fmt: skip
    assert text["c2"][3:].to_list() == ["2024-09-01 00:00:00", "2024-09-01 13:05:00", "12:00:00",
                                        "2", "#DIV/0!", "007"]  # fmt: skip


def test_a_header_merged_downwards_counts_in_every_row_it_covers(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as made:
        page = made.add_worksheet("Blad & <1>")
        page.merge_range("A1:A2", "school")
        page.merge_range("B1:C1", "aanmelding")
        page.write_row("B2", ["datum", "door"])
        page.write_row("A3", ["00AA01", "x", "y"])
        page.merge_range("A4:A5", "00AB02")
        page.write_row("B4", ["1", "2"])
        page.write_row("B5", ["3", "4"])
    (text,) = read(file)
    assert cells(text)[0] == ("school", "aanmelding", None)
    assert cells(text)[1] == ("school", "datum", "door")
    assert cells(text)[4] == ("00AB02", "3", "4")


def test_a_locked_workbook_is_named_as_such(tmp_path: Path) -> None:
    content = bytearray(formats.xls([["a"]]))
    content += "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(DeliveryRefused) as refusal:
        read(written(tmp_path, "a.xlsx", bytes(content)))
    assert refusal.value.rule == "bestand.wachtwoord"


# Parquet ----------------------------------------------------------------------------------------


def parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def test_parquet_types_become_exact_text() -> None:
    moment = dt.datetime.fromisoformat("2024-09-01T13:05:00.250")
    frame = pl.DataFrame(
        {
            "tekst": ["007", "", None],
            "geheel": [1, -2, None],
            "getal": [12.0, 0.1, float("nan")],
            "klein": pl.Series([0.1, 2.0, None], dtype=pl.Float32),
            "bedrag": pl.Series([Decimal("1.50"), Decimal("0.10"), None], dtype=pl.Decimal(10, 2)),
            "datum": [dt.date(2024, 9, 1), dt.date(1, 1, 1), None],
            "moment": [dt.datetime.fromisoformat("2024-09-01"), moment, None],
            "elders": pl.Series(
                [moment.replace(microsecond=0)] * 3, dtype=pl.Datetime("us", "UTC")
            ),
            "ja": [True, False, None],
            "lijst": [["a", "b"], [], None],
            "ruw": [b"Zo\xc3\xab", b"", None],
            "soort": pl.Series(["x", "y", None], dtype=pl.Categorical),
        }
    )
    ((name, found),) = columnar.tables(parquet(frame))
    assert name == ""
    kinds = found.select(kind := [c for c in found.columns if c.startswith("soort_")])
    assert dict(zip(kind, kinds.row(1), strict=True)) == {
        **dict.fromkeys(["soort_c1", "soort_c2", "soort_c3", "soort_c4"], "getal"),
        **dict.fromkeys(["soort_c5", "soort_c6", "soort_c7"], "datum"),
        "soort_c8": "waar_onwaar",
    }
    assert set(kinds.row(0)) == {None}
    found = found.drop(kind)
    assert found.row(0) == tuple(frame.columns)
    assert found.row(1) == ("007", "1", "12", "0.1", "1.50", "2024-09-01", "2024-09-01 00:00:00",
                            "2024-09-01 13:05:00+0000", "true", "a|b", "Zoë", "x")  # fmt: skip
    assert found.row(2) == (None, "-2", "0.1", "2", "0.10", "0001-01-01",
                            "2024-09-01 13:05:00.250", "2024-09-01 13:05:00+0000", "false", None,
                            None, "y")  # fmt: skip
    assert set(found.row(3)) == {None, "2024-09-01 13:05:00+0000"}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (pl.Series([{"a": 1}]), "bestand.soort"),
        (pl.Series([[[1]]]), "bestand.soort"),
        (pl.Series([b"\xff\xfe"]), "bestand.soort"),
        (pl.Series([["a|b"]]), "bestand.soort"),
        (pl.Series([], dtype=pl.String), "bestand.leeg"),
    ],
)
def test_parquet_that_is_no_table_of_text_is_refused(values: pl.Series, rule: str) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        list(columnar.tables(parquet(pl.DataFrame({"k": values}))))
    assert refusal.value.rule == rule


def test_a_cut_short_parquet_file_is_refused(tmp_path: Path) -> None:
    whole = formats.parquet(TABLE)
    for content in (whole[:-20], whole[:40], whole[:30] + bytes(50) + whole[80:]):
        with pytest.raises(DeliveryRefused) as refusal:
            read(written(tmp_path, "a.parquet", content))
        assert refusal.value.rule == "bestand.afgebroken"


# Zip and gzip -----------------------------------------------------------------------------------


def test_a_zip_holds_files_of_every_kind(tmp_path: Path) -> None:
    members = {
        "map/": b"",
        "map/een.csv": CSV,
        "../../etc/twee.xlsx": formats.xlsx(TABLE),
        "C:\\drie.parquet": formats.parquet(TABLE),
        "__MACOSX/map/._een.csv": b"\0\1",
        ".DS_Store": b"\0\1",
    }
    for sample in (False, True):
        texts = read(written(tmp_path, "a.zip", formats.zipped(members)), sample=sample)
        assert [t.member for t in texts] == ["een.csv", "twee.xlsx", "drie.parquet"]
        assert [cells(t) for t in texts] == [CELLS] * 3
    assert [f.name for f in tmp_path.iterdir()] == ["a.zip"]


def test_a_file_is_the_same_delivery_in_a_zip_and_outside(tmp_path: Path) -> None:
    (loose,) = read(written(tmp_path, "a.csv", CSV))
    (packed,) = read(written(tmp_path, "a.zip", formats.zipped({"b.csv": CSV})))
    (squeezed,) = read(written(tmp_path, "a.csv.gz", formats.gz(CSV)))
    assert loose.digest == packed.digest == squeezed.digest
    assert cells(squeezed) == CELLS


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({}, "bestand.leeg"),
        ({"map/": b""}, "bestand.leeg"),
        ({"a.csv": b""}, "bestand.leeg"),
        ({"a.csv": CSV, "b.zip": formats.zipped({"a.csv": CSV})}, "bestand.soort"),
        ({"a.csv": CSV, "b.csv.gz": formats.gz(CSV)}, "bestand.soort"),
        ({"a.csv": CSV, "b.pdf": b"%PDF-1.7"}, "bestand.soort"),
        ({"a.csv": CSV, "b.csv": b"a;b\n1;\0\n"}, "bestand.soort"),
    ],
)
def test_one_bad_file_refuses_the_whole_zip(
    tmp_path: Path, members: dict[str, bytes], rule: str
) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        read(written(tmp_path, "a.zip", formats.zipped(members)))
    assert refusal.value.rule == rule
    if len(members) > 1:
        assert "Bestand 2 in de zip (b." in str(refusal.value)


def test_a_gzip_of_something_else_and_a_packed_csv_by_another_name_are_refused(
    tmp_path: Path,
) -> None:
    for name, content in (
        ("a.gz", formats.gz(formats.xlsx(TABLE))),
        ("b.gz", formats.gz(formats.gz(CSV))),
        ("c.csv", formats.gz(CSV)),
        ("d.csv", formats.zipped({"a.csv": CSV})),
    ):
        with pytest.raises(DeliveryRefused) as refusal:
            read(written(tmp_path, name, content))
        assert refusal.value.rule == "bestand.soort", name


@pytest.mark.parametrize("kind", ["zip", "csv.gz", "xlsx", "xls", "xlsb", "ods"])
def test_half_a_file_is_refused(tmp_path: Path, kind: str) -> None:
    makers = {
        "zip": formats.zipped({"a.csv": CSV * 50}),
        "csv.gz": formats.gz(CSV * 50),
        "xlsx": formats.xlsx(TABLE),
        "xls": formats.xls(TABLE * 200),
        "xlsb": formats.xlsb(TABLE),
        "ods": formats.ods(TABLE),
    }
    whole = makers[kind]
    for keep in (len(whole) // 3, len(whole) * 9 // 10):
        with pytest.raises(DeliveryRefused) as refusal:
            read(written(tmp_path, f"a.{kind}", whole[:keep]))
        assert refusal.value.rule == "bestand.afgebroken"


# The child process ------------------------------------------------------------------------------


def test_the_child_answers_with_tables_or_with_a_refusal() -> None:
    ((name, frame),) = sandbox._answer(worker.answer("werkboek", formats.xlsx(TABLE), sample=False))
    assert (name, frame.rows()) == ("Blad1", CELLS)
    with pytest.raises(DeliveryRefused) as refusal:
        sandbox._answer(worker.answer("parquet", b"PAR1 en verder niets", sample=False))
    assert refusal.value.rule == "bestand.afgebroken"


def test_every_file_is_read_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever became of an earlier one; and the same where no process can be copied."""
    book = formats.xlsx(TABLE)
    ((_, first),) = sandbox.tables("werkboek", book, sample=False)
    with pytest.raises(DeliveryRefused):
        sandbox.tables("parquet", b"PAR1 en verder niets", sample=False)
    with pytest.raises(DeliveryRefused) as refusal:
        sandbox.tables("onbekend", book, sample=False)  # the copy ends without an answer
    assert refusal.value.rule == "bestand.afgebroken"
    for _ in range(2):
        ((_, again),) = sandbox.tables("werkboek", book, sample=False)
        assert again.equals(first)
        if sandbox._waiting is not None:
            sandbox._waiting.kill()
            sandbox._waiting.wait()
    monkeypatch.setattr(sandbox, "COPIES", False)
    ((_, anew),) = sandbox.tables("werkboek", book, sample=False)
    assert anew.equals(first)


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "CHILD_SECONDS", 0.01)
    with pytest.raises(DeliveryRefused) as refusal:
        sandbox.tables("werkboek", formats.xlsx(TABLE), sample=False)
    assert refusal.value.rule == "bestand.te_groot"
