"""The two arms of a comparison: whether they are large enough, their cells and their sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.effects.effect import Minimum
from pipelines.effects.estimators.estimate import Cells
from pipelines.effects.outcomes import Care, Events

_MOST = 0.75


def too_small(
    phases: pl.DataFrame, arms: Sequence[str], outcome: Events | Care, minimum: Minimum
) -> str:
    """Why these arms cannot be shown, in Dutch; empty when they can. Care counts as a cost."""
    for arm in arms:
        name = "deelnemers" if arm == "zis" else "de vergelijkingsgroep"
        for index in (0, 1):
            cell = phases.filter((pl.col("groep") == arm) & (pl.col("index") == index))
            pupils, schools = int(cell["pupils"].sum()), cell["school"].n_unique()
            if pupils == 0 and arm == "vergelijking":
                return "Er is geen vergelijkingsgroep geleverd die lang genoeg is gevolgd."
            if pupils < minimum.show_children or schools < minimum.show_schools:
                return (
                    f"Te weinig leerlingen of scholen bij {name}: nodig zijn ten minste"
                    f" {minimum.show_children} leerlingen op {minimum.show_schools} scholen."
                )
            few = (
                minimum.show_children
                if isinstance(outcome, Care)
                else (minimum.show_children_with_event)
            )
            hit, total = int(cell["pupils_with_event"].sum()), float(cell["total"].sum())
            if hit < few or total < minimum.show_events:
                when = "vóór" if index == 0 else "na"
                return (
                    f"Te weinig {outcome.unit} bij {name} {when} de start: nodig zijn er ten minste"
                    f" {minimum.show_events}, bij ten minste {few} leerlingen."
                )
            if isinstance(outcome, Care) and _dominated(cell):
                return f"Het aantal {outcome.unit} hangt grotendeels af van een of twee leerlingen."
    return ""


def _dominated(cell: pl.DataFrame) -> bool:
    """Do one or two pupils make up most of the volume, as disclosure.md forbids for costs?"""
    largest = sorted(cell["largest"].to_list(), reverse=True)
    return bool(sum(largest[:2]) > _MOST * float(cell["total"].sum()))


def cells_of(phases: pl.DataFrame, arms: Sequence[str]) -> Cells:
    """Schools x (before, during) of each arm in turn."""
    chosen = phases.filter(pl.col("groep").is_in(list(arms)))
    schools = sorted(chosen["school"].unique().to_list())
    total = np.zeros((len(schools), 2 * len(arms)))
    weight = np.zeros_like(total)
    place = {school: i for i, school in enumerate(schools)}
    for row in chosen.iter_rows(named=True):
        at = place[row["school"]], 2 * arms.index(row["groep"]) + row["index"]
        total[at], weight[at] = row["total"], row["months"]
    return Cells(total, weight)


def arm_sizes(phases: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Pupils and schools per arm. Everyone is seen both before and during, so one phase does."""
    sums = (
        phases.filter(pl.col("index") == 0)
        .group_by("groep")
        .agg(pl.col("pupils").sum(), pl.col("school").n_unique().alias("schools"))
    )
    return {groep: (int(pupils), int(schools)) for groep, pupils, schools in sums.iter_rows()}
