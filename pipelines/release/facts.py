"""What medians, differences, numbers of kinds and amounts tell of the counts they are about.

None of them shows below a number of children, so where one shows there are at least so many; and
what stands behind it (`n`) is a count as well. Counts are protected as if both were always known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.metrics.compute import Counted
from pipelines.metrics.count import terms
from pipelines.metrics.count.distributions import Spread
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.links import ANY, conditions
from pipelines.metrics.metric import Difference, Metric, Quantiles
from pipelines.release.disclosure.problem import MINIMUM_SCHOOLS
from pipelines.release.linked import Fact

MEDIAN_CHILDREN = {"mediaan": 10, "p90": 20}
DIFFERENCE_PERSONS = 10  # in either group


def of_spreads(
    spreads: Sequence[Spread], metrics: Mapping[str, Metric], *, heavy: int, rounding: int
) -> Iterator[Fact]:
    """What medians, differences and numbers of kinds tell."""
    for one in spreads:
        metric = metrics[one.metric]
        condition = ANY if metric.where is None else repr(metric.where)
        for row in one.cells.iter_rows(named=True):
            people = least_people(metric, row["maat"], heavy)
            few_schools = row["scholen"] is not None and row["scholen"] < MINIMUM_SCHOOLS
            if row["kinderen"] < people or (isinstance(metric.form, Quantiles) and few_schools):
                continue
            half = rounding // 2
            shown = (row["aantal"] + half) // rounding * rounding
            units = 0 if row["waarde"] is None else shown - half
            key = tuple(row[name] for name in KEY)
            yield Fact(metric.measure.id, condition, key, people, units)


def least_people(metric: Metric, measured: str, heavy: int) -> int:
    """From how many people a figure that is no sum of cells shows."""
    match metric.form:
        case Quantiles():
            return max(MEDIAN_CHILDREN[measured], heavy)
        case Difference():
            return DIFFERENCE_PERSONS
        case _:
            return heavy


def of_amounts(
    amounts: Sequence[Counted], metrics: Mapping[str, Metric], *, heavy: int
) -> Iterator[Fact]:
    """What amounts of money tell, each as if it showed."""
    for counted in amounts:
        enough = counted.cells.filter(pl.col("kinderen") >= heavy).select("cel", *KEY)
        named = counted.figures.select("metriek", cel="teller").join(enough, on="cel")
        for name, *key in named.select("metriek", *KEY).unique().sort("metriek", *KEY).iter_rows():
            (part, *_) = terms.of(metrics[name])
            yield Fact(counted.measure, conditions(part)[0], tuple(key), heavy, 0)
