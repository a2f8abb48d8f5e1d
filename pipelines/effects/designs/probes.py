"""Would the result be there without what it should rest on? More checks on a comparison (VV).

A start that is set a year too early; the months around the start left out; the schools dealt anew
over both groups; kinds of schools apart; only who stayed. Almost only words leave this module: an
estimate without some months or pupils, beside the one with them, would tell of those.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from pipelines.effects.designs.arms import arm_sizes, cells_of, too_small
from pipelines.effects.effect import Effect, Fault, Minimum
from pipelines.effects.estimators.estimate import (
    SEED,
    CannotEstimate,
    Cells,
    Estimate,
    Floats,
    compare_rates,
)
from pipelines.effects.estimators.means import Means
from pipelines.effects.estimators.weighting import SECTOR, with_sector
from pipelines.effects.outcomes import Care, Events
from pipelines.effects.rounding import p_text, to_nearest
from pipelines.effects.wording import percent

ARMS = ("vergelijking", "zis")
Bools = npt.NDArray[np.bool_]
FEW_SCHOOLS = 6
"""With fewer in an arm the schools are dealt anew over both arms."""
MOST_WAYS = 10_000
_SURE = 0.05
KINDS_UNKNOWN = "Voor onderwijssoorten apart zijn er te weinig gegevens."
_WIDE = 1.96


@dataclass(frozen=True)
class Probed:
    """`told`: Dutch sentences; `faults`: what they speak against."""

    told: tuple[str, ...]
    faults: frozenset[Fault]


def probed(
    effect: Effect,
    outcome: Events | Care,
    summary: pl.DataFrame,
    kinds: Mapping[str, str],
    estimate: Estimate,
    stayed: pl.DataFrame | None,
) -> Probed:
    """All of it for one comparison. `summary`, `stayed`: as `summaries.outcome_by_slice`, of
    everyone and of who stayed; `estimate`: exact, of everyone."""
    phases = summary.filter(pl.col("division") == "fase")
    parts = [
        _placebo(summary, outcome, effect.minimum),
        _around_the_start(effect, outcome, summary, estimate),
        dealt_anew(cells_of(phases, ARMS)),
        _by_kind(phases, kinds, outcome, effect.minimum),
        _who_stayed(phases, stayed, outcome, effect.minimum, estimate),
    ]
    return Probed(
        tuple(told for told, _ in parts if told),
        frozenset(fault for _, fault in parts if fault is not None),
    )


def _compared(rows: pl.DataFrame, outcome: Events | Care, minimum: Minimum) -> Estimate | None:
    """The comparison of these phases; None where they are too small to be told of."""
    if too_small(rows, ARMS, outcome, minimum):
        return None
    try:
        return compare_rates(cells_of(rows, ARMS)).difference
    except CannotEstimate:
        return None


def _placebo(
    summary: pl.DataFrame, outcome: Events | Care, minimum: Minimum
) -> tuple[str, Fault | None]:
    """The last year before the start as if it came after it: nothing should be found."""
    years = summary.filter((pl.col("division") == "jaar") & pl.col("index").is_in([-2, -1]))
    return placebo_told(_compared(years.with_columns(pl.col("index") + 2), outcome, minimum))


def placebo_told(found: Estimate | None) -> tuple[str, Fault | None]:
    """What an estimate with a start a year too early says; None: it could not be made."""
    if found is None:
        return "Of een jaar te vroeg ook een verschil te zien is, was niet na te gaan.", None
    if found.p >= _SURE:
        return (
            "Met een startdatum die een jaar te vroeg ligt, is er geen duidelijk verschil, zoals"
            " het hoort.",
            None,
        )
    return (
        "Met een startdatum die een jaar te vroeg ligt, is er ook een duidelijk verschil, en dat"
        " kan geen effect zijn.",
        "placebo",
    )


def _around_the_start(
    effect: Effect, outcome: Events | Care, summary: pl.DataFrame, estimate: Estimate
) -> tuple[str, Fault | None]:
    guard = effect.window.rondom
    if guard <= effect.window.overslaan:
        return "", None
    rows = summary.filter(pl.col("division") == "zonder_rondom")
    which = f"Zonder de {guard:.0f} maanden vóór en de {guard:.0f} maanden na de start"
    return again(which, _compared(rows, outcome, effect.minimum), estimate), None


def again(which: str, found: Estimate | None, whole: Estimate) -> str:
    """What is left of the result under another choice, in words."""
    if found is None:
        return f"{which} zijn er te weinig gegevens om te vergelijken."
    if found.value * whole.value < 0:
        return f"{which} is de richting een andere."
    clear = "duidelijk" if found.p < _SURE else "niet duidelijk"
    return f"{which} is de richting dezelfde en het verschil {clear}."


# --- schools dealt anew ------------------------------------------------------------------------


def dealt_anew(cells: Cells) -> tuple[str, Fault | None]:
    """Of rates: what dealing the schools of `cells` anew over both arms says, where they are few.

    Empty where they are not; "dealt" where the difference would be there by chance too often.
    """
    own, other = cells.weight[:, 2:].sum(1) > 0, cells.weight[:, :2].sum(1) > 0
    return told_of_dealing(own, other, lambda: permutation_p(cells))


def told_of_dealing(
    own: Bools, other: Bools, test: Callable[[], tuple[float, int]]
) -> tuple[str, Fault | None]:
    """`own`, `other`: which schools have participants, and which a comparison group."""
    if min(own.sum(), other.sum()) >= FEW_SCHOOLS:
        return "", None
    if (own & other).any():
        return (
            "Op een van de scholen zijn leerlingen van beide groepen; de scholen konden niet"
            " opnieuw worden verdeeld.",
            None,
        )
    p, ways = test()
    told = (
        f"Worden de scholen op {ways} manieren over beide groepen verdeeld, dan is in"
        f" {percent(p)} daarvan het verschil ten minste zo groot (permutatietoets)."
    )
    return told, "dealt" if p >= _SURE else None


def permutation_p(cells: Cells) -> tuple[float, int]:
    """`share_as_far` of the log of observed over expected. `cells`: four columns."""
    total = cells.total[:, :2] + cells.total[:, 2:]
    weight = cells.weight[:, :2] + cells.weight[:, 2:]
    own = cells.weight[:, 2:].sum(1) > 0
    return share_as_far(own, lambda chosen: _log_ratios(chosen, total, weight))


def permutation_p_of_means(means: Means) -> tuple[float, int]:
    """`share_as_far` of the difference between the means of both arms."""
    total, weight = means.total.sum(1), means.weight.sum(1)

    def difference(chosen: Floats) -> Floats:
        other = 1 - chosen
        found: Floats = chosen @ total / (chosen @ weight) - other @ total / (other @ weight)
        return found

    return share_as_far(means.weight[:, 1] > 0, difference)


def share_as_far(own: Bools, difference: Callable[[Floats], Floats]) -> tuple[float, int]:
    """Share of all ways to deal the schools over the arms in which the difference is at least as
    far from zero as it is, and how many ways there are.

    `own`: the schools of the participants; `difference` of each row of ways x schools (1: chosen as
    participants). An exact test of no effect at any school, if schools could as well have been in
    the other arm (Fisher 1935; for few clusters: Gail and others 1996, Statistics in Medicine 15,
    1069-1092). A way that leaves an arm with nothing counts as far. Beyond `MOST_WAYS` that many
    are drawn, and the one that is counts.
    """
    chosen = _ways(own.astype(float))
    real = np.abs(difference(own[None, :].astype(float)))[0]
    far = np.abs(difference(chosen))
    return float((far >= real * (1 - 1e-9)).mean()), len(chosen)


def _ways(own: Floats) -> Floats:
    """Ways x schools: every way to choose as many schools, or as many as are drawn."""
    schools, size = len(own), int(own.sum())
    if math.comb(schools, size) > MOST_WAYS:
        rng = np.random.default_rng(SEED)
        return np.vstack([own, rng.permuted(np.tile(own, (MOST_WAYS - 1, 1)), axis=1)])
    found = np.zeros((math.comb(schools, size), schools))
    for row, few in enumerate(combinations(range(schools), size)):
        found[row, list(few)] = 1.0
    return found


def _log_ratios(chosen: Floats, total: Floats, weight: Floats) -> Floats:
    """Log of observed over expected, with the chosen schools as participants; per row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.log(chosen @ total) - np.log(chosen @ weight)
        other = np.log((1 - chosen) @ total) - np.log((1 - chosen) @ weight)
        found: Floats = (own[:, 1] - own[:, 0]) - (other[:, 1] - other[:, 0])
    return np.where(np.isfinite(found), found, np.inf)


