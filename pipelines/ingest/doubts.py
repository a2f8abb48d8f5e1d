"""Numbers and dates of which nobody can tell what they are: refused, with what contradicts them."""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.contracts import Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest import notation
from pipelines.ingest.layout import Match
from pipelines.ingest.read import TextFrame
from pipelines.ingest.stage import REMARKED
from pipelines.sql import quoted


def refuse_ambiguous_numbers(
    con: duckdb.DuckDBPyConnection, rows: str, match: Match, dataset: Dataset
) -> None:
    """Refuse numbers of which nobody can tell whether a point means thousands or decimals.

    `1.125` is read as the layout says; `8.5` or `0.125` in the same column says otherwise. `rows`:
    the staged table. Raises `DeliveryRefused` with counts and row numbers, never with a value.
    """
    problems = []
    for column in dataset.columns:
        if column.kind not in ("geheel", "getal") or column.name not in match.headers:
            continue
        remark = quoted(f"{column.name}{REMARKED}")
        found = con.execute(
            f"SELECT {remark}, count(*), min(_rij) FROM {rows} WHERE {remark} IN (?, ?) GROUP BY 1",
            [notation.THOUSANDS, notation.POINT],
        ).fetchall()
        if len(found) < 2:
            continue
        counts = {name: f"{count} keer (eerst in rij {first})" for name, count, first in found}
        problems.append(
            f"{match.headers[column.name]}: {counts[notation.THOUSANDS]} een punt met drie cijfers"
            f" erachter, en {counts[notation.POINT]} een punt die alleen een decimaalpunt kan zijn"
        )
    if problems:
        raise DeliveryRefused(
            "indeling.getal",
            "Duizendtallen en decimalen zijn niet zeker uit elkaar te houden."
            f" {'; '.join(problems)}. Er is niets geladen. Exporteer de getallen zonder"
            " duizendtallen en met één teken voor decimalen, of lever een werkboek met echte"
            " getallen.",
        )


def refuse_month_first(
    con: duckdb.DuckDBPyConnection, rows: str, text: TextFrame, match: Match, dataset: Dataset
) -> None:
    """Refuse dates that are, or may be, month-first where the layout says day-first.

    `rows`: the staged table, which holds what could not be read as a date. `03-04-2024` is a date
    either way: only the other dates of its column can tell. Raises `DeliveryRefused` with counts
    and row numbers, never with a value.
    """
    problems: list[str] = []
    for column in dataset.columns:
        forms = match.layout.date_forms(column.name)
        place = match.places.get(column.name)
        day_first = column.kind == "datum" and any(form.startswith("dd") for form in forms)
        if place is None or not day_first or not _has_month_first(con, rows, column.name):
            continue
        header = match.headers.get(column.name, column.name)
        problems.append(f"{header}: {_evidence(text, place, match.header_row)}")
    if problems:
        raise DeliveryRefused(
            "indeling.datum",
            "Dag en maand zijn niet zeker uit elkaar te houden. De indeling verwacht eerst de dag,"
            f" maar dat klopt niet voor {'; '.join(problems)}. Er is niets omgedraaid en niets"
            " geladen. Exporteer de datums als jjjj-mm-dd, of als dd-mm-jjjj.",
        )


def _has_month_first(con: duckdb.DuckDBPyConnection, rows: str, column: str) -> bool:
    unread = quoted(f"{column}__tekst")
    texts = con.execute(f"SELECT DISTINCT {unread} AS t FROM {rows} WHERE {unread} IS NOT NULL")
    seen = pl.DataFrame(texts.fetchall(), schema={"t": pl.String}, orient="row")
    return _day_and_month(seen).filter(_MONTH_ONLY).height > 0


def _evidence(text: TextFrame, place: str, header_row: int) -> str:
    """How often a date of the column is one month-first only, day-first only, and either way."""
    found = pl.concat(
        _day_and_month(part.filter(pl.col("rij") > header_row).select("rij", t=place))
        for part in text.parts()
    )
    month_only = found.filter(_MONTH_ONLY)["rij"].to_list()
    day_only = found.filter((pl.col("a") > 12) & (pl.col("b") <= 12)).height
    both = found.filter((pl.col("a") <= 12) & (pl.col("b") <= 12)).height
    rows = ", ".join(str(r) for r in month_only[:10]) + (" ..." if len(month_only) > 10 else "")
    return (
        f"{len(month_only)} keer past alleen maand-dag (rij {rows}), {day_only} keer alleen"
        f" dag-maand en {both} keer allebei"
    )


_MONTH_ONLY = (pl.col("a") <= 12) & (pl.col("b") > 12)


def _day_and_month(texts: pl.DataFrame) -> pl.DataFrame:
    """`t` -> its first two numbers `a` and `b`, where both may be a day."""
    first, second = (pl.col("t").str.extract(notation.DAY_MONTH, i).cast(pl.Int64) for i in (1, 2))
    return texts.with_columns(a=first, b=second).filter(
        pl.col("a").is_between(1, 31) & pl.col("b").is_between(1, 31)
    )
