"""The text frame: what every kind of file becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Origin = Literal["csv", "werkblad", "parquet", "spss", "bericht"]
CellKind = Literal["getal", "datum", "tijdsduur", "waar_onwaar", "fout", "formule", "dagen_1904"]


def kind_column(cell: str) -> str:
    """Name of the column that holds the kinds of the cells in column `cell`."""
    return f"soort_{cell}"


@dataclass(frozen=True)
class TextFrame:
    """One table of text: the columns `rij` (1-based) and `c0` .. `cN`; an empty cell is null.

    `sheet`: the worksheet's or the repeated element's name, empty for a file that is one table.
    `member`: the file's own name when it came in a zip, otherwise empty. `digest`: SHA-256 of the
    bytes that the table was read from, after unpacking; empty when only a sample was read.
    `kinds`: what the reader knew of the cells, from files that tell: `rij` and for some of the
    columns, under the same name, a `CellKind`; null where the cell was text. A column that is not
    in it holds text, or texts that say the same whatever they were.
    `rest`: reads a large table part by part, from its first row; `frame` then holds only the first
    part. None where `frame` holds everything.
    """

    frame: pl.DataFrame
    origin: Origin
    sheet: str
    member: str = ""
    digest: str = ""
    rest: Callable[[], Iterator[pl.DataFrame]] | None = None
    kinds: pl.DataFrame | None = None

    def parts(self) -> Iterator[pl.DataFrame]:
        """All rows, in parts that fit in memory, with the kinds of cells under `kind_column`."""
        if self.rest:
            yield from self.rest()
        elif self.kinds is None:
            yield self.frame
        else:
            named = self.kinds.rename({c: kind_column(c) for c in self.typed})
            yield self.frame.join(named, on="rij", how="left", maintain_order="left")

    @property
    def typed(self) -> list[str]:
        """The columns of whose cells the reader told the kind."""
        return [c for c in self.kinds.columns if c != "rij"] if self.kinds is not None else []

    def rows(self, numbers: Collection[int]) -> pl.DataFrame:
        """The rows of these numbers, in the order of the file."""
        wanted = pl.Series(sorted(numbers), dtype=pl.UInt32).implode()
        chosen = (p.filter(pl.col("rij").is_in(wanted)) for p in self.parts())
        return pl.concat(chosen).select("rij", *self.columns)

    @property
    def columns(self) -> list[str]:
        return [c for c in self.frame.columns if c != "rij"]

    def head(self, rows: int) -> list[tuple[int, list[str | None]]]:
        """The first `rows` rows as (row number, cells)."""
        return [(r[0], list(r[1:])) for r in self.frame.head(rows).iter_rows()]

    def wider_than(self, row: int, part: pl.DataFrame | None = None) -> tuple[int, ...]:
        """Numbers of the rows below `row`, of a part or of `frame`, that have a filled cell right
        of its last filled one."""
        cells = self.frame.filter(pl.col("rij") == row).select(self.columns).row(0)
        last = max((i for i, cell in enumerate(cells) if cell and cell.strip()), default=-1)
        beyond = self.columns[last + 1 :]
        if not beyond:
            return ()
        filled = pl.any_horizontal(pl.col(beyond).fill_null("").str.contains(r"\S"))
        rows = self.frame if part is None else part
        return tuple(rows.filter((pl.col("rij") > row) & filled)["rij"].to_list())


def of_reader(frame: pl.DataFrame, origin: Origin, sheet: str) -> TextFrame:
    """A text frame of the columns `cN` of a reader, and of the kinds that stand beside them."""
    cells = [c for c in frame.columns if c.startswith("c")]
    kinds = frame.select(pl.col(kind_column(c)).alias(c) for c in cells if kind_column(c) in frame)
    told = kinds.with_row_index("rij", offset=1) if kinds.width else None
    return TextFrame(numbered(frame.select(cells)), origin, sheet, kinds=told)


def numbered(frame: pl.DataFrame, before: int = 0) -> pl.DataFrame:
    """Columns `c0` .. `cN` in the order they have, and row numbers behind `before` in front."""
    renamed = frame.rename({old: f"c{i}" for i, old in enumerate(frame.columns)})
    return renamed.with_row_index("rij", offset=before + 1)


def of_records(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> pl.DataFrame:
    """Rows by column name as an unnumbered frame whose first row holds the names."""
    columns = {name: [name, *(row.get(name) or None for row in rows)] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def length_of_time(cell: pl.Expr) -> pl.Expr:
    """A duration as text, `36:00:00` or `-00:30:00`; to the second."""
    signed = (cell.dt.total_milliseconds() / 1000).round().cast(pl.Int64)
    seconds = signed.abs()
    minutes, left = (seconds // 60) % 60, seconds % 60
    return pl.format(
        "{}{}:{}:{}",
        pl.when(signed < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (seconds // 3600).cast(pl.String).str.zfill(2),
        minutes.cast(pl.String).str.zfill(2),
        left.cast(pl.String).str.zfill(2),
    )