# --- kinds of schools --------------------------------------------------------------------------


@dataclass(frozen=True)
class Pooled:
    """Log ratios of kinds, each drawn to their mean by what chance explains; `p`: of no difference
    between kinds (Cochran's Q); `spread`: true standard deviation between them."""

    values: Floats
    errors: Floats
    spread: float
    p: float


def partially_pooled(values: Floats, errors: Floats) -> Pooled:
    """Empirical Bayes: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188.

    `values`, `errors`: of two kinds or more, independent. With a true spread of zero all are alike.
    """
    weights = 1 / errors**2
    mean = weights @ values / weights.sum()
    q = float(weights @ (values - mean) ** 2)
    free = len(values) - 1
    spread = max(0.0, (q - free) / float(weights.sum() - (weights**2).sum() / weights.sum()))
    around = 1 / (errors**2 + spread)
    middle = around @ values / around.sum()
    own = spread / (spread + errors**2)
    # The mean's own uncertainty, for as much as a kind leans on it.
    variance = own * errors**2 + (1 - own) ** 2 / around.sum()
    return Pooled(
        own * values + (1 - own) * middle,
        np.sqrt(variance),
        math.sqrt(spread),
        float(stats.chi2.sf(q, free)),
    )


def _by_kind(
    phases: pl.DataFrame, kinds: Mapping[str, str], outcome: Events | Care, minimum: Minimum
) -> tuple[str, Fault | None]:
    known = with_sector(phases, kinds).filter(pl.col(SECTOR).is_not_null())
    found: list[tuple[str, float, float]] = []
    for (kind,), rows in sorted(known.partition_by(SECTOR, as_dict=True).items()):
        if too_small(rows, ARMS, outcome, minimum):
            continue
        try:
            each = compare_rates(cells_of(rows, ARMS))
        except CannotEstimate:
            continue
        ratio = math.log(each.ratio)
        # From the interval of the difference, which is as wide as few schools make it; over the
        # smaller rate, so that the error of the log is rather too large.
        low, high = each.difference.interval
        error = (high - low) / (2 * _WIDE) / min(each.observed, each.expected)
        found.append((str(kind), ratio, error))
    if len(found) < 2:
        return KINDS_UNKNOWN, None
    pooled = partially_pooled(
        np.array([ratio for _, ratio, _ in found]), np.array([error for *_, error in found])
    )
    named = ", ".join(
        f"{kind} {_change(value)} ({_span(value - _WIDE * error, value + _WIDE * error)})"
        for (kind, *_), value, error in zip(found, pooled.values, pooled.errors, strict=True)
    )
    return f"{kinds_differ(pooled)}; elke soort naar het geheel toe getrokken: {named}.", None


