"""Rows of `besparing`: one product, school year and route each.

Volumes are rounded to the power of ten nearest to 2% of themselves and worth at least EUR 1,000;
the amount is exact arithmetic on those published volumes and the tariff in prices of one year (see
`price_level`), so that a price rise is no saving. Shown from 10 children on 2 schools, and
not where one or two children make up most of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.effects import gaps, wording
from pipelines.effects.catalogue.products import Product
from pipelines.effects.data.events import HOURS_IN
from pipelines.effects.data.observation import least_share, observe
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, Observed, Parameters, Window
from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.rounding import Status
from pipelines.effects.savings import arithmetic, care_inputs, price_level, resampling
from pipelines.effects.savings.price_level import Undeterminable
from pipelines.effects.savings.route_rows import Priced, saving_row, saving_shown, saving_sizes

SEED = 20211130


@dataclass(frozen=True)
class Shown:
    """A product year along one route as it is published, and its draws in euro.

    Both tariffs are in prices of the price level.
    """

    product: Product
    schooljaar: str
    route: arithmetic.Route
    without: float
    actual: float
    tariff: Decimal
    base_tariff: Decimal
    hours: float | None
    samples: Floats


@dataclass(frozen=True)
class Savings:
    """Rows of `besparing`, and what the balance is worked out from.

    `closed`: school years of which youth care was delivered whole. `lacking`: Dutch, what of it
    was not delivered; empty when all was.
    """

    rows: tuple[dict[str, Any], ...]
    shown: tuple[Shown, ...]
    closed: tuple[str, ...]
    lacking: str = ""


@dataclass(frozen=True)
class _Ready:
    product: Product
    minimum: Minimum
    given: care_inputs.ProductInput
    years: tuple[str, ...]
    prices: Mapping[str, care_inputs.Tariff]
    unit: str
    observed: Observed
    absent: tuple[str, ...]
    """School years of which care of too many pupils was not delivered."""
    lacking: str
    """Dutch, what was not delivered; empty when all was."""


def saving_rows(given: Given, products: Sequence[Product]) -> Savings:
    """Every closed school year of every product along every route that can be walked."""
    rows: list[dict[str, Any]] = []
    shown: list[Shown] = []
    ready: list[_Ready] = []
    for product in products:
        found = _prepare(given, product)
        if isinstance(found, dict):
            rows.append(found)
        else:
            ready.append(found)
    drawn = resampling.resampling([r.given for r in ready], seed=SEED)
    for one in ready:
        own_rows, own_shown = _product_rows(one, drawn, given.parameters)
        rows += own_rows
        shown += own_shown
    order = {product.label: n for n, product in enumerate(products)}
    rows.sort(key=lambda row: order[row["product"]])
    closed = sorted({year for one in ready for year in one.years})
    lacking = next((one.lacking for one in ready if one.lacking), "")
    return Savings(tuple(rows), tuple(shown), tuple(closed), lacking)


def _prepare(given: Given, product: Product) -> _Ready | dict[str, Any]:
    """Aggregates and tariffs of one product, or the row that says why there are none."""
    missing = sorted({"zis_deelnames", "jeugdhulp", "tarieven"} - given.delivered)
    if missing:
        return _hidden(product, "", "niet_geleverd", f"Niet geleverd: {', '.join(missing)}.")
    window = product.window.with_parameters(given.parameters)
    observed = care_observed(given, window)
    lacking = gaps.not_observed(observed, ("zis",)) if observed else ""
    if lacking:
        return _hidden(product, "", "niet_geleverd", lacking)
    years = care_inputs.closed_school_years(observed) if observed else ()
    prices = care_inputs.tariffs(given.tables, product, years)
    if observed is None or not prices:
        reason = f"Er is geen tarief voor {product.label} geleverd."
        return _hidden(product, "", "niet_geleverd", reason)
    unit = next(reversed(prices.values())).unit
    minimum = product.minimum.with_parameters(given.parameters)
    found = care_inputs.per_school(given.tables, product, unit, observed, window)
    least = least_share(given.parameters)
    shares = care_inputs.delivered_shares(given.tables, observed, window)
    absent = tuple(year for year, share in shares.items() if share < least)
    told = gaps.told(observed, minimum)
    return _Ready(product, minimum, found, years, prices, unit, observed, absent, told)


def care_observed(given: Given, window: Window) -> Observed | None:
    """When granted youth care was observed, of whom."""
    return observe(
        given.tables,
        "jeugdhulp",
        "start_datum",
        window,
        given.parameters,
        given.peildatum,
        running=True,
    )


def _product_rows(
    ready: _Ready, drawn: resampling.Resampling, parameters: Parameters
) -> tuple[list[dict[str, Any]], list[Shown]]:
    rows: list[dict[str, Any]] = []
    shown: list[Shown] = []
    for schooljaar in sorted({*ready.years, *ready.absent}):
        own = ready.given.years.filter(pl.col("groep") == "zis", pl.col("schooljaar") == schooljaar)
        if not len(own) and schooljaar not in ready.absent:
            continue
        try:
            priced = _priced(ready, _price(ready, schooljaar), parameters)
        except Undeterminable as lacking:
            rows.append(_hidden(ready.product, schooljaar, "niet_geleverd", str(lacking)))
            continue
        reason = _saving_too_small(ready.given, schooljaar, ready.minimum)
        if reason:
            rows.append(_hidden(ready.product, schooljaar, "te_klein", reason))
            continue
        year_rows, year_shown = _route_rows(ready, schooljaar, own, priced, drawn)
        rows += year_rows
        shown += year_shown
    if not rows:
        reason = "Nog geen heel schooljaar met deelnemers."
        rows.append(_hidden(ready.product, "", "te_klein", reason))
    return rows, shown


def _price(ready: _Ready, schooljaar: str) -> care_inputs.Tariff:
    """The tariff of a school year.

    Raises `Undeterminable` with what was not delivered: care of that year, or its tariff.
    """
    if schooljaar in ready.absent:
        what = gaps.named(ready.observed) or " ".join(ready.observed.unknown)
        raise Undeterminable(
            f"Niet geleverd: {what}. Daardoor is er voor {schooljaar} geen bedrag."
        )
    price = ready.prices.get(schooljaar)
    if price is None or price.unit != ready.unit:
        unit = care_inputs.UNIT_LABEL.get(ready.unit, ready.unit)
        raise Undeterminable(f"Voor {schooljaar} is geen tarief in {unit} geleverd.")
    return price


def _route_rows(
    ready: _Ready,
    schooljaar: str,
    own: pl.DataFrame,
    priced: Priced,
    drawn: resampling.Resampling,
) -> tuple[list[dict[str, Any]], list[Shown]]:
    """A school year along every route; `own`: the participants' rows of that year."""
    product, base = ready.product, ready.minimum.rounding_base
    comparison_fits = not _arm_too_small(ready.given, schooljaar, "vergelijking", ready.minimum)
    large = wording.large_enough(saving_sizes(own), ready.minimum)
    rows: list[dict[str, Any]] = []
    shown: list[Shown] = []
    for route, outcome in resampling.routes(ready.given, schooljaar, priced.real, drawn).items():
        if route == "vergelijking" and not comparison_fits:
            reason = "De vergelijkingsgroep heeft te weinig leerlingen met deze hulp."
            rows.append(saving_row(product, schooljaar, route, "te_klein", reason))
            continue
        row = saving_shown(product, schooljaar, route, outcome, priced, own, base, large)
        row["zin"] = f"{row['zin']} {ready.lacking}".strip()
        rows.append(row)
        without, actual = row["volume_zonder"], row["volume_werkelijk"]
        shift = (without - actual) - (outcome.without - outcome.actual)
        shown.append(
            Shown(
                product,
                schooljaar,
                route,
                without,
                actual,
                priced.real,
                priced.base,
                HOURS_IN.get(priced.given.unit),
                (outcome.samples + shift) * float(priced.real),
            )
        )
    return rows, shown


def _priced(ready: _Ready, price: care_inputs.Tariff, parameters: Parameters) -> Priced:
    """Raises Undeterminable where a price level or an index is not given."""
    first = next(p for p in ready.prices.values() if p.unit == ready.unit)
    return Priced(
        price,
        price_level.level(parameters),
        price_level.tariff_at_level(parameters, price.amount, price.year),
        price_level.tariff_at_level(parameters, first.amount, first.year),
    )


def _hidden(product: Product, schooljaar: str, status: Status, reason: str) -> dict[str, Any]:
    return saving_row(product, schooljaar, "basis", status, reason)


def _saving_too_small(given: care_inputs.ProductInput, schooljaar: str, minimum: Minimum) -> str:
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
    given: care_inputs.ProductInput, schooljaar: str, groep: str, minimum: Minimum
) -> bool:
    arm = given.years.filter((pl.col("groep") == groep) & (pl.col("schooljaar") == schooljaar))
    touched = arm.filter(pl.col("with_product") > 0)
    return (
        int(arm["with_product"].sum()) < minimum.show_children
        or touched["school"].n_unique() < minimum.show_schools
    )
