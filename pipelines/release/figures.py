"""From protected counts to the figures a reader sees: the released table `cellen`.

Counts, shares and rates are worked out from published numbers only, so nothing that is hidden can
be worked out from what is shown; shares and rates are whole numbers. A mean is worked out from
exact ones, so that its last digit is right, and its sum is not published: `amounts` proves what
that tells. Every interval holds what rounding hides (`bounds`) and is rounded outwards. A figure
that cannot be shown says why, in one Dutch sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import polars as pl

from pipelines.metrics.compute import Counted, Result
from pipelines.metrics.metric import (
    Count,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Quotient,
    Rate,
    Share,
    Split,
    Total,
)
from pipelines.metrics.statistics.intervals import Interval
from pipelines.release import bounds, unit_costs
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import rules
from pipelines.release.figure import (
    HIDDEN,
    KEY,
    LACKING,
    NOT_KNOWN,
    NOTHING_TO_SHARE,
    SCHEMA,
    TOO_SMALL,
    Figure,
    unfilled,
)
from pipelines.release.spread_figures import of_spread

SMALLEST_BASE = {1: 1, 100: 20, 1000: 100}  # denominators below this give no percentage or rate


def figures(
    result: Result,
    protected: Sequence[Protected],
    metrics: Mapping[str, Metric],
    years: Sequence[str],
    thresholds: Thresholds,
) -> pl.DataFrame:
    """All figures of a release, sorted; the columns of the released table `cellen`."""
    found: list[Figure] = []
    open_ones = [_as_it_is(counted) for counted in result.public]
    for metric in metrics.values():
        if metric.id in result.not_delivered:
            found += _not_delivered(metric, result.not_delivered[metric.id], years)
        elif not isinstance(metric.form, Quotient):
            kept = open_ones if metric.measure.public else protected
            found += _of_counts(metric, kept, thresholds)
    for spread in result.spreads:
        found += of_spread(metrics[spread.metric], spread, thresholds)
    by_metric: dict[str, list[Figure]] = {}
    for figure in found:
        by_metric.setdefault(figure.metriek, []).append(figure)
    for metric in metrics.values():
        if isinstance(metric.form, Quotient) and metric.id not in result.not_delivered:
            found += _of_quotient(metric, metric.form, by_metric, thresholds)
    found = [*_covered(found, result)]
    frame = pl.DataFrame([asdict(f) for f in found], schema=SCHEMA)
    return frame.sort("metriek", *KEY, "maat")


def _covered(found: Sequence[Figure], result: Result) -> Iterator[Figure]:
    """The figures with their coverage; of an area of which nothing was delivered only that.

    A supplier is an area where it has figures in any year. What counted there was left out before
    anything was protected, so nothing is hidden by this.
    """
    suppliers = {(f.metriek, f.gebied) for f in found if f.niveau == "aanbieder"}
    for figure in found:
        place = (figure.schooljaar, figure.niveau, figure.gebied)
        note = result.notes.get(figure.metriek, {}).get(place)
        if note is None or figure.status == "niet_geleverd":
            yield figure
        elif not note.absent:
            yield replace(figure, dekking=note.text, dekking_kenmerk=note.mark)
    for metric, places in result.notes.items():
        for (year, level, area), note in places.items():
            known = level != "aanbieder" or (metric, area) in suppliers
            if note.absent and known and metric not in result.not_delivered:
                yield Figure(
                    metric, year, level, area, "", "",
                    status="niet_geleverd", reden=f"{LACKING} {note.text}",
                )  # fmt: skip


def _not_delivered(metric: Metric, lacking: Sequence[str], years: Sequence[str]) -> list[Figure]:
    reason = f"{LACKING} {', '.join(lacking)}."
    return [
        Figure(metric.id, year, "totaal", "", "", "", status="niet_geleverd", reden=reason)
        for year in years
    ]


def _as_it_is(counted: Counted) -> Protected:
    """A count behind which no person stands: every cell is shown, unrounded."""
    cells = counted.cells.select(
        "cel", zichtbaar=pl.lit(value=True), gepubliceerd=pl.col("aantal").cast(pl.Float64)
    )
    return Protected(counted, cells, 0, "")


@dataclass(frozen=True)
class _Cell:
    """A published number; `value` is None where the cell is hidden.

    `exact`, `persons` and `variance` of a sum are what a mean is worked out from; no other figure
    looks at them.
    """

    value: float | None
    exact: int
    persons: int
    variance: float | None


@dataclass(frozen=True)
class _Rounding:
    """How a metric's counts were rounded, and from how many children they show."""

    threshold: int
    step: int

    @classmethod
    def of(cls, metric: Metric, thresholds: Thresholds) -> _Rounding:
        if metric.measure.public:
            return cls(1, 1)
        heavy = metric.threshold == "zwaar"
        return cls(thresholds.heavy if heavy else thresholds.standard, thresholds.rounding)


