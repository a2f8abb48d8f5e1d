"""CSV: every encoding, line end and separator gives the same cells; nothing is lost or guessed."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import DeliveryRefused
from pipelines.ingest.read import read
from pipelines.ingest.reading import delimited
from tests.fuzz.formats import csv_text

TABLE = [
    ["school", "aantal", "naam"],
    ["00AA01", "<5", "Zoë"],
    ["00AB02", "007", "'s Lands"],
    ["", "x;y,z|^~", "a\nb"],
    ["4", 'zeg "ja"', " ruim "],
]
CELLS = [tuple(cell or None for cell in row) for row in TABLE]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
ENCODINGS += ["latin-1"]
LINE_ENDS = {"LF": ["\n"], "CRLF": ["\r\n"], "CR": ["\r"], "door elkaar": ["\n", "\r\n", "\r"]}

Cell = str | None


def rows_of(content: bytes, folder: Path, *, name: str = "a.csv") -> list[tuple[Cell, ...]]:
    file = folder / name
    file.write_bytes(content)
    (text,) = read(file)
    return text.frame.drop("rij").rows()


def refusal_of(content: bytes, folder: Path, *, name: str = "a.csv") -> DeliveryRefused:
    file = folder / name
    file.write_bytes(content)
    with pytest.raises(DeliveryRefused) as refusal:
        read(file)
    return refusal.value


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_line_end_and_separator(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    for delimiter, quote_all, closed in itertools.product(
        delimited.DELIMITERS, (True, False), (True, False)
    ):
        ends = itertools.cycle(LINE_ENDS[line_end])
        text = csv_text(TABLE, delimiter, quote_all=quote_all)
        text = "".join(next(ends) if c == "\n" else c for c in text)
        text = text if closed else text.rstrip("\r\n")
        found = rows_of(text.encode(encoding), tmp_path)
        assert found == CELLS, (delimiter, quote_all, closed)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_older_encodings_are_told_by_the_bytes_cp1252_lacks(tmp_path: Path, encoding: str) -> None:
    text = "school;naam\n" + "1;Müller én Zoë à la façade, coördinatie ü è ê î ì Å\n" * 20
    found = rows_of(text.encode(encoding), tmp_path)
    assert found[1][0] == "1"
    assert len(found) == 21


def test_excel_may_name_the_separator_on_the_first_line(tmp_path: Path) -> None:
    assert rows_of(b"sep=#\na#b,c;d\n1#2,3;4\n", tmp_path)[1:] == [("a", "b,c;d"), ("1", "2,3;4")]


def test_decimal_commas_do_not_pass_for_a_separator(tmp_path: Path) -> None:
    assert rows_of(b"a;b\n1,5;2,5\n3,5;4,5\n", tmp_path)[1] == ("1,5", "2,5")


def test_utf8_with_bytes_of_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    content = "school;naam\n1;Zoë\n2;Renée\n".encode() + "3;Daniëlle\n".encode("cp1252")
    refusal = refusal_of(content, tmp_path)
    assert refusal.rule == "bestand.tekenset"
    assert "regel 4" in str(refusal)
    assert "Dani" not in str(refusal)


# Rows of any width ------------------------------------------------------------------------------


def test_a_title_above_and_short_rows_keep_their_cells(tmp_path: Path) -> None:
    found = rows_of(b"Overzicht 2024\n\nschool;a;b\n1;2;3\n4\n5;6\n", tmp_path)
    assert found[2:] == [("school", "a", "b"), ("1", "2", "3"), ("4", None, None), ("5", "6", None)]


def test_a_header_narrower_than_every_row_loses_no_cell(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n1;2;3\n4;5;6\n")
    (text,) = read(file)
    assert text.frame["c2"].to_list() == [None, "3", "6"]
    assert text.wider_than(1) == (2, 3)


def test_separators_at_the_end_of_a_row_make_it_no_wider(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n1;2;;\n3;4; ;\n")
    (text,) = read(file)
    assert text.wider_than(1) == ()


def test_a_wide_row_far_below_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n" + b"1;2\n" * 60_000 + b"1;2;3;4;5\n" + b"1;2\n" * 10)
    (text,) = read(file)
    assert text.wider_than(1) == (60_002,)
    assert text.frame.height == 60_012
    assert text.frame.row(60_001) == (60_002, "1", "2", "3", "4", "5")


# Cut off ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"a;b;c\n1;2;3\nTotaal;12",
        b"a;b;c\n1;2;3\n;Eindtotaal",
        b"a;b;c\r\n1;2;3\r\nBron: DUO",
        b"a;b;c\n1;2;3\n\nGemaakt door de administratie",
        b"a;b;c\n1;2\n3;4;5\n6;7",
        b"a;b;c\n1;2;3\n4;5;6",
        b"a\n1\n2",
    ],
)
def test_a_last_line_without_line_end_may_be_whole(tmp_path: Path, content: bytes) -> None:
    assert rows_of(content, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"a;b;c\n1;2;3\n4",
        b"a;b;c\n1;2;3\n4;5",
        b"Overzicht\n\na;b;c\n1;2;3\n4;5",
        b"a;b;c\r\n" + b"1;2;3\r\n" * 20_000 + b"4;5",
        "a;b;c\n1;2;3\n4;5".encode("utf-16"),
    ],
)
def test_a_last_line_that_stops_in_the_middle_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal = refusal_of(content, tmp_path)
    assert refusal.rule == "bestand.afgebroken"
    assert "van de 3 kolommen" in str(refusal)


# Quotes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b'a;b\n1;"2\n3;4\n', "rij 2"),
        (b'a;b\n1;2\n3;"x;y\n4;"z";5\n', "rij 3"),
        (b'a;b\n1;2\n"open', "rij 3"),
    ],
)
def test_a_quote_that_swallows_rows_is_refused(tmp_path: Path, content: bytes, row: str) -> None:
    refusal = refusal_of(content, tmp_path)
    assert refusal.rule == "bestand.aanhalingstekens"
    assert row in str(refusal)


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\n1;x\n2;y\n\x1a",
        b"a;b\r\n1;x\r\n2;y\x1a\r\n",
        b'"a;b"\n"1;x"\n"2;y"\n',
        b'"a;b"\r\n"1;""x"""\r\n"2;y"\r\n',
        b'"a,b"\n"1,x"\n"2,y"',
    ],
)
def test_what_systems_put_around_a_table_is_taken_off(content: bytes, tmp_path: Path) -> None:
    assert rows_of(content, tmp_path) == [("a", "b"), ("1", "x"), ("2", "y")]


