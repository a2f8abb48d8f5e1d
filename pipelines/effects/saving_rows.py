"""Rows of `besparing`: one product, school year and route each.

Volumes are rounded to the power of ten nearest to 2% of themselves and worth at least EUR 1,000;
the amount is exact arithmetic on those published volumes. Shown from 10 children on 2 schools, and
not where one or two children make up most of it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipelines.effects import evidence, saving_inputs, savings
from pipelines.effects.catalogue.products import Product
from pipelines.effects.design import Minimum, Parameters, value_of
from pipelines.effects.rounding import Status, rounded_count, to_nearest
from pipelines.effects.summaries import Tables, observed_days

BESPARING: Mapping[str, pl.DataType] = {
    "product": pl.String(),
    "hulpvorm": pl.String(),
    "niveau": pl.String(),
    "schooljaar": pl.String(),
    "route": pl.String(),
    "route_label": pl.String(),
    "volume_werkelijk": pl.Float64(),
    "volume_zonder": pl.Float64(),
    "eenheid": pl.String(),
    "tarief": pl.Float64(),
    "bedrag": pl.Float64(),
    "onder": pl.Float64(),
    "boven": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "n_scholen": pl.Int64(),
    "status": pl.String(),
    "reden": pl.String(),
    "zin": pl.String(),
}

ROUTE_LABEL: Mapping[savings.Route, str] = {
    "basis": "Het gebruik van vóór de start loopt gelijk door",
    "vergelijking": "Het gebruik volgt de vergelijkingsgroep",
    "trend": "De eigen ontwikkeling van vóór de start loopt door",
}

_SEED = 20211130


def saving_rows(
    tables: Tables,
    delivered: set[str],
    product: Product,
    parameters: Parameters,
    peildatum: dt.date | None,
) -> list[dict[str, Any]]:
    """Every closed school year of one product along every route that can be walked."""
    window = product.window.with_parameters(parameters)
    minimum = product.minimum.with_parameters(parameters)

    def hidden(schooljaar: str, status: Status, reason: str) -> dict[str, Any]:
        return _saving_row(product, schooljaar, "basis", status, reason)

    missing = sorted({"zis_deelnames", "jeugdhulp", "tarieven"} - delivered)
    if missing:
        return [hidden("", "niet_geleverd", f"Niet geleverd: {', '.join(missing)}.")]
    observed = observed_days(tables, "jeugdhulp", "start_datum", peildatum)
    years = saving_inputs.closed_school_years(observed) if observed else ()
    prices = saving_inputs.tariffs(tables, product, years)
    if observed is None or not prices:
        return [hidden("", "niet_geleverd", f"Er is geen tarief voor {product.label} geleverd.")]
    unit = next(reversed(prices.values())).unit
    given = saving_inputs.per_school(tables, product, unit, observed, window)
    rows: list[dict[str, Any]] = []
    for n, schooljaar in enumerate(years):
        own = given.years.filter((pl.col("groep") == "zis") & (pl.col("schooljaar") == schooljaar))
        if not len(own):
            continue
        price = prices.get(schooljaar)
        if price is None or price.unit != unit:
            reason = f"Voor {schooljaar} is geen tarief per {unit} geleverd."
            rows.append(hidden(schooljaar, "niet_geleverd", reason))
            continue
        reason = _saving_too_small(given, schooljaar, minimum)
        if reason:
            rows.append(hidden(schooljaar, "te_klein", reason))
            continue
        comparison_fits = not _arm_too_small(given, schooljaar, "vergelijking", minimum)
        large = evidence.large_enough(_saving_sizes(own), minimum)
        found = saving_inputs.routes(given, schooljaar, price.amount, seed=_SEED + n)
        for route, outcome in found.items():
            if route == "vergelijking" and not comparison_fits:
                reason = "De vergelijkingsgroep heeft te weinig leerlingen met deze hulp."
                rows.append(_saving_row(product, schooljaar, route, "te_klein", reason))
                continue
            rows.append(
                _saving_shown(product, schooljaar, route, outcome, price, own, parameters, large)
            )
    return rows or [hidden("", "te_klein", "Nog geen heel schooljaar met deelnemers.")]


def _saving_sizes(own: pl.DataFrame) -> evidence.Sizes:
    """Pupils who had the product before or now, and the schools of all participants."""
    return evidence.Sizes(int(own["with_product"].sum()), own["school"].n_unique(), None, None)


def _saving_too_small(given: saving_inputs.ProductInput, schooljaar: str, minimum: Minimum) -> str:
    """Why this year's amount cannot be shown; empty when it can."""
    if _arm_too_small(given, schooljaar, "zis", minimum):
        return (
            f"Te weinig leerlingen met deze hulp: nodig zijn ten minste {minimum.show_children}"
            f" leerlingen op {minimum.show_schools} scholen."
        )
    largest = given.largest.filter(pl.col("schooljaar") == schooljaar).row(0, named=True)
    first, second, everyone = largest["first"], largest["second"], largest["all"]
    if first + second > 0.75 * everyone or everyone - first - second < 0.15 * first:
        return "Het bedrag hangt grotendeels af van een of twee leerlingen."
    return ""


