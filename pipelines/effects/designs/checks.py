"""Do the data speak against an estimate? Regression to the mean, single schools, the window.

Only words leave this module: a figure without one school would give that school's figures away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.effects.effect import Effect, Fault
from pipelines.effects.estimators.estimate import CannotEstimate, Cells, Floats, compare_rates
from pipelines.effects.outcomes import Care, Direction, Events

DIP_P = 0.10


@dataclass(frozen=True)
class Checks:
    """`dip`: just before the start things were clearly worse than before. `told`: Dutch.

    `weighted_away`: a clear difference is not clear with the comparison group weighted. `faults`:
    from `probes`.
    """

    dip: bool
    told: tuple[str, ...]
    weighted_away: bool = False
    faults: frozenset[Fault] = frozenset()


def of_rates(
    effect: Effect,
    outcome: Events | Care,
    summary: pl.DataFrame,
    arms: Sequence[str],
    cells: Cells,
    estimate: float,
) -> Checks:
    """All checks on a comparison of rates."""
    dip, told = _regression_to_the_mean(outcome, summary, arms, effect.window.periode)
    return Checks(
        dip=dip,
        told=(told, _single_schools(cells, estimate), _short_window(summary, arms, estimate)),
    )


def dip_before_start(
    summary: pl.DataFrame, arms: Sequence[str], direction: Direction
) -> bool | None:
    """Was the last period before the start clearly worse than the earlier ones, at 5% one-sided?

    With a comparison group: worse by more than there. None when it cannot be tested. Those who
    start after a bad spell improve without any help; a change after the start then proves little.
    """
    before = summary.filter((pl.col("division") == "periode") & (pl.col("index") < 0))
    schools = sorted(before["school"].unique().to_list())
    total = np.zeros((len(schools), 2 * len(arms)))
    weight = np.zeros_like(total)
    place = {school: n for n, school in enumerate(schools)}
    for row in before.iter_rows(named=True):
        if row["groep"] not in arms:
            continue
        at = place[row["school"]], 2 * arms.index(row["groep"]) + int(row["index"] == -1)
        total[at] += row["total"]
        weight[at] += row["months"]
    kept = weight.sum(1) > 0
    try:
        found = compare_rates(Cells(total[kept], weight[kept])).difference
    except CannotEstimate:
        return None
    worse = found.value > 0 if direction == "lager" else found.value < 0
    return worse and found.p < DIP_P


def _regression_to_the_mean(
    outcome: Events | Care, summary: pl.DataFrame, arms: Sequence[str], months: float
) -> tuple[bool, str]:
    dip = dip_before_start(summary, arms, outcome.direction)
    if dip is None:
        return False, "Of er sprake is van terugkeer naar het gemiddelde, was niet na te gaan."
    if dip:
        worse = "hoger" if outcome.direction == "lager" else "lager"
        return True, (
            f"In de {months:.0f} maanden vlak vóór de start was het aantal {outcome.unit} duidelijk"
            f" {worse} dan daarvoor; terugkeer naar het gemiddelde kan de verandering (deels)"
            " verklaren."
        )
    return False, (
        f"In de {months:.0f} maanden vlak vóór de start was het aantal {outcome.unit} niet"
        " duidelijk ongunstiger dan daarvoor; er is geen teken van terugkeer naar het gemiddelde."
    )


def _single_schools(cells: Cells, estimate: float) -> str:
    rates = rates_without_each(cells.total, cells.weight)
    rates = rates[(rates > 0).all(axis=1)]
    expected = np.prod(rates[:, :-1] ** cells.exponents, axis=1)
    return single_schools_sentence(estimate, (rates[:, -1] - expected).tolist())


def rates_without_each(total: Floats, weight: Floats) -> Floats:
    """Totals over weights without each school in turn; no row where a cell has no weight left."""
    left, total_left = weight.sum(0) - weight, total.sum(0) - total
    # A difference of sums leaves crumbs where nothing is left.
    left = np.where(left > 1e-9 * weight.sum(0), left, 0.0)
    total_left = np.where(np.abs(total_left) > 1e-12 * np.abs(total).sum(0), total_left, 0.0)
    kept = (left > 0).all(axis=1)
    rates: Floats = total_left[kept] / left[kept]
    return rates


def single_schools_sentence(estimate: float, without_one: Sequence[float]) -> str:
    """Whether the sign stays when each school in turn is left out."""
    if len(without_one) < 3:
        return "Of de uitkomst van één school afhangt, was niet na te gaan."
    if all(value * estimate > 0 for value in without_one):
        return "De richting blijft gelijk als telkens één school wordt weggelaten."
    return "Zonder één van de scholen slaat de richting om: de uitkomst hangt aan die school."


def _short_window(summary: pl.DataFrame, arms: Sequence[str], estimate: float) -> str:
    years = summary.filter((pl.col("division") == "jaar") & pl.col("index").is_in([-1, 0]))
    rates = []
    for arm in arms:
        for index in (-1, 0):
            cell = years.filter((pl.col("groep") == arm) & (pl.col("index") == index))
            total, months = float(cell["total"].sum()), float(cell["months"].sum())
            if total <= 0 or months <= 0:
                return "Of de uitkomst van het venster afhangt, was niet na te gaan."
            rates.append(total / months)
    expected = rates[0] if len(arms) == 1 else rates[2] * rates[1] / rates[0]
    if (rates[-1] - expected) * estimate > 0:
        return "Met alleen het jaar vóór en het jaar na de start is de richting dezelfde."
    return "Met alleen het jaar vóór en het jaar na de start is de richting een andere."