def kinds_differ(pooled: Pooled) -> str:
    """Do kinds of schools differ more than chance explains? Dutch, without a full stop."""
    differ = "aantoonbaar" if pooled.p < _SURE else "niet aantoonbaar"
    return f"Naar onderwijssoort loopt het verschil {differ} uiteen (p {p_text(pooled.p)})"


def _change(ratio: float) -> str:
    share = math.expm1(ratio)
    return f"{percent(abs(share))} {'minder' if share < 0 else 'meer'}"


def _span(low: float, high: float) -> str:
    ends = [_change(high), _change(low)] if high < 0 else [_change(low), _change(high)]
    if (low < 0) == (high < 0):
        ends[0] = ends[0].split()[0]
    return " tot ".join(ends)


# --- who stayed --------------------------------------------------------------------------------


def _who_stayed(
    phases: pl.DataFrame,
    stayed: pl.DataFrame | None,
    outcome: Events | Care,
    minimum: Minimum,
    estimate: Estimate,
) -> tuple[str, Fault | None]:
    if stayed is None:
        return "", None
    found = _compared(stayed, outcome, minimum)
    return told_of_who_stayed(phases, stayed, ARMS, minimum, found, estimate), None


def told_of_who_stayed(
    phases: pl.DataFrame,
    stayed: pl.DataFrame,
    arms: Sequence[str],
    minimum: Minimum,
    found: Estimate | None,
    estimate: Estimate,
) -> str:
    """Who left, and the result of who stayed (`found`) beside that of everyone."""
    share = _shares_left(arm_sizes(phases), arm_sizes(stayed), arms, minimum)
    return f"{share} {again('Met alleen wie bleef', found, estimate)}".lstrip()


_WHO = {"zis": "deelnemers", "vergelijking": "vergelijkingsgroep"}


def _shares_left(
    everyone: Mapping[str, tuple[int, int]],
    who_stayed: Mapping[str, tuple[int, int]],
    arms: Sequence[str],
    minimum: Minimum,
) -> str:
    """From rounded numbers; nothing where it would tell of few children."""
    told = []
    for arm in reversed(arms):
        pupils, stay = everyone[arm][0], who_stayed.get(arm, (0, 0))[0]
        if min(stay, pupils - stay) < minimum.show_children_with_event:
            return "Hoeveel leerlingen vertrokken, is te klein of te groot om te tonen."
        base = minimum.rounding_base
        share = percent(float(to_nearest(pupils - stay, base) / to_nearest(pupils, base)))
        told.append(f"{share} van de {_WHO[arm]}")
    return f"Binnen de gevolgde tijd vertrok {' en '.join(told)}."


__all__ = ["ARMS", "Pooled", "Probed", "partially_pooled", "permutation_p", "probed"]
