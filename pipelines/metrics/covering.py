"""Only what was delivered counts: metrics with the units and school years that nobody delivered
left out, before anything is counted.

Which datasets a figure rests on is in its declaration; which of their units were delivered when is
the coverage of the warehouse. Figures say what they leave out in `notes`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines import schoolyear
from pipelines.metrics.metric import Context, Measure, Metric, Rows, Tables
from pipelines.warehouse.answering import SCHOOL_DAYS, Answering, answering
from pipelines.warehouse.coverage import Coverage

Gone = frozenset[tuple[str, str]]  # school year and unit that was not delivered
_GROUP_WORK, _YOUTH_WORK = "groepsaanbod", "jongerenwerk"
_COLUMN = {"vestiging": "vestiging", "groep": "groep"}
_JOIN = "|"
_EXISTS = "leerlingaantallen"  # owed of a school, delivered or not, in the years that it exists


def line_of(dataset: str, measure: Measure) -> Answering | None:
    """The line of the coverage that a dataset stands for in a measure; None without any."""
    if dataset == "activiteiten":
        parts = {value for _column, _extra, value in measure.part_of_list}
        dataset = _YOUTH_WORK if _YOUTH_WORK in parts else _GROUP_WORK
    return answering().get(dataset)


def lines_of(measure: Measure, datasets: Iterable[str]) -> tuple[Answering, ...]:
    """The lines of these datasets, and of the school days that a measure is worked out with."""
    found = (line_of(name, measure) for name in datasets)
    days = (SCHOOL_DAYS,) if measure.in_school_days else ()
    return (*(line for line in found if line is not None), *days)


@dataclass(frozen=True)
class Covering:
    """The coverage as counting asks it."""

    coverage: Coverage
    context: Context
    _measures: dict[str, Measure] = field(default_factory=dict)

    @cached_property
    def _gone(self) -> Mapping[str, Gone]:
        found: dict[str, set[tuple[str, str]]] = {}
        for name, year, unit in (
            self.coverage.units.filter(~pl.col("geleverd"))
            .select("onderdeel", "schooljaar", "eenheid")
            .iter_rows()
        ):
            found.setdefault(name, set()).add((year, unit))
        return {name: frozenset(units) for name, units in found.items()}

    def gone(self, line: Answering) -> Gone:
        return self._gone.get(line.name, frozenset())

    def years_ahead(self, metric: Metric) -> int:
        """How many school years after its own a figure looks into."""
        if not metric.followed or metric.norm is None:
            return 0
        return math.ceil(self.context.norm(metric.norm) / 12)

    def lines(self, metric: Metric) -> tuple[Answering, ...]:
        """The lines of the coverage that a figure rests on."""
        return lines_of(metric.measure, metric.datasets)

    def restricted(self, metric: Metric) -> Metric:
        """The metric over the units that were delivered."""
        measure = self._restricted(metric.measure)
        own = set(lines_of(measure, measure.datasets))
        where = metric.where
        for line in self.lines(metric):
            gone = frozenset() if line in own else self.gone(line)
            if line.dataset in metric.followed:
                gone = earlier(self.gone(line), self.years_ahead(metric))
            for column, keys in self._tests(measure, line, gone):
                counts = _.pipe(_delivered, column, keys)
                where = counts if where is None else where & counts
        return replace(metric, measure=measure, where=where)

    def _restricted(self, measure: Measure) -> Measure:
        if measure.id not in self._measures:
            tests = [
                test
                for line in lines_of(measure, measure.datasets)
                for test in self._tests(measure, line, self.gone(line))
            ]
            rows = _without(measure.rows, tests) if tests else measure.rows
            self._measures[measure.id] = replace(measure, rows=rows)
        return self._measures[measure.id]

    def _tests(
        self, measure: Measure, line: Answering, gone: Gone
    ) -> Iterable[tuple[str, list[str]]]:
        """Columns of a measure, each with the `unit|school year` that may not count."""
        if line.dataset == "scholen" or not gone:
            return ()
        keys = sorted(f"{unit}{_JOIN}{year}" for year, unit in gone)
        if line.level == "gemeente":
            return tuple((column, keys) for column in measure.homes)
        if line.level == "vestiging" and "vestiging" not in measure.levels:
            return self._by_municipality(measure, line)
        if line.level in _COLUMN:
            return ((_COLUMN[line.level], keys),)
        return ()

    def _by_municipality(
        self, measure: Measure, line: Answering
    ) -> Iterable[tuple[str, list[str]]]:
        """Municipalities none of whose schools was delivered, where schools are not told apart."""
        if "gemeente" not in measure.levels:
            return ()
        units = self.coverage.of(line.name).join(
            self.coverage.schools, left_on="eenheid", right_on="vestiging"
        )
        whole = units.group_by("gemeente", "schooljaar").agg(pl.col("geleverd").any())
        none = whole.filter(~pl.col("geleverd")).select("gemeente", "schooljaar").sort(pl.all())
        return (("gemeente", [f"{area}{_JOIN}{year}" for area, year in none.iter_rows()]),)

    def schools(self, measure: Measure) -> pl.DataFrame:
        """Areas where a measure has zero without a row: those of every school, in each school year
        in which it exists and its suppliers delivered. schooljaar and the levels of a school.
        """
        exists = self.coverage.of(_EXISTS).select("schooljaar", vestiging="eenheid")
        if self.context.schooljaren is not None:
            exists = exists.filter(pl.col("schooljaar").is_in(self.context.schooljaren))
        about = self.coverage.schools.select("vestiging", "gemeente", "wijk", "onderwijssoort")
        found = exists.join(about, on="vestiging")
        for line in lines_of(measure, measure.datasets):
            if line.level in ("vestiging", "gemeente"):
                found = self._delivered(found, line, line.level)
        return found

    def _delivered(self, frame: pl.DataFrame, line: Answering, column: str) -> pl.DataFrame:
        """Rows without those of units that were not delivered."""
        if line.dataset == "scholen":
            return frame
        names = ["schooljaar", column]
        gone = pl.DataFrame(sorted(self.gone(line)), schema=names, orient="row").cast(pl.String)
        return frame.join(gone, on=names, how="anti")

    def base(self, metric: Metric, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of a public number, of the units that were delivered for the metric."""
        kept = frame
        for line in self.lines(metric):
            by_school = line.level == "vestiging" and "vestiging" in frame.columns
            column = "vestigingscode" if by_school and not metric.measure.residence else "gemeente"
            if column not in frame.columns or line.level not in ("vestiging", "gemeente"):
                continue
            if column == "gemeente" and line.level == "vestiging":
                continue
            kept = self._delivered(kept, line, column)
        return kept


