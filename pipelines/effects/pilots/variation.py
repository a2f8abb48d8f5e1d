"""How an outcome varies between pupils and schools, from sums and products per school.

Moment estimators, so that sums are all it takes and nothing is fitted: the variance within pupils
from their own before and during (which what always differs between pupils does not touch), that of
schools from what their pupils share (Searle, Casella and McCulloch 1992, Variance Components,
chapter 3). A variance that comes out below zero is zero.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.pilots.power import Baseline

_LEAST_DISPERSION = 0.1


def base_of_counts(moments: pl.DataFrame) -> Baseline:
    """From `moments.moments_of_counts`. Raises `CannotEstimate` where nothing happened.

    Equation: variance between schools = (what pupils of a school share - chance) / (level^2 x
        pairs)
    Source: Searle, Casella and McCulloch (1992), Variance Components, chapter 3.
    """
    total = _sums(moments)
    if not (total["y"] > 0 and total["big_y"] > 0 and total["ky"] > 0):
        raise CannotEstimate("nothing happened before or during")
    dispersion, change = _of_changes(moments)
    level = total["y"] / total["w"]
    apart = total["yy"] - 2 * level * total["wy"] + level**2 * total["ww"]
    y, w = moments["y"].to_numpy(), moments["w"].to_numpy()
    shared = float(((y - level * w) ** 2).sum()) - apart
    pairs = float((w**2).sum()) - total["ww"]
    schools = max(0.0, shared / (level**2 * pairs)) if pairs > 0 else 0.0
    everyone = max(0.0, (apart - dispersion * total["y"]) / (level**2 * total["ww"]))
    return Baseline(
        kind="aantal",
        level=level,
        dispersion=dispersion,
        school_change=float(np.sqrt(change)),
        school_level=float(np.sqrt(schools)),
        pupil_level=float(np.sqrt(max(0.0, everyone - schools))),
        leaving=float(1 - np.exp(-12 * total["left"] / total["big_w"])),
        unequal=_unequal(moments),
    )


def _of_changes(moments: pl.DataFrame) -> tuple[float, float]:
    """Over-dispersion of pupils' changes, and the variance of schools' own log changes.

    What pupils differ from their school's change is chance; what schools differ from their arm's
    change beyond that chance, is their own.
    """
    dispersion = max(_LEAST_DISPERSION, _within_schools(moments))
    schools = explained = scale = 0.0
    for _, arm in moments.group_by("groep", maintain_order=True):
        whole = _sums(arm)
        if len(arm) < 2 or not (whole["ky"] > 0 and whole["big_y"] > 0):
            continue
        ratio = whole["big_y"] / whole["ky"]
        off = (arm["big_y"] - ratio * arm["ky"]).to_numpy()
        usual = ((arm["big_y"] + ratio * arm["ky"]) / 2).to_numpy()
        schools += float((off**2).sum()) * len(arm) / (len(arm) - 1)
        explained += whole["big_y"] + ratio**2 * whole["kky"]
        scale += float((usual**2).sum())
    change = max(0.0, (schools - dispersion * explained) / scale) if scale > 0 else 0.0
    return dispersion, change


def _within_schools(moments: pl.DataFrame) -> float:
    """Squared differences of pupils from their school's change, over what chance would give."""
    known = moments.filter(pl.col("ky") > 0, pl.col("pupils") > 1)
    ratio = known["big_y"] / known["ky"]
    moved = known["big_yy"] - 2 * ratio * known["kyy"] + ratio**2 * known["kyky"]
    moved = moved * known["pupils"] / (known["pupils"] - 1)
    chance = float((known["big_y"] + ratio**2 * known["kky"]).sum())
    if chance <= 0:
        raise CannotEstimate("no school with events before and during")
    return float(moved.sum()) / chance


def _sums(frame: pl.DataFrame) -> dict[str, float]:
    """Every number of the frame, added up over the schools."""
    return frame.select(pl.selectors.numeric().sum().cast(pl.Float64)).row(0, named=True)


def _unequal(frame: pl.DataFrame) -> float:
    pupils = frame["pupils"].to_numpy().astype(float)
    return float(pupils.std(ddof=1) / pupils.mean()) if len(pupils) > 1 else 0.0


def base_of_means(summary: pl.DataFrame, *, changes: bool) -> Baseline:
    """From a summary of `pupil_values`: analysis of variance over the schools of each arm.

    `changes`: the level is then that before, not of what changed. Raises `CannotEstimate` where no
    school has two pupils, or no arm two schools.

    Equation: between = (mean square between - mean square within) / pupils per school
    Source: Searle, Casella and McCulloch (1992), Variance Components, chapter 3.
    """
    pupils, total = summary["pupils"].to_numpy().astype(float), summary["total"].to_numpy()
    within = float((summary["squares"].to_numpy() - total**2 / pupils).sum())
    free = float(pupils.sum() - len(summary))
    between = held = 0.0
    arms = 0
    for _, arm in summary.group_by("groep", maintain_order=True):
        n = arm["pupils"].to_numpy().astype(float)
        means = arm["total"].to_numpy() / n
        middle = float(arm["total"].sum()) / n.sum()
        between += float((n * (means - middle) ** 2).sum())
        held += float(n.sum() - (n**2).sum() / n.sum())
        arms += 1
    if free < 1 or held <= 0:
        raise CannotEstimate("no school with two pupils, or no arm with two schools")
    pupil = within / free
    if pupil <= 0:
        raise CannotEstimate("pupils do not differ")
    school = max(0.0, (between - (len(summary) - arms) * pupil) / held)
    return Baseline(
        kind="gemiddelde",
        level=_sums(summary)["before" if changes else "total"] / float(pupils.sum()),
        dispersion=pupil,
        school_change=float(np.sqrt(school)),
        unequal=_unequal(summary),
    )
