"""Rows of text -> staged rows: every distinct text of a column is cleaned once.

A register of a million rows holds a few hundred dates and a few dozen codes. So a column is taken
apart into its distinct texts and a number per row, the texts go through the SQL of `clean`, and
the numbers put the outcome back in its place. What is done to a text is said in `clean` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest import notation
from pipelines.ingest.clean import NAME, VALUE, VALUE_KIND, Recipe, quoted, recipes
from pipelines.ingest.layouts import Match
from pipelines.ingest.read import TextFrame

WIDE = 100_000  # more wide columns than any file has: keeps numbers of unpivoted rows apart

REMARKED = "__melding"
_SPACES = " \t\u00a0"
_DISTINCT = "losse_teksten"


def ahead(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same parts, of which the next is read while this one is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = reader.submit(next, parts, None)
            yield part


def staged(
    con: duckdb.DuckDBPyConnection,
    part: pl.DataFrame,
    match: Match,
    dataset: Dataset,
    contracts: Contracts,
) -> pa.Table:
    """Staged rows of a part of a text frame, in its order.

    `_nr` tells rows apart; `_rij` is the row of the file, which an unpivoted row shares with
    others. Blank rows, rows of totals and whatever stands above the header are left out.
    """
    rows = _rows(part, match)
    columns = {"_nr": rows["_nr"].to_arrow(), "_rij": rows["_rij"].to_arrow()}
    for recipe in recipes(match, dataset, contracts):
        if recipe.plain:
            columns |= _plain(recipe, rows)
        else:
            columns |= _column(con, recipe, rows)
    return pa.table(columns)


def remarks(rows: pa.Table) -> dict[str, set[str]]:
    """Column of the contract -> the remarks that occur in a part of the staged rows."""
    found: dict[str, set[str]] = {}
    for name in rows.column_names:
        if name.endswith(REMARKED) and rows[name].null_count < rows.num_rows:
            seen = {r for r in pc.unique(rows[name]).to_pylist() if r is not None}
            found[name.removesuffix(REMARKED)] = seen
    return found


def _rows(part: pl.DataFrame, match: Match) -> pl.DataFrame:
    """The rows that hold data: `_nr`, `_rij` and the cells that the layout reads."""
    cells = _cells(match)
    kinds = [match.kinds[cell] for cell in cells if cell in match.kinds]
    said = [match.sent] if match.sent and match.sent not in cells else []
    rows = part.select("rij", *cells, *kinds, *said).filter(pl.col("rij") > match.header_row)
    if rows.select((_first(cells).fill_null("") == "").any()).item():
        rows = rows.filter(~_blank(cells))
    if match.layout.totals_row:
        rows = rows.filter(~_totals(cells, match.layout.totals_row))
    if match.sent and not _incomplete_counts(match):
        rows = rows.filter(_sent(match))
    number = pl.col("rij").cast(pl.Int64)
    if not match.layout.unpivot:
        return rows.select(number.alias("_nr"), number.alias("_rij"), *cells, *kinds)
    places = _fixed(match)
    wide_number = number * WIDE + pl.col("_volgorde")
    return _unpivoted(rows, match).select(
        wide_number.alias("_nr"), number.alias("_rij"), *places, NAME, VALUE, VALUE_KIND
    )


@dataclass(frozen=True)
class LeftOut:
    """Numbers of the rows below the header that are no registration; `unsent`: answers that were
    filled in and not sent."""

    blank: list[int]
    totals: list[int]
    unsent: list[int]


def left_out(part: pl.DataFrame, match: Match) -> LeftOut:
    cells = _cells(match)
    rows = part.filter(pl.col("rij") > match.header_row)
    blank = rows.filter(_blank(cells))["rij"].to_list()
    totals, unsent = [], []
    if match.layout.totals_row:
        is_total = _totals(cells, match.layout.totals_row)
        totals = rows.filter(is_total & ~_blank(cells))["rij"].to_list()
    if not _incomplete_counts(match):
        unsent = not_sent(part, match)
    return LeftOut(blank, totals, unsent)


def not_sent(part: pl.DataFrame, match: Match) -> list[int]:
    """Numbers of the rows with answers that were filled in and not sent, as far as the file says;
    they are staged where the questionnaire counts them."""
    if not match.sent:
        return []
    rows = part.filter((pl.col("rij") > match.header_row) & ~_blank(_cells(match)))
    return rows.filter(~_sent(match))["rij"].to_list()


def _sent(match: Match) -> pl.Expr:
    """Whether the cell that says when an answer was sent says anything."""
    moment = pl.col(match.sent).str.strip_chars(_SPACES).fill_null("")
    nothing = ["", *notation.spellings([*notation.EMPTY_WORDS, "n", "nee", "no", "false"])]
    return ~moment.is_in(nothing)


def _incomplete_counts(match: Match) -> bool:
    return match.layout.unpivot is not None and match.layout.unpivot.incomplete_counts


def _cells(match: Match) -> list[str]:
    """The cells that the layout reads."""
    return list(dict.fromkeys([*match.places.values(), *match.unpivoted]))


def _first(cells: list[str]) -> pl.Expr:
    return pl.coalesce(cells).str.strip_chars(_SPACES)


def _blank(cells: list[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(c).str.strip_chars(_SPACES).fill_null("") == "" for c in cells)


def _totals(cells: list[str], word: str) -> pl.Expr:
    starts = _first(cells).str.to_lowercase().str.starts_with(word.lower())
    return starts.fill_null(value=False)


def _fixed(match: Match) -> list[str]:
    """The columns of a wide table that are not wide, with the kinds of their cells."""
    places = list(dict.fromkeys(match.places.values()))
    return [*places, *(match.kinds[cell] for cell in places if cell in match.kinds)]


def _unpivoted(rows: pl.DataFrame, match: Match) -> pl.DataFrame:
    """An empty wide cell is no row: the source has no figure there.

    Where a respondent answered no question of a questionnaire the empty answers are rows: who sent
    them took part, and answered nothing.
    """
    order = {cell: i for i, cell in enumerate(match.unpivoted)}
    asked = match.layout.unpivot is not None and match.layout.unpivot.questionnaire
    filled = pl.col(VALUE).str.strip_chars(_SPACES).fill_null("") != ""
    nothing = ~filled.any().over("rij")
    kinds = (
        rows.with_columns(pl.lit(None, pl.String).alias(cell) for cell in order)
        .with_columns(pl.col(match.kinds[c]).alias(c) for c in order if c in match.kinds)
        .unpivot(on=list(order), value_name=VALUE_KIND)
    )
    return (
        rows.unpivot(
            on=list(order), index=["rij", *_fixed(match)], variable_name="_cel", value_name=VALUE
        )
        .with_columns(kinds[VALUE_KIND])
        .filter(filled | nothing if asked else filled)
        .with_columns(
            pl.col("_cel").replace_strict(match.unpivoted, return_dtype=pl.String).alias(NAME),
            _volgorde=pl.col("_cel").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("rij", "_volgorde")
    )


def _encoded(column: pl.Series) -> pa.DictionaryArray:
    """Distinct texts (an empty cell is one of them) and which of them each row has."""
    texts = column.to_arrow()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    return pc.dictionary_encode(texts, null_encoding="encode")


def _column(
    con: duckdb.DuckDBPyConnection, recipe: Recipe, rows: pl.DataFrame
) -> dict[str, pa.Array]:
    """Everything staged of one column of the contract."""
    encoded = [_encoded(rows[cell]) for cell in recipe.reads]
    numbers, texts = _combined(encoded, recipe.reads, rows.height)
    con.register(_DISTINCT, texts)
    try:
        cleaned = con.execute(f"{recipe.select(_DISTINCT, '_k')} ORDER BY _k").to_arrow_table()
    finally:
        con.unregister(_DISTINCT)
    return {
        name: _placed(numbers, cleaned[name].combine_chunks())
        for name in cleaned.column_names
        if name != "_k"
    }


def _plain(recipe: Recipe, rows: pl.DataFrame) -> dict[str, pa.Array]:
    """The same of a column whose text stays as it is, without taking it apart."""
    text = rows[recipe.cells[0]].str.strip_chars(_SPACES)
    text = text.set(text == "", None)
    remark = pa.nulls(rows.height, pa.string())
    words = sorted({*recipe.empty, notation.NO_VALUE, *notation.ERRORS})
    odd = text.is_in(pl.Series(words).implode()).fill_null(value=False)
    if odd.any():
        is_error = text.is_in(pl.Series(notation.ERRORS).implode())
        found = pl.select(
            pl.when(odd & is_error)
            .then(pl.lit(notation.ERROR))
            .when(odd & (text == notation.NO_VALUE))
            .then(pl.lit(notation.FORMULA))
            .when(odd)
            .then(pl.lit(notation.EMPTY))
        ).to_series()
        remark = found.to_arrow()
        text = text.set(odd & ~is_error, None)
    return {recipe.name: text.to_arrow(), f"{recipe.name}{REMARKED}": remark}


def _placed(numbers: pa.Array, values: pa.Array) -> pa.Array:
    """The value of each row; a column of nothing takes no place."""
    if values.null_count == len(values):
        return pa.nulls(len(numbers), values.type)
    return pa.DictionaryArray.from_arrays(numbers, values)


def _combined(
    cells: Sequence[pa.DictionaryArray], names: Sequence[str], height: int
) -> tuple[pa.Array, pa.Table]:
    """(number per row, table `_k` and the texts) over every combination of texts that occurs."""
    if not cells:
        return pa.array(np.zeros(height, np.int32)), pa.table({"_k": pa.array([0], pa.int32())})
    if len(cells) == 1:
        numbers, texts = cells[0].indices, [cells[0].dictionary]
    else:
        sizes = [len(cell.dictionary) for cell in cells]
        indices = [cell.indices.to_numpy() for cell in cells]
        pairs, back = np.unique(np.ravel_multi_index(indices, sizes), return_inverse=True)
        numbers = pa.array(back.astype(np.int32))
        chosen = np.unravel_index(pairs, sizes)
        texts = [cell.dictionary.take(pa.array(at)) for cell, at in zip(cells, chosen, strict=True)]
    count = len(texts[0])
    order = pa.array(np.arange(count, dtype=np.int32))
    return numbers, pa.table({"_k": order, **dict(zip(names, texts, strict=True))})


# Notation --------------------------------------------------------------------------------------


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
    return _day_and_month(texts.pl().select("t")).filter(_MONTH_ONLY).height > 0


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