def test_quotes_around_every_cell_stay_what_they_are(tmp_path: Path) -> None:
    assert rows_of(b'"a";"b"\n"1;2";"x"\n', tmp_path) == [("a", "b"), ("1;2", "x")]


def test_a_table_that_r_separated_by_spaces_is_named(tmp_path: Path) -> None:
    refusal = refusal_of(b'"a" "b"\n"1" "S1" "x"\n"2" "S2" "y"\n', tmp_path)
    assert refusal.rule == "bestand.scheidingsteken"
    assert "row.names = FALSE" in str(refusal)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"a,b,c\n1;2;x\n3;4;y\n", "een komma en de rijen eronder met een puntkomma"),
        (b"a;b;c\r\n1,5\t2\tx\r\n", "een puntkomma en de rijen eronder met een tab"),
    ],
)
def test_a_header_with_another_separator_than_its_rows_is_named(
    tmp_path: Path, content: bytes, named: str
) -> None:
    refusal = refusal_of(content, tmp_path)
    assert refusal.rule == "bestand.scheidingsteken"
    assert named in str(refusal)


@pytest.mark.parametrize("content", [b"a,b,c\n1;2,x,y\n", b"a;b;c\n1,5;2,5;3,5\n", b"a,b,c\n"])
def test_another_sign_in_the_cells_is_no_other_separator(tmp_path: Path, content: bytes) -> None:
    assert len(rows_of(content, tmp_path)[0]) == 3


def test_inches_and_nicknames_are_text(tmp_path: Path) -> None:
    found = rows_of(b'a;b\n1;scherm 15" breed\n2;Jan "de Boer" X\n3;"ja"\n', tmp_path)
    assert found[1:] == [("1", 'scherm 15" breed'), ("2", 'Jan "de Boer" X'), ("3", "ja")]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=3),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(delimited.DELIMITERS),
    st.booleans(),
)
def test_the_fast_and_the_lenient_reader_agree(
    table: list[list[str]], delimiter: str, quote_all: bool
) -> None:
    text = csv_text(table, delimiter, quote_all=quote_all).encode()
    fast = delimited._quickly(text, delimiter, max(map(len, table)))
    lenient = delimited._leniently(text, delimiter)
    assert fast is not None
    assert fast.rows() == lenient.rows()


@settings(deadline=None)
@given(st.text(st.sampled_from('";ab\n'), max_size=30))
def test_what_counts_as_well_quoted_is_read_alike(text: str) -> None:
    if not delimited.well_quoted(text.encode(), ";"):
        return
    strict = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    fast = delimited._quickly(text.encode(), ";", max([1, *map(len, strict)]))
    if fast is not None:
        padded = [[*row, *[""] * (fast.width - len(row))] for row in strict]
        assert fast.rows() == [tuple(cell or None for cell in row) for row in padded]


def test_the_csv_module_keeps_its_own_limit(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    assert refusal_of(b'a;b\n1;"' + b"x\n" * 100_000 + b'"\n', tmp_path).rule == "bestand.te_groot"
    assert refusal_of(b'a;b\n1;y"' + b"x" * 200_000 + b'"\n', tmp_path).rule == "bestand.te_groot"
    assert csv.field_size_limit() == before


# Samples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_sample_may_end_anywhere(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(("school;naam\n" + "1;Zoë\n" * 200_000).encode(encoding))
    for length in range(8000, 8008):
        monkeypatch.setattr(delimited, "SAMPLE", length)
        (text,) = read(file, sample=True)
        assert text.frame.row(59) == (60, "1", "Zoë")
        assert text.digest == ""