def _of_counts(
    metric: Metric, protected: Sequence[Protected], thresholds: Thresholds
) -> list[Figure]:
    tellers: dict[tuple[str, ...], _Cell] = {}
    noemers: dict[tuple[str, ...], _Cell] = {}
    bases: dict[tuple[str, ...], float] = {}
    left_out: set[tuple[str, ...]] = set()
    for component in protected:
        rows = component.counted.figures.filter(pl.col("metriek") == metric.id)
        if rows.is_empty():
            continue
        shown = _cells(component)
        for *place, teller, noemer, base in rows.select(
            *KEY, "teller", "noemer", "bekend"
        ).iter_rows():
            key = tuple(place)
            if component.left_out & {teller, noemer}:
                left_out.add(key)
            if teller is not None:
                tellers[key] = shown[teller]
            if noemer is not None:
                noemers[key] = shown[noemer]
            if base is not None:
                bases[key] = base
    keys = sorted({*tellers, *noemers} - left_out)
    return [
        _figure(metric, key, tellers.get(key), noemers.get(key), bases.get(key), thresholds)
        for key in keys
    ]


def _cells(component: Protected) -> dict[int, _Cell]:
    counted = component.counted.cells
    if "spreiding" not in counted.columns:  # nothing is summed here
        counted = counted.with_columns(spreiding=pl.lit(None, pl.Float64))
    both = counted.select("cel", "aantal", "kinderen", "spreiding").join(
        component.cells.select("cel", "gepubliceerd"), on="cel"
    )
    return {
        cell: _Cell(value, exact, persons, variance)
        for cell, exact, persons, variance, value in both.iter_rows()
    }


def _figure(
    metric: Metric,
    key: tuple[str, ...],
    teller: _Cell | None,
    noemer: _Cell | None,
    base: float | None,
    thresholds: Thresholds,
) -> Figure:
    blank = unfilled(metric.id, key)
    rounding = _Rounding.of(metric, thresholds)
    if isinstance(metric.form, PerUnit) and noemer is not None and noemer.value is not None:
        return _per_unit(blank, base, noemer.value, thresholds.heavy, rounding)
    if teller is None or teller.value is None or (noemer is not None and noemer.value is None):
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    least = 1 if metric.measure.public else None
    below = None if noemer is None else noemer.value
    match metric.form:
        case Rate():
            return _rate(metric.form, blank, teller.value, base, least, rounding)
        case Total():
            value = teller.value / metric.form.scale
            return replace(blank, teller=value, waarde=value, n=value)
        case Mean() if noemer is not None and below is not None:
            return _mean(metric.form, blank, teller, noemer, below, least)
        case Share() | Split() if below is not None:
            found = _share(blank, teller.value, below, least, rounding)
            unknown = metric.nothing if found.reden == NOTHING_TO_SHARE else ""
            return replace(found, reden=unknown or found.reden)
        case Count() | Flow():
            return _count(blank, teller.value, rounding)
        case _:
            raise ValueError(f"{metric.id}: a figure without its denominator")


def _count(blank: Figure, value: float, rounding: _Rounding) -> Figure:
    """A count, with the interval of so many chance events: two counts only compare by that."""
    found = bounds.count(int(value), rounding.threshold, rounding.step)
    low, high = (None, None) if found is None else bounds.outwards(found, 0)
    return replace(blank, teller=value, waarde=value, onder=low, boven=high, n=value)


