"""StatLine's regional tables -> one row per wijk, with the municipality it lies in.

StatLine stacks country, municipality, wijk and buurt in one column and tells them apart by their
code (`GM0363`, `WK036300`, `BU03630000`). A wijk does not name its municipality, but its code holds
the municipality's, whose name stands in a row of its own. So the rows of wijken stay as they are,
with their row numbers, and get two columns more; the rows of other areas have no place in any
dataset and are left out. What the figures mean, and their symbols, is for the layout to say.

Source of the form: opendata.cbs.nl, "CSV met statistische symbolen".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.headings import normal
from pipelines.ingest.identity import Door
from pipelines.ingest.layouts import HEADER_WITHIN
from pipelines.ingest.reading.frame import TextFrame

NAMES = "wijken en buurten"
CODES = "regiocode (gemeente, wijk, buurt) (code)"
TOWN, TOWN_NAME = "Gemeentecode", "Gemeentenaam"
_WIJK = r"^WK[0-9]{4}"
_TOWN = r"^GM[0-9]{4}"


def by_wijk(texts: Iterable[TextFrame]) -> list[TextFrame]:
    """The tables of a file; StatLine's regional ones by wijk, others as they were.

    Raises `DeliveryRefused` where a regional table has no wijken.
    """
    return [_by_wijk(text) for text in texts]


def _by_wijk(text: TextFrame) -> TextFrame:
    found = _header(text)
    if found is None:
        return text
    row, names, codes = found
    areas = _areas(text, row, names, codes)
    towns = areas.filter(pl.col("_code").str.contains(_TOWN))
    named = {
        code[2:6]: name
        for code, name in towns.select("_code", names).iter_rows()
        if name is not None
    }
    wijken = areas.filter(pl.col("_code").str.contains(_WIJK))
    if wijken.height == 0:
        raise DeliveryRefused(
            "bestand.leeg",
            "De StatLine-tabel heeft geen rijen van wijken (codes die met WK beginnen). Kies bij"
            " StatLine onder 'Wijken en buurten' ook de wijken en maak de download opnieuw.",
        )
    number = pl.col("_code").str.slice(2, 4)
    first, second = (f"c{len(text.columns) + i}" for i in range(2))
    header = text.frame.filter(pl.col("rij") == row).with_columns(
        pl.lit(TOWN).alias(first), pl.lit(TOWN_NAME).alias(second)
    )
    rows = wijken.with_columns(
        (pl.lit("GM") + number).alias(first),
        number.replace_strict(named, default=None, return_dtype=pl.String).alias(second),
    )
    return replace(text, frame=pl.concat([header, rows.drop("_code")]), rest=None)


def _areas(text: TextFrame, row: int, names: str, codes: str) -> pl.DataFrame:
    """The rows of wijken and municipalities with their `_code`; all rows pass the door."""
    door = Door(text, person_level=False, header_row=row, mapped=(names, codes))
    code = pl.col(codes).str.strip_chars()
    found: list[pl.DataFrame] = []
    for part in text.parts():
        door.see(part)
        of_area = code.str.contains(f"{_WIJK}|{_TOWN}").fill_null(value=False)
        found.append(part.filter((pl.col("rij") > row) & of_area).with_columns(_code=code))
    door.close()
    return pl.concat(found)


def _header(text: TextFrame) -> tuple[int, str, str] | None:
    """Row of the header, and the columns of the names and the codes of areas."""
    for number, cells in text.head(HEADER_WITHIN):
        heads = [normal(cell) if cell else "" for cell in cells]
        if NAMES in heads and CODES in heads:
            return number, f"c{heads.index(NAMES)}", f"c{heads.index(CODES)}"
    return None
