"""From protected counts to the figures a reader sees: the released table `cellen`.

Every number here is worked out from published numbers only, so nothing that is hidden can be
worked out from what is shown. Shares and rates are whole numbers, and so are their intervals,
rounded outwards. A figure that cannot be shown says why, in one Dutch sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import polars as pl

from pipelines.metrics import intervals
from pipelines.metrics.compute import Counted, Result
from pipelines.metrics.metric import (
    Count,
    Difference,
    Diversity,
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
from pipelines.metrics.spreads import Spread
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import rules
from pipelines.release.disclosure.problem import MINIMUM_SCHOOLS

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
Status = Literal["zichtbaar", "afgeschermd", "te_klein", "niet_geleverd", "nvt"]

SMALLEST_BASE = {1: 1, 100: 20, 1000: 100}  # denominators below this give no percentage or rate
MEDIAN_CLASS_DAYS = 2
MEDIAN_CHILDREN = {"mediaan": 10, "p90": 20}

DIFFERENCE_PERSONS = 10  # in either group
COST_STEP = 10  # euro, of a cost per child or trajectory

HIDDEN = "Afgeschermd, zodat geen kind te herkennen is."
NOT_REACHED = "Van te weinig gevallen is het einde bekend om dit cijfer te bepalen."
FEW_ANSWERS = "In een van de groepen antwoordden te weinig mensen voor een verschil."
TOO_SMALL = "Te weinig leerlingen voor een betrouwbaar en veilig cijfer."
NOTHING_TO_SHARE = "Er was niets om een aandeel van te nemen."
NOT_KNOWN = "Het getal waarop dit cijfer rust, is voor dit gebied niet bekend."
LACKING = "Niet geleverd:"
REASONS = (HIDDEN, NOT_REACHED, FEW_ANSWERS, TOO_SMALL, NOTHING_TO_SHARE, NOT_KNOWN)


@dataclass(frozen=True)
class Figure:
    """One row of `cellen`. Numbers are None unless `status` is zichtbaar. `dekking`: what of the
    area is not in the figure; only figures with the same `dekking_kenmerk` are compared, and none
    with the mark onbekend.
    """

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
    dekking: str = ""
    dekking_kenmerk: str = ""

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
    open_ones = [_as_it_is(counted) for counted in result.public]
    for metric in metrics.values():
        if metric.id in result.not_delivered:
            found += _not_delivered(metric, result.not_delivered[metric.id], years)
        elif not isinstance(metric.form, Quotient):
            kept = open_ones if metric.measure.public else protected
            found += _of_counts(metric, kept, thresholds)
    for spread in result.spreads:
        found += _of_spread(metrics[spread.metric], spread, thresholds)
    by_metric: dict[str, list[Figure]] = {}
    for figure in found:
        by_metric.setdefault(figure.metriek, []).append(figure)
    for metric in metrics.values():
        if isinstance(metric.form, Quotient) and metric.id not in result.not_delivered:
            found += _of_quotient(metric, metric.form, by_metric)
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
    """A published number; `value` is None where the cell is hidden."""

    value: float | None


def _of_counts(
    metric: Metric, protected: Sequence[Protected], thresholds: Thresholds
) -> list[Figure]:
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
        _figure(metric, key, tellers.get(key), noemers.get(key), bases.get(key), thresholds)
        for key in keys
    ]


def _figure(
    metric: Metric,
    key: tuple[str, ...],
    teller: _Cell | None,
    noemer: _Cell | None,
    base: float | None,
    thresholds: Thresholds,
) -> Figure:
    blank = _blank(metric.id, key)
    if isinstance(metric.form, PerUnit) and noemer is not None and noemer.value is not None:
        return _per_unit(blank, base, noemer.value, thresholds.heavy)
    if teller is None or teller.value is None or (noemer is not None and noemer.value is None):
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    least = 1 if metric.measure.public else None
    below = None if noemer is None else noemer.value
    match metric.form:
        case Rate():
            return _rate(metric.form, blank, teller.value / metric.form.scale, base, least)
        case Total():
            value = teller.value / metric.form.scale
            return replace(blank, teller=value, waarde=value, n=value)
        case Mean() if below is not None:
            return _mean(metric.form, blank, teller.value, below, least)
        case Share() | Split() if below is not None:
            found = _share(blank, teller.value, below, least)
            unknown = metric.nothing if found.reden == NOTHING_TO_SHARE else ""
            return replace(found, reden=unknown or found.reden)
        case Count() | Flow():
            return replace(blank, teller=teller.value, waarde=teller.value, n=teller.value)
        case _:
            raise ValueError(f"{metric.id}: a figure without its denominator")


def _share(blank: Figure, teller: float, noemer: float, least: int | None) -> Figure:
    """`least`: the smallest denominator, where it is not the usual one."""
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    part = min(teller, noemer)  # rounding apart may put the part above the whole
    share = rules.rate(int(part), int(noemer), least or SMALLEST_BASE[100])
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


def _rate(
    form: Rate, blank: Figure, teller: float, base: float | None, least: int | None
) -> Figure:
    """Per 100 and per 1,000 whole, per one (a caseload) to a tenth; no interval where no chance."""
    if not base:
        return replace(blank, status="nvt", reden=NOT_KNOWN)
    if base < (least or SMALLEST_BASE[form.per]):
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    parts = 10 if form.per == 1 else 1
    rate = math.floor(form.per * parts * teller / base + 0.5) / parts
    shown = replace(blank, teller=teller, noemer=base, waarde=rate, n=base)
    if form.scale > 1:  # hours are no chance events
        return shown
    inside = form.within and teller <= base
    bounds = intervals.wilson(teller, base) if inside else intervals.garwood(teller, base)
    if bounds is None:
        return shown
    return replace(
        shown,
        onder=math.floor(form.per * parts * bounds.low) / parts,
        boven=math.ceil(form.per * parts * bounds.high) / parts,
    )


def _per_unit(blank: Figure, base: float | None, noemer: float, least: int) -> Figure:
    """What one unit costs: a public amount over a published count."""
    if base is None:
        return replace(blank, status="nvt", reden=NOT_KNOWN)
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    mean = rules.mean(base, int(noemer), least)
    if mean is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    return replace(
        blank,
        teller=rules.round_cost(base),
        noemer=noemer,
        waarde=round(mean / COST_STEP) * float(COST_STEP),
        n=noemer,
    )


def _mean(form: Mean, blank: Figure, teller: float, noemer: float, least: int | None) -> Figure:
    if noemer == 0:
        return replace(blank, status="nvt", reden=NOTHING_TO_SHARE)
    mean = rules.mean(teller / form.scale, int(noemer), least or 10)
    if mean is None:
        return replace(blank, status="te_klein", reden=TOO_SMALL)
    return replace(
        blank, teller=teller / form.scale, noemer=noemer, waarde=round(mean, 1), n=noemer
    )


def _of_spread(metric: Metric, spread: Spread, thresholds: Thresholds) -> list[Figure]:
    """Medians, differences and numbers of values, as coarse as they may be seen."""
    found: list[Figure] = []
    for row in spread.cells.iter_rows(named=True):
        blank = _blank(row["metriek"], [row[k] for k in KEY], row["maat"])
        count = float(row["aantal"] // thresholds.rounding * thresholds.rounding)
        match metric.form:
            case Difference():
                found.append(_difference(blank, row, count))
            case Diversity():
                found.append(_diversity(blank, row, count, thresholds))
            case _:
                found.append(_median(blank, row, count, thresholds))
    return found


def _median(blank: Figure, row: Mapping[str, Any], count: float, thresholds: Thresholds) -> Figure:
    """A median or p90 in a class, with its bounds in the same classes."""
    least = max(MEDIAN_CHILDREN[row["maat"]], thresholds.heavy)
    few_schools = row["scholen"] is not None and row["scholen"] < MINIMUM_SCHOOLS
    if row["kinderen"] < least or few_schools:
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    value, low, high = (
        rules.quantile_class(row[name], row["kinderen"], MEDIAN_CLASS_DAYS)
        for name in ("waarde", "onder", "boven")
    )
    if value is None:
        return replace(blank, status="te_klein", reden=NOT_REACHED)
    return replace(blank, waarde=value, onder=low, boven=high, n=count)


def _difference(blank: Figure, row: Mapping[str, Any], count: float) -> Figure:
    """A difference of means to a tenth, with its interval rounded outwards."""
    if row["kinderen"] < DIFFERENCE_PERSONS:
        return replace(blank, status="te_klein", reden=FEW_ANSWERS)
    return replace(
        blank,
        waarde=round(row["waarde"], 1),
        onder=math.floor(row["onder"] * 10) / 10,
        boven=math.ceil(row["boven"] * 10) / 10,
        n=count,
    )


def _diversity(
    blank: Figure, row: Mapping[str, Any], count: float, thresholds: Thresholds
) -> Figure:
    if row["kinderen"] < thresholds.heavy:
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    return replace(blank, waarde=row["waarde"], n=count)


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
