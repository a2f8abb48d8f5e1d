"""Rows of `besparing` as they are published: rounded volumes, exact amounts, and the sentence.

Volumes are rounded to the power of ten nearest to 2% of themselves and worth at least EUR 1,000;
the amount is exact arithmetic on those published volumes and the tariff in prices of one year."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.effects import wording
from pipelines.effects.catalogue.products import Product
from pipelines.effects.data.events import HOURS_IN
from pipelines.effects.rounding import Status, kept_side, rounded_count, to_nearest
from pipelines.effects.savings import arithmetic, care_inputs, resampling

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
    "prijspeil": pl.Int64(),
    "tarief_prijspeil": pl.Float64(),
    "basistarief": pl.Float64(),
    "uren_per_eenheid": pl.Float64(),
    "bedrag": pl.Float64(),
    "onder": pl.Float64(),
    "boven": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "n_scholen": pl.Int64(),
    "status": pl.String(),
    "reden": pl.String(),
    "zin": pl.String(),
}


ROUTE_LABEL: Mapping[arithmetic.Route, str] = {
    "basis": "Het gebruik van vóór de start loopt gelijk door",
    "vergelijking": "Het gebruik volgt de vergelijkingsgroep",
    "trend": "De eigen ontwikkeling van vóór de start loopt door",
}


@dataclass(frozen=True)
class Priced:
    """A tariff as delivered, and it and that of the first school year in prices of `level`."""

    given: care_inputs.Tariff
    level: int
    real: Decimal
    base: Decimal


def saving_sizes(own: pl.DataFrame) -> wording.Sizes:
    """Pupils who had the product before or now, and the schools of all participants."""
    return wording.Sizes(int(own["with_product"].sum()), own["school"].n_unique(), None, None)


def saving_shown(
    product: Product,
    schooljaar: str,
    route: arithmetic.Route,
    found: resampling.Range,
    price: Priced,
    own: pl.DataFrame,
    base: float,
    large: bool,
) -> dict[str, Any]:
    tariff = float(price.real)
    step = _volume_step(found.actual, tariff)
    without, actual = (float(to_nearest(x, step)) for x in (found.without, found.actual))
    amount = float(arithmetic.saving(without, actual, price.real))
    shift = (without - actual) - (found.without - found.actual)
    low, high = (
        kept_side(float(to_nearest((x + shift) * tariff, 1000)), x, 1000) for x in found.interval
    )
    sizes = saving_sizes(own)
    pupils = rounded_count(sizes.pupils, base)
    return saving_row(product, schooljaar, route, "zichtbaar", "") | {
        "volume_werkelijk": actual,
        "volume_zonder": without,
        "eenheid": care_inputs.UNIT_LABEL.get(price.given.unit, price.given.unit),
        "tarief": float(price.given.amount),
        "prijspeil": price.level,
        "tarief_prijspeil": tariff,
        "basistarief": float(price.base),
        "uren_per_eenheid": HOURS_IN.get(price.given.unit),
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
    route: arithmetic.Route,
    amount: float,
    interval: tuple[float, float],
    sizes: wording.Sizes,
    pupils: int,
    large: bool,
) -> str:
    low, high = interval
    limits = f"95%-interval: {wording.euros(low)} tot {wording.euros(high)}"
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
    shown = wording.euros(float(to_nearest(abs(amount), 1000)))
    return (
        f"In {schooljaar} werd naar schatting {shown} {word} toegekend aan {product.label} dan"
        f" {how} ({limits}; {who})."
    )


def saving_row(
    product: Product, schooljaar: str, route: arithmetic.Route, status: Status, reason: str
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
