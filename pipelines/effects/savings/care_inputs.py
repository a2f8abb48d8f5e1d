"""Granted youth care -> the aggregates that savings are worked out from, and their uncertainty.

Volumes are granted volumes (volume x frequentie x duration inside the stretch), in the unit of
the tariff. Like `summaries`, only sums per school leave this module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import polars as pl
import polars.selectors as cs
from ibis import _

from pipelines import schoolyear
from pipelines.effects.catalogue.products import Product
from pipelines.effects.data.events import Tables, granted
from pipelines.effects.data.summaries import DECIMALS, days, participants, school_year_start
from pipelines.effects.effect import DAYS_PER_MONTH, Observed, Window

UNIT_LABEL: Mapping[str, str] = {
    "01": "minuten",
    "04": "uren",
    "14": "etmalen",
    "16": "dagdelen",
    "82": "stuks",
    "84": "stuks",
}

SECOND_YEAR, FIRST_YEAR = "voor_2", "voor_1"
_FULL_YEAR_MONTHS = 9.0
"""Months that must be seen of each year before the start for a pupil to count in the own trend."""


@dataclass(frozen=True)
class Tariff:
    """Price of one unit, with the unit's code and the calendar year it holds for."""

    amount: Decimal
    unit: str
    year: int


@dataclass(frozen=True)
class ProductInput:
    """One product, all school years, per school.

    `years`: school, groep, schooljaar, pupils, with_product, months, carried_on, actual,
    years_on_weight (sum of carried_on x years since the middle of the baseline).
    `growth`: school, groep, volume_2, months_2, volume_1, months_1 (second and first year before
    the start, of pupils seen in both). `largest`: schooljaar, first, second: the participants'
    two largest volumes, to see whether one child dominates.
    """

    years: pl.DataFrame
    growth: pl.DataFrame
    largest: pl.DataFrame


def closed_school_years(observed: Observed) -> tuple[str, ...]:
    """School years that lie wholly inside the observed stretch, but for those that nobody has."""
    first = school_year_start(observed.start).year
    if observed.start > school_year_start(observed.start):
        first += 1
    last = school_year_start(observed.end).year
    years = map(schoolyear.label, range(first, last))
    return tuple(year for year in years if year not in observed.out)


def delivered_shares(tables: Tables, observed: Observed, window: Window) -> dict[str, float]:
    """Closed school year -> share of the pupils who would count in it of whom care is known.

    Of the arm that is worst off; for an arm that nobody is left of that is nothing. Empty where all
    was delivered.
    """
    if observed.asked is None:
        return {}
    counted: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate((observed.asked, observed)):
        years = ibis.memtable(_school_years(closed_school_years(observed.asked)))
        rows = (
            participants(tables, one, window)
            .cross_join(years)
            .mutate(
                begin=ibis.greatest(_.start, _.from_day, _.known_from),
                until=ibis.least(_.to_day, _.known_to, _.leave),
            )
            .filter(_.until > _.begin)
            .group_by("groep", "stretch")
            .aggregate(pupils=_.leerling_id.nunique())
            .to_polars()
        )
        for groep, year, pupils in rows.iter_rows():
            counted.setdefault((groep, year), [0, 0])[place] = pupils
    shares: dict[str, float] = {}
    for (_groep, year), (asked, known) in sorted(counted.items()):
        shares[year] = min(shares.get(year, 1.0), known / asked if asked else 1.0)
    return shares


def _school_years(years: Sequence[str]) -> pl.DataFrame:
    """stretch, from_day and to_day (since 1970, the day after the last) of school years."""
    epoch = dt.date(1970, 1, 1)
    begun = [schoolyear.year_of(year) for year in years]
    return pl.DataFrame(
        {
            "stretch": list(years),
            "from_day": [(schoolyear.first_day(year) - epoch).days for year in begun],
            "to_day": [(schoolyear.first_day(year + 1) - epoch).days for year in begun],
        },
        schema={"stretch": pl.String, "from_day": pl.Int64, "to_day": pl.Int64},
    )


def tariffs(tables: Tables, product: Product, years: Sequence[str]) -> dict[str, Tariff]:
    """Tariff per school year: that of the calendar year that begins in it, else the last before."""
    known = (
        tables["tarieven"]
        .filter(_.hulpvorm == product.hulpvorm, _.niveau.cast("string") == product.niveau)
        .select(jaar=_.jaar.cast("int64"), tarief=_.tarief.cast("float64"), eenheid=_.eenheid)
        .order_by("jaar")
        .to_polars()
    )
    found: dict[str, Tariff] = {}
    for schooljaar in years:
        usable = known.filter(pl.col("jaar") <= int(schooljaar[5:]))
        if len(usable):
            last = usable.row(-1, named=True)
            amount = Decimal(str(last["tarief"]))
            found[schooljaar] = Tariff(amount, str(last["eenheid"]), last["jaar"])
    return found


