"""A scenario: the published balance worked out again with a reader's own assumptions.

No Streamlit. What goes in is published: volumes and tariffs from `besparing`, counts from
`besparing_balans`, assumptions from `besparing_gevoeligheid`. A basis is used only if it gives
every published part of the balance to the cent. A file holds assumptions and a route, nothing else
of a release.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import polars as pl

from dashboard.charts import scale
from dashboard.exhibits import balances
from dashboard.exhibits.balances import TOTAL, Balances
from dashboard.language import published, tr
from dashboard.release.released import Released
from dashboard.words import wording
from pipelines.effects.savings import arithmetic
from pipelines.effects.savings.arithmetic import (
    PARAMETERS,
    Assumptions,
    Balance,
    CareLine,
    YearFacts,
)

# Names of what a reader may scale; in percent of what was published.
VOLUMES, TARIFFS = "bespaard_volume", "tarieven"

VERSION = 1
LARGEST_FILE = 20_000
_KIND = "zichtlijn-scenario"
_CENT = 0.005
_WIDER = 2.0
# A published part of a school year -> its field in what is worked out.
_PARTS = {
    "jeugdhulp": "care", "volume": "volume", "mix": "mix", "prijs": "price",
    "beschikkingen": "orders", "zorgplannen": "plans", "bruto": "gross", "netto": "net",
    "cumulatief": "cumulative", "vrijkomend": "cash",
}  # fmt: skip


class ScenarioUnreadable(Exception):
    """A file that is no scenario; the text is for the reader and says what to do."""


@dataclass(frozen=True)
class Slider:
    """One assumption a reader may move, in the published unit."""

    name: str
    label: str
    value: float
    low: float
    high: float
    step: float
    unit: str
    help: str


@dataclass(frozen=True)
class Basis:
    """What every scenario on a release starts from; `whole`: no programme year is missing."""

    facts: Mapping[str, tuple[YearFacts, ...]]
    participants: Mapping[str, float]
    sliders: tuple[Slider, ...]
    leading: str
    sampling: tuple[float, float] | None
    whole: bool

    @property
    def participants_known(self) -> bool:
        return any(self.participants.values())

    @property
    def usual(self) -> dict[str, float]:
        """Every assumption as published."""
        return {slider.name: slider.value for slider in self.sliders}

    def worked_out(self, route: str, values: Mapping[str, float]) -> Balance:
        return arithmetic.balance(self.facts[route], assumptions(values), self.participants[route])

    def limits(self, route: str, values: Mapping[str, float]) -> tuple[float, float] | None:
        """Net at the ends of the published uncertainty about schools, moved along with volumes
        and tariffs; on the leading route only, since only that is published."""
        if self.sampling is None or route != self.leading:
            return None
        usual = float(self.worked_out(route, self.usual).net)
        now = float(self.worked_out(route, values).net)
        scale = values[VOLUMES] * values[TARIFFS] / 10_000
        low, high = ((end - usual) * scale + now for end in self.sampling)
        return low, high


def assumptions(values: Mapping[str, float]) -> Assumptions:
    return Assumptions(
        **{field: values[name] for name, field in PARAMETERS.items()},
        tariff_factor=values[TARIFFS] / 100,
        volume_factor=values[VOLUMES] / 100,
    )


def basis(released: Released) -> Basis | None:
    """From the published tables; None where they do not give the published balance back."""
    found = balances.read(released)
    published = {str(row["naam"]): row for row in balances.drivers(released)}
    if not found.rows or any(
        name not in published or published[name]["waarde"] is None for name in PARAMETERS
    ):
        return None
    sliders = (*(_slider(published[name]) for name in PARAMETERS), *_factors())
    care = released.table("besparing", "product, schooljaar")
    lines = care.filter(pl.col("status") == wording.VISIBLE).to_dicts()
    facts = {
        route: tuple(_year(found, lines, route, year) for year in found.years)
        for route in found.routes
    }
    sample = published.get("steekproef")
    made = Basis(
        facts,
        {route: found.part(TOTAL, route, "deelnemers") for route in found.routes},
        sliders, found.leading,
        None if sample is None else (sample["netto_laag"], sample["netto_hoog"]),
        found.whole(found.leading),
    )  # fmt: skip
    return made if all(_gives_back(found, made, route) for route in found.routes) else None


def _gives_back(found: Balances, made: Basis, route: str) -> bool:
    """Do the published assumptions give every published part, per year and together?"""
    whole = made.worked_out(route, made.usual)
    pairs: list[tuple[str, str, str, Decimal]] = []
    for name, year in [*((y.schooljaar, y) for y in whole.years), (TOTAL, whole.total)]:
        pairs += [
            (name, part, "", getattr(year, field))
            for part, field in _PARTS.items()
            if name != TOTAL or part != "cumulatief"
        ]
        pairs += [(name, "programmakosten", who, paid) for who, paid in year.cost]
    told = [
        (found.at(year, route, part, who), amount)
        for year, part, who, amount in pairs
        if part != "cumulatief" or found.summed(route, year)
    ]
    return all(said is not None and abs(said.value - float(own)) < _CENT for said, own in told)


def _year(found: Balances, care: Sequence[Mapping[str, Any]], route: str, year: str) -> YearFacts:
    """What is published of one school year; a count that may not be told counts as nothing."""
    return YearFacts(
        schooljaar=year,
        care=tuple(
            CareLine(
                str(row["product"]), row["volume_zonder"], row["volume_werkelijk"],
                Decimal(str(row["tarief_prijspeil"])), Decimal(str(row["basistarief"])),
                row["uren_per_eenheid"],
            )
            for row in care
            if (row["schooljaar"], row["route"]) == (year, route)
        ),
        avoided_orders=found.part(year, route, "aantal_beschikkingen"),
        avoided_plans=found.part(year, route, "aantal_zorgplannen"),
        locations=found.part(year, route, "locaties"),
        first=found.part(year, route, "programmajaar") == 1,
    )  # fmt: skip


def _slider(row: Mapping[str, Any]) -> Slider:
    value, unit = float(row["waarde"]), str(row["eenheid"])
    share = unit == "procent"
    top = max(value, row["hoog"] if row["hoog"] is not None else value)
    high = 100.0 if share else scale.nice_ceiling(top * _WIDER)
    plausible = (
        tr(
            "Aannemelijk: {laag} tot {hoog}.",
            laag=wording.natural(row["laag"]), hoog=wording.natural(row["hoog"]),
        )
        if row["laag"] is not None and row["hoog"] is not None
        else ""
    )  # fmt: skip
    used = tr("Gerekend met {waarde}.", waarde=wording.natural(value))
    source = tr("Bron: {bron}.", bron=published(row["bron"]))
    return Slider(
        name=str(row["naam"]),
        label=f"{published(row['label'])} ({published(unit.split(' ')[0])})",
        value=value,
        low=1.0 if unit == "locaties" else 0.0,
        high=high,
        step=_step(value, high),
        unit=unit,
        help=" ".join(filter(None, (used, plausible, source))),
    )


def _step(value: float, high: float) -> float:
    """About two hundred steps, round, and the published value among them."""
    for step in (1000.0, 500.0, 100.0, 50.0, 10.0, 5.0, 1.0, 0.5, 0.25, 0.1, 0.05):
        if high / step >= 40 and abs(value / step - round(value / step)) < 1e-9:
            return step
    return 0.01


def _factors() -> tuple[Slider, ...]:
    return (
        Slider(
            VOLUMES, tr("Bespaard volume (procent van de publicatie)"), 100.0, 0.0, 200.0, 5.0,
            "procent",
            tr("Wat als de hulp minder of meer was afgenomen dan geschat? 100 is zoals "
               "gepubliceerd."),
        ),
        Slider(
            TARIFFS, tr("Tarieven (procent van de publicatie)"), 100.0, 50.0, 150.0, 1.0, "procent",
            tr("Wat als de tarieven lager of hoger waren? 100 is zoals gepubliceerd."),
        ),
    )  # fmt: skip


def written(release: str, route: str, values: Mapping[str, float], note: str = "") -> bytes:
    """The scenario as a file."""
    told = {
        "soort": _KIND,
        "versie": VERSION,
        "publicatie": release,
        "route": route,
        "waarden": dict(values),
        "uitkomst": note,
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


@dataclass(frozen=True)
class Loaded:
    """A scenario from a file."""

    release: str
    route: str
    values: Mapping[str, float]


def read(body: bytes, base: Basis) -> Loaded:
    """A file as a scenario on this basis; ScenarioUnreadable says what is wrong."""
    if len(body) > LARGEST_FILE:
        raise ScenarioUnreadable(tr("Dit bestand is te groot voor een scenario."))
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ScenarioUnreadable(
            tr("Dit is geen scenariobestand. Kies een bestand dat op deze pagina is bewaard.")
        ) from error
    if not isinstance(told, dict) or told.get("soort") != _KIND:
        raise ScenarioUnreadable(
            tr("Dit is geen scenariobestand. Kies een bestand dat op deze pagina is bewaard.")
        )
    if told.get("versie") != VERSION:
        raise ScenarioUnreadable(
            tr(
                "Dit scenario is bewaard met een andere versie van Zichtlijn en is niet te "
                "gebruiken."
            )
        )
    route, values = told.get("route"), told.get("waarden")
    if not isinstance(route, str) or route not in base.facts:
        raise ScenarioUnreadable(
            tr("Dit scenario rekent met een vergelijking die in deze publicatie niet voorkomt.")
        )
    if not isinstance(values, dict) or set(values) != set(base.usual):
        raise ScenarioUnreadable(
            tr("In dit scenario ontbreken aannames, of staan aannames die hier niet bestaan.")
        )
    for slider in base.sliders:
        _checked(slider, values[slider.name])
    numbers = {name: float(value) for name, value in values.items()}
    return Loaded(str(told.get("publicatie", "")), route, numbers)


def _checked(slider: Slider, value: object) -> None:
    """Raises ScenarioUnreadable unless the value is a number that the slider can take."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(cast(float, value)):
        raise ScenarioUnreadable(
            tr("In dit scenario is “{aanname}” geen getal.", aanname=slider.label)
        )
    if not slider.low <= cast(float, value) <= slider.high:
        raise ScenarioUnreadable(
            tr(
                "In dit scenario ligt “{aanname}” buiten het bereik van {laag} tot {hoog}.",
                aanname=slider.label, laag=wording.natural(slider.low),
                hoog=wording.natural(slider.high),
            )
        )  # fmt: skip
