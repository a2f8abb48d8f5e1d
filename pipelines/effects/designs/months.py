"""Rows from the course per calendar month: interrupted series (TR) and cohorts of starters (GS)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from pipelines.effects import wording
from pipelines.effects.designs import checks
from pipelines.effects.designs.apart import before_the_start, groups_apart
from pipelines.effects.designs.arms import arm_sizes, too_small
from pipelines.effects.designs.balance_check import sectors
from pipelines.effects.designs.course import period_label
from pipelines.effects.designs.month_probes import Stayed, probed_series, probed_starts
from pipelines.effects.designs.rows import Given, Row, skipped_months
from pipelines.effects.effect import Claim, Design, Effect, Fault, Finding, PreTrend, Result
from pipelines.effects.estimators.drift import HALF_YEAR
from pipelines.effects.estimators.estimate import CannotEstimate, Estimate
from pipelines.effects.estimators.interrupted import Interruption, Months, interrupted_series
from pipelines.effects.estimators.staggered import (
    NEVER,
    Panel,
    PeriodEffect,
    average_effect,
    event_study,
    lead_trend,
)
from pipelines.effects.outcomes import Care, Events
from pipelines.effects.rounding import (
    bounds_kept,
    decimals_for,
    rounded,
    rounded_count,
    rounded_p,
    rounded_sizes,
    to_nearest,
)
from pipelines.effects.verdicts import judged

_AUGUST = 7


def monthly_series(
    effect: Effect,
    outcome: Events | Care,
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    stayed: Stayed | None = None,
    dose: str = "",
) -> Row:
    """The participants' course against their own course before the start (TR).

    `dose`: as `dose.dose_of_rates` tells of it.
    """
    design: Design = "TR"
    phases = summary.filter(pl.col("division") == "fase")
    reason = too_small(phases, ["zis"], outcome, effect.minimum)
    if reason:
        return Row(effect, outcome, design, None, "te_klein", reason)
    own = monthly.filter(pl.col("groep") == "zis")
    months = _months(own)
    try:
        found = interrupted_series(months)
    except CannotEstimate:
        reason = f"Te weinig maanden of scholen met {outcome.unit} voor een reeks."
        return Row(effect, outcome, design, None, "te_klein", reason)
    dip = bool(checks.dip_before_start(summary, ["zis"], outcome.direction))
    numbers, sizes, large = _shown(effect, outcome, found.difference, found.expected, phases)
    said = wording.finding(large, found.difference.p, numbers.interval)
    probed = probed_series(
        effect, outcome, monthly, summary, found.difference,
        lambda rows: interrupted_series(_months(rows)).difference, stayed,
    )  # fmt: skip
    result = replace(
        _result(effect, outcome, design, found.difference, numbers, phases),
        n_periods=int(own["index"].n_unique()),
        n_months=int(to_nearest(months.weight.sum(), 10)),
        method="jackknife over scholen",
        assumptions=(
            "Aanname: zonder Zorg In School liep de lijn van vóór de start door, met hetzelfde"
            " verloop over het schooljaar.",
            _step_and_slope(found),
            "De onzekerheid komt uit de schatting zonder telkens één school.",
            *skipped_months(effect.window),
        ),
        checks=(
            "Eén school weglaten verandert de richting niet."
            if found.largest_shift < abs(found.difference.value)
            else "Zonder één van de scholen kan de richting omslaan.",
            *probed.told,
            *filter(None, (dose,)),
        ),
    )
    faults: frozenset[Fault] = probed.faults | ({"alone", "dip"} if dip else {"alone"})
    claim = _claim(effect, outcome, design, found.difference, numbers, sizes, said, faults)
    return Row(effect, outcome, design, judged(result, claim), "zichtbaar", "")


def _months(rows: pl.DataFrame) -> Months:
    place = {school: n for n, school in enumerate(sorted(rows["school"].unique()))}
    return Months(
        school=rows["school"].replace_strict(place).to_numpy().astype(float),
        month=rows["index"].to_numpy().astype(float),
        start=rows["start_month"].to_numpy().astype(float),
        total=rows["total"].to_numpy(),
        weight=rows["months"].to_numpy(),
    )


def _claim(
    effect: Effect,
    outcome: Events | Care,
    design: Design,
    found: Estimate,
    numbers: wording.Numbers,
    sizes: wording.Sizes,
    said: Finding,
    faults: frozenset[Fault],
) -> Claim:
    return Claim(
        told=wording.sentence(design, outcome.unit, outcome.scale_label, numbers, sizes, said),
        found=said,
        promised=outcome.direction,
        ground=effect.ground,
        exact=(found.value, found.standard_error),
        faults=faults,
    )


def _step_and_slope(found: Interruption) -> str:
    def change(estimate: Estimate) -> str:
        low, high = estimate.interval
        clear = low > 0 or high < 0
        percent = wording.percent(abs(float(np.exp(estimate.value)) - 1))
        way = "minder" if estimate.value < 0 else "meer"
        return f"{percent} {way}{'' if clear else ' (niet te onderscheiden van nul)'}"

    return (
        f"Direct bij de start: {change(found.step)}; verandering van de helling per maand daarna:"
        f" {change(found.slope)}."
    )


def grouped_starts(
    given: Given,
    effect: Effect,
    outcome: Events | Care,
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    stayed: Stayed | None = None,
    dose: str = "",
) -> tuple[Row, list[dict[str, Any]]]:
    """Group-time averages (GS) and their event study as rows of `effect_reeks`.

    `dose`: as `dose.dose_of_rates` tells of it.
    """
    design: Design = "GS"
    phases = summary.filter(pl.col("division") == "fase")
    reason = too_small(phases, ["vergelijking", "zis"], outcome, effect.minimum)
    if reason:
        return Row(effect, outcome, design, None, "te_klein", reason), []
    length = int(effect.window.periode)
    try:
        panel = _panel(monthly, length)
        found = average_effect(panel)
        events = event_study(panel)
    except CannotEstimate:
        reason = "De startgroepen zijn niet lang genoeg vóór en na de start gevolgd."
        return Row(effect, outcome, design, None, "te_klein", reason), []
    tested = lead_trend(panel, length / HALF_YEAR)
    after = phases.filter(pl.col("groep") == "zis", pl.col("index") == 1)
    observed = float(after["total"].sum()) / float(after["months"].sum())
    numbers, sizes, large = _shown(
        effect, outcome, found, observed - found.value, phases, with_comparison=True
    )
    said = wording.finding(large, found.p, numbers.interval)
    apart = groups_apart(
        summary, effect.window, _ratios(observed, found), found.value, given.parameters
    )
    apart = replace(apart, trend=tested)
    dip = bool(checks.dip_before_start(summary, ["vergelijking", "zis"], outcome.direction))
    probed = probed_starts(
        effect, outcome, monthly, summary, sectors(given), found,
        lambda rows: average_effect(_panel(rows, length)), stayed,
    )  # fmt: skip
    faults: frozenset[Fault] = apart.faults | probed.faults | ({"dip"} if dip else set())
    claim = _claim(effect, outcome, design, found, numbers, sizes, said, faults)
    result = replace(
        _result(effect, outcome, design, found, numbers, phases, with_comparison=True),
        n_periods=len(panel.periods),
        n_months=int(to_nearest(panel.weight.sum(), 10)),
        method="groep-tijdgemiddelden (Callaway en Sant'Anna)",
        pre_trend=tested,
        breakdown=apart.breakdown if said in ("lager", "hoger") else None,
        assumptions=(*_assumptions(panel, tested), *skipped_months(effect.window)),
        checks=(*probed.told, *filter(None, (dose,))),
    )
    told = judged(result, replace(claim, robust=apart.told(said)))
    row = Row(effect, outcome, design, told, "zichtbaar", "")
    return row, _event_rows(effect, outcome, panel, events, length)


def _ratios(observed: float, found: Estimate) -> tuple[float, float]:
    """The interval as observed over expected; see `estimate.compare_rates`."""
    low, high = found.interval
    return (
        observed / (observed - low),
        observed / (observed - high) if observed > high else float("inf"),
    )


def _panel(monthly: pl.DataFrame, length: int) -> Panel:
    """Schools x cohorts x periods of `length` months, counted from August."""
    rows = monthly.with_columns(
        period=(pl.col("index") - _AUGUST).floordiv(length),
        cohort=pl.when(pl.col("groep") == "zis")
        .then((pl.col("start_month") - _AUGUST).floordiv(length))
        .otherwise(NEVER),
    )
    schools = sorted(rows["school"].unique())
    cohorts = sorted(rows["cohort"].unique())
    periods = list(range(int(rows["period"].min()), int(rows["period"].max()) + 1))  # type: ignore[arg-type]
    shape = (len(schools), len(cohorts), len(periods))
    total, weight, size = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
    school = rows["school"].replace_strict({s: n for n, s in enumerate(schools)}).to_numpy()
    cohort = rows["cohort"].replace_strict({c: n for n, c in enumerate(cohorts)}).to_numpy()
    when = (rows["period"] - periods[0]).to_numpy()
    np.add.at(total, (school, cohort, when), rows["total"].to_numpy())
    np.add.at(weight, (school, cohort, when), rows["months"].to_numpy())
    np.maximum.at(size, (school, cohort), rows["pupils"].to_numpy())
    return Panel(total, weight, size, tuple(cohorts), tuple(periods))


def _shown(
    effect: Effect,
    outcome: Events | Care,
    found: Estimate,
    expected: float,
    phases: pl.DataFrame,
    *,
    with_comparison: bool = False,
) -> tuple[wording.Numbers, wording.Sizes, bool]:
    """Numbers at the first significant digit of their error, sizes rounded, and may we claim?"""
    scale = outcome.scale
    bounds = (found.interval[0] * scale, found.interval[1] * scale)
    decimals = decimals_for(found.standard_error * scale, bounds)
    difference = rounded(found.value * scale, decimals)
    shown_expected = rounded(expected * scale, decimals)
    counted = arm_sizes(phases)
    other = counted.get("vergelijking", (0, 0)) if with_comparison else (None, None)
    exact = wording.Sizes(*counted["zis"], *other)
    numbers = wording.Numbers(
        observed=rounded(shown_expected + difference, decimals),
        expected=shown_expected,
        difference=difference,
        interval=bounds_kept(bounds, decimals),
        decimals=decimals,
    )
    sizes = rounded_sizes(exact, effect.minimum.rounding_base)
    return numbers, sizes, wording.large_enough(exact, effect.minimum)


def _result(
    effect: Effect,
    outcome: Events | Care,
    design: Design,
    found: Estimate,
    numbers: wording.Numbers,
    phases: pl.DataFrame,
    *,
    with_comparison: bool = False,
) -> Result:
    """What both designs say alike; the caller replaces what is its own."""
    counted = arm_sizes(phases)
    other = counted.get("vergelijking", (0, 0)) if with_comparison else (0, 0)
    return Result(
        effect=effect.id,
        outcome=outcome.id,
        design=design,
        estimate=numbers.difference,
        standard_error=rounded(found.standard_error * outcome.scale, numbers.decimals + 1),
        interval=numbers.interval,
        p=rounded_p(found.p),
        during=numbers.observed,
        n_pupils=rounded_count(counted["zis"][0], effect.minimum.rounding_base),
        n_pupils_comparison=rounded_count(other[0], effect.minimum.rounding_base),
        n_schools=counted["zis"][1],
        n_schools_comparison=other[1],
        n_periods=0,
        method="",
        evidence=effect.ground,
        assumptions=(),
        sentence="",
    )


def _assumptions(panel: Panel, tested: PreTrend | None) -> tuple[str, ...]:
    cohorts = len(panel.cohorts) - 1
    told = (
        "Alle deelnemers begonnen in dezelfde periode; er is één startgroep."
        if cohorts == 1
        else f"Er zijn {cohorts} startgroepen, elk vergeleken met wie niet begon."
    )
    return (
        "Aanname: zonder Zorg In School was het aantal bij elke startgroep evenveel veranderd als"
        " bij de vergelijkingsgroep.",
        told,
        before_the_start(tested),
    )


def _event_rows(
    effect: Effect,
    outcome: Events | Care,
    panel: Panel,
    events: tuple[PeriodEffect, ...],
    length: int,
) -> list[dict[str, Any]]:
    """The event study, of points that rest on enough children and schools in both arms."""
    rows = []
    for event in events:
        cells = _behind(panel, event.since)
        if not cells or not _enough(panel, cells, effect):
            continue
        scale = outcome.scale
        bounds = (event.estimate.interval[0] * scale, event.estimate.interval[1] * scale)
        decimals = decimals_for(event.estimate.standard_error * scale, bounds)
        low, high = bounds_kept(bounds, decimals)
        first = event.since * length
        rows.append(
            {
                "effect": effect.id + outcome.suffix + "_per_startgroep",
                "groep": "verschil",
                "periode": period_label(first, length),
                "volgorde": event.since,
                "waarde": rounded(event.estimate.value * scale, decimals),
                "noemer": None,
                "n_leerlingen": None,
                "status": "zichtbaar",
                "onder": low,
                "boven": high,
            }
        )
    return rows


def _behind(panel: Panel, since: int) -> list[tuple[int, int]]:
    """(cohort, period) positions that make up one point of the event study."""
    place = {period: n for n, period in enumerate(panel.periods)}
    return [
        (n, place[cohort + since])
        for n, cohort in enumerate(panel.cohorts)
        if cohort != NEVER and cohort + since in place and cohort - 1 in place
    ]


def _enough(panel: Panel, cells: list[tuple[int, int]], effect: Effect) -> bool:
    never = panel.cohorts.index(NEVER)
    started = {cohort for cohort, _ in cells}
    periods = {period for _, period in cells}
    own = panel.size[:, sorted(started)]
    weight = panel.weight[:, sorted(started)][:, :, sorted(periods)].sum((1, 2))
    other = panel.weight[:, never][:, sorted(periods)].sum(1)
    return bool(
        own.sum() >= effect.minimum.show_children
        and (weight > 0).sum() >= effect.minimum.show_schools
        and panel.size[:, never].sum() >= effect.minimum.show_children
        and (other > 0).sum() >= effect.minimum.show_schools
        and panel.total[:, sorted(started)][:, :, sorted(periods)].sum()
        >= effect.minimum.show_children_with_event
    )
