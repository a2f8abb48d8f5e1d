"""A large file read in parts is the same table as the file read whole, and no less guarded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from stdnum.nl import bsn

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import deliveries, identity, layout_files, read
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.reading import streamed
from pipelines.ingest.reading.frame import TextFrame

PROMISES = contracts.load()
LAYOUTS = layout_files.load()
HEADER = "schorsing_id;leerling_id;vestigingscode;soort;start_datum;schooldagen;reden"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "STREAMED_FROM", 1)
    monkeypatch.setattr(streamed, "PART", 256)


def suspensions(count: int, **changed: dict[int, str]) -> str:
    """A file of `count` rows; `changed`: column -> row of the file -> cell."""
    rows = []
    for row in range(2, count + 2):
        cells = {
            "schorsing_id": f"S{row:06}",
            "leerling_id": f"{row:064x}",
            "vestigingscode": "99AA00",
            "soort": "schorsing_intern",
            "start_datum": f"2024-10-{1 + row % 28:02}",
            "schooldagen": str(1 + row % 5),
            "reden": "pesten",
        }
        cells |= {column: own[row] for column, own in changed.items() if row in own}
        rows.append(";".join(cells.values()))
    return "\n".join([HEADER, *rows, ""])


def written(folder: Path, text: str, name: str = "duin_schorsingen_2024-2025.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8", newline="")
    return file


def in_parts(file: Path) -> TextFrame:
    text = streamed.table(file)
    assert text is not None
    assert text.rest is not None
    return text


def opened(file: Path) -> Delivery:
    (found,) = deliveries.open_file(file, PROMISES, LAYOUTS)
    return found


CELL = st.text(st.sampled_from('ab1é<; \n"'), max_size=30)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=60))
def test_parts_are_the_whole(tmp_path: Path, table: list[list[str]]) -> None:
    lines = [["kop1", "kop2", "kop3"], *table]
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in lines]
    file = written(tmp_path, "\n".join([*quoted, ""]))
    (whole,) = read.read(file)
    text = in_parts(file)
    parts = list(text.parts())
    assert_frame_equal(pl.concat(parts), whole.frame)
    assert text.digest == whole.digest
    wanted = {1, 3, len(lines)}
    assert text.rows(wanted)["rij"].to_list() == sorted(w for w in wanted if w <= len(lines))


def test_a_long_file_comes_in_many_parts(tmp_path: Path) -> None:
    file = written(tmp_path, suspensions(200))
    parts = list(in_parts(file).parts())
    assert len(parts) > 50
    assert pl.concat(parts)["rij"].to_list() == list(range(1, 202))


@pytest.mark.parametrize(
    "text",
    [
        suspensions(40).replace("\n", "\r"),
        suspensions(40, reden={30: 'zei "stop" en ging'}),
        suspensions(40) + '"',
    ],
)
def test_what_cannot_be_cut_is_read_whole(tmp_path: Path, text: str) -> None:
    assert streamed.table(written(tmp_path, text)) is None


def test_another_encoding_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(suspensions(40, reden={30: "één"}).encode("cp1252"))
    assert streamed.table(file) is None
    (text,) = read.stream(file)
    assert "één" in text.frame["c6"].to_list()


def test_what_is_too_large_to_read_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "MAX_FILE", 1024)
    file = written(tmp_path, suspensions(40).replace("\n", "\r"))
    with pytest.raises(DeliveryRefused, match="geen UTF-8 is, of omdat regeleinden"):
        streamed.table(file)
    monkeypatch.setattr(streamed, "MAX_STREAMED", 2048)
    with pytest.raises(DeliveryRefused, match="ten hoogste 2 kB"):
        streamed.table(written(tmp_path, suspensions(40)))


def test_a_row_that_grows_wider_in_a_later_part_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, suspensions(200, reden={150: "pesten;Verzonnenachternaam"}))
    with pytest.raises(DeliveryRefused) as refused:
        list(opened(file).parts())
    assert refused.value.rule == "bestand.kolommen"
    assert "Rij 150 " in str(refused.value)
    assert "Verzonnen" not in str(refused.value)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, suspensions(200))
    parts = in_parts(file).parts()
    next(parts)
    written(tmp_path, suspensions(190))
    with pytest.raises(DeliveryRefused, match="is veranderd terwijl het werd gelezen"):
        list(parts)


def test_the_door_sees_every_part(tmp_path: Path) -> None:
    assert bsn.is_valid("999900006")
    late = {180: "999900006"}
    delivery = opened(written(tmp_path, suspensions(200, schorsing_id=late)))
    with pytest.raises(DeliveryRefused) as refused:
        list(delivery.parts())
    assert refused.value.rule == "identiteit.herleidbaar"
    assert "burgerservicenummer in kolom schorsing_id" in str(refused.value)
    assert "999900006" not in str(refused.value)


VALUES = st.one_of(
    st.sampled_from(["Anna de Vries", "Mehmet Yilmaz", "pesten", "2012-03-04", "999900006"]),
    st.sampled_from(["2013-05-11", "06-12345678", "1234 AB", "a@b.nl", "S000001", None]),
    st.integers(100_000_000, 999_999_999).map(str),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=80), st.data())
def test_the_door_sees_the_same_in_parts(
    rows: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    frame = pl.DataFrame(
        [("Een", "Twee"), *rows], schema={"c0": pl.String, "c1": pl.String}, orient="row"
    ).with_row_index("rij", offset=1)
    whole = TextFrame(frame, "csv", "")
    cuts = sorted({0, *data.draw(st.lists(st.integers(0, len(rows)), max_size=4)), frame.height})
    parts = [frame[a:b] for a, b in pairwise(cuts)]
    text = TextFrame(frame.head(25), "csv", "", rest=lambda: iter(parts))
    for header_row in (1, None):
        found = identity.inspect(text, person_level=True, header_row=header_row)
        assert found == identity.inspect(whole, person_level=True, header_row=header_row)