def _arm_too_small(
    given: saving_inputs.ProductInput, schooljaar: str, groep: str, minimum: Minimum
) -> bool:
    arm = given.years.filter((pl.col("groep") == groep) & (pl.col("schooljaar") == schooljaar))
    touched = arm.filter(pl.col("with_product") > 0)
    return (
        int(arm["with_product"].sum()) < minimum.show_children
        or touched["school"].n_unique() < minimum.show_schools
    )


def _saving_shown(
    product: Product,
    schooljaar: str,
    route: savings.Route,
    found: saving_inputs.Range,
    price: saving_inputs.Tariff,
    own: pl.DataFrame,
    parameters: Parameters,
    large: bool,
) -> dict[str, Any]:
    tariff = float(price.amount)
    step = _volume_step(found.actual, tariff)
    without, actual = (float(to_nearest(x, step)) for x in (found.without, found.actual))
    amount = float(savings.saving(without, actual, price.amount))
    shift = (without - actual) - (found.without - found.actual)
    low, high = (float(to_nearest((x + shift) * tariff, 1000)) for x in found.interval)
    base = value_of(parameters, "afronding", 5)
    sizes = _saving_sizes(own)
    pupils = rounded_count(sizes.pupils, base)
    return _saving_row(product, schooljaar, route, "zichtbaar", "") | {
        "volume_werkelijk": actual,
        "volume_zonder": without,
        "eenheid": saving_inputs.UNIT_LABEL.get(price.unit, price.unit),
        "tarief": tariff,
        "bedrag": amount,
        "onder": low,
        "boven": high,
        "n_leerlingen": pupils,
        "n_scholen": sizes.schools,
        "zin": _saving_sentence(
            product, schooljaar, route, amount, (low, high), sizes, pupils, large
        ),
    }


def _saving_sentence(
    product: Product,
    schooljaar: str,
    route: savings.Route,
    amount: float,
    interval: tuple[float, float],
    sizes: evidence.Sizes,
    pupils: int,
    large: bool,
) -> str:
    low, high = interval
    limits = f"95%-interval: {evidence.euros(low)} tot {evidence.euros(high)}"
    who = f"ongeveer {pupils} leerlingen op {sizes.schools} scholen"
    how = {
        "basis": "als het gebruik van vóór de start was doorgelopen",
        "vergelijking": "als het gebruik de vergelijkingsgroep had gevolgd",
        "trend": "als de eigen ontwikkeling van vóór de start was doorgelopen",
    }[route]
    if not large:
        return (
            f"Indicatief: de groep is te klein om te zeggen of er in {schooljaar} is bespaard op"
            f" {product.label} ({limits}; {who})."
        )
    if low <= 0 <= high:
        return (
            f"Voor {schooljaar} is niet te zeggen of er is bespaard op {product.label}, gerekend"
            f" {how} ({limits}; {who})."
        )
    word = "minder" if amount > 0 else "meer"
    shown = evidence.euros(float(to_nearest(abs(amount), 1000)))
    return (
        f"In {schooljaar} werd naar schatting {shown} {word} toegekend aan {product.label} dan"
        f" {how} ({limits}; {who})."
    )


def _saving_row(
    product: Product, schooljaar: str, route: savings.Route, status: Status, reason: str
) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(BESPARING)
    return empty | {
        "product": product.label,
        "hulpvorm": product.hulpvorm,
        "niveau": product.niveau,
        "schooljaar": schooljaar,
        "route": route,
        "route_label": ROUTE_LABEL[route],
        "eenheid": "",
        "status": status,
        "reden": reason,
        "zin": reason,
    }


def _volume_step(volume: float, tariff: float) -> float:
    """The power of ten nearest to 2% of the volume, worth at least EUR 1,000."""
    aim = max(0.02 * volume, 1e-9)
    step = 10.0 ** math.floor(math.log10(aim))
    if aim > 5.5 * step:
        step *= 10
    while step * tariff < 1000:
        step *= 10
    return step
