"""The published balance of Zorg In School, read once for the pages that tell it. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.charts.marks import Estimate
from dashboard.charts.steps import Amount
from dashboard.language import Dutch, mark, published, tr
from dashboard.release.released import Released
from dashboard.words import wording
from pipelines.effects.savings import arithmetic

TOTAL = "totaal"
_ACCEPTED = "aanvaardbaar_"  # of a part: the chance that a shortfall is at most this percent
# What follows is said with `tr` where it is shown.
ALL_YEARS = mark("Alle schooljaren samen")

ROUTES = {
    "vergelijking": mark("Zoals de vergelijkingsgroep"),
    "basis": mark("Zoals vóór de start"),
    "trend": mark("Zoals de eigen ontwikkeling"),
}
PAYERS = {
    "gemeente": mark("Kosten: gemeente"),
    "scholen": mark("Kosten: scholen"),
    "samenwerkingsverband": mark("Kosten: samenwerkingsverband"),
}
NET_PAYERS = {
    "gemeente": mark("Netto voor de gemeente"),
    "scholen": mark("Netto voor de scholen"),
    "samenwerkingsverband": mark("Netto voor het samenwerkingsverband"),
}
# Parts of the gross saving, in the order of the waterfall.
PARTS = {
    "volume": mark("Minder hulp"),
    "mix": mark("Andere soorten hulp"),
    "prijs": mark("Tarieven die anders stegen dan de prijzen"),
    "beschikkingen": mark("Vermeden beschikkingen"),
    "zorgplannen": mark("Vermeden zorgplannen"),
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Balances:
    """Rows of `besparing_balans`; `reason` says why there is no calculation."""

    rows: tuple[Row, ...]
    reason: str

    @property
    def routes(self) -> list[str]:
        """Routes that were walked, the leading one first."""
        present = {row["route"] for row in self.rows}
        ordered = [name for name in ROUTES if name in present]
        return sorted(ordered, key=lambda name: name != self.leading)

    @property
    def leading(self) -> str:
        return next((str(row["route"]) for row in self.rows if row["leidend"]), "")

    @property
    def years(self) -> list[str]:
        return sorted({row["schooljaar"] for row in self.rows} - {TOTAL})

    def at(self, year: str, route: str, part: str, payer: str = "") -> Amount | None:
        """One published figure with its interval."""
        row = self._row(year, route, part, payer)
        if row is None or row["waarde"] is None:
            return None
        return Amount(row["waarde"], row["onder"], row["boven"])

    def sentence(self, route: str) -> str:
        row = self._row(TOTAL, route, "netto", "")
        return "" if row is None else Dutch(row["zin"])

    def part(self, year: str, route: str, part: str) -> float:
        """The value of a part; nothing where it is not told."""
        found = self.at(year, route, part)
        return 0.0 if found is None else found.value

    def cost(self, year: str, route: str) -> float:
        paid = (self.at(year, route, "programmakosten", payer) for payer in PAYERS)
        return float(sum(Decimal(str(a.value)) for a in paid if a is not None))

    def summed(self, route: str, year: str) -> bool:
        """Is the net so far known, so that no year of the programme before it is missing?"""
        return self.at(year, route, "cumulatief") is not None

    def break_even(self, route: str) -> str | None:
        """The school year from which the discounted net so far stays at or above zero; None where
        the interval of the total holds zero, or a year of the programme is missing, since then
        there is none to tell."""
        total = self.at(TOTAL, route, "netto")
        if total is None or not clear(total) or not self.whole(route):
            return None
        course = [(year, self.at(year, route, "cumulatief")) for year in self.years]
        return arithmetic.break_even(
            [(year, Decimal(str(amount.value))) for year, amount in course if amount is not None]
        )

    def whole(self, route: str) -> bool:
        """Does every year of the programme count, so that something is to be told of all of it?"""
        last = self.years[-1:]
        return all(self.at(year, route, "kans_terugverdiend") is not None for year in last)

    def remark(self, part: str) -> str:
        """What is said with a figure over all years on the leading route, in Dutch; or nothing."""
        row = self._row(TOTAL, self.leading, part, "")
        return "" if row is None or not row["zin"] else Dutch(row["zin"])

    def _row(self, year: str, route: str, part: str, payer: str) -> Row | None:
        asked = (year, route, part, payer)
        return next(
            (
                row
                for row in self.rows
                if (row["schooljaar"], row["route"], row["onderdeel"], row["betaler"]) == asked
            ),
            None,
        )


def accepted(found: Balances, route: str) -> list[tuple[int, float]]:
    """The acceptability curve of a route: a shortfall in percent of the cost, and the chance in
    percent that the net falls no further short; a shortfall of 0 is the chance of none."""
    curve = {0: "kans_kostenneutraal"} | {
        int(part.removeprefix(_ACCEPTED)): part
        for row in found.rows
        if (part := str(row["onderdeel"])).startswith(_ACCEPTED)
    }
    told = [(share, found.at(TOTAL, route, curve[share])) for share in sorted(curve)]
    return [(share, chance.value) for share, chance in told if chance is not None]


def read(released: Released) -> Balances:
    """The balance of this release; without a figure, the reason."""
    rows = released.table("besparing_balans", "route, volgorde").to_dicts()
    seen = tuple(row for row in rows if row["status"] == wording.VISIBLE)
    reason = "" if seen else next((published(row["reden"]) for row in rows if row["reden"]), "")
    return Balances(seen, reason)


def drivers(released: Released) -> Sequence[Row]:
    """Rows of `besparing_gevoeligheid`, the largest swing first."""
    return released.table("besparing_gevoeligheid", "volgorde").to_dicts()


def clear(amount: Amount) -> bool:
    """Does the interval lie wholly on one side of zero?"""
    return amount.low is not None and amount.high is not None and amount.low * amount.high > 0


def interval(amount: Amount | None) -> str:
    """€ 582.000 tot € 1.489.000; empty without one, and where nothing is uncertain."""
    if amount is None or amount.low is None or amount.high is None or amount.low == amount.high:
        return ""
    low, high = wording.euro_estimate(amount.low), wording.euro_estimate(amount.high)
    return tr("{laag} tot {hoog}", laag=low, hoog=high)


def year_name(year: str) -> str:
    return tr(ALL_YEARS) if year == TOTAL else year


def estimates(found: Balances) -> list[Estimate]:
    """Net over all years along every route of which the interval is known, for a chart."""
    nets = [(route, found.at(TOTAL, route, "netto")) for route in found.routes]
    return [
        Estimate(
            tr(ROUTES[route]), net.value, net.low, net.high,
            f"{wording.euro_estimate(net.value)} ({interval(net)})", route == found.leading,
        )
        for route, net in nets
        if net is not None and net.low is not None and net.high is not None
    ]  # fmt: skip


def spread(amounts: Sequence[Amount | None]) -> tuple[float, float]:
    """Lowest and highest value."""
    values = [amount.value for amount in amounts if amount is not None]
    return min(values), max(values)
