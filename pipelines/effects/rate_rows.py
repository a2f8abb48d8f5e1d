"""Rows of `effecten` and `effect_reeks`: one comparison of rates per outcome and design.

Rates are worked out from counts rounded to the nearest 5 and pupil-months rounded to the nearest
10, so that an exact count cannot be worked out; an interval keeps its exact width, around the
rounded estimate. Every arm has at least 10 children and 2 schools, and no count that rests on 1 to
4 children is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from pipelines.effects import evidence
from pipelines.effects.design import (
    DESIGN_LABEL,
    Design,
    Effect,
    Minimum,
    Outcome,
    Parameters,
    PreTrend,
    Result,
    value_of,
)
from pipelines.effects.estimators import (
    CannotEstimate,
    Cells,
    RateEstimate,
    compare_rates,
    holm,
    pre_trend,
)
from pipelines.effects.rounding import (
    Status,
    decimals_for,
    p_text,
    rounded_count,
    rounded_p,
    to_nearest,
)
from pipelines.effects.summaries import Tables, observed_days, outcome_by_slice, slices

EFFECTEN: Mapping[str, pl.DataType] = {
    "id": pl.String(),
    "belofte": pl.String(),
    "maat": pl.String(),
    "ontwerp": pl.String(),
    "ontwerp_label": pl.String(),
    "eenheid": pl.String(),
    "schatting": pl.Float64(),
    "standaardfout": pl.Float64(),
    "onder": pl.Float64(),
    "boven": pl.Float64(),
    "p": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "n_scholen": pl.Int64(),
    "n_perioden": pl.Int64(),
    "bewijsniveau": pl.String(),
    "zin": pl.String(),
    "aannames": pl.String(),
    "bedreigingen": pl.String(),
    "richting": pl.String(),
    "status": pl.String(),
    "reden": pl.String(),
    "leidend": pl.Boolean(),
}
EFFECT_REEKS: Mapping[str, pl.DataType] = {
    "effect": pl.String(),
    "groep": pl.String(),
    "periode": pl.String(),
    "volgorde": pl.Int64(),
    "waarde": pl.Float64(),
    "noemer": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "status": pl.String(),
}

_MINIMUM_MONTHS = 100


@dataclass(frozen=True)
class Row:
    effect: Effect
    outcome: Outcome
    design: Design
    result: Result | None
    status: Status
    reason: str
    leading: bool = False

    def published(self) -> dict[str, Any]:
        found = self.result
        return {
            "id": self.effect.id + self.outcome.suffix,
            "belofte": self.effect.promise,
            "maat": self.outcome.unit,
            "ontwerp": self.design,
            "ontwerp_label": DESIGN_LABEL[self.design],
            "eenheid": f"{self.outcome.unit} {self.effect.scale_label}",
            "schatting": found and found.estimate,
            "standaardfout": found and found.standard_error,
            "onder": found and found.interval[0],
            "boven": found and found.interval[1],
            "p": found and found.p,
            "n_leerlingen": found and found.n_pupils + found.n_pupils_comparison,
            "n_scholen": found and found.n_schools + found.n_schools_comparison,
            "n_perioden": found and found.n_periods,
            "bewijsniveau": found.evidence if found else self.effect.ground,
            "zin": found.sentence if found else self.reason,
            "aannames": " ".join(found.assumptions) if found else "",
            "bedreigingen": " ".join(self.effect.threats),
            "richting": self.effect.direction,
            "status": self.status,
            "reden": self.reason,
            "leidend": self.leading,
        }


def with_holm(rows: Sequence[Row]) -> list[Row]:
    """Add the p-value adjusted for testing every leading effect at once."""
    tested = [i for i, row in enumerate(rows) if row.leading and row.result is not None]
    adjusted = dict(zip(tested, holm([r.p for i in tested if (r := rows[i].result)]), strict=True))
    found: list[Row] = []
    for i, row in enumerate(rows):
        if row.result is None or i not in adjusted or len(tested) < 2:
            found.append(row)
            continue
        text = (
            f"Rekening houdend met {len(tested)} toetsen tegelijk (Holm) is p"
            f" {p_text(adjusted[i])}."
        )
        result = replace(
            row.result,
            p_holm=rounded_p(adjusted[i]),
            assumptions=(*row.result.assumptions, text),
        )
        found.append(replace(row, result=result))
    return found


def outcome_rows(
    tables: Tables,
    delivered: set[str],
    effect: Effect,
    outcome: Outcome,
    parameters: Parameters,
    peildatum: dt.date | None,
) -> tuple[list[Row], list[dict[str, Any]]]:
    def nothing(status: Status, reason: str) -> list[Row]:
        design = effect.designs[-1]
        return [Row(effect, outcome, design, None, status, reason, leading=True)]

    missing = sorted({"zis_deelnames", outcome.dataset} - delivered)
    if missing:
        return nothing("niet_geleverd", f"Niet geleverd: {', '.join(missing)}."), []
    observed = observed_days(tables, outcome.dataset, outcome.date, peildatum)
    if observed is None:
        return nothing("te_klein", f"Er zijn geen {outcome.unit} om te vergelijken."), []
    cut = slices(effect.window)
    summary = outcome_by_slice(tables, outcome, observed, effect.window, cut)
    rows = [_estimate(effect, outcome, design, summary, parameters) for design in effect.designs]
    leading = next((i for i, row in enumerate(rows) if row.result is not None), len(rows) - 1)
    return (
        [replace(row, leading=i == leading) for i, row in enumerate(rows)],
        _series(effect, outcome, summary, parameters),
    )


def _estimate(
    effect: Effect, outcome: Outcome, design: Design, summary: pl.DataFrame, parameters: Parameters
) -> Row:
    arms = ["zis"] if design == "VN" else ["vergelijking", "zis"]
    phases = summary.filter(pl.col("division") == "fase")
    reason = _too_small(phases, arms, outcome, effect.minimum)
    if reason:
        return Row(effect, outcome, design, None, "te_klein", reason)
    cells = _cells(phases, arms)
    try:
        exact = compare_rates(cells)
    except CannotEstimate:
        reason = f"Te weinig {outcome.unit} of te weinig scholen voor een betrouwbare schatting."
        return Row(effect, outcome, design, None, "te_klein", reason)
    trend = _pre_trend(summary) if design == "VV" else None
    result = _result(effect, outcome, design, cells, exact, trend, phases, parameters)
    return Row(effect, outcome, design, result, "zichtbaar", "")


def _too_small(
    phases: pl.DataFrame, arms: Sequence[str], outcome: Outcome, minimum: Minimum
) -> str:
    """Why these arms cannot be shown, in Dutch; empty when they can."""
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
            hit, total = int(cell["pupils_with_event"].sum()), float(cell["total"].sum())
            if hit < minimum.show_children_with_event or total < minimum.show_events:
                return f"Te weinig {outcome.unit} bij {name} om te vergelijken."
    return ""


def _cells(phases: pl.DataFrame, arms: Sequence[str]) -> Cells:
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


def _pre_trend(summary: pl.DataFrame) -> PreTrend | None:
    before = summary.filter((pl.col("division") == "periode") & (pl.col("index") < 0))
    schools = sorted(before["school"].unique().to_list())
    columns = sorted(set(before.select("groep", "index").iter_rows()))
    totals = np.zeros((len(schools), len(columns)))
    weights = np.zeros_like(totals)
    row_of = {school: i for i, school in enumerate(schools)}
    column_of = {key: i for i, key in enumerate(columns)}
    for row in before.iter_rows(named=True):
        at = row_of[row["school"]], column_of[(row["groep"], row["index"])]
        totals[at], weights[at] = row["total"], row["months"]
    return pre_trend(
        totals,
        weights,
        np.array([arm == "zis" for arm, _ in columns]),
        np.array([float(index) for _, index in columns]),
    )


def _result(
    effect: Effect,
    outcome: Outcome,
    design: Design,
    cells: Cells,
    exact: RateEstimate,
    trend: PreTrend | None,
    phases: pl.DataFrame,
    parameters: Parameters,
) -> Result:
    """The estimate as it is published: rounded, with its level of evidence and sentence."""
    base = value_of(parameters, "afronding", 5)
    rates = to_nearest(cells.total.sum(0), base) / to_nearest(cells.weight.sum(0), 10)
    observed, before = float(rates[-1]), float(rates[-2])
    expected = float(np.prod(rates[:-1] ** cells.exponents))
    scale = effect.scale
    decimals = decimals_for(exact.difference.standard_error * scale)
    shift = (observed - expected) - exact.difference.value
    low, high = (round((x + shift) * scale, decimals) for x in exact.difference.interval)
    shown = evidence.Numbers(
        observed=round(observed * scale, decimals),
        expected=round(expected * scale, decimals),
        difference=round((observed - expected) * scale, decimals),
        interval=(low, high),
        decimals=decimals,
    )
    counted = _arm_sizes(phases)
    pupils, schools = counted["zis"]
    pupils_other, schools_other = counted.get("vergelijking", (0, 0)) if design == "VV" else (0, 0)
    exact_sizes = evidence.Sizes(pupils, schools)
    sizes = evidence.Sizes(rounded_count(pupils, base), schools)
    if design == "VV":
        exact_sizes = evidence.Sizes(pupils, schools, pupils_other, schools_other)
        sizes = evidence.Sizes(
            rounded_count(pupils, base), schools, rounded_count(pupils_other, base), schools_other
        )
    large = evidence.large_enough(exact_sizes, effect.minimum)
    found = evidence.finding(large, exact.difference.p, shown.interval)
    reached = evidence.level(design, effect.ground, found, effect.direction, trend)
    ratio_low, ratio_high = exact.ratio_interval
    return Result(
        effect=effect.id,
        outcome=outcome.id,
        design=design,
        estimate=shown.difference,
        standard_error=round(exact.difference.standard_error * scale, decimals + 1),
        interval=shown.interval,
        p=rounded_p(exact.difference.p),
        ratio=round(observed / expected, 2),
        ratio_interval=(round(ratio_low, 2), round(ratio_high, 2)),
        before=round(before * scale, decimals),
        during=shown.observed,
        n_pupils=rounded_count(pupils, base),
        n_pupils_comparison=rounded_count(pupils_other, base),
        n_schools=schools,
        n_schools_comparison=schools_other,
        n_periods=2,
        method="t" if exact.difference.degrees else "wild cluster bootstrap",
        pre_trend=trend,
        p_holm=rounded_p(exact.difference.p),
        evidence=reached,
        assumptions=_assumptions(effect, design, trend, exact.difference.degrees is None),
        sentence=evidence.sentence(
            design, outcome.unit, effect.scale_label, shown, sizes, found, reached, trend
        ),
    )


def _arm_sizes(phases: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Pupils and schools per arm. Everyone is seen both before and during, so one phase does."""
    sums = (
        phases.filter(pl.col("index") == 0)
        .group_by("groep")
        .agg(pl.col("pupils").sum(), pl.col("school").n_unique().alias("schools"))
    )
    return {groep: (int(pupils), int(schools)) for groep, pupils, schools in sums.iter_rows()}


