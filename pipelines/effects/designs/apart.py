"""How far two groups moved apart before the start, and how far the conclusion can bear it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl
from scipy import stats

from pipelines.effects import wording
from pipelines.effects.effect import (
    Fault,
    Finding,
    Parameters,
    PreTrend,
    Window,
    value_of,
)
from pipelines.effects.estimators.drift import (
    apart_by,
    beyond_drift,
    breakdown,
    course_of,
    pre_trend,
)
from pipelines.effects.estimators.robust import event_study, relative_breakdown, relative_interval
from pipelines.effects.rounding import p_text

UNTESTED = "De ontwikkeling vóór de start kon niet worden getoetst."


@dataclass(frozen=True)
class Apart:
    """`trend`: the test before the start. `survives`: is there a clear difference, the same way,
    when the drift before the start goes on? `breakdown`: by how much of the rate the groups may
    drift apart per half-year before the conclusion falls; None where nothing is clear."""

    trend: PreTrend | None
    survives: bool
    breakdown: float | None

    @property
    def faults(self) -> frozenset[Fault]:
        if self.trend is None:
            return frozenset({"untested"})
        found: set[Fault] = set()
        if not self.trend.holds:
            found.add("apart")
        if not self.survives:
            found.add("fragile")
        return frozenset(found)

    def told(self, found: Finding) -> str:
        """How far the groups may have drifted, in Dutch; empty where nothing is concluded."""
        whole = percent_down(self.breakdown)
        if whole is None or found not in ("lager", "hoger"):
            return ""
        limit = f"niet meer dan {whole}%" if whole >= 1 else "nog geen 1%"
        return f"De conclusie houdt stand zolang de groepen per half jaar {limit} uiteen liepen."


def groups_apart(
    summary: pl.DataFrame,
    window: Window,
    ratio_interval: tuple[float, float],
    difference: float,
    parameters: Parameters,
) -> Apart:
    """All of it for one comparison. `ratio_interval`, `difference`: exact, of the estimate."""
    course = course_of(summary, window)
    limit = breakdown(ratio_interval, apart_by(summary, window))
    if course is None:
        return Apart(None, survives=False, breakdown=limit)
    beyond = beyond_drift(course)
    survives = (
        beyond is not None
        and beyond.p < value_of(parameters, "effect_drift_p", 0.07)
        and beyond.value * difference > 0
    )
    return Apart(pre_trend(course), survives=survives, breakdown=limit)


_MOST_TIMES = 10


def relative_sentence(summary: pl.DataFrame, window: Window) -> str:
    """How the conclusion bears steps apart like the largest before the start; Dutch."""
    course = course_of(summary, window, every_period=True)
    study = None if course is None else event_study(course)
    if course is None or study is None:
        return "Met de onrustigste periode vóór de start kon niet worden vergeleken."
    critical = float(stats.t.ppf(0.975, len(course.total) - 1))
    low, high = (math.expm1(x) for x in relative_interval(study, 1.0, critical))
    span = f"{_percent_change(low)} en {_percent_change(high)}"
    told = (
        f"Liepen de groepen na de start elke periode even sterk uiteen als in de onrustigste"
        f" periode ervoor, dan ligt het verschil tussen {span} (Rambachan en Roth)"
    )
    limit = math.floor(10 * relative_breakdown(study, critical)) / 10
    if limit <= 0:
        return f"{told}."
    if limit > _MOST_TIMES:  # hardly any step before the start: the quotient says no more
        return f"{told}; ook bij meer dan {_MOST_TIMES} keer zo sterk blijft het duidelijk."
    return f"{told}; het blijft duidelijk tot {wording.number(limit, 1)} keer zo sterk."


def _percent_change(ratio: float) -> str:
    return f"{wording.percent(abs(ratio))} {'minder' if ratio < 0 else 'meer'}"


def before_the_start(trend: PreTrend | None) -> str:
    """What the test before the start says, and what it could have seen; Dutch."""
    if trend is None:
        return UNTESTED
    tested = f"({trend.periods} perioden, p {p_text(trend.p)})"
    if not trend.holds:
        return f"Vóór de start ontwikkelden de groepen zich aantoonbaar verschillend {tested}."
    told = f"Vóór de start waren de groepen niet aantoonbaar verschillend in ontwikkeling {tested}"
    seen = detectable_percent(trend)
    if seen is None:
        return f"{told}."
    return (
        f"{told}; liepen zij per half jaar {seen}% of meer uiteen, dan was dat in vier van de vijf"
        " gevallen opgemerkt."
    )


def detectable_percent(trend: PreTrend | None) -> int | None:
    """The smallest drift per half-year that would have been seen, in whole percents, rounded up."""
    if trend is None or trend.detectable is None:
        return None
    return math.ceil(100 * (1 - math.exp(-trend.detectable)))


def percent_down(share: float | None) -> int | None:
    """Whole percents, rounded down: never more than the numbers bear."""
    return None if share is None else math.floor(100 * share)
