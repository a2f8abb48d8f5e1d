"""The delivered rows behind an amount of the saving: by delivery and registration key.

Not protected and never published: for an analyst, in the work room only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import polars as pl
from ibis import _

from pipelines.effects import wording
from pipelines.effects.catalogue.products import Product
from pipelines.effects.data.events import granted
from pipelines.effects.data.summaries import everyone, participants
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Observed
from pipelines.effects.savings import care_inputs, ticks
from pipelines.effects.savings.balance_counts import first_month
from pipelines.effects.savings.care_inputs import FIRST_YEAR, SECOND_YEAR
from pipelines.effects.savings.price_level import tariff_at_level

DELIVERY = "_levering"
ACTUAL, BEFORE = "telt in het werkelijke volume", "telt in het volume van vóór de start"
BOTH = "telt in het werkelijke volume en in dat van vóór de start"
COUNTS = "telt mee"
_ARM = {"zis": "deelnemer", "vergelijking": "vergelijkingsgroep"}


@dataclass(frozen=True)
class Row:
    """One delivered row: where it is, whether it counts and why, and what it adds in `unit`."""

    dataset: str
    delivery: str
    key: str
    counts: bool
    reason: str
    amount: float | None = None
    unit: str = ""


def care_rows(
    given: Given, product: Product, unit: str, observed: Observed, year: str
) -> Iterator[Row]:
    """Every toewijzing, and what it adds to the volume of a school year; `unit`: of the tariff.

    `amount`: of a participant the volume inside the school year, so that the amounts add up to the
    actual volume before it was rounded.
    """
    keys = ("toewijzing_id", DELIVERY)
    window = product.window.with_parameters(given.parameters)
    pupils = participants(given.tables, observed, window)
    care = granted(given.tables, ((product.hulpvorm, product.niveau),), unit, keys)
    seen = care_inputs.stretches_seen(pupils, observed)
    seen = seen.filter(_.stretch.isin([SECOND_YEAR, FIRST_YEAR, year]))
    volumes = (
        seen.inner_join(
            care,
            [
                seen.leerling_id == care.event_of,
                care["first"] < seen.until,
                care.end > seen.begin,
            ],
        )
        .mutate(overlap=ibis.least(_.until, _.end) - ibis.greatest(_.begin, _["first"]))
        .group_by(*keys, "groep")
        .aggregate(
            now=(_.overlap * _.per_day).sum(where=_.stretch == year),
            before=(_.overlap * _.per_day).sum(where=_.stretch != year),
        )
        .to_polars()
    )
    own = (_.hulpvorm == product.hulpvorm) & (_.niveau.cast("string") == product.niveau)
    rows = given.tables["jeugdhulp"].select(*keys, "leerling_id", own=own.fill_null(False))
    followed = pupils.select(followed=_.leerling_id).distinct()
    listed: pl.DataFrame = (
        rows.left_join(followed, rows.leerling_id == followed.followed)
        .select(*keys, "own", followed=_.followed.notnull())
        .to_polars()
    )
    joined = listed.join(volumes, on=list(keys), how="left", nulls_equal=True).sort(keys)
    label = care_inputs.UNIT_LABEL.get(unit, unit)
    for row in joined.iter_rows(named=True):
        yield _care_row(row, label, product.label)


def _care_row(row: dict[str, Any], unit: str, product: str) -> Row:
    key, delivery = str(row["toewijzing_id"]), str(row[DELIVERY])
    if row["groep"] is None:
        reason = f"leerling met {product}, maar buiten de gevolgde tijd of zonder bruikbaar volume"
        if not row["own"]:
            reason = f"is geen {product}"
        elif not row["followed"]:
            reason = "leerling doet niet mee of is niet lang genoeg gevolgd"
        return Row("jeugdhulp", delivery, key, False, reason)
    told = BOTH if row["now"] and row["before"] else ACTUAL if row["now"] else BEFORE
    amount = float(row["now"] or 0.0) if row["groep"] == "zis" else None
    return Row("jeugdhulp", delivery, key, True, f"{told}; {_ARM[row['groep']]}", amount, unit)


def tariff_rows(given: Given, product: Product, price: care_inputs.Tariff) -> Iterator[Row]:
    """The delivered tariff that was used, and what it became in prices of the price level."""
    found = given.tables["tarieven"].filter(
        _.hulpvorm == product.hulpvorm, _.niveau.cast("string") == product.niveau
    )
    real = tariff_at_level(given.parameters, price.amount, price.year)
    for row in found.order_by("jaar").to_polars().iter_rows(named=True):
        used = row["jaar"] == price.year
        reason = (
            f"{COUNTS}; {_euros(row['tarief'])} van {row['jaar']} is {_euros(float(real))} in"
            " prijzen van het prijspeil"
            if used
            else "tarief van een ander jaar"
        )
        key = f"{row['hulpvorm']} / {row['niveau']} / {row['jaar']}"
        yield Row("tarieven", str(row[DELIVERY]), key, used, reason)


def _euros(amount: float) -> str:
    return f"€ {wording.number(amount, 2)}"


def order_rows(given: Given, year: str) -> Iterator[Row]:
    """Every participation, and whether its avoided beschikking counts in a school year."""
    judged = ticks.verdicts(given).to_polars()
    said = {
        ticks.CONFIRMED: (True, f"{COUNTS}; gemeld, en na de start begon geen nieuwe toewijzing"),
        ticks.CONTRADICTED: (False, "gemeld, maar na de start begon een nieuwe toewijzing"),
        ticks.UNCHECKED: (False, "gemeld, maar niet na te gaan"),
    }
    verdicts = dict(judged.select("deelname_id", "verdict").iter_rows())
    for row, begun in _participations(given, year):
        verdict = verdicts.get(row["deelname_id"])
        counts, reason = said.get(verdict or "", (False, "geen vermeden beschikking gemeld"))
        if verdict and not begun:
            counts, reason = False, "telt in het schooljaar waarin de leerling begon"
        yield Row("zis_deelnames", str(row[DELIVERY]), str(row["deelname_id"]), counts, reason)


def plan_rows(given: Given, year: str) -> Iterator[Row]:
    """Every participation, and whether its avoided care plan counts in a school year."""
    for row, begun in _participations(given, year):
        ticked = bool(row["opp_aanvulling"])
        reason = COUNTS if ticked and begun else "geen vermeden zorgplan gemeld"
        if ticked and not begun:
            reason = "telt in het schooljaar waarin de leerling begon"
        yield Row(
            "zis_deelnames", str(row[DELIVERY]), str(row["deelname_id"]), ticked and begun, reason
        )


def location_rows(given: Given, year: str) -> Iterator[Row]:
    """Every participation, and whether its school is a location that costs in a school year."""
    first = first_month(year)
    for row, _begun in _participations(given, year):
        there = row["start_month"] <= first + 11 and row["leave_month"] >= first
        reason = (
            f"{COUNTS}; locatie {row['school']}" if there else "deed in dat schooljaar niet mee"
        )
        yield Row("zis_deelnames", str(row[DELIVERY]), str(row["deelname_id"]), there, reason)


def _participations(given: Given, year: str) -> Iterator[tuple[dict[str, Any], bool]]:
    """Participants' own rows in order, and whether they began in the school year."""
    people = everyone(given.tables).filter(_.groep == "zis")
    marks = given.tables["zis_deelnames"].select("deelname_id", "opp_aanvulling", DELIVERY)
    found = people.join(marks, "deelname_id").order_by("deelname_id").to_polars()
    first = first_month(year)
    for row in found.iter_rows(named=True):
        yield row, first <= row["start_month"] <= first + 11