def _assumptions(
    effect: Effect, design: Design, trend: PreTrend | None, bootstrap: bool
) -> tuple[str, ...]:
    found = [
        f"Geteld zijn ten hoogste {effect.window.voor:.0f} maanden vóór en"
        f" {effect.window.tijdens:.0f} maanden na de eigen start, binnen de geleverde periode.",
    ]
    if design == "VN":
        found.append("Aanname: zonder Zorg In School was er niets veranderd.")
    else:
        found.append(
            "Aanname: zonder Zorg In School was het aantal bij deelnemers met hetzelfde percentage"
            " veranderd als bij de vergelijkingsgroep."
        )
        if trend is None:
            found.append("De ontwikkeling vóór de start kon niet worden getoetst.")
        else:
            outcome = "liep gelijk op" if trend.holds else "liep niet gelijk op"
            found.append(
                f"De ontwikkeling vóór de start {outcome}"
                f" ({trend.periods} perioden, p {p_text(trend.p)})."
            )
    found.append(
        "Leerlingen van één school lijken op elkaar; de onzekerheid houdt daar rekening mee"
        + (" (wild cluster bootstrap, omdat er weinig scholen zijn)." if bootstrap else ".")
    )
    found.append("Berekend op aantallen afgerond op vijftallen, om leerlingen te beschermen.")
    return tuple(found)


