"""The balance as it is published: which years count, on which basis, and what is never said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import ibis
import numpy as np
import pytest

from pipelines import contracts
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, Parameters
from pipelines.effects.savings import arithmetic, balance_words, draws
from pipelines.effects.savings.balance import Balances, balances
from pipelines.effects.savings.balance_samples import Samples
from pipelines.effects.savings.routes import saving_rows
from tests.unit.test_effects_compute import DELIVERED, Planted, register

pytestmark = pytest.mark.xdist_group("balance")

KNOWN = contracts.load().parameters
SUMMER = dt.date(2025, 7, 31)
LOCATION = 50_750  # EUR 172,000 of 2021 is 203,000 of 2024, over four locations


def told(tables, parameters: Parameters = KNOWN, peildatum: dt.date = SUMMER) -> Balances:
    given = Given(tables, frozenset(DELIVERED), parameters, peildatum)
    return balances(given, saving_rows(given, SAVINGS[:1]), Minimum())


def values(found: Balances) -> dict[tuple[str, str, str], Decimal]:
    return {
        (r["schooljaar"], r["onderdeel"], r["betaler"]): Decimal(str(r["waarde"]))
        for r in found.rows
        if r["leidend"] and r["waarde"] is not None
    }


def sentence(found: Balances, part: str) -> str:
    (row,) = [
        r
        for r in found.rows
        if r["leidend"] and (r["schooljaar"], r["onderdeel"]) == ("totaal", part)
        and not r["betaler"]
    ]  # fmt: skip
    return str(row["zin"])


@pytest.fixture(scope="module")
def pilot():
    return register(Planted(participants=6, comparison=6, pupils=10))


@pytest.fixture(scope="module")
def usual(pilot) -> Balances:
    return told(pilot)


def test_a_school_that_starts_a_year_before_the_others_costs_that_year(pilot) -> None:
    """Its own location's cost, paid whole by the municipality; the others pay from their start."""
    early = dict(pilot)
    own = pilot["zis_deelnames"]
    first = (own.vestigingscode == "00AA00").ifelse(
        own.start_datum - ibis.interval(days=365), own.start_datum
    )
    early["zis_deelnames"] = own.mutate(start_datum=first)
    found = values(told(early))
    assert found["2022/2023", "locaties", ""] == 1
    assert found["2022/2023", "programmakosten", "gemeente"] == LOCATION
    assert found["2022/2023", "netto", ""] == -LOCATION
    assert found["2023/2024", "locaties", ""] == 6
    assert found["2023/2024", "programmakosten", "gemeente"] == 3 * LOCATION


def test_a_programme_year_without_youth_care_is_named_and_has_no_cost(pilot) -> None:
    later = told(pilot, peildatum=dt.date(2026, 7, 31))
    assert "2025/2026" not in {row["schooljaar"] for row in later.rows}
    verdict = sentence(later, "netto")
    assert "2025/2026 (ook de kosten niet): van dat schooljaar is geen jeugdhulp geleverd" in (
        verdict
    )


def test_everything_over_all_years_stands_on_one_named_basis(usual: Balances) -> None:
    found = values(usual)
    years = sorted({year for year, *_ in found} - {"totaal"})
    paid = {who: found["totaal", "programmakosten", who] for who in arithmetic.PAYERS}
    gross, net = found["totaal", "bruto", ""], found["totaal", "netto", ""]
    parts = ("volume", "mix", "prijs", "beschikkingen", "zorgplannen")
    assert gross == sum(found["totaal", part, ""] for part in parts)
    assert gross - sum(paid.values()) == net
    assert net == sum(found["totaal", "netto_betaler", who] for who in arithmetic.PAYERS)
    assert net == sum(found[year, "netto_contant", ""] for year in years)
    assert net == found[years[-1], "cumulatief", ""]
    per_euro = gross / sum(paid.values())
    assert abs(found["totaal", "euro_per_euro", ""] - per_euro) <= Decimal("0.005")
    for row in usual.rows:
        if row["schooljaar"] == "totaal" and row["eenheid"] == "euro":
            assert "contant gemaakt" in row["onderdeel_label"] or row["onderdeel"] in (
                "kosten_per_locatie",
            ), row["onderdeel_label"]


def _whole(cost: float) -> arithmetic.Balance:
    care = (arithmetic.CareLine("a", 1000, 0, Decimal(100), Decimal(100)),)
    facts = [
        arithmetic.YearFacts(year, care, 0, 0, 1, first=n == 0)
        for n, year in enumerate(("2023/2024", "2024/2025"))
    ]
    assumed = arithmetic.Assumptions(
        hours_per_order=8, rate_order=75, hours_per_plan=6, rate_plan=70, programme_cost=cost,
        programme_locations=1, municipality_first_year=100, municipality_later=50,
        partnership_share=0, cash_share=70, discount_rate=0,
    )  # fmt: skip
    return arithmetic.balance(facts, assumed)


