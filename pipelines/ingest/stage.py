"""Rows of text -> staged rows: every distinct text of a column is cleaned once.

A register of a million rows holds a few hundred dates and a few dozen codes. So a column is taken
apart into its distinct texts and a number per row, the texts go through the SQL of `clean`, and
the numbers put the outcome back in its place. What is done to a text is said in `clean` alone.

"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.contracts import Contracts, Dataset, Kind
from pipelines.ingest import notation
from pipelines.ingest.clean import NAME, VALUE, VALUE_KIND, Recipe, recipes
from pipelines.ingest.layout import Match
from pipelines.ingest.offer import offered

WIDE = 100_000  # more wide columns than any file has: keeps numbers of unpivoted rows apart
REMARKED, REPAIRED = "__melding", "__hersteld"
_SPACES = " \t\u00a0"
_DISTINCT = "losse_teksten"
_FEW = 2_000  # rows that are fetched as they are; more of them as an Arrow stream
_SHARED = 50_000  # texts up to which each row holds the number of its text
_TYPES: Mapping[str, type[pl.DataType] | pl.DataType] = {
    "tekst": pl.String,
    "geheel": pl.Int64,
    "getal": pl.Float64,
    "datum": pl.Date,
    "ja_nee": pl.Boolean,
    "lijst": pl.List(pl.String),
}


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
) -> pl.DataFrame:
    """Staged rows of a part of a text frame, in its order.

    `_nr` tells rows apart; `_rij` is the row of the file, which an unpivoted row shares with
    others. Blank rows, rows of totals and whatever stands above the header are left out.
    """
    rows = _rows(part, match)
    columns = {"_nr": rows["_nr"], "_rij": rows["_rij"]}
    with _as_written(con):
        for recipe in recipes(match, dataset, contracts):
            if recipe.plain:
                columns |= _plain(recipe, rows)
            else:
                columns |= _column(con, recipe, dataset.column(recipe.name).kind, rows)
    return pl.DataFrame(columns)


@contextmanager
def _as_written(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let the engine work out what is asked as it is written: to find a better way takes longer
    than distinct texts do."""
    con.execute("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        con.execute("PRAGMA enable_optimizer")


def remarks(rows: pl.DataFrame) -> dict[str, set[str]]:
    """Column of the contract -> the remarks that occur in a part of the staged rows."""
    found: dict[str, set[str]] = {}
    for column in rows:
        if column.name.endswith(REMARKED) and column.null_count() < column.len():
            seen = set(column.drop_nulls().unique().cast(pl.String))
            found[column.name.removesuffix(REMARKED)] = seen
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


def _column(
    con: duckdb.DuckDBPyConnection, recipe: Recipe, kind: Kind, rows: pl.DataFrame
) -> dict[str, pl.Series]:
    """Everything staged of one column of the contract."""
    numbers, texts = _distinct(rows, recipe.reads)
    con.register(_DISTINCT, offered(texts))
    try:
        cleaned = _fetched(
            con, f"{recipe.select(_DISTINCT, '_k')} ORDER BY _k", recipe, kind, texts
        )
    finally:
        con.unregister(_DISTINCT)
    return {c.name: _placed(numbers, c) for c in cleaned if c.name != "_k"}


def _fetched(
    con: duckdb.DuckDBPyConnection, query: str, recipe: Recipe, kind: Kind, texts: pl.DataFrame
) -> pl.DataFrame:
    if texts.height > _FEW:
        return pl.DataFrame(con.sql(query))
    of_value = _TYPES[kind]
    found = con.execute(query)
    names = [name for name, *_ in found.description or ()]
    schema = {
        name: of_value
        if name == recipe.name
        else pl.Boolean
        if name.endswith(REPAIRED)
        else pl.Int64
        if name == "_k"
        else pl.String
        for name in names
    }
    return pl.DataFrame(found.fetchall(), schema=schema, orient="row")


def _plain(recipe: Recipe, rows: pl.DataFrame) -> dict[str, pl.Series]:
    """The same of a column whose text stays as it is, without taking it apart."""
    text = _tidy(rows[recipe.cells[0]])
    text = text.set(text == "", None)
    remark = _nothing(rows.height)
    words = sorted({*recipe.empty, notation.NO_VALUE, *notation.ERRORS})
    odd = text.is_in(pl.Series(words).implode()).fill_null(value=False)
    if odd.any():
        is_error = text.is_in(pl.Series(notation.ERRORS).implode())
        remark = pl.select(
            pl.when(odd & is_error)
            .then(pl.lit(notation.ERROR))
            .when(odd & (text == notation.NO_VALUE))
            .then(pl.lit(notation.FORMULA))
            .when(odd)
            .then(pl.lit(notation.EMPTY))
        ).to_series()
        text = text.set(odd & ~is_error, None)
    if (mangled := text.str.contains(notation.MANGLING).fill_null(value=False)).any():
        remark = remark.cast(pl.String).set(mangled, notation.MANGLED)
    return {recipe.name: text, f"{recipe.name}{REMARKED}": remark}


def _tidy(column: pl.Series) -> pl.Series:
    """What `notation.tidy` makes of a text."""
    if (odd := column.str.contains(notation.ODD).fill_null(value=False)).any():
        tidied = column.filter(odd).str.normalize("NFC").str.replace_all(notation.INVISIBLE, "")
        tidied = tidied.str.replace_all(notation.SPACE, " ")
        column = column.scatter(odd.arg_true(), tidied)
    return column.str.strip_chars(" ")


def _distinct(rows: pl.DataFrame, cells: Sequence[str]) -> tuple[pl.Series, pl.DataFrame]:
    """(number per row, table `_k` and the texts) over every combination of texts that occurs."""
    if not cells:
        return pl.zeros(rows.height, pl.UInt32, eager=True), pl.DataFrame({"_k": [0]})
    numbers, distinct = _encoded(rows[cells[0]])
    texts = pl.DataFrame({cells[0]: distinct})
    for cell in cells[1:]:
        own, distinct = _encoded(rows[cell])
        pairs = numbers.cast(pl.UInt64) * distinct.len() + own
        seen = pairs.unique(maintain_order=True)
        texts = texts[(seen // distinct.len())].with_columns(
            distinct.gather(seen % distinct.len()).alias(cell)
        )
        numbers = _numbered(pairs, seen)
    return numbers, texts.with_row_index("_k")


def _encoded(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """(number per row, distinct texts by their number; of no text the last)."""
    distinct = column.unique(maintain_order=True)
    if distinct.len() > _SHARED:
        return _numbered(column, distinct), distinct
    texts = distinct.drop_nulls()
    numbers = column.cast(pl.Enum(texts)).to_physical().cast(pl.UInt32)
    if texts.len() == distinct.len():
        return numbers, texts
    return numbers.fill_null(texts.len()), texts.extend_constant(None, 1)


def _numbered(values: pl.Series, distinct: pl.Series) -> pl.Series:
    """The place of each value among the distinct ones."""
    places = distinct.to_frame("waarde").with_row_index("_k")
    placed = values.to_frame("waarde").join(
        places, on="waarde", how="left", nulls_equal=True, maintain_order="left"
    )
    return placed["_k"]


def _placed(numbers: pl.Series, values: pl.Series) -> pl.Series:
    """The value of each row; of texts that come back their number, so that they take no place."""
    if values.null_count() == values.len():
        if values.dtype == pl.String:
            return _nothing(numbers.len())
        return pl.Series([None], dtype=values.dtype).new_from_index(0, numbers.len())
    if values.dtype == pl.String and values.len() <= _SHARED:
        values = values.cast(pl.Enum(values.drop_nulls().unique(maintain_order=True)))
    return values.gather(numbers)


def _nothing(height: int) -> pl.Series:
    """Texts that are not there."""
    return pl.Series([None], dtype=pl.Enum([])).new_from_index(0, height)