# --- the course over time ----------------------------------------------------------------------


def _series(
    effect: Effect, outcome: Outcome, summary: pl.DataFrame, parameters: Parameters
) -> list[dict[str, Any]]:
    """The outcome per period since the start and per arm, for charts.

    Periods become years where a period rests on 1 to 4 children; an arm in which even a year does
    is left out whole, so that nothing can be worked out from what remains.
    """
    length, points = effect.window.periode, _points(effect, summary, "periode", parameters)
    if points["sensitive"].any():
        length, points = 12.0, _points(effect, summary, "jaar", parameters)
    hidden = set(points.filter(pl.col("sensitive"))["groep"])
    base = value_of(parameters, "afronding", 5)
    rows: list[dict[str, Any]] = []
    for point in points.iter_rows(named=True):
        status: Status = "zichtbaar"
        if point["small"]:
            status = "te_klein"
        elif point["groep"] in hidden:
            status = "afgeschermd"
        visible = status == "zichtbaar"
        months = float(to_nearest(point["months"], 10))
        value = float(to_nearest(point["total"], base)) / months * effect.scale if months else 0.0
        first = int(point["index"] * length)
        rows.append(
            {
                "effect": effect.id + outcome.suffix,
                "groep": point["groep"],
                "periode": f"{first} tot {int(first + length)} maanden".replace(
                    "-", evidence.MINUS
                ),
                "volgorde": point["index"],
                "waarde": round(value, 1) if visible else None,
                "noemer": months if visible else None,
                "n_leerlingen": rounded_count(point["pupils"], base) if visible else None,
                "status": status,
            }
        )
    return rows


def _points(
    effect: Effect, summary: pl.DataFrame, division: str, parameters: Parameters
) -> pl.DataFrame:
    minimum = effect.minimum
    few = minimum.show_children_with_event
    return (
        summary.filter(pl.col("division") == division)
        .group_by("groep", "index")
        .agg(
            pl.col("pupils").sum(),
            pl.col("months").sum(),
            pl.col("total").sum(),
            pl.col("pupils_with_event").sum().alias("hit"),
            pl.col("school").n_unique().alias("schools"),
        )
        .with_columns(
            small=(pl.col("pupils") < minimum.show_children)
            | (pl.col("schools") < minimum.show_schools)
            | (pl.col("months") < _MINIMUM_MONTHS),
            spared=pl.col("pupils") - pl.col("hit"),
        )
        .with_columns(
            sensitive=~pl.col("small")
            & (pl.col("hit").is_between(1, few - 1) | pl.col("spared").is_between(0, few - 1))
        )
        .sort("groep", "index")
    )