def _drawn(whole: arithmetic.Balance, spread: float) -> Samples:
    rng = np.random.default_rng(3)
    care = np.array([float(y.care) for y in whole.years]) + rng.normal(0, spread, (2000, 1))
    none = np.zeros((2000, 2))
    cost = none + np.array([float(y.spent) for y in whole.years])
    return Samples(care, none, none, cost, none + 1)


def test_a_break_even_year_comes_with_its_chance_or_not_at_all() -> None:
    sure = _whole(60_000)
    said = balance_words.verdict(sure, _drawn(sure, 15_000), ())
    assert "Naar schatting zijn de kosten vanaf 2023/2024 samen terugverdiend; de kans daarop" in (
        said
    )
    unsure = _whole(99_000)
    said = balance_words.verdict(unsure, _drawn(unsure, 60_000), ())
    assert unsure.break_even == "2023/2024"
    assert "is niet te zeggen" in said
    assert "terugverdiend (95%" in said
    assert "vanaf" not in said.lower()
    loss = _whole(200_000)
    said = balance_words.verdict(loss, _drawn(loss, 5_000), ())
    assert "nog niet terugverdiend" in said


def test_cost_neutral_is_shown_only_inside_the_margin() -> None:
    margin = replace(KNOWN["marge_kostenneutraal"], value=10, source="afgesproken in de raad")
    rng = np.random.default_rng(1)
    cost = 100_000.0
    inside = balance_words.neutral(rng.normal(0, 2_000, 2000), cost, margin)
    wide = balance_words.neutral(rng.normal(0, 30_000, 2000), cost, margin)
    beside = balance_words.neutral(rng.normal(20_000, 2_000, 2000), cost, margin)
    assert "is aangetoond dat het kostenneutraal is" in inside
    assert "is dat niet aangetoond" in wide
    assert "is dat niet aangetoond" in beside
    assert "€ 10.000 (10% van de kosten)" in inside
    assert "afgesproken in de raad" in inside


@pytest.mark.parametrize("lacking", ["weg", "zonder bron"])
def test_a_margin_without_a_source_tests_nothing(pilot, lacking: str) -> None:
    name = "marge_kostenneutraal"
    parameters = {k: v for k, v in KNOWN.items() if k != name}
    if lacking == "zonder bron":
        parameters[name] = replace(KNOWN[name], source=" ")
    found = told(pilot, parameters)
    rows = [r for r in found.rows if r["leidend"] and r["onderdeel"] == "marge"]
    assert [(r["waarde"], r["status"], r["reden"]) for r in rows] == [
        (None, "niet_geleverd", balance_words.NO_MARGIN)
    ]
    assert not [r for r in found.rows if r["onderdeel"] == "kans_binnen_marge"]


def test_the_chance_of_falling_short_grows_with_what_may_be_short(usual: Balances) -> None:
    found = values(usual)
    curve = [found["totaal", "kans_kostenneutraal", ""]]
    curve += [found["totaal", f"aanvaardbaar_{p}", ""] for p in (10, 20, 30, 40, 50)]
    assert curve == sorted(curve)


def test_a_return_far_from_comparable_programmes_is_remarked() -> None:
    other = KNOWN["referentie_euro_per_euro"]
    assert (other.low, other.high) == (0.85, 1.05)
    assert "€ 0,85 tot € 1,05" in balance_words.beside_others((3.1, 4.9), other)
    assert "€ 0,85 tot € 1,05" in balance_words.beside_others((0.1, 0.4), other)
    assert balance_words.beside_others((0.6, 1.9), other) == ""
    assert balance_words.beside_others((3.1, 4.9), None) == ""


@pytest.mark.parametrize(
    ("distribution", "mean", "spread"),
    # Of a triangle: (a + b + c) / 3 and (a2 + b2 + c2 - ab - ac - bc) / 18.
    [("driehoek", 6.0, 39 / 18), ("uniform", 6.5, 49 / 12), ("vast", 5.0, 0.0)],
)
def test_parameters_are_drawn_from_the_distribution_that_is_declared(
    distribution: str, mean: float, spread: float
) -> None:
    declared = replace(
        KNOWN["uren_per_zorgplan"], value=5.0, low=3.0, high=10.0, distribution=distribution
    )
    drawn = draws.draw(np.random.default_rng(1), declared, 200_000)
    assert drawn.mean() == pytest.approx(mean, abs=0.02)
    assert drawn.var() == pytest.approx(spread, abs=0.03)
