"""The engine's part of counting: the rows of a measure, fetched once, as whole numbers.

A row stands somewhere on every axis (school year, areas, cuts), passes or fails every test, and
belongs to a unit and a person. Texts become places in a sorted list of names, persons become
numbers without meaning: what goes on from here holds no pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines.metrics.metric import Context, Measure, Tables

NONE = -1  # the code of what is empty
Ints = npt.NDArray[np.integer]
Marks = npt.NDArray[np.bool_]
_PERSON, _UNIT, _SUM = "_persoon", "_eenheid", "_som_"


def fetched(table: ir.Table) -> pl.DataFrame:
    """The rows of an expression, from the engine to here."""
    frame: pl.DataFrame = table.to_polars()
    return frame


@dataclass(frozen=True)
class Axis:
    """A column as numbers: `codes` per row are places in `names` (sorted), or NONE."""

    names: pl.Series
    codes: Ints

    @property
    def size(self) -> int:
        return len(self.names)

    def code_of(self, names: pl.Series) -> Ints:
        """Places of other names in this axis; every one of them has to be there."""
        return self.names.search_sorted(names).to_numpy().astype(np.int32)

    def with_names(self, also: Iterable[str]) -> Axis:
        """The same rows on an axis that has these names too."""
        more = pl.Series([*also], dtype=pl.String)
        names = pl.concat([self.names, more]).unique().sort()
        if len(names) == self.size:
            return self
        moved = np.append(names.search_sorted(self.names).to_numpy(), NONE).astype(np.int32)
        return Axis(names, moved[self.codes])

    def filled(self, name: str) -> Axis:
        """With a name for what is empty."""
        more = self.with_names([name])
        (unknown,) = more.code_of(pl.Series([name]))
        return Axis(more.names, np.where(more.codes == NONE, unknown, more.codes))


def nowhere(rows: int) -> Axis:
    """The axis of what is not broken down: one place without a name."""
    return Axis(pl.Series([""]), np.zeros(rows, dtype=np.int32))


def crossed(axes: Sequence[Axis], separator: str) -> Axis:
    """Several axes without empty places as one, of the combinations that occur."""
    if len(axes) == 1:
        return axes[0]
    packed = axes[0].codes.astype(np.int64)
    for axis in axes[1:]:
        packed = packed * axis.size + axis.codes
    found = np.flatnonzero(np.bincount(packed, minlength=1))
    rows = np.searchsorted(found, packed)
    parts: list[pl.Series] = []
    for axis in reversed(axes):
        parts.insert(0, axis.names.gather(found % axis.size))
        found = found // axis.size
    texts = pl.DataFrame({str(i): part for i, part in enumerate(parts)}).select(
        naam=pl.concat_str(pl.all(), separator=separator)
    )["naam"]
    names = texts.sort()
    return Axis(names, names.search_sorted(texts).to_numpy().astype(np.int32)[rows])


@dataclass(frozen=True)
class Owners:
    """Whose row a row is: a number below `count`, or NONE. `often`: the owner has more rows."""

    number: Ints
    count: int
    often: Marks

    @classmethod
    def of(cls, number: Ints, count: int) -> Owners:
        rows = np.bincount(number[number != NONE], minlength=count)
        return cls(number, count, (number != NONE) & (rows > 1)[number] if count else number > 0)


@dataclass(frozen=True)
class Lines:
    """The rows of a measure. `axes`: column -> axis. `tests`: name -> whether it holds.

    `sums`: column -> its whole numbers, zero where empty. `persons`: None where nobody's privacy
    is at stake. `units`: whose units are counted, within a school year; rows where they count.
    """

    rows: int
    axes: Mapping[str, Axis]
    tests: Mapping[str, Marks]
    sums: Mapping[str, Ints]
    units: Owners
    persons: Owners | None

    def occurring(self, columns: Sequence[str]) -> pl.DataFrame:
        """Combinations of some columns that occur, as text; what is empty is null."""
        codes = pl.DataFrame({c: self.axes[c].codes for c in columns}).unique(maintain_order=True)
        return codes.select(
            self.axes[c].names.gather(codes[c].replace(NONE, None)).alias(c) for c in columns
        )

    @cached_property
    def every(self) -> Marks:
        return np.ones(self.rows, dtype=np.bool_)

    @cached_property
    def each(self) -> Owners:
        """Every row its own."""
        return _rows(self.rows)


def expression(
    measure: Measure,
    columns: Sequence[str],
    tests: Mapping[str, ibis.Deferred],
    sums: Sequence[str],
    tables: Tables,
    context: Context,
) -> ir.Table:
    """What `fetch` asks of the engine: only the columns that counting needs."""
    rows = measure.rows(tables, context)
    rows = rows.filter(rows["schooljaar"].notnull())
    if context.schooljaren is not None:
        rows = rows.filter(rows["schooljaar"].isin(context.schooljaren))
    keys = {_PERSON: measure.person, _UNIT: measure.distinct}
    return rows.select(
        *(rows[name].cast("string").name(name) for name in columns),
        *(rows[name].cast("string").name(key) for key, name in keys.items() if name),
        *(rows[name].cast("int64").name(f"{_SUM}{name}") for name in sums),
        **{name: test.fill_null(False) for name, test in tests.items()},
    )


def fetch(
    measure: Measure,
    cuts: Sequence[str],
    tests: Mapping[str, ibis.Deferred],
    sums: Sequence[str],
    tables: Tables,
    context: Context,
) -> Lines:
    """The rows of a measure. `tests`: name -> what must hold; what is unknown does not."""
    levels = [level for level in measure.levels if level != "totaal"]
    columns = tuple(dict.fromkeys(["schooljaar", *levels, *cuts]))
    table = expression(measure, columns, tests, sums, tables, context).to_pyarrow()
    axes = {name: _axis(table[name]) for name in columns}
    return Lines(
        rows=table.num_rows,
        axes=axes,
        tests={name: table[name].to_numpy() for name in tests},
        sums={
            name: table[f"{_SUM}{name}"].combine_chunks().fill_null(0).to_numpy() for name in sums
        },
        units=_units(table, axes["schooljaar"]),
        persons=_persons(table),
    )


def _axis(column: pa.ChunkedArray) -> Axis:
    names, codes = _encoded(column)
    if "" in names:  # a delivered text without content is empty
        codes = np.where(codes == names.index_of(""), NONE, codes)
    ordered = names.filter(names != "").sort()
    places = np.append(ordered.search_sorted(names).to_numpy(), NONE).astype(np.int32)
    return Axis(ordered, places[codes])


def _encoded(column: pa.ChunkedArray) -> tuple[pl.Series, Ints]:
    """Distinct texts, and per row the place of its text among them or NONE."""
    joined = column.combine_chunks()
    if isinstance(joined, pa.ChunkedArray):  # an empty column has no chunks to combine
        joined = pa.concat_arrays(joined.chunks) if joined.chunks else pa.array([], pa.string())
    encoded = joined.dictionary_encode()
    names = pl.Series(pl.from_arrow(encoded.dictionary), dtype=pl.String)
    return names, encoded.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int32)


def _persons(table: pa.Table) -> Owners | None:
    if _PERSON not in table.column_names:
        return None
    names, number = _encoded(table[_PERSON])
    return Owners.of(number, len(names))


def _units(table: pa.Table, years: Axis) -> Owners:
    if _UNIT not in table.column_names:
        return _rows(table.num_rows)
    names, number = _encoded(table[_UNIT])
    per_year = np.where(number == NONE, NONE, number.astype(np.int64) * years.size + years.codes)
    return Owners.of(per_year, len(names) * years.size)


def _rows(count: int) -> Owners:
    return Owners(np.arange(count, dtype=np.int32), count, np.zeros(count, dtype=np.bool_))
