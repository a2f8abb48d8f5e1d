"""Before/after (VN) and difference-in-differences (VV) of rates per pupil-month.

Rates are worked out from rounded counts; see `rows`. No count that rests on 1 to 4 children is
used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.effects import gaps, wording
from pipelines.effects.data.events import Tables
from pipelines.effects.data.observation import observed_for
from pipelines.effects.data.phases import phases_by_dose, phases_by_prior_care, phases_of_who_stayed
from pipelines.effects.data.summaries import (
    outcome_by_month,
    outcome_by_slice,
    slices,
    without_start,
)
from pipelines.effects.designs import checks
from pipelines.effects.designs.apart import Apart, before_the_start, groups_apart, relative_sentence
from pipelines.effects.designs.arms import arm_sizes, cells_of, too_small
from pipelines.effects.designs.balance_check import likeness, sectors
from pipelines.effects.designs.course import course
from pipelines.effects.designs.dose import dose_of_rates
from pipelines.effects.designs.month_probes import Stayed
from pipelines.effects.designs.months import grouped_starts, monthly_series
from pipelines.effects.designs.probes import probed
from pipelines.effects.designs.rows import (
    Given,
    Row,
    not_delivered,
    nothing,
    skipped_months,
    with_gaps,
    with_leading,
)
from pipelines.effects.effect import (
    Claim,
    Design,
    Effect,
    Fault,
    Observed,
    Parameters,
    Result,
    Window,
)
from pipelines.effects.estimators.estimate import (
    CannotEstimate,
    Cells,
    RateEstimate,
    compare_rates,
)
from pipelines.effects.estimators.weighting import weighted_comparison
from pipelines.effects.outcomes import Care, Events
from pipelines.effects.rounding import (
    bounds_kept,
    decimals_for,
    rounded,
    rounded_p,
    rounded_sizes,
    to_nearest,
)
from pipelines.effects.verdicts import judged


def rate_rows(
    given: Given, effect: Effect, outcome: Events | Care
) -> tuple[list[Row], list[dict[str, Any]]]:
    """One row per design of the measure, and the course over time."""
    lacking = not_delivered(outcome, given.delivered)
    if lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)], []
    observed = observed_for(given, outcome, effect.window)
    if observed is None:
        reason = f"Er zijn geen {outcome.unit} om te vergelijken."
        return [nothing(effect, outcome, "te_klein", reason)], []
    lacking = gaps.not_observed(observed, ("zis",))
    if lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)], []
    counted = _Counted(given, effect, outcome, observed)
    summary = counted.summary
    rows: list[Row] = []
    points = course(effect, outcome, summary)
    for design in outcome.designs:
        match design:
            case "TR":
                row = monthly_series(
                    effect, outcome, counted.monthly, summary, counted.months_of_stayed,
                    counted.dose,
                )  # fmt: skip
            case "GS":
                row, events = grouped_starts(
                    given, effect, outcome, counted.monthly, summary, counted.months_of_stayed,
                    counted.dose,
                )  # fmt: skip
                points += events
            case "VV":
                row = compared(
                    given, effect, outcome, design, summary, counted.by_prior_care, counted.stayed,
                    counted.dose,
                )  # fmt: skip
            case _:
                row = compared(given, effect, outcome, design, summary, dose=counted.dose)
        rows.append(row)
    return with_leading([with_gaps(row, observed) for row in rows]), points


@dataclass(frozen=True)
class _Counted:
    """What the designs of a measure share, each counted when it is first asked for."""

    given: Given
    effect: Effect
    outcome: Events | Care
    observed: Observed

    @cached_property
    def _asked(self) -> tuple[Tables, Events | Care, Observed, Window, Parameters]:
        given = self.given
        return given.tables, self.outcome, self.observed, self.effect.window, given.parameters

    @cached_property
    def summary(self) -> pl.DataFrame:
        tables, outcome, observed, window, parameters = self._asked
        return outcome_by_slice(tables, outcome, observed, window, slices(window), parameters)

    @cached_property
    def by_prior_care(self) -> pl.DataFrame | None:
        if not _can_be_weighted(self.given, self.outcome):
            return None
        return phases_by_prior_care(*self._asked)

    @cached_property
    def stayed(self) -> pl.DataFrame:
        return phases_of_who_stayed(*self._asked)

    @cached_property
    def dose(self) -> str:
        return dose_of_rates(phases_by_dose(*self._asked), self.outcome, self.effect.minimum)

    @cached_property
    def monthly(self) -> pl.DataFrame:
        return without_start(outcome_by_month(*self._asked), self.effect.window.overslaan)

    @cached_property
    def months_of_stayed(self) -> Stayed:
        months = outcome_by_month(*self._asked, stayed=True)
        return Stayed(self.stayed, without_start(months, self.effect.window.overslaan))


def _can_be_weighted(given: Given, outcome: Events | Care) -> bool:
    """On earlier youth care; not where that is the outcome, which would drift to the mean."""
    return "jeugdhulp" in given.delivered and "jeugdhulp" not in outcome.datasets


def compared(
    given: Given,
    effect: Effect,
    outcome: Events | Care,
    design: Design,
    summary: pl.DataFrame,
    strata: pl.DataFrame | None = None,
    stayed: pl.DataFrame | None = None,
    dose: str | None = None,
) -> Row:
    """One row, before/after (VN) or with the comparison group (VV), as judged on its own.

    `summary`: as `summaries.outcome_by_slice`; `strata`: as `phases_by_prior_care`, to weigh on;
    `stayed`: as `phases_of_who_stayed`; `dose`: as `dose.dose_of_rates` tells of it.
    """
    arms = ["zis"] if design == "VN" else ["vergelijking", "zis"]
    phases = summary.filter(pl.col("division") == "fase")
    reason = too_small(phases, arms, outcome, effect.minimum)
    if reason:
        return Row(effect, outcome, design, None, "te_klein", reason)
    cells = cells_of(phases, arms)
    try:
        exact = compare_rates(cells)
    except CannotEstimate:
        reason = f"Te weinig {outcome.unit} of te weinig scholen voor een betrouwbare schatting."
        return Row(effect, outcome, design, None, "te_klein", reason)
    apart = None
    if design == "VV":
        apart = groups_apart(
            summary,
            effect.window,
            exact.ratio_interval,
            exact.difference.value,
            given.parameters,
        )
    found = checks.of_rates(effect, outcome, summary, arms, cells, exact.difference.value)
    if design == "VV":
        kinds = sectors(given)
        base = effect.minimum.rounding_base
        alike = likeness(phases, kinds, exact.difference.value, base)
        if strata is not None:
            weighted = weighted_comparison(strata, kinds, outcome.scale, effect.minimum)
            found = replace(found, weighted_away=weighted.takes_away(exact.difference))
            alike = (alike[0], *weighted.told, alike[2])
        borne = relative_sentence(summary, effect.window)
        more = probed(effect, outcome, summary, kinds, exact.difference, stayed)
        found = replace(found, told=(*found.told, borne, *more.told, *alike), faults=more.faults)
    if dose:
        found = replace(found, told=(*found.told, dose))
    result = _result(effect, outcome, design, cells, exact, apart, found, phases)
    return Row(effect, outcome, design, result, "zichtbaar", "")


def _result(
    effect: Effect,
    outcome: Events | Care,
    design: Design,
    cells: Cells,
    exact: RateEstimate,
    apart: Apart | None,
    checked: checks.Checks,
    phases: pl.DataFrame,
) -> Result:
    """The estimate as it is published: rounded, with its level of evidence and sentence."""
    base, scale = effect.minimum.rounding_base, outcome.scale
    shown, before = _shown(cells, exact, scale, base)
    counted = arm_sizes(phases)
    other = counted.get("vergelijking", (0, 0)) if design == "VV" else (None, None)
    exact_sizes = wording.Sizes(*counted["zis"], *other)
    sizes = rounded_sizes(exact_sizes, base)
    large = wording.large_enough(exact_sizes, effect.minimum)
    found = wording.finding(large, exact.difference.p, shown.interval)
    claim = Claim(
        told=wording.sentence(design, outcome.unit, outcome.scale_label, shown, sizes, found),
        found=found,
        promised=outcome.direction,
        ground=effect.ground,
        exact=(exact.difference.value, exact.difference.standard_error),
        faults=_faults(apart, checked),
        robust=apart.told(found) if apart else "",
    )
    trend = apart.trend if apart else None
    clear = found in ("lager", "hoger")
    result = Result(
        effect=effect.id,
        outcome=outcome.id,
        design=design,
        estimate=shown.difference,
        standard_error=rounded(exact.difference.standard_error * scale, shown.decimals + 1),
        interval=shown.interval,
        p=rounded_p(exact.difference.p),
        before=before,
        during=shown.observed,
        n_pupils=sizes.pupils,
        n_pupils_comparison=sizes.pupils_comparison or 0,
        n_schools=sizes.schools,
        n_schools_comparison=sizes.schools_comparison or 0,
        n_periods=2,
        n_months=int(to_nearest(cells.weight.sum(), 10)),
        method="t" if exact.difference.degrees else "wild cluster bootstrap",
        pre_trend=trend,
        breakdown=apart.breakdown if apart and clear else None,
        evidence=effect.ground,
        assumptions=_assumptions(effect, apart, exact.difference.degrees is None),
        checks=checked.told,
        sentence="",
    )
    return judged(result, claim)


def _shown(
    cells: Cells, exact: RateEstimate, scale: float, base: float
) -> tuple[wording.Numbers, float]:
    """Rates per `scale` pupil-months from sums rounded to `base`, and the rate before the start."""
    rates = to_nearest(cells.total.sum(0), base) / to_nearest(cells.weight.sum(0), 10)
    observed, before = float(rates[-1]), float(rates[-2])
    expected = float(np.prod(rates[:-1] ** cells.exponents))
    low, high = (x * scale for x in exact.difference.interval)
    decimals = decimals_for(exact.difference.standard_error * scale, (low, high))
    shift = ((observed - expected) - exact.difference.value) * scale
    shown = wording.Numbers(
        observed=rounded(observed * scale, decimals),
        expected=rounded(expected * scale, decimals),
        difference=rounded((observed - expected) * scale, decimals),
        interval=bounds_kept((low, high), decimals, shift),
        decimals=decimals,
    )
    return shown, rounded(before * scale, decimals)


def _faults(apart: Apart | None, checked: checks.Checks) -> frozenset[Fault]:
    own: set[Fault] = {"alone"} if apart is None else {*apart.faults, *checked.faults}
    if checked.dip:
        own.add("dip")
    if checked.weighted_away:
        own.add("weighted_away")
    return frozenset(own)


def _assumptions(effect: Effect, apart: Apart | None, bootstrap: bool) -> tuple[str, ...]:
    found = [
        f"Geteld zijn ten hoogste {effect.window.voor:.0f} maanden vóór en"
        f" {effect.window.tijdens:.0f} maanden na de eigen start, binnen de geleverde periode.",
        *skipped_months(effect.window),
    ]
    if apart is None:
        found.append("Aanname: zonder Zorg In School was er niets veranderd.")
    else:
        found.append(
            "Aanname: zonder Zorg In School was het aantal bij deelnemers met hetzelfde percentage"
            " veranderd als bij de vergelijkingsgroep."
        )
        found.append(before_the_start(apart.trend))
    found.append(
        "Leerlingen van één school lijken op elkaar; de onzekerheid houdt daar rekening mee"
        + (" (wild cluster bootstrap, omdat er weinig scholen zijn)." if bootstrap else ".")
    )
    found.append("Berekend op aantallen afgerond op vijftallen, om leerlingen te beschermen.")
    return tuple(found)
