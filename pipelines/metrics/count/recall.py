"""Counting what an earlier release had: tables that left the plan, and areas as they were then.

What left cannot be taken back, so it has to be counted to be protected beside; none of it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.metrics.count.unit_records import NONE, Axis, Lines
from pipelines.metrics.metric import Measure
from pipelines.metrics.publication_plan import Plan, Recalled

SCHOOL = "vestiging"


def with_areas(
    measure: Measure, lines: Lines, enrolled: pl.DataFrame | None, recalled: Recalled
) -> tuple[Lines, pl.DataFrame | None]:
    """The rows and the areas of a measure with every level as it was then, where its areas are
    those of schools."""
    if SCHOOL not in measure.levels:
        return lines, enrolled
    axes = dict(lines.axes)
    for name, (level, then) in recalled.areas.items():
        if level not in measure.levels or not _follows_school(measure, lines, level):
            continue
        axes[name] = _as_then(lines.axes[SCHOOL], then)
        if enrolled is not None and SCHOOL in enrolled.columns:
            moved = pl.col(SCHOOL).replace_strict(then, default=None, return_dtype=pl.String)
            enrolled = enrolled.with_columns(moved.alias(name))
    return replace(lines, axes=axes), enrolled


def parted(figures: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Figures of the plan, and the others."""
    planned = pl.DataFrame(
        [(t.metric, t.level, t.breakdown) for t in plan.tables],
        schema=dict.fromkeys(("metriek", "niveau", "uitsplitsing"), pl.String),
        orient="row",
    ).unique()
    on = ["metriek", "niveau", "uitsplitsing"]
    if figures.join(planned, on=on, how="anti").is_empty():
        return figures, figures.clear()
    now = figures.join(planned, on=on, how="semi", maintain_order="left")
    return now, figures.join(planned, on=on, how="anti", maintain_order="left")


def _follows_school(measure: Measure, lines: Lines, level: str) -> bool:
    """Whether a row is in the area of its school, and not in that of its home."""
    if level == "gemeente" and measure.residence:
        return False
    schools, areas = lines.axes[SCHOOL].codes, lines.axes[level].codes
    pairs = np.unique(np.stack([schools, areas])[:, schools != NONE], axis=1)
    return bool(np.unique(pairs[0]).size == pairs.shape[1])


def _as_then(schools: Axis, then: Mapping[str, str]) -> Axis:
    names = pl.Series(sorted(set(then.values())), dtype=pl.String)
    place = {name: i for i, name in enumerate(names)}
    codes = [place[then[school]] if school in then else NONE for school in schools.names]
    return Axis(names, np.array([*codes, NONE], dtype=np.int32)[schools.codes])
