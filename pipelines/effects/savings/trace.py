"""Every euro of the balance of a school year: what it was worked out from, down to the rows.

The amounts are those of `balance` themselves; each comes with the sum it is, in figures, the
other parts that go into it, the parameters, and the delivered rows (`trace_rows`). Not protected
and never published: for an analyst, in the work room only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.effects import wording
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum
from pipelines.effects.savings import arithmetic, care_inputs, price_level, trace_rows
from pipelines.effects.savings.balance import balances
from pipelines.effects.savings.balance_table import TOTAL
from pipelines.effects.savings.routes import Shown, care_observed, saving_rows
from pipelines.effects.savings.trace_rows import Row

MINUS, TIMES = wording.MINUS, "×"


@dataclass(frozen=True)
class Used:
    """A parameter that went into an amount: as given, and as used in prices of the price level."""

    name: str
    label: str
    value: float
    price_year: int | None
    used: float
    unit: str
    source: str


@dataclass(frozen=True)
class Step:
    """One euro row of the balance. `sum_told`: Dutch, in figures. `made_of`: other parts."""

    part: str
    label: str
    payer: str
    value: float
    sum_told: str
    made_of: tuple[str, ...] = ()
    parameters: tuple[Used, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Trace:
    """The balance of one school year on the leading route; `reason` where there is none.

    `years`: school years (and `totaal`) that can be asked.
    """

    year: str
    route: str
    steps: tuple[Step, ...]
    years: tuple[str, ...]
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def trace(given: Given, year: str) -> Trace:
    """Every euro row of `year` (a school year, or `totaal`) along the leading route."""
    saved = saving_rows(given, SAVINGS)
    found = balances(given, saved, Minimum().with_parameters(given.parameters))
    rows = [row for row in found.rows if row["leidend"] and row["waarde"] is not None]
    years = tuple(sorted({row["schooljaar"] for row in rows}))
    if not rows or found.outcome is None or year not in years:
        return Trace(year, "", (), years, found.reason)
    route = found.outcome.route
    shown = [s for s in saved.shown if s.route == route and s.schooljaar == year]
    told = _Told(given, year, rows, shown)
    steps = tuple(
        told.step(row) for row in rows if row["schooljaar"] == year and row["eenheid"] == "euro"
    )
    return Trace(year, route, steps, years)


@dataclass
class _Told:
    given: Given
    year: str
    rows: Sequence[Mapping[str, Any]]
    shown: Sequence[Shown]

    def __post_init__(self) -> None:
        self.priced = price_level.at_level(self.given.parameters, arithmetic.PARAMETERS)

    def value(self, part: str, payer: str = "", year: str = "") -> float:
        """A published number of the year; nothing where it is not told."""
        asked = (year or self.year, part, payer)
        return next(
            (
                float(r["waarde"])
                for r in self.rows
                if (r["schooljaar"], r["onderdeel"], r["betaler"]) == asked
            ),
            0.0,
        )

    def step(self, row: Mapping[str, Any]) -> Step:
        part, payer = str(row["onderdeel"]), str(row["betaler"])
        ways: Mapping[str, Callable[[str], tuple[str, Sequence[str], Sequence[str]]]] = {
            "jeugdhulp": self._care,
            "volume": self._care_part,
            "mix": self._care_part,
            "prijs": self._care_part,
            "beschikkingen": self._orders,
            "zorgplannen": self._plans,
            "bruto": self._gross,
            "programmakosten": self._cost,
            "netto": self._net,
            "netto_betaler": self._of_payer,
            "netto_contant": self._present,
            "cumulatief": self._so_far,
            "vrijkomend": self._cash,
        }
        own = ways.get(part)
        if self.year == TOTAL or own is None:
            told, made_of, names = self._together(part, payer)
        else:
            told, made_of, names = own(payer)
        return Step(
            part=part,
            label=str(row["onderdeel_label"]),
            payer=payer,
            value=float(row["waarde"]),
            sum_told=told,
            made_of=tuple(made_of),
            parameters=tuple(self._used(name) for name in names),
            rows=() if self.year == TOTAL else tuple(self._rows(part)),
        )

    def _used(self, name: str) -> Used:
        given, used = self.given.parameters[name], self.priced[name]
        return Used(
            name, given.label, given.value, given.price_year, used.value, given.unit, given.source
        )

    def _rows(self, part: str) -> Iterator[Row]:
        match part:
            case "jeugdhulp":
                for one in self.shown:
                    yield from self._care_rows(one)
            case "beschikkingen":
                yield from trace_rows.order_rows(self.given, self.year)
            case "zorgplannen":
                yield from trace_rows.plan_rows(self.given, self.year)
            case "programmakosten":
                yield from trace_rows.location_rows(self.given, self.year)

    def _care_rows(self, one: Shown) -> Iterator[Row]:
        window = one.product.window.with_parameters(self.given.parameters)
        observed = care_observed(self.given, window)
        prices = care_inputs.tariffs(self.given.tables, one.product, (self.year,))
        if observed is None:
            return
        price = prices[self.year]
        yield from trace_rows.tariff_rows(self.given, one.product, price)
        yield from trace_rows.care_rows(self.given, one.product, price.unit, observed, self.year)

    # Each: the sum in figures, the parts it is made of, and the parameters.

    def _care(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        lines = [
            f"{one.product.label}: ({wording.number(one.without)} {MINUS}"
            f" {wording.number(one.actual)}) {TIMES} {_cents(float(one.tariff))} ="
            f" {_cents(float(arithmetic.saving(one.without, one.actual, one.tariff)))}"
            for one in self.shown
        ]
        return "; ".join(lines), (), (price_level.LEVEL, *self._indices())

    def _indices(self) -> tuple[str, ...]:
        """The index of every year between a tariff's own and the price level."""
        to = price_level.level(self.given.parameters)
        used: set[int] = set()
        for one in self.shown:
            prices = care_inputs.tariffs(self.given.tables, one.product, (self.year,))
            year = prices[self.year].year
            used |= set(range(min(year, to) + 1, max(year, to) + 1))
        return tuple(price_level.index_name(year) for year in sorted(used))

    def _care_part(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        lines = [
            f"{one.product.label}: {_cents(float(one.tariff))} nu en"
            f" {_cents(float(one.base_tariff))} in het eerste schooljaar"
            for one in self.shown
        ]
        return f"deel van jeugdhulp; tarieven {'; '.join(lines)}", ("jeugdhulp",), ()

    def _orders(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        return self._hours("aantal_beschikkingen", "uren_per_beschikking", "uurtarief_beschikking")

    def _plans(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        return self._hours("aantal_zorgplannen", "uren_per_zorgplan", "uurtarief_zorgplan")

    def _hours(self, count: str, hours: str, rate: str) -> tuple[str, Sequence[str], Sequence[str]]:
        told = (
            f"{wording.number(self.value(count))} leerlingen {TIMES}"
            f" {_plain(self.priced[hours].value)} uur {TIMES} {_cents(self.priced[rate].value)}"
        )
        return told, (count,), (hours, rate)

    def _gross(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        parts = ("jeugdhulp", "beschikkingen", "zorgplannen")
        return self._plus(parts), parts, ()

    def _cost(self, payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        whole = sum(self.value("programmakosten", who) for who in arithmetic.PAYERS)
        cost, places = "programmakosten_per_jaar", "programmakosten_locaties"
        first = self.value("programmajaar") == 1
        share = "aandeel_gemeente_eerste_jaar" if first else "aandeel_gemeente_volgende_jaren"
        told = (
            f"{wording.number(self.value('locaties'))} locaties {TIMES}"
            f" {_cents(self.priced[cost].value)} / {_plain(self.priced[places].value)} ="
            f" {_cents(whole)}, waarvan {payer} {_cents(self.value('programmakosten', payer))}"
        )
        names = (cost, places, share, "aandeel_samenwerkingsverband")
        return told, ("locaties", "programmajaar"), names

    def _net(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        paid = " ".join(
            f"{MINUS} {_cents(self.value('programmakosten', who))}" for who in arithmetic.PAYERS
        )
        return f"{_cents(self.value('bruto'))} {paid}", ("bruto", "programmakosten"), ()

    def _of_payer(self, payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        gained = {"gemeente": ("jeugdhulp", "beschikkingen"), "scholen": ("zorgplannen",)}
        parts = gained.get(payer, ())
        told = f"{self._plus(parts)} {MINUS} {_cents(self.value('programmakosten', payer))}"
        return told.strip(), (*parts, "programmakosten"), ()

    def _present(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        rate = self.priced["discontovoet"].value
        years = sorted({r["schooljaar"] for r in self.rows} - {TOTAL})
        told = (
            f"elk onderdeel van {_cents(self.value('netto'))} gedeeld door (1 + {_plain(rate)}%)"
            f" tot de macht {years.index(self.year)}"
        )
        return told, ("netto",), ("discontovoet",)

    def _so_far(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        years = sorted({r["schooljaar"] for r in self.rows} - {TOTAL})
        amounts = [self.value("netto_contant", year=year) for year in years if year <= self.year]
        return " + ".join(map(_cents, amounts)), ("netto_contant",), ()

    def _cash(self, _payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        share = self.priced["aandeel_uitbetaald"].value
        told = f"{_cents(self.value('jeugdhulp'))} {TIMES} {_plain(share)}%"
        return told, ("jeugdhulp",), ("aandeel_uitbetaald",)

    def _together(self, part: str, payer: str) -> tuple[str, Sequence[str], Sequence[str]]:
        """Over all years: from the years, or from other parts of the total."""
        match part:
            case "kosten_per_locatie":
                cost, places = "programmakosten_per_jaar", "programmakosten_locaties"
                told = f"{_cents(self.priced[cost].value)} / {_plain(self.priced[places].value)}"
                return told, (), (cost, places)
            case "marge":
                paid = sum(self.value("programmakosten", who) for who in arithmetic.PAYERS)
                margin = self.priced["marge_kostenneutraal"].value
                told = f"{_cents(paid)} {TIMES} {_plain(margin)}%"
                return told, ("programmakosten",), ("marge_kostenneutraal",)
            case "netto_toets":
                return "gelijk aan het netto", ("netto",), ()
            case "per_deelnemer":
                people = wording.number(self.value("deelnemers"))
                told = f"{_cents(self.value('netto'))} / {people} deelnemers, op tientallen"
                return told, ("netto", "deelnemers"), ()
        years = sorted({r["schooljaar"] for r in self.rows} - {TOTAL})
        told = "; ".join(f"{y}: {_cents(self.value(part, payer, y))}" for y in years)
        told = f"elk schooljaar contant gemaakt, en dan opgeteld: {told}"
        return told, tuple(f"{part} {year}" for year in years), ("discontovoet",)

    def _plus(self, parts: Sequence[str]) -> str:
        return " + ".join(_cents(self.value(part)) for part in parts)


def _plain(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _cents(amount: float) -> str:
    told = f"€ {wording.number(abs(amount), 2)}"
    return f"{MINUS}{told}" if amount < 0 else told
