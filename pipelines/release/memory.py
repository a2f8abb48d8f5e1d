"""What earlier releases had that this one has not: to be counted, so that it can be protected
beside.

A table that left the plan is counted as it was. An area that was made of other schools (a wijk that
was split, a school that moved) is counted as it was then, under a level of its own, so that what
was said of it is not held to be about the area of the same name now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.concerns import Concern
from pipelines.metrics.metric import Metric, Quotient, Summary
from pipelines.metrics.publication_plan import Plan, PlanTable, Recalled
from pipelines.release.ledger import Page, Places

LEVELS = ("gemeente", "wijk", "onderwijssoort")
MARK = "@"
"""Between a level and the name of how it was."""


@dataclass(frozen=True)
class Memory:
    """Pages with their areas under the names they are counted by, and what to count for them."""

    pages: tuple[Page, ...]
    recalled: Recalled


def places(schools: pl.DataFrame) -> Places:
    """Where schools are; `schools`: vestiging and LEVELS."""
    return {
        level: {
            school: area
            for school, area in schools.select("vestiging", level).drop_nulls().iter_rows()
            if area
        }
        for level in LEVELS
    }


def of(pages: Sequence[Page], plan: Plan, metrics: Mapping[str, Metric], now: Places) -> Memory:
    """What to recall of earlier releases, beside a plan and where schools are now."""
    areas: dict[str, tuple[str, Mapping[str, str]]] = {}
    moved: list[Page] = []
    for page in pages:
        figures = page.figures
        for level, then in page.places.items():
            changed = _changed(then, now.get(level, {}))
            if not changed:
                continue
            was = {school: area for school, area in then.items() if area in changed}
            name = f"{level}{MARK}{_named(was)}"
            areas[name] = (level, was)
            here = (pl.col("niveau") == level) & pl.col("gebied").is_in(sorted(changed))
            figures = figures.with_columns(
                niveau=pl.when(here).then(pl.lit(name)).otherwise("niveau")
            )
        moved.append(replace(page, figures=figures))
    known = set(plan.tables)
    tables = {t: None for page in moved for t in _tables(page.figures, metrics) if t not in known}
    return Memory(tuple(moved), Recalled(tuple(tables), areas))


def uncounted(pages: Sequence[Page], metrics: Mapping[str, Metric]) -> Iterator[Concern]:
    """What earlier releases showed that this program cannot count any more, so that nothing is
    proved beside it: a figure of another version, or a table that a figure lost."""
    for page in pages:
        listed = page.figures.select("metriek", "niveau", "uitsplitsing").unique().sort(pl.all())
        for name, level, cut in listed.iter_rows():
            metric = metrics.get(name)
            if metric is None or not _countable(metric, level, cut):
                place = "" if metric is None else f"{level} {cut}".strip()
                what = f"getoond in publicatie {page.id}, en met deze versie niet te tellen"
                yield Concern(name, place, what, of_earlier=True)


def _countable(metric: Metric, level: str, cut: str) -> bool:
    """Whether a table is counted cell by cell, or needs no count: a median, a public figure."""
    if isinstance(metric.form, Quotient | Summary) or metric.measure.public:
        return True
    return level.partition(MARK)[0] in metric.measure.levels and cut in ("", *metric.breakdowns)


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """Areas of then that are not made of the same schools now."""
    before, after = _members(then), _members(now)
    return {area for area, schools in before.items() if schools != after.get(area)}


def _members(areas: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for school, area in areas.items():
        found.setdefault(area, set()).add(school)
    return found


def _named(areas: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(areas.items())).encode()).hexdigest()[:8]


def _tables(figures: pl.DataFrame, metrics: Mapping[str, Metric]) -> Iterable[PlanTable]:
    """The tables of a release that can still be counted cell by cell."""
    listed = figures.select("metriek", "niveau", "uitsplitsing").unique().sort(pl.all())
    for name, level, cut in listed.iter_rows():
        metric = metrics.get(name)
        if metric is None or isinstance(metric.form, Quotient | Summary) or metric.measure.public:
            continue
        if _countable(metric, level, cut):
            yield PlanTable(name, level, cut)
