"""The balance along one route as published rows: per school year, and over all years together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from pipelines.effects.effect import Parameters
from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.rounding import to_nearest
from pipelines.effects.savings import arithmetic, balance_words
from pipelines.effects.savings.balance_samples import Samples, limits, percent
from pipelines.effects.savings.balance_table import ACCEPTED, TOTAL, accepted, balance_row

Limits = tuple[float, float, float]


@dataclass
class _Lines:
    """Rows in order; `first`: the place of the first one among those of its route."""

    route: arithmetic.Route
    leading: bool
    first: int
    whole: arithmetic.Balance
    drawn: Samples
    made: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        year: str,
        part: str,
        value: float | Decimal,
        within: Limits | None = None,
        payer: str = "",
        sentence: str = "",
    ) -> None:
        """One figure with its interval."""
        low, middle, high = within or (None, None, None)
        numbers = {"waarde": float(value), "onder": low, "midden": middle, "boven": high}
        self.made.append(
            balance_row(year, self.route, part, payer, leading=self.leading)
            | numbers
            | {"zin": sentence, "volgorde": self.first + len(self.made)}
        )

    def hide(self, year: str, part: str, reason: str) -> None:
        """One figure that is not there, and why."""
        row = balance_row(
            year, self.route, part, "", leading=self.leading, status="niet_geleverd", reason=reason
        )
        self.made.append(row | {"volgorde": self.first + len(self.made)})

    def shares(self, payer: arithmetic.Payer) -> Floats:
        """What part of the cost this payer has, per school year."""
        return np.array(
            [float(dict(y.cost)[payer] / y.spent) if y.spent else 0.0 for y in self.whole.years]
        )


@dataclass
class YearRows(_Lines):
    """School years, in the money of the price level; only what says so is discounted.

    `missed`: years of the programme of which neither cost nor saving is known. What came together
    up to and including a later year is not known either.
    """

    missed: Sequence[str] = ()

    def rows(self) -> list[dict[str, Any]]:
        for n in range(len(self.whole.years)):
            self._year(n)
        return self.made

    def _year(self, n: int) -> None:
        year, present, drawn = self.whole.years[n], self.whole.present[n], self.drawn
        name = year.schooljaar
        self.add(name, "jeugdhulp", year.care, limits(drawn.care[:, n]))
        self.add(name, "volume", year.volume)
        self.add(name, "mix", year.mix)
        self.add(name, "prijs", year.price)
        self.add(name, "beschikkingen", year.orders)
        self.add(name, "zorgplannen", year.plans)
        self.add(name, "bruto", year.gross, limits(drawn.gross[:, n]))
        for payer, amount in year.cost:
            self.add(name, "programmakosten", amount, payer=payer)
        self.add(name, "netto", year.net, limits(drawn.net[:, n]))
        for payer, amount in year.payers:
            own = drawn.of_payer(payer, self.shares(payer))[:, n]
            self.add(name, "netto_betaler", amount, limits(own), payer=payer)
        discounted = (drawn.net / drawn.value)[:, n]
        self.add(name, "netto_contant", present.net, limits(discounted))
        earlier = [one for one in self.missed if one < name]
        if earlier:
            self.hide(name, "cumulatief", balance_words.not_summed(earlier, name))
        else:
            self.add(name, "cumulatief", year.cumulative, limits(drawn.cumulative[:, n]))
        if not self.missed:
            self.add(name, "kans_terugverdiend", percent(drawn.stays[n]))
        self.add(name, "vrijkomend", year.cash)
        self.add(name, "kans_kostenneutraal", percent((drawn.net[:, n] >= 0).mean()))


@dataclass
class TotalRows(_Lines):
    """All school years together, every amount discounted, so that they add up to the cent.

    `ticks`: Dutch, how the register judges the avoided beschikkingen.
    """

    ticks: str = ""

    def rows(self, parameters: Parameters, verdict: str) -> list[dict[str, Any]]:
        total, drawn = self.whole.total, self.drawn
        net = drawn.together(drawn.net)
        self.add(TOTAL, "jeugdhulp", total.care, limits(drawn.together(drawn.care)))
        self.add(TOTAL, "volume", total.volume)
        self.add(TOTAL, "mix", total.mix)
        self.add(TOTAL, "prijs", total.price)
        self.add(TOTAL, "beschikkingen", total.orders, sentence=self.ticks)
        self.add(TOTAL, "zorgplannen", total.plans)
        self.add(TOTAL, "bruto", total.gross, limits(drawn.together(drawn.gross)))
        for payer, amount in total.cost:
            self.add(TOTAL, "programmakosten", amount, payer=payer)
        self.add(TOTAL, "netto", total.net, limits(net), sentence=verdict)
        for payer, amount in total.payers:
            own = drawn.together(drawn.of_payer(payer, self.shares(payer)))
            self.add(TOTAL, "netto_betaler", amount, limits(own), payer=payer)
        self.add(TOTAL, "vrijkomend", total.cash)
        self._divided(net, parameters)
        each = parameters["programmakosten_per_jaar"].value
        self.add(
            TOTAL,
            "kosten_per_locatie",
            arithmetic.euro(each / parameters["programmakosten_locaties"].value),
        )
        self.add(TOTAL, "kans_kostenneutraal", percent((net >= 0).mean()))
        self._neutral(net, parameters)
        return self.made

    def _divided(self, net: Floats, parameters: Parameters) -> None:
        """Per participant and per euro, on the basis of the total."""
        whole, drawn = self.whole, self.drawn
        if whole.per_participant is not None:
            value = to_nearest(float(whole.per_participant), 10)
            self.add(TOTAL, "per_deelnemer", value, limits(net / whole.participants, 10))
        if whole.per_euro is not None:
            each = drawn.together(drawn.gross) / drawn.together(drawn.cost)
            within = limits(each, 0.01)
            told = balance_words.beside_others(
                (within[0], within[2]), parameters.get("referentie_euro_per_euro")
            )
            self.add(TOTAL, "euro_per_euro", round(whole.per_euro, 2), within, sentence=told)

    def _neutral(self, net: Floats, parameters: Parameters) -> None:
        """Cost-neutral within a margin declared beforehand, and the acceptability curve."""
        margin, cost = parameters.get("marge_kostenneutraal"), float(self.whole.cost)
        self.add(TOTAL, "netto_toets", self.whole.net, limits(net, tails=0.05))
        if margin is None or not margin.source.strip():
            self.hide(TOTAL, "marge", balance_words.NO_MARGIN)
        else:
            edge = margin.value / 100 * cost
            told = balance_words.neutral(net, cost, margin)
            self.add(TOTAL, "marge", arithmetic.euro(edge), sentence=told)
            self.add(TOTAL, "kans_binnen_marge", percent((abs(net) < edge).mean()))
        for share in ACCEPTED:
            self.add(TOTAL, accepted(share), percent((net >= -share / 100 * cost).mean()))