def _share(
    blank: Figure, teller: float, noemer: float, least: int | None, rounding: _Rounding
) -> Figure:
    """`least`: the smallest denominator, where it is not the usual one."""
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    part = min(teller, noemer)  # rounding apart may put the part above the whole
    share = rules.rate(int(part), int(noemer), least or SMALLEST_BASE[100])
    if share is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    found = bounds.share(int(part), int(noemer), rounding.threshold, rounding.step)
    return _bounded(
        replace(blank, teller=teller, noemer=noemer, waarde=share, n=noemer), found, 100
    )


def _bounded(figure: Figure, found: Interval | None, scale: int) -> Figure:
    """With the bounds of a fraction in the figure's own scale, to a tenth."""
    if found is None:
        return figure
    low, high = bounds.outwards(Interval(scale * found.low, scale * found.high), 1)
    return replace(figure, onder=low, boven=high)


def _rate(
    form: Rate,
    blank: Figure,
    units: float,
    base: float | None,
    least: int | None,
    rounding: _Rounding,
) -> Figure:
    """Per 100 and per 1,000 whole, per one (a caseload) to a tenth; no interval where no chance."""
    if not base:
        return replace(blank, status="nvt", reden=NOT_KNOWN)
    if base < (least or SMALLEST_BASE[form.per]):
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    teller = units / form.scale
    parts = 10 if form.per == 1 else 1
    value = math.floor(form.per * parts * teller / base + 0.5) / parts
    shown = replace(blank, teller=teller, noemer=base, waarde=value, n=base)
    if form.scale > 1:  # hours are no chance events
        return shown
    inside = form.within and teller <= base
    found = bounds.rate(int(teller), base, rounding.threshold, rounding.step, within=inside)
    return _bounded(shown, found, form.per)


def _per_unit(
    blank: Figure, base: float | None, noemer: float, least: int, rounding: _Rounding
) -> Figure:
    """What one unit costs: a public amount over a published count, no finer than that count."""
    if base is None:
        return replace(blank, status="nvt", reden=NOT_KNOWN)
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    mean = rules.mean(base, int(noemer), least)
    if mean is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    cost = unit_costs.of_public(base, int(noemer), rounding.threshold, rounding.step)
    return replace(
        blank,
        teller=rules.round_cost(base),
        noemer=noemer,
        waarde=cost.value,
        onder=cost.low,
        boven=cost.high,
        n=noemer,
    )


def _mean(
    form: Mean,
    blank: Figure,
    total: _Cell,
    units: _Cell,
    noemer: float,
    least: int | None,
) -> Figure:
    """The mean of the exact sum over the exact number; the sum of persons is not published."""
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    if noemer < (least or 10):
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    value = rules.rounded_mean(total.exact / form.scale, units.exact)
    teller = None if least is None else total.exact / form.scale
    shown = replace(blank, teller=teller, noemer=noemer, waarde=value, n=noemer)
    variance = None if total.variance is None else total.variance / form.scale**2
    found = bounds.mean(total.exact / form.scale, units.exact, total.persons, variance)
    return _bounded(shown, found, 1)


def _of_quotient(
    metric: Metric,
    form: Quotient,
    by_metric: Mapping[str, Sequence[Figure]],
    thresholds: Thresholds,
) -> list[Figure]:
    below = {f.key: f for f in by_metric.get(form.denominator, ())}
    return [
        _quotient(unfilled(metric.id, above.key), above.waarde, below.get(above.key), thresholds)
        for above in by_metric.get(form.numerator, ())
    ]


def _quotient(
    blank: Figure, amount: float | None, under: Figure | None, thresholds: Thresholds
) -> Figure:
    """A published amount over a published count, no finer than what rounding leaves of both."""
    if amount is None or under is None or under.teller is None:
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    if under.teller == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    mean = rules.mean(amount, int(under.teller))
    if mean is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    cost = unit_costs.of_published(amount, int(under.teller), thresholds.heavy, thresholds.rounding)
    return replace(blank, teller=amount, noemer=under.teller, waarde=cost.value, n=under.teller)