def per_school(
    tables: Tables, product: Product, unit: str, observed: Observed, window: Window
) -> ProductInput:
    """Volumes before the start and in each closed school year, summed per school."""
    pupils = participants(tables, observed, window)
    care = granted(tables, ((product.hulpvorm, product.niveau),), unit)
    seen = _volume_by_stretch(pupils, care, observed)
    before = (
        seen.filter(_.stretch.isin([FIRST_YEAR, SECOND_YEAR]))
        .group_by("leerling_id")
        .aggregate(
            base_volume=_.volume.sum(),
            base_days=_.days.sum(),
            base_middle=(_.middle * _.days).sum() / _.days.sum(),
        )
    )
    during = (
        seen.filter(~_.stretch.isin([FIRST_YEAR, SECOND_YEAR]))
        .inner_join(before, "leerling_id")
        .mutate(carried_on=_.base_volume / _.base_days * _.days)
        .mutate(with_product=((_.volume > 0) | (_.carried_on > 0)).cast("int64"))
    )
    years: pl.DataFrame = (
        during.group_by("school", "groep", "stretch")
        .aggregate(
            pupils=_.count(),
            with_product=_.with_product.sum(),
            months=(_.days / DAYS_PER_MONTH).sum(),
            carried_on=_.carried_on.sum(),
            actual=_.volume.sum(),
            years_on_weight=(_.carried_on * (_.middle - _.base_middle) / 365.25).sum(),
        )
        .order_by("school", "groep", "stretch")
        .to_polars()
        .rename({"stretch": "schooljaar"})
    )
    found = (years, _growth(seen), _largest(during))
    return ProductInput(*(frame.with_columns(cs.float().round(DECIMALS)) for frame in found))


def _growth(seen: ir.Table) -> pl.DataFrame:
    per_pupil = (
        seen.filter(_.stretch.isin([FIRST_YEAR, SECOND_YEAR]))
        .group_by("leerling_id", "school", "groep")
        .aggregate(
            volume_2=_.volume.sum(where=_.stretch == SECOND_YEAR).fill_null(0.0),
            months_2=(_.days / DAYS_PER_MONTH).sum(where=_.stretch == SECOND_YEAR).fill_null(0.0),
            volume_1=_.volume.sum(where=_.stretch == FIRST_YEAR).fill_null(0.0),
            months_1=(_.days / DAYS_PER_MONTH).sum(where=_.stretch == FIRST_YEAR).fill_null(0.0),
        )
        .filter(_.months_1 >= _FULL_YEAR_MONTHS, _.months_2 >= _FULL_YEAR_MONTHS)
    )
    sums: pl.DataFrame = (
        per_pupil.group_by("school", "groep")
        .aggregate(
            volume_2=_.volume_2.sum(),
            months_2=_.months_2.sum(),
            volume_1=_.volume_1.sum(),
            months_1=_.months_1.sum(),
        )
        .order_by("school", "groep")
        .to_polars()
    )
    return sums


def _largest(during: ir.Table) -> pl.DataFrame:
    ranked = (
        during.filter(_.groep == "zis")
        .mutate(size=ibis.greatest(_.volume, _.carried_on))
        .mutate(
            place=ibis.row_number().over(
                ibis.window(group_by="stretch", order_by=[ibis.desc("size"), "leerling_id"])
            )
        )
        .group_by("stretch")
        .aggregate(
            first=_["size"].max(where=_.place == 0).fill_null(0.0),
            second=_["size"].max(where=_.place == 1).fill_null(0.0),
            all=_["size"].sum(),
        )
        .order_by("stretch")
    )
    largest: pl.DataFrame = ranked.to_polars().rename({"stretch": "schooljaar"})
    return largest


def stretches_seen(pupils: ir.Table, observed: Observed) -> ir.Table:
    """Per pupil and `stretch`: begin and until of the days seen, in parts where there are gaps."""
    far = 10**7
    years = _school_years(closed_school_years(observed))
    rows = [
        (SECOND_YEAR, -days(24), -days(12), -far, far),
        (FIRST_YEAR, -days(12), 0, -far, far),
        *((year, 0, far, first, end) for year, first, end in years.iter_rows()),
    ]
    stretches = ibis.memtable(
        pl.DataFrame(
            rows, schema=["stretch", "from_start", "to_start", "from_day", "to_day"], orient="row"
        )
    )
    return (
        pupils.cross_join(stretches)
        .mutate(
            begin=ibis.greatest(_.start + _.from_start, _.from_day, _.known_from),
            until=ibis.least(_.start + _.to_start, _.to_day, _.known_to, _.leave),
        )
        .filter(_.until > _.begin)
    )


def _volume_by_stretch(pupils: ir.Table, care: ir.Table, observed: Observed) -> ir.Table:
    """Per pupil and stretch: days seen, their middle (days from start) and volume."""
    seen = stretches_seen(pupils, observed)
    who, gaps = ("leerling_id", "school", "groep", "stretch"), observed.spans is not None
    parts = (
        seen.left_join(
            care,
            [
                seen.leerling_id == care.event_of,
                care["first"] < seen.until,
                care.end > seen.begin,
            ],
        )
        .mutate(
            overlap=ibis.least(_.until, _.end) - ibis.greatest(_.begin, _["first"]),
        )
        .group_by(*who, *(["begin"] if gaps else []))
        .aggregate(
            days=(_.until - _.begin).max(),
            middle=((_.until + _.begin) / 2 - _.start).max(),
            volume=(_.overlap * _.per_day).sum().fill_null(0.0),
        )
    )
    if not gaps:
        return parts
    return parts.group_by(*who).aggregate(
        middle=(_.middle * _.days).sum() / _.days.sum(), volume=_.volume.sum(), days=_.days.sum()
    )
