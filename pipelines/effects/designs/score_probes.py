"""Would a difference between means be there without what it should rest on?

Schools dealt anew over both groups where they are few; kinds of schools apart; who was measured
again; participants with more hours beside those with fewer. Only words leave this module, and
shares of rounded numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.effects.designs.probes import (
    ARMS,
    KINDS_UNKNOWN,
    Probed,
    kinds_differ,
    partially_pooled,
    permutation_p_of_means,
    told_of_dealing,
)
from pipelines.effects.effect import Minimum
from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.estimators.means import Means, mean_difference, means_of
from pipelines.effects.estimators.weighting import SECTOR, with_sector
from pipelines.effects.rounding import decimals_for, to_nearest
from pipelines.effects.wording import number, percent

_WIDE = 1.96


def probed_means(
    means: Means, summary: pl.DataFrame, kinds: Mapping[str, str], scale: float, minimum: Minimum
) -> Probed:
    """What speaks for and against a comparison of two arms. `summary`: as `pupil_values`."""
    own, other = means.weight[:, 1] > 0, means.weight[:, 0] > 0
    dealt, fault = told_of_dealing(own, other, lambda: permutation_p_of_means(means))
    told = (dealt, _by_kind(summary, kinds, scale, minimum))
    return Probed(
        tuple(each for each in told if each), frozenset() if fault is None else frozenset({fault})
    )


def _by_kind(
    summary: pl.DataFrame, kinds: Mapping[str, str], scale: float, minimum: Minimum
) -> str:
    """Differences per onderwijssoort, each drawn to their mean by what chance explains."""
    known = with_sector(summary, kinds).filter(pl.col(SECTOR).is_not_null())
    found: list[tuple[str, float, float]] = []
    for (kind,), rows in sorted(known.partition_by(SECTOR, as_dict=True).items()):
        if not _large_enough(rows, minimum):
            continue
        try:
            each = mean_difference(means_of(rows, ARMS))
        except CannotEstimate:
            continue
        # From the interval, which is as wide as few schools make it.
        error = (each.interval[1] - each.interval[0]) / (2 * _WIDE)
        found.append((str(kind), each.value * scale, error * scale))
    if len(found) < 2:
        return KINDS_UNKNOWN
    pooled = partially_pooled(np.array([v for _, v, _ in found]), np.array([e for *_, e in found]))
    parts = []
    for (kind, *_), value, error in zip(found, pooled.values, pooled.errors, strict=True):
        low, high = value - _WIDE * error, value + _WIDE * error
        decimals = 0 if scale == 100 else decimals_for(error, (low, high))
        shown = [number(float(x), decimals) for x in (value, low, high)]
        parts.append(f"{kind} {shown[0]} ({shown[1]} tot {shown[2]})")
    named = ", ".join(parts)
    return f"{kinds_differ(pooled)}; elke soort naar het geheel toe getrokken: {named}."


def _large_enough(rows: pl.DataFrame, minimum: Minimum) -> bool:
    sizes = rows.group_by("groep").agg(pl.col("pupils").sum(), pl.col("school").n_unique())
    return (
        sizes["groep"].n_unique() == len(ARMS)
        and (sizes["pupils"] >= minimum.show_children).all()
        and (sizes["school"] >= minimum.show_schools).all()
    )


def measured_again(
    summary: pl.DataFrame, before: pl.DataFrame, arms: tuple[str, ...], minimum: Minimum
) -> str:
    """Of how many with a score before the start there is a later one, per arm; Dutch.

    From rounded numbers; nothing where it would tell of few children.
    """
    started = dict(before.select("groep", "pupils").iter_rows())
    told = []
    for arm in reversed(arms):
        again = int(summary.filter(pl.col("groep") == arm)["pupils"].sum())
        missed = started.get(arm, 0) - again
        if 0 < missed < minimum.show_children_with_event or again < minimum.show_children:
            return "Van hoeveel leerlingen de latere meting ontbreekt, is te klein om te tonen."
        base = minimum.rounding_base
        share = percent(float(to_nearest(again, base) / to_nearest(started[arm], base)))
        whose = "de deelnemers" if arm == "zis" else "de vergelijkingsgroep"
        told.append(f"{share} van {whose}")
    return (
        f"Van wie een voormeting heeft, heeft {' en '.join(told)} ook een latere meting; de anderen"
        " tellen niet mee."
    )


__all__ = ["measured_again", "probed_means"]
