"""The engine's part of counting: units grouped by profile, and by set of profiles.

A profile is everything about one row that decides in which cells it counts: school year, areas,
cuts and tests. It travels as one text, so that a set of them can be grouped on any engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.metrics.metric import Context, Measure, Tables

_SEPARATOR = "\x1f"
HOLDS = "1"


def fetched(table: ir.Table) -> pl.DataFrame:
    """The rows of an expression, from the engine to here."""
    frame: pl.DataFrame = table.to_polars()
    return frame


@dataclass(frozen=True)
class Profiles:
    """Rows of a measure with their profile, still on the engine. `columns`: what it is made of."""

    rows: ir.Table
    measure: Measure
    columns: tuple[str, ...]

    def units(self) -> pl.DataFrame:
        """Units by the set of their profiles: profielen (sorted list), aantal."""
        if self.measure.distinct is None:
            return self.total(None)
        return self._sets(self.measure.distinct)

    def persons(self) -> pl.DataFrame:
        """Persons by the set of their profiles within a school year: profielen, aantal."""
        person = self.measure.person
        if person is None:
            return pl.DataFrame(schema={"profielen": pl.List(pl.String), "aantal": pl.Int64})
        return self.units() if person == self.measure.distinct else self._sets(person)

    def total(self, weight: str | None) -> pl.DataFrame:
        """Sum of a whole-number column (None: the number of rows) by profile, as sets of one."""
        amount = _.count() if weight is None else _[weight].sum()
        found = fetched(self.rows.group_by("_profiel").agg(aantal=amount.cast("int64")))
        return found.sort("_profiel").select(
            profielen=pl.concat_list("_profiel"), aantal=pl.col("aantal").fill_null(0)
        )

    def contributions(self, weight: str) -> pl.DataFrame:
        """What each person adds to a sum: profiel, persoon (a number without meaning), bedrag."""
        person = self.measure.person
        if person is None:
            return pl.DataFrame(
                schema={"profiel": pl.String, "persoon": pl.UInt32, "bedrag": pl.Int64}
            )
        summed = self.rows.group_by("_profiel", person).agg(bedrag=_[weight].sum().cast("int64"))
        return fetched(summed).select(
            profiel="_profiel",
            persoon=pl.col(person).rank("dense"),
            bedrag=pl.col("bedrag").fill_null(0),
        )

    def decode(self, profiles: pl.Series) -> pl.DataFrame:
        """Profile texts back to their columns; what was empty is null."""
        fields = pl.col("profiel").str.split(_SEPARATOR)
        return pl.DataFrame({"profiel": profiles.unique().sort()}).with_columns(
            fields.list.get(i).replace("", None).alias(name) for i, name in enumerate(self.columns)
        )

    def _sets(self, key: str) -> pl.DataFrame:
        keyed = self.rows.filter(self.rows[key].notnull())
        per_unit = keyed.group_by("schooljaar", key).agg(
            profielen=keyed["_profiel"].collect(distinct=True).sort()
        )
        found = fetched(per_unit.group_by("profielen").agg(aantal=_.count().cast("int64")))
        order = pl.col("profielen").list.join("\x1e")
        return found.sort(order).select("profielen", "aantal")


def profile(
    measure: Measure,
    cuts: Sequence[str],
    tests: dict[str, ibis.Deferred],
    tables: Tables,
    context: Context,
) -> Profiles:
    """Rows of a measure with a `_profiel`. `tests`: name -> what must hold for the row to count."""
    rows = measure.rows(tables, context)
    rows = rows.filter(rows["schooljaar"].notnull())
    if context.schooljaren is not None:
        rows = rows.filter(rows["schooljaar"].isin(context.schooljaren))
    levels = [level for level in measure.levels if level != "totaal"]
    plain = tuple(dict.fromkeys(["schooljaar", *levels, *cuts]))
    rows = rows.mutate(**{name: ibis.ifelse(test, HOLDS, "") for name, test in tests.items()})
    columns = (*plain, *tests)
    fields = [rows[name].cast("string").fill_null("") for name in columns]
    return Profiles(rows.mutate(_profiel=ibis.literal(_SEPARATOR).join(fields)), measure, columns)
