"""How much the groups may drift apart before an interval says nothing: Rambachan and Roth (2023).

An event study gives the log ratio of participants to comparison per period, against the last one
before the start. What the groups would have drifted apart without the programme is `delta`.

Relative magnitudes: after the start no step of delta is larger than `bound` times the largest step
before it, so the weighted mean effect is off by at most bound x largest x sum(k x weight[k]), with
k the period after the start; the interval is widened by that on both sides (their lemma 2.2). The
largest step before the start is taken as it was measured; measured steps are larger than true ones,
so the interval is rather too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.effects.estimators.drift import Course
from pipelines.effects.estimators.estimate import Floats


@dataclass(frozen=True)
class EventStudy:
    """`before`: log ratios of all periods but the last before the start, oldest first; `after`: of
    the periods after it; `covariance` of both in that order; `weights` of the periods after."""

    before: Floats
    after: Floats
    covariance: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        return float(self.weights @ self.after)

    @property
    def error(self) -> float:
        k = len(self.before)
        return float(np.sqrt(self.weights @ self.covariance[k:, k:] @ self.weights))

    @property
    def reach(self) -> float:
        """Steps from the last period before the start to the mean one after it."""
        return float(self.weights @ np.arange(1, len(self.after) + 1))

    @property
    def largest_step(self) -> float:
        return float(np.abs(np.diff(np.append(self.before, 0.0))).max())


def event_study(course: Course) -> EventStudy | None:
    """From schools x arms and periods; None where an arm has a period without anything happening.

    The log of each cell's rate moves with a school by (total - rate x weight) / all total, which
    gives the covariance between schools. Periods after the start weigh by participants' months.

    Equation: log rate of participants - log rate of the comparison, minus the same in the last
        period before the start
    Source: Rambachan and Roth (2023), Review of Economic Studies 90, 2555-2591.
    """
    times = np.unique(course.time)
    rates = course.total.sum(0)
    if (rates <= 0).any() or len(course.total) < 2:
        return None
    rate = rates / course.weight.sum(0)
    scores = (course.total - rate * course.weight) / rates
    own, other = course.participant, ~course.participant
    order = np.argsort(course.time[own]), np.argsort(course.time[other])
    logs = np.log(rate[own][order[0]]) - np.log(rate[other][order[1]])
    moves = scores[:, own][:, order[0]] - scores[:, other][:, order[1]]
    base = int((times < 0).sum()) - 1
    if base < 1 or base == len(times) - 1:
        return None
    kept = np.arange(len(times)) != base
    schools = len(scores)
    apart = (moves - moves[:, [base]])[:, kept]
    months = course.weight[:, own].sum(0)[order[0]][base + 1 :]
    coefficients = (logs - logs[base])[kept]
    return EventStudy(
        coefficients[:base],
        coefficients[base:],
        schools / (schools - 1) * apart.T @ apart,
        months / months.sum(),
    )


def relative_interval(study: EventStudy, bound: float, critical: float) -> tuple[float, float]:
    """Interval when no step after the start exceeds `bound` times the largest before it.

    `critical`: how many standard errors wide on either side, apart from the bias.

    Equation: mean -+ (critical x error + bound x largest step before x sum(k x weight[k]))
    Source: Rambachan and Roth (2023), lemma 2.2, relative magnitudes.
    """
    half = critical * study.error + bound * study.largest_step * study.reach
    return study.mean - half, study.mean + half


def relative_breakdown(study: EventStudy, critical: float) -> float:
    """The largest `bound` at which that interval does not hold zero; 0 where it always does.

    Equation: bound = (|mean| - critical x error) / (largest step before x sum(k x weight[k]))
    Source: Rambachan and Roth (2023): the breakdown value.
    """
    worst = study.largest_step * study.reach
    spare = abs(study.mean) - critical * study.error
    return max(0.0, spare / worst) if worst > 0 else 0.0
