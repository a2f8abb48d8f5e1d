"""Rows of means and shares: pupils' own change in a score (VN, VV), and values known once (DW, BS).

Means are worked out from a sum and a number of pupils that are both rounded;
shares from rounded counts, and only where neither the yeses nor the noes are 1 to 4 children.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.effects import wording
from pipelines.effects.data.pupil_values import (
    changes_by_dose,
    measured_before,
    score_changes,
    values_once,
)
from pipelines.effects.designs.balance_check import sectors
from pipelines.effects.designs.checks import rates_without_each, single_schools_sentence
from pipelines.effects.designs.dose import dose_of_means
from pipelines.effects.designs.probes import Probed
from pipelines.effects.designs.rows import Given, Row, not_delivered, nothing, with_leading
from pipelines.effects.designs.score_probes import measured_again, probed_means
from pipelines.effects.effect import Claim, Design, Effect, Fault, Minimum, Result, value_of
from pipelines.effects.estimators.estimate import CannotEstimate, Estimate
from pipelines.effects.estimators.means import Means, mean_alone, mean_difference, means_of
from pipelines.effects.outcomes import PerPupil, Score
from pipelines.effects.rounding import (
    bounds_kept,
    decimals_for,
    rounded,
    rounded_p,
    rounded_sizes,
    to_nearest,
)
from pipelines.effects.verdicts import judged

_ARMS = ("vergelijking", "zis")
# What a mean by its design alone cannot tell.
_FAULT: Mapping[Design, Fault] = {"VN": "alone", "VV": "untested", "DW": "one_moment"}


@dataclass(frozen=True)
class _Arm:
    """One arm's sums over schools: pupils, schools, total, and of how many it is not zero."""

    pupils: int
    schools: int
    total: float
    before: float


def mean_rows(given: Given, effect: Effect, outcome: Score | PerPupil) -> list[Row]:
    """One row per design of the measure."""
    lacking = not_delivered(outcome, given.delivered)
    if lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)]
    summary = (
        score_changes(given, outcome, effect.window)
        if isinstance(outcome, Score)
        else values_once(given, outcome)
    )
    if not len(summary):
        reason = f"Van geen leerling is bekend: {_subject(outcome, given)}."
        return [nothing(effect, outcome, "te_klein", reason)]
    return with_leading(
        [_row(given, effect, outcome, design, summary) for design in outcome.designs]
    )


def _row(
    given: Given,
    effect: Effect,
    outcome: Score | PerPupil,
    design: Design,
    summary: pl.DataFrame,
) -> Row:
    names = ("zis",) if design in ("VN", "BS") else _ARMS
    arms = [_arm(summary, name) for name in names]
    base = effect.minimum.rounding_base
    reason = _too_small(outcome, names, arms, effect.minimum)
    if reason:
        return Row(effect, outcome, design, None, "te_klein", reason)
    means = means_of(summary, names)
    try:
        exact = mean_alone(means) if design == "BS" else mean_difference(means)
    except CannotEstimate:
        reason = "De scholen verschillen onderling te weinig om de onzekerheid te schatten."
        return Row(effect, outcome, design, None, "te_klein", reason)
    return Row(
        effect,
        outcome,
        design,
        _result(
            given,
            effect,
            outcome,
            design,
            arms,
            exact,
            base,
            _checked(given, effect, outcome, design, summary, means, exact),
        ),
        "zichtbaar",
        "",
    )


def _result(
    given: Given,
    effect: Effect,
    outcome: Score | PerPupil,
    design: Design,
    arms: Sequence[_Arm],
    exact: Estimate,
    base: float,
    found: Probed,
) -> Result:
    scale = _scale(outcome)
    shown = _shown(design, arms, exact, scale, base)
    other = (arms[0].pupils, arms[0].schools) if len(arms) == 2 else (None, None)
    exact_sizes = wording.Sizes(arms[-1].pupils, arms[-1].schools, *other)
    sizes = rounded_sizes(exact_sizes, base)
    large = wording.large_enough(exact_sizes, effect.minimum)
    direction = wording.finding(large, exact.p, shown.interval)
    unit = outcome.unit.replace("procentpunten", "procent")
    told = wording.mean_sentence(
        design,
        _subject(outcome, given),
        unit if design in ("DW", "BS") else outcome.unit.split(" op ")[0],
        shown,
        sizes,
        direction,
    )
    result = Result(
        effect=effect.id,
        outcome=outcome.id,
        design=design,
        estimate=shown.difference,
        standard_error=rounded(exact.standard_error * scale, shown.decimals + 1),
        interval=shown.interval,
        p=None if design == "BS" else rounded_p(exact.p),
        before=shown.values[0] if design == "VN" else None,
        during=shown.values[-1] if design != "VV" else None,
        n_pupils=sizes.pupils,
        n_pupils_comparison=sizes.pupils_comparison or 0,
        n_schools=sizes.schools,
        n_schools_comparison=sizes.schools_comparison or 0,
        n_periods=2 if isinstance(outcome, Score) else 1,
        method="t" if exact.degrees else "wild cluster bootstrap",
        evidence="beschreven" if design == "BS" else effect.ground,
        assumptions=_assumptions(design),
        checks=found.told,
        sentence=told,
    )
    if design == "BS":
        return result
    return judged(
        result,
        Claim(
            told=told,
            found=direction,
            promised=outcome.direction,
            ground=effect.ground,
            exact=(exact.value, exact.standard_error),
            faults=frozenset({_FAULT[design], *found.faults}),
        ),
    )


