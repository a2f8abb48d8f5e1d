"""From protected counts to the figures a reader sees: the released table `cellen`.

Every number here is worked out from published numbers only, so nothing that is hidden can be
worked out from what is shown. Shares and rates are whole numbers, and so are their intervals,
rounded outwards. A figure that cannot be shown says why, in one Dutch sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import polars as pl

from pipelines.metrics import intervals
from pipelines.metrics.compute import Result
from pipelines.metrics.metric import Mean, Metric, Quotient, Rate
from pipelines.metrics.quantiles import Spread
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import rules
from pipelines.release.disclosure.problem import MINIMUM_SCHOOLS

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
Status = Literal["zichtbaar", "afgeschermd", "te_klein", "niet_geleverd", "nvt"]

SMALLEST_BASE = {100: 20, 1000: 100}  # denominators below this give no percentage or rate
MEDIAN_CLASS_DAYS = 2
MEDIAN_CHILDREN = {"mediaan": 10, "p90": 20}

HIDDEN = "Afgeschermd, zodat geen kind te herkennen is."
TOO_SMALL = "Te weinig leerlingen voor een betrouwbaar en veilig cijfer."
NOTHING_TO_SHARE = "Er was niets om een aandeel van te nemen."
NOT_KNOWN = "Het aantal leerlingen van dit gebied is niet bekend."


@dataclass(frozen=True)
class Figure:
    """One row of `cellen`. Numbers are None unless `status` is zichtbaar."""

    metriek: str
    schooljaar: str
    niveau: str
    gebied: str
    uitsplitsing: str
    categorie: str
    maat: str = ""
    teller: float | None = None
    noemer: float | None = None
    waarde: float | None = None
    onder: float | None = None
    boven: float | None = None
    n: float | None = None
    status: Status = "zichtbaar"
    reden: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return (self.schooljaar, self.niveau, self.gebied, self.uitsplitsing, self.categorie)


def _blank(metric: str, key: Sequence[str], measure: str = "") -> Figure:
    year, level, area, breakdown, category = key
    return Figure(metric, year, level, area, breakdown, category, measure)


SCHEMA = {
    name: pl.Float64 if name in {"teller", "noemer", "waarde", "onder", "boven", "n"} else pl.String
    for name in Figure.__dataclass_fields__
}


def figures(
    result: Result,
    protected: Sequence[Protected],
    metrics: Mapping[str, Metric],
    years: Sequence[str],
    thresholds: Thresholds,
) -> pl.DataFrame:
    """All figures of a release, sorted; the columns of the released table `cellen`."""
    found: list[Figure] = []
    for metric in metrics.values():
        if metric.id in result.not_delivered:
            found += _not_delivered(metric, result.not_delivered[metric.id], years)
        elif not isinstance(metric.form, Quotient):
            found += _of_counts(metric, protected)
    for spread in result.spreads:
        found += _of_spread(spread, thresholds)
    by_metric: dict[str, list[Figure]] = {}
    for figure in found:
        by_metric.setdefault(figure.metriek, []).append(figure)
    for metric in metrics.values():
        if isinstance(metric.form, Quotient) and metric.id not in result.not_delivered:
            found += _of_quotient(metric, metric.form, by_metric)
    frame = pl.DataFrame([asdict(f) for f in found], schema=SCHEMA)
    return frame.sort("metriek", *KEY, "maat")


def _not_delivered(metric: Metric, lacking: Sequence[str], years: Sequence[str]) -> list[Figure]:
    reason = f"Niet geleverd: {', '.join(lacking)}."
    return [
        Figure(metric.id, year, "totaal", "", "", "", status="niet_geleverd", reden=reason)
        for year in years
    ]


@dataclass(frozen=True)
class _Cell:
    """A published number; `value` is None where the cell is hidden."""

    value: float | None


def _of_counts(metric: Metric, protected: Sequence[Protected]) -> list[Figure]:
    tellers: dict[tuple[str, ...], _Cell] = {}
    noemers: dict[tuple[str, ...], _Cell] = {}
    bases: dict[tuple[str, ...], float] = {}
    for component in protected:
        rows = component.counted.figures.filter(pl.col("metriek") == metric.id)
        shown = dict(component.cells.select("cel", "gepubliceerd").iter_rows())
        for *place, teller, noemer, base in rows.select(
            *KEY, "teller", "noemer", "bekend"
        ).iter_rows():
            key = tuple(place)
            if teller is not None:
                tellers[key] = _Cell(shown[teller])
            if noemer is not None:
                noemers[key] = _Cell(shown[noemer])
            if base is not None:
                bases[key] = base
    keys = sorted({*tellers, *noemers})
    return [
        _figure(metric, key, tellers.get(key), noemers.get(key), bases.get(key)) for key in keys
    ]


def _figure(
    metric: Metric,
    key: tuple[str, ...],
    teller: _Cell | None,
    noemer: _Cell | None,
    base: float | None,
) -> Figure:
    blank = _blank(metric.id, key)
    if teller is None or teller.value is None or (noemer is not None and noemer.value is None):
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    if isinstance(metric.form, Rate):
        return _rate(metric.form, blank, teller.value, base)
    if noemer is None:
        return replace(blank, teller=teller.value, waarde=teller.value, n=teller.value)
    if noemer.value is None:
        raise ValueError(f"{metric.id}: a hidden denominator was taken for shown")
    if isinstance(metric.form, Mean):
        return _mean(metric.form, blank, teller.value, noemer.value)
    return _share(blank, teller.value, noemer.value)


def _share(blank: Figure, teller: float, noemer: float) -> Figure:
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    part = min(teller, noemer)  # rounding apart may put the part above the whole
    share = rules.rate(int(part), int(noemer), SMALLEST_BASE[100])
    if share is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    bounds = intervals.wilson(part, noemer)
    return replace(
        blank,
        teller=teller,
        noemer=noemer,
        waarde=share,
        onder=math.floor(100 * bounds.low) if bounds else None,
        boven=math.ceil(100 * bounds.high) if bounds else None,
        n=noemer,
    )


def _rate(form: Rate, blank: Figure, teller: float, base: float | None) -> Figure:
    if base is None:
        return replace(blank, status="nvt", reden=NOT_KNOWN)
    rate = rules.rate(int(teller), int(base), SMALLEST_BASE[form.per], form.per)
    if rate is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    inside = form.within and teller <= base
    bounds = intervals.wilson(teller, base) if inside else intervals.garwood(teller, base)
    return replace(
        blank,
        teller=teller,
        noemer=base,
        waarde=rate,
        onder=math.floor(form.per * bounds.low) if bounds else None,
        boven=math.ceil(form.per * bounds.high) if bounds else None,
        n=base,
    )


def _mean(form: Mean, blank: Figure, teller: float, noemer: float) -> Figure:
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    mean = rules.mean(teller / form.scale, int(noemer))
    if mean is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    return replace(
        blank, teller=teller / form.scale, noemer=noemer, waarde=round(mean, 1), n=noemer
    )


def _of_spread(spread: Spread, thresholds: Thresholds) -> list[Figure]:
    """Medians and p90, in classes, with their bounds in the same classes."""
    found: list[Figure] = []
    for row in spread.cells.iter_rows(named=True):
        blank = _blank(row["metriek"], [row[k] for k in KEY], row["maat"])
        least = max(MEDIAN_CHILDREN[row["maat"]], thresholds.heavy)
        few_schools = row["scholen"] is not None and row["scholen"] < MINIMUM_SCHOOLS
        if row["kinderen"] < least or few_schools:
            found.append(replace(blank, status="afgeschermd", reden=HIDDEN))
            continue
        value, low, high = (
            rules.quantile_class(row[name], row["kinderen"], MEDIAN_CLASS_DAYS)
            for name in ("waarde", "onder", "boven")
        )
        if value is None:
            found.append(replace(blank, status="te_klein", reden=TOO_SMALL))
            continue
        count = float(row["aantal"] // thresholds.rounding * thresholds.rounding)
        found.append(replace(blank, waarde=value, onder=low, boven=high, n=count))
    return found


def _of_quotient(
    metric: Metric, form: Quotient, by_metric: Mapping[str, Sequence[Figure]]
) -> list[Figure]:
    below = {f.key: f for f in by_metric.get(form.denominator, ())}
    found: list[Figure] = []
    for above in by_metric.get(form.numerator, ()):
        blank = _blank(metric.id, above.key)
        under = below.get(above.key)
        if above.waarde is None or under is None or under.teller is None:
            found.append(replace(blank, status="afgeschermd", reden=HIDDEN))
        elif under.teller == 0:
            found.append(replace(blank, status="nvt", reden=NOTHING_TO_SHARE))
        else:
            mean = rules.mean(above.waarde, int(under.teller))
            found.append(
                replace(blank, status="te_klein", reden=TOO_SMALL)
                if mean is None
                else replace(
                    blank,
                    teller=above.waarde,
                    noemer=under.teller,
                    waarde=round(mean / 10) * 10.0,
                    n=under.teller,
                )
            )
    return found
