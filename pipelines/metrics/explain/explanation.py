"""Why a figure is what it is: the delivered rows behind it, counted and not counted.

Everything follows from the declaration. A measure is a table made from a dataset in steps; a row of
the dataset that is not in it was dropped at one of those steps, and that step says why. A row that
is in it counts by the conditions of the metric, and where it does not, the first condition that
does not hold says why.

What comes out is not protected. It names rows by delivery and registration key, holds no pseudonym,
and stays in the analyst's work room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import ibis.expr.types as ir

from pipelines.errors import UsageError
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.explain.area import Area, in_area
from pipelines.metrics.explain.flags import flagged, known_base, numbers
from pipelines.metrics.explain.rows import Row, Verdict, rows
from pipelines.metrics.metric import (
    Context,
    Metric,
    Quotient,
    Tables,
)


@dataclass(frozen=True)
class Explanation:
    """A figure's rows. `rows` are those of the dataset in the area, of every school year.

    `numerator` (of `counted`) and `denominator` (of `divided_by`): exact, as they were counted.
    `once`: a unit with several rows, such as a child, counts once. `known`: the public denominator.
    `traced`: whether units of the measure can be led back to rows of the dataset; if not there are
    only the numbers. `left_out`: what is not in the figure because it was not delivered.
    """

    metric: str
    label: str
    definition: str
    dataset: str
    year: str
    area: Area
    unit: str
    counted: str
    numerator: float | None
    divided_by: str
    denominator: float | None
    known: float | None
    once: bool
    traced: bool
    rows: tuple[Row, ...]
    left_out: str = ""

    @property
    def counts(self) -> tuple[tuple[Verdict, str, int], ...]:
        """How many rows per verdict and reason: what counts first, then the most common reason."""
        order = ("teller", "noemer", "niet")
        found = Counter((row.verdict, row.reason) for row in self.rows)
        return tuple(
            (verdict, reason, count)
            for (verdict, reason), count in sorted(
                found.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])
            )
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "counts": [
                {"verdict": verdict, "reason": reason, "rows": count}
                for verdict, reason, count in self.counts
            ]
        }


def explain(
    metric: Metric,
    tables: Tables,
    delivered: Sequence[str],
    context: Context,
    year: str,
    area: Area,
) -> Explanation:
    """The rows behind a figure in a school year and area.

    Raises `UsageError` for a figure that nothing is counted for, that lacks a dataset, that is not
    known for such an area, or for a school year in which nothing occurs.
    """
    _refuse_uncounted(metric, delivered)
    dataset = context.contracts.dataset(metric.measure.datasets[0])
    units = metric.measure.rows(tables, context)
    _refuse_area(metric, area)
    _refuse_year(units, year)
    flags = flagged(metric, units)
    keys = [name for name in dataset.keys if name in units.columns]
    traced = len(keys) == len(dataset.keys)
    columns = list(dict.fromkeys(["schooljaar", *(keys if traced else ()), *flags.needed]))
    here = in_area(units, area).select(*columns, **flags.expressions)
    found = fetched(here.filter(here["schooljaar"] == year))
    numerator, denominator = numbers(metric, found)
    return Explanation(
        metric=metric.id,
        label=metric.label_nl,
        definition=metric.definition,
        dataset=dataset.id,
        year=year,
        area=area,
        unit=metric.measure.unit,
        counted=metric.numerator,
        numerator=numerator,
        divided_by=metric.denominator,
        denominator=denominator,
        known=known_base(metric, tables, context, year, area),
        once=metric.measure.distinct is not None,
        traced=traced,
        rows=tuple(rows(metric, dataset, tables, units, found, flags, year, area))
        if traced
        else (),
    )


def _refuse_uncounted(metric: Metric, delivered: Sequence[str]) -> None:
    if isinstance(metric.form, Quotient):
        raise UsageError(
            f"{metric.id} is {metric.form.numerator} gedeeld door {metric.form.denominator}; vraag"
            " die twee."
        )
    lacking = [name for name in metric.datasets if name not in delivered]
    if lacking:
        raise UsageError(f"{metric.id} is er niet: niet geleverd is {', '.join(lacking)}.")


def _refuse_area(metric: Metric, area: Area) -> None:
    if area.level not in metric.measure.levels:
        known = [name for name in metric.measure.levels if name in {"totaal", "gemeente"}]
        raise UsageError(
            f"{metric.id} wordt niet per {'school' if area.level == 'vestiging' else area.level}"
            f" geteld; wel voor: {', '.join(known)}."
        )


def _refuse_year(units: ir.Table, year: str) -> None:
    listed = fetched(units.select("schooljaar").distinct())["schooljaar"].drop_nulls()
    if year in listed:
        return
    known = sorted(listed)
    raise UsageError(f"In {year} is er niets om te tellen. Wel in: {', '.join(known) or '-'}.")