def _shown(
    design: Design, arms: Sequence[_Arm], exact: Estimate, scale: float, base: float
) -> wording.MeanNumbers:
    """Means times `scale`, each from a sum and a number of pupils rounded to `base`."""
    bounds = (exact.interval[0] * scale, exact.interval[1] * scale)
    decimals = 0 if scale == 100 else decimals_for(exact.standard_error, bounds)
    means = [
        rounded(float(to_nearest(a.total, base) / to_nearest(a.pupils, base)) * scale, decimals)
        for a in arms
    ]
    difference = rounded(means[-1] - means[0], decimals) if len(arms) == 2 else means[0]
    # A change is told as "from ... to ...": the mean before, and that mean plus the change.
    own = arms[-1]
    before = rounded(to_nearest(own.before, base) / to_nearest(own.pupils, base), decimals)
    values = {
        "VN": (before, rounded(before + difference, decimals)),
        "BS": (difference,),
    }.get(design, tuple(means))
    shift = difference - exact.value * scale
    return wording.MeanNumbers(values, difference, bounds_kept(bounds, decimals, shift), decimals)


def _checked(
    given: Given,
    effect: Effect,
    outcome: Score | PerPupil,
    design: Design,
    summary: pl.DataFrame,
    means: Means,
    exact: Estimate,
) -> Probed:
    """What was looked at beside the estimate; nothing for a description."""
    if design == "BS":
        return Probed((), frozenset())
    told = [_without_each_school(means, exact.value)]
    faults: frozenset[Fault] = frozenset()
    if design != "VN":
        more = probed_means(means, summary, sectors(given), _scale(outcome), effect.minimum)
        told += more.told
        faults = more.faults
    if isinstance(outcome, Score):
        arms = ("zis",) if design == "VN" else _ARMS
        before = measured_before(given, outcome, effect.window)
        told.append(measured_again(summary, before, arms, effect.minimum))
        by_dose = changes_by_dose(given, outcome, effect.window)
        told.append(dose_of_means(by_dose, outcome.direction, effect.minimum))
    return Probed(tuple(told), faults)


def _scale(outcome: Score | PerPupil) -> float:
    return 100.0 if isinstance(outcome, PerPupil) and outcome.kind == "ja_nee" else 1.0


def _subject(outcome: Score | PerPupil, given: Given) -> str:
    if isinstance(outcome, Score):
        return f"Op {outcome.scale_name}"
    if outcome.kind != "dagen":
        return outcome.subject
    horizon = value_of(given.parameters, outcome.horizon, 120)
    return f"{outcome.subject} (wie langer wacht, telt als {horizon:.0f} dagen)"


def _arm(summary: pl.DataFrame, name: str) -> _Arm:
    rows = summary.filter(pl.col("groep") == name)
    return _Arm(
        pupils=int(rows["pupils"].sum()),
        schools=rows["school"].n_unique(),
        total=float(rows["total"].sum()),
        before=float(rows["before"].sum()),
    )


def _too_small(
    outcome: Score | PerPupil, names: Sequence[str], arms: Sequence[_Arm], minimum: Minimum
) -> str:
    """Why these arms cannot be shown, in Dutch; empty when they can."""
    few = minimum.show_children_with_event
    for name, arm in zip(names, arms, strict=True):
        whose = "deelnemers" if name == "zis" else "de vergelijkingsgroep"
        if arm.pupils == 0 and name == "vergelijking":
            return "Van de vergelijkingsgroep is dit niet geleverd."
        if arm.pupils < minimum.show_children or arm.schools < minimum.show_schools:
            return (
                f"Te weinig leerlingen of scholen bij {whose}: nodig zijn ten minste"
                f" {minimum.show_children} leerlingen op {minimum.show_schools} scholen."
            )
        if isinstance(outcome, PerPupil) and outcome.kind == "ja_nee":
            spare = arm.pupils - arm.total
            if 0 < arm.total < few or spare < few:
                return f"Het aantal leerlingen bij {whose} is te klein of te groot om te tonen."
    return ""


def _without_each_school(means: Means, estimate: float) -> str:
    without = rates_without_each(means.total, means.weight) @ means.signs
    return single_schools_sentence(estimate, without.tolist())


def _assumptions(design: Design) -> tuple[str, ...]:
    what = {
        "VN": "Aanname: zonder Zorg In School was er niets veranderd.",
        "VV": "Aanname: zonder Zorg In School was de score evenveel veranderd als bij de"
        " vergelijkingsgroep. De ontwikkeling vóór de start kon niet worden getoetst: er is één"
        " voormeting.",
        "DW": "Aanname: zonder Zorg In School waren beide groepen gelijk geweest. Van vóór de start"
        " is het kenmerk niet bekend.",
    }.get(design, "Dit beschrijft de deelnemers en vergelijkt met niets.")
    return (
        what,
        "Leerlingen van één school lijken op elkaar; de onzekerheid houdt daar rekening mee.",
        "Berekend op een som en een aantal die op vijftallen zijn afgerond.",
    )
