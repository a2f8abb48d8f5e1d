"""What a user can ask, and what is to be seen of it: every metric x level of a release.

The aim is counted over every metric x level that means something in what is delivered, not over
what was planned: a table that was left out counts as absent. A unit (a school, a provider) has a
visible figure when a number of the metric shows for it, whole or in a category, in the newest
school year in which there is anything to show at that level. A kind of school with fewer than three
schools never has a total, since each would know the other's: there the schools are the units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.metrics import absent
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.metric import Metric
from pipelines.release.disclosure.problem import MINIMUM_SCHOOLS
from pipelines.warehouse.engine import as_frame

ENOUGH = 0.9
"""The share of the units that must have a visible figure."""
AIM = 0.85
"""The share of metric x level that must have figures."""


@dataclass(frozen=True)
class Combination:
    """A metric at a level. `units` that have anything to show, of which `visible` show a number;
    both None where no release was looked at. `reason`: the code of why it is not in the plan, ''
    where it is; `because`: the same in one Dutch sentence. `instead`: the metric of which units and
    visible are, where it says the same in another form."""

    metric: str
    label: str
    level: str
    units: int | None = None
    visible: int | None = None
    reason: str = ""
    because: str = ""
    instead: str = ""

    @property
    def shown(self) -> float | None:
        """The share of the units with a visible figure; None where there is no unit."""
        return None if not self.units or self.visible is None else self.visible / self.units

    @property
    def enough(self) -> bool:
        return self.shown is not None and self.shown >= ENOUGH


@dataclass(frozen=True)
class Reach:
    """All metric x level that mean something (`asked`), and the others (`meaningless`)."""

    asked: tuple[Combination, ...]
    meaningless: tuple[Combination, ...]

    @property
    def answered(self) -> tuple[Combination, ...]:
        """What is in the plan, and shows for enough units where a release was looked at."""
        return tuple(
            c for c in self.asked if (c.instead or not c.reason) and (c.units is None or c.enough)
        )

    @property
    def share(self) -> float:
        return len(self.answered) / len(self.asked)

    def as_dict(self) -> dict[str, Any]:
        return {
            "asked": len(self.asked),
            "answered": len(self.answered),
            "share": round(self.share, 3),
            "combinations": [asdict(c) for c in (*self.asked, *self.meaningless)],
        }


def reach(
    metrics: Mapping[str, Metric],
    cells: pl.DataFrame | None = None,
    areas: pl.DataFrame | None = None,
) -> Reach:
    """Every metric x level; with the released tables `cellen` and `gebieden`, also what is to be
    seen of it."""
    plan = plans.load(metrics)
    absences = {(a.metric, a.level): a for a in absent.load(metrics, plan)}
    seen = None if cells is None or areas is None else _seen(cells, areas)
    asked: list[Combination] = []
    meaningless: list[Combination] = []
    for metric in metrics.values():
        for level in absent.LEVELS:
            why = absences.get((metric.id, level))
            told = (why.reason, why.because, why.instead) if why else ("", "", "")
            counted = why.instead if why else metric.id
            units, visible = None, None
            if seen is not None and counted:
                units, visible = seen.get((counted, level), (0, 0))
            found = Combination(metric.id, metric.label_nl, level, units, visible, *told)
            (meaningless if why and not why.meaningful else asked).append(found)
    return Reach(tuple(asked), tuple(meaningless))


def of_release(metrics: Mapping[str, Metric], con: duckdb.DuckDBPyConnection) -> Reach:
    """What is to be seen of a released file."""
    tables = (as_frame(con.execute(f"SELECT * FROM {name}")) for name in ("cellen", "gebieden"))
    return reach(metrics, *tables)


def _seen(cells: pl.DataFrame, areas: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """(metric, level) -> units with anything to show, and those with a visible figure."""
    schools = areas.filter(niveau="vestiging").group_by("onderwijssoort").len()
    few = schools.filter(pl.col("len") < MINIMUM_SCHOOLS)["onderwijssoort"]
    told = cells.filter(
        ~pl.col("status").is_in(["nvt", "niet_geleverd"])
        & ~((pl.col("niveau") == "onderwijssoort") & pl.col("gebied").is_in(few.implode()))
    )
    newest = pl.col("schooljaar") == pl.col("schooljaar").max().over("metriek", "niveau")
    per_unit = (
        told.filter(newest)
        .group_by("metriek", "niveau", "gebied")
        .agg(zichtbaar=(pl.col("status") == "zichtbaar").any())
    )
    counted = per_unit.group_by("metriek", "niveau").agg(pl.len(), pl.col("zichtbaar").sum())
    return {(metric, level): (units, seen) for metric, level, units, seen in counted.iter_rows()}


def missing(found: Reach) -> Sequence[Combination]:
    """What a user can ask and does not get, in the order of the catalogue."""
    answered = set(found.answered)
    return [c for c in found.asked if c not in answered]
