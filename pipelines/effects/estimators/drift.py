"""Did the groups drift apart before the start, and would the conclusion survive if they go on so?

A log-linear (Poisson) regression of what happened per arm and period, with pupil-months as
exposure: a dummy per period, one for the participants, and their own straight line in time.

    log E[y] = log(months) + period + a * participant + d * participant * time [ + e * after ]

`pre_trend` tests d = 0 before the start. `beyond_drift` adds the months after the start and tests
e = 0: what is left of the effect when the drift seen before the start goes on as a straight line
(Rambachan and Roth 2023, second differences with M = 0), its own uncertainty included.

Schools are the clusters and there are few, so both tests are t tests of the working regression at
the null fit, with the error and the degrees of freedom of `few_clusters`. Periods before the start
that rest on one school are counted with the next. The test beyond the drift looks at the first year
after the start: the further a line is drawn, the less it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from pipelines.effects.effect import PreTrend, Window
from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.estimators.few_clusters import Clustered, last_coefficient

PRE_TREND_P = 0.10
HALF_YEAR = 6.0  # months
_YEAR = 12.0
_ARMS = ("vergelijking", "zis")
_LEAST = 2
POWER = 0.80
_STEPS = 50


@dataclass(frozen=True)
class Course:
    """`total`, `weight`: schools x columns; a column is one arm in one period.

    `participant`: is it the participants'? `time`: the middle of the period, in half-years since
    the start. `after`: does it lie after the start?
    """

    total: Floats
    weight: Floats
    participant: npt.NDArray[np.bool_]
    time: Floats
    after: npt.NDArray[np.bool_]

    def kept(self, columns: npt.NDArray[np.bool_]) -> Course:
        """These columns, and the schools that were seen in any of them."""
        weight = self.weight[:, columns]
        seen = weight.sum(1) > 0
        return Course(
            self.total[seen][:, columns],
            weight[seen],
            self.participant[columns],
            self.time[columns],
            self.after[columns],
        )


def course_of(
    summary: pl.DataFrame, window: Window, *, every_period: bool = False
) -> Course | None:
    """Periods before the start, and the first year after it as one; None without both arms.

    `summary`: as `summaries.outcome_by_slice`. `every_period`: all periods after the start apart.
    """
    first_year = pl.col("index") < max(1, _YEAR / window.periode)
    rows = summary.filter(
        (pl.col("division") == "periode")
        & (pl.lit(every_period) | first_year)
        & pl.col("groep").is_in(list(_ARMS))
        & (pl.col("months") > 0)
    )
    if rows["groep"].n_unique() < len(_ARMS):
        return None
    place = _pooled(rows, every_period=every_period)
    schools = {school: n for n, school in enumerate(sorted(rows["school"].unique()))}
    periods = sorted(set(place.values()))
    total = np.zeros((len(schools), 2 * len(periods)))
    weight = np.zeros_like(total)
    moments = np.zeros(len(periods))
    exposure = np.zeros(len(periods))
    for school, arm, index, events, months in rows.select(
        "school", "groep", "index", "total", "months"
    ).iter_rows():
        period = periods.index(place[index])
        at = schools[school], period + len(periods) * _ARMS.index(arm)
        total[at] += events
        weight[at] += months
        moments[period] += months * (index + 0.5) * window.periode / HALF_YEAR
        exposure[period] += months
    after = np.array([period >= 0 for period in periods])
    return Course(
        total,
        weight,
        np.repeat([False, True], len(periods)),
        np.tile(moments / exposure, 2),
        np.tile(after, 2),
    )


def _pooled(rows: pl.DataFrame, *, every_period: bool) -> dict[int, int]:
    """Period -> the period it is counted with, nearer to the start where it rests on one school.

    After the start that is 0 for all, unless `every_period`.
    """
    seen = rows.group_by("index", "groep").agg(pl.col("school").n_unique())
    enough = set(
        seen.group_by("index")
        .agg(pl.len().alias("arms"), pl.col("school").min())
        .filter((pl.col("arms") == len(_ARMS)) & (pl.col("school") >= _LEAST))["index"]
    )
    place: dict[int, int] = {}
    for index in sorted(rows["index"].unique()):
        if index >= 0:
            nearer = [other for other in enough if 0 <= other <= index and every_period]
            place[index] = max(nearer, default=0)
        else:
            place[index] = min((other for other in enough if index <= other < 0), default=-1)
    return place


def apart_by(summary: pl.DataFrame, window: Window) -> float:
    """Half-years between the middle of what was seen of participants before and after the start."""
    own = summary.filter((pl.col("division") == "periode") & (pl.col("groep") == "zis"))
    middle = (pl.col("index") + 0.5) * pl.col("months")

    def mean(rows: pl.DataFrame) -> float:
        return float(rows.select(middle.sum()).item() / rows["months"].sum())

    before, after = own.filter(pl.col("index") < 0), own.filter(pl.col("index") >= 0)
    return (mean(after) - mean(before)) * window.periode / HALF_YEAR


def breakdown(ratio_interval: tuple[float, float], half_years: float) -> float | None:
    """By how much the groups may have drifted apart per half-year before the conclusion falls.

    With a drift of at most x per half-year, in either direction, the ratio after the start is off
    by at most (1 - x) ** half_years; the conclusion falls where that takes the interval to 1. As a
    share of the rate; None where the interval holds 1.

    Equation: x = 1 - nearest^(1 / half-years), with nearest the bound of the ratio next to 1
    Source: Own arithmetic, after the breakdown value of Rambachan and Roth (2023).
    """
    low, high = ratio_interval
    if low <= 1 <= high or half_years <= 0:
        return None
    nearest = high if high < 1 else 1 / low
    return float(1 - nearest ** (1 / half_years))


def pre_trend(course: Course) -> PreTrend | None:
    """Test that both arms moved alike before the start; None where it cannot be tested.

    That is with fewer than two periods, fewer than two schools in an arm, or an arm without events.

    Equation: H0: d = 0 in log E[y] = log(months) + period + a x participant + d x participant x
        time
    Source: Roth (2022), American Economic Review: Insights 4, 305-322 (why a test alone is not
        enough, and what it could have found); errors: Bell and McCaffrey (2002).
    """
    before = course.kept(~course.after)
    periods = len(np.unique(before.time))
    own = before.participant.astype(float)
    tested = _tested(before, own[:, None], own * before.time) if periods >= _LEAST else None
    return None if tested is None else trend_of(tested, periods)


def trend_of(slope: Clustered, periods: int, unit: float = 1.0) -> PreTrend:
    """The test of a slope over `periods`; `unit`: what one of the log per half-year is in it."""
    far = slope.critical(PRE_TREND_P) + float(stats.norm.ppf(POWER))
    return PreTrend(
        periods=periods,
        slope=slope.value / unit,
        p=slope.p,
        holds=slope.p >= PRE_TREND_P,
        detectable=far * slope.error / unit,
    )


def beyond_drift(course: Course) -> Clustered | None:
    """The log ratio after the start beyond the drift before it, tested; None where it cannot be.

    Equation: H0: e = 0 in the same model + e x participant x after
    Source: Rambachan and Roth (2023), Review of Economic Studies 90, 2555-2591, second
        differences with M = 0.
    """
    if not course.after.any() or len(np.unique(course.time[~course.after])) < _LEAST:
        return None
    own = course.participant.astype(float)
    return _tested(course, np.column_stack([own, own * course.time]), own * course.after)


def _tested(course: Course, nuisance: Floats, tested: Floats) -> Clustered | None:
    """Test of the coefficient of `tested` beside period dummies and `nuisance`."""
    for arm in (course.participant, ~course.participant):
        if course.total[:, arm].sum() <= 0 or (course.weight[:, arm].sum(1) > 0).sum() < _LEAST:
            return None
    times = np.unique(course.time)
    periods = (course.time[:, None] == times[None, :]).astype(float)
    null = np.column_stack([periods, nuisance])
    rates = poisson_rates(course.total.sum(0), course.weight.sum(0), null)
    if rates is None:
        return None
    design = np.column_stack([null, tested])
    fitted = rates * course.weight
    return last_coefficient(
        (course.total - fitted) @ design,
        np.einsum("gc,ck,cl->gkl", fitted, design, design),
    )


def poisson_rates(total: Floats, weight: Floats, design: Floats) -> Floats | None:
    """Rates of maximum likelihood by Newton steps; None where a rate runs to zero.

    Equation: beta += (X' diag(mean) X)^-1 X'(y - mean), mean = exp(X beta) x exposure
    Source: McCullagh and Nelder (1989), Generalized Linear Models, section 2.5.
    """
    kept = weight > 0
    start = np.log(total.sum() / weight.sum())
    beta = np.linalg.lstsq(design, np.full(len(design), start), rcond=None)[0]
    for _ in range(_STEPS):
        mean = np.exp(design @ beta) * weight
        gradient = design[kept].T @ (total - mean)[kept]
        hessian = (design[kept].T * mean[kept]) @ design[kept]
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return None
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            rates: Floats = np.exp(design @ beta)
            return rates
    return None