def earlier(gone: Gone, years: int) -> Gone:
    """With the school years that look forward into one that was not delivered."""
    first = {
        (schoolyear.year_of(year) - back, unit) for year, unit in gone for back in range(years + 1)
    }
    return frozenset((schoolyear.label(year), unit) for year, unit in first)


def _without(rows: Rows, tests: Iterable[tuple[str, list[str]]]) -> Rows:
    listed = tuple(tests)

    def delivered(tables: Tables, context: Context) -> ir.Table:
        found = rows(tables, context)
        for column, keys in listed:
            if column in found.columns:
                found = found.mutate(geleverd=_delivered(found, column, keys))
                found = found.filter(found["geleverd"])
        return found.drop("geleverd") if "geleverd" in found.columns else found

    return delivered


def _delivered(rows: ir.Table, column: str, gone: Collection[str]) -> ir.BooleanValue:
    """Whether the unit of a row was delivered in its school year; a row without one counts."""
    key = _unit(rows, column).concat(_JOIN, rows["schooljaar"])
    return ~key.isin(gone).fill_null(False)


def _unit(rows: ir.Table, column: str) -> ir.StringValue:
    """The unit of a row: a school by its own code, which also one in no list of schools has."""
    if column == "vestiging" and "vestigingscode" in rows.columns:
        return rows[column].fill_null(rows["vestigingscode"])
    return rows[column]
