"""Numbers and dates of which nobody can tell what they are: refused, with what contradicts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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
    seen: dict[str, pl.DataFrame] = {}
    for column in dataset.columns:
        forms = match.layout.date_forms(column.name)
        place = match.places.get(column.name)
        day_first = column.kind == "datum" and any(form.startswith("dd") for form in forms)
        if place is None or not day_first or not _has_month_first(con, rows, column.name):
            continue
        header = match.headers.get(column.name, column.name)
        seen[header] = _cells(text, match.header_row, [place]).rename({place: "t"})
    refuse_months(seen, "geladen")


def refuse_months(seen: Mapping[str, pl.DataFrame], undone: str) -> None:
    """Refuse where a column holds a date that can only be month-first; `seen`: header -> its cells
    (`rij`, `t`); `undone`: what is done with nothing of the file."""
    found = {header: _day_and_month(cells) for header, cells in seen.items()}
    told = "; ".join(
        f"{header}: {_evidence(dates)}"
        for header, dates in found.items()
        if dates.filter(_MONTH_ONLY).height
    )
    if told:
        raise DeliveryRefused(
            "indeling.datum",
            "Dag en maand zijn niet zeker uit elkaar te houden. Verwacht wordt eerst de dag, maar"
            f" dat klopt niet voor {told}. Er is niets omgedraaid en niets {undone}. Exporteer de"
            " datums als jjjj-mm-dd, of als dd-mm-jjjj.",
        )


@dataclass(frozen=True)
class YearOrDay:
    """Dates with a year of two digits: how many can only be true day-first, only year-first, and
    both ways; `rows`: the numbers of the first that can only be true year-first."""

    day: int
    year: int
    both: int
    rows: tuple[int, ...]

    def __str__(self) -> str:
        rows = ", ".join(map(str, self.rows)) + (" ..." if self.year > len(self.rows) else "")
        return (
            f"{self.year} keer past alleen jaar-maand-dag{f' (rij {rows})' if rows else ''},"
            f" {self.day} keer alleen dag-maand-jaar en {self.both} keer allebei"
        )


def year_or_day(dates: pl.DataFrame, low: dt.date, high: dt.date) -> YearOrDay:
    """What the dates of a column say of `24-09-02`: the 24th of September, or September of 2024.

    `dates`: row number `rij` and text `t`. A date can be true when it exists and lies from `low` up
    to and including `high`. A year of four digits behind the day says day-first.
    """
    text = pl.col("t").str.strip_chars()
    parts = [text.str.extract(notation.SHORT_DATE, i) for i in (1, 2, 3)]
    found = dates.select(
        "rij",
        *(part.alias(name) for part, name in zip(parts, "abc", strict=True)),
        vier=text.str.contains(notation.LONG_DATE),
    ).filter(pl.col("a").is_not_null() | pl.col("vier"))
    day_first = _can_be("c", "b", "a", low, high)
    year_first = _can_be("a", "b", "c", low, high)
    found = found.select(
        "rij",
        dag=pl.col("vier") | day_first.fill_null(value=False),
        jaar=year_first.fill_null(value=False),
    )
    only_year = found.filter(pl.col("jaar") & ~pl.col("dag"))["rij"]
    return YearOrDay(
        day=found.filter(pl.col("dag") & ~pl.col("jaar")).height,
        year=only_year.len(),
        both=found.filter(pl.col("dag") & pl.col("jaar")).height,
        rows=tuple(only_year.head(10)),
    )


def _can_be(year: str, month: str, day: str, low: dt.date, high: dt.date) -> pl.Expr:
    """Whether three texts of two digits (a day and a month also of one) are a date that can be."""
    short = pl.col(year)
    century = pl.when(short.cast(pl.Int32) < notation.CENTURY_FROM).then(2000).otherwise(1900)
    full = pl.format("{}-{}-{}", century + short.cast(pl.Int32), pl.col(month), pl.col(day))
    made = full.str.to_date("%Y-%m-%d", strict=False)
    return (short.str.len_chars() == 2) & made.is_between(pl.lit(low), pl.lit(high))


def refuse_year_first(
    text: TextFrame,
    match: Match,
    dataset: Dataset,
    remarks: Mapping[str, Collection[str]],
    kept_since: dt.date,
) -> None:
    """Refuse dates of two-digit years that are, or may be, year-first where the layout says
    day-first.

    What can be true follows from the contract (`earliest`, `latest` of the column) and from
    `kept_since`, before which rows are not kept. A column that does not say is read as the other
    columns of the file. `remarks`: those that occur, per column. Raises `DeliveryRefused` with
    counts and row numbers, never with a value.
    """
    asked = [
        (column, match.places[column.name])
        for column in dataset.columns
        if column.name in match.places and notation.SHORT_YEAR in remarks.get(column.name, ())
    ]
    if not asked:
        return
    cells = _cells(text, match.header_row, [place for _, place in asked])
    refuse_unsure_years(
        {
            match.headers.get(column.name, column.name): year_or_day(
                cells.select("rij", t=place),
                max(column.earliest or kept_since, kept_since),
                column.latest or dt.date.max,
            )
            for column, place in asked
        },
        "geladen",
    )


def refuse_unsure_years(seen: Mapping[str, YearOrDay], undone: str) -> None:
    """Refuse where columns contradict that they are day-first, or none says so; `seen`: header ->
    what its dates say; `undone`: what is done with nothing of the file."""
    sure = any(found.day for found in seen.values())
    told = "; ".join(
        f"{header}: {found}"
        for header, found in seen.items()
        if found.year or (found.both and not found.day and not sure)
    )
    if told:
        raise DeliveryRefused(
            "indeling.datum",
            "Dag en jaar zijn niet zeker uit elkaar te houden, want het jaartal heeft twee cijfers."
            f" Verwacht wordt eerst de dag, maar dat is niet zeker voor {told}. Er is niets"
            f" omgedraaid en niets {undone}. Exporteer de datums met een jaartal van vier cijfers.",
        )


def _cells(text: TextFrame, header_row: int, places: Sequence[str]) -> pl.DataFrame:
    """The cells of columns below the header, and `rij`."""
    chosen = dict.fromkeys(places)
    below = (part.filter(pl.col("rij") > header_row) for part in text.parts())
    return pl.concat(part.select("rij", *chosen) for part in below)


def _has_month_first(con: duckdb.DuckDBPyConnection, rows: str, column: str) -> bool:
    unread = quoted(f"{column}__tekst")
    texts = con.execute(f"SELECT DISTINCT {unread} AS t FROM {rows} WHERE {unread} IS NOT NULL")
    seen = pl.DataFrame(texts.fetchall(), schema={"t": pl.String}, orient="row")
    return _day_and_month(seen).filter(_MONTH_ONLY).height > 0


def _evidence(found: pl.DataFrame) -> str:
    """How often a date of a column is one month-first only, day-first only, and either way."""
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
