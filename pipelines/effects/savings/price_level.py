"""One price level for every amount: tariffs, hourly rates and programme cost in prices of one year.

Tariffs are delivered in the prices of their own year, costs and rates are assumed in those of
theirs (`prijspeil` in parameters.yaml). Beside each other, and discounted at a real rate, price
rises would count as saving. `indexatie_<year>` says by how many percent prices rose from the year
before to that year; an amount of one year times every index on the way is that amount in prices of
`prijspeil_jaar`. A year without an index is never filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipelines.effects.effect import HasValue, Parameters

LEVEL = "prijspeil_jaar"
_CENT = Decimal("0.01")
_DIGITS = 3


class Undeterminable(Exception):
    """An amount cannot be brought to the price level; the text is one Dutch sentence."""


def index_name(year: int) -> str:
    """The parameter with the price rise of a year."""
    return f"indexatie_{year}"


def level(parameters: Parameters) -> int:
    """The calendar year in whose prices all amounts are told."""
    found = parameters.get(LEVEL)
    if found is None:
        raise Undeterminable(
            f"Zonder prijspeil is niets te bepalen; vul '{LEVEL}' in parameters.yaml in."
        )
    return int(found.value)


def factor(parameters: Parameters, year: int) -> Decimal:
    """What an amount in prices of `year` is multiplied by to be in prices of the price level.

    Equation: product over the years between of (1 + index / 100)
    Source: Zorginstituut Nederland, Richtlijn voor economische evaluaties (2024), prices of one
        year; the indices are those of parameters.yaml.
    """
    to = level(parameters)
    rise = Decimal(1)
    for between in range(min(year, to) + 1, max(year, to) + 1):
        index = parameters.get(index_name(between))
        if index is None:
            raise Undeterminable(
                f"Niet te bepalen: zonder indexcijfer over {between} zijn bedragen van {year} niet"
                f" naar prijzen van {to} om te rekenen; vul '{index_name(between)}' in"
                " parameters.yaml in, met de bron."
            )
        rise *= 1 + Decimal(str(index.value)) / 100
    return rise if year <= to else 1 / rise


def tariff_at_level(parameters: Parameters, amount: Decimal, year: int) -> Decimal:
    """A tariff of a year in prices of the price level, to the cent."""
    return (amount * factor(parameters, year)).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class AtLevel:
    """A parameter in euro with its value and range in prices of the price level."""

    value: float
    low: float | None
    high: float | None
    label: str
    unit: str
    source: str
    distribution: str | None
    price_year: int | None


def at_level(parameters: Parameters, names: Iterable[str]) -> Parameters:
    """All parameters, with those of `names` that are euro in prices of the price level.

    Three digits: more would claim to be known. Raises Undeterminable where a price level or an
    index is not given.
    """
    asked = {name: parameters[name] for name in names if parameters[name].unit.startswith("euro")}
    return {**parameters, **{name: _priced(parameters, name, p) for name, p in asked.items()}}


def _priced(parameters: Parameters, name: str, found: HasValue) -> AtLevel:
    if found.price_year is None:
        raise Undeterminable(
            f"Niet te bepalen: van '{name}' is niet bekend in prijzen van welk jaar het bedrag is;"
            " vul daar 'prijspeil' in parameters.yaml in."
        )
    times = factor(parameters, found.price_year)

    def priced(amount: float) -> float:
        return _rounded(Decimal(str(amount)) * times)

    return AtLevel(
        value=priced(found.value),
        low=None if found.low is None else priced(found.low),
        high=None if found.high is None else priced(found.high),
        label=found.label,
        unit=found.unit,
        source=told(found, level(parameters)),
        distribution=found.distribution,
        price_year=level(parameters),
    )


def told(found: HasValue, to: int) -> str:
    """The source of an amount, and what was done to it; Dutch."""
    if found.price_year in (None, to):
        return found.source
    return f"{found.source}; bedrag van {found.price_year}, omgerekend naar prijzen van {to}"


def _rounded(amount: Decimal) -> float:
    if not amount:
        return 0.0
    step = Decimal(1).scaleb(amount.adjusted() - _DIGITS + 1)
    return float((amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def indices(parameters: Parameters) -> Mapping[int, HasValue]:
    """Calendar year -> the price rise of that year, in order."""
    prefix = index_name(0)[:-1]
    years = sorted(int(n.removeprefix(prefix)) for n in parameters if n.startswith(prefix))
    return {year: parameters[index_name(year)] for year in years}
