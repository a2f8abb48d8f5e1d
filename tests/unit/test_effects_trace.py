"""From every euro of the balance back to rows, tariffs and parameters; and the sums agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from pipelines import contracts, why
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum
from pipelines.effects.savings import trace as traces
from pipelines.effects.savings.balance import balances
from pipelines.effects.savings.routes import saving_rows
from pipelines.effects.savings.trace import Step, Trace, trace
from tests.unit.test_effects_compute import DELIVERED, Planted, as_tables, register

pytestmark = pytest.mark.xdist_group("balance")

KNOWN = contracts.load().parameters
SUMMER = dt.date(2025, 7, 31)
YEAR = "2024/2025"


@pytest.fixture(scope="module")
def given() -> Given:
    tables = dict(register(Planted(participants=6, comparison=6, pupils=10)))
    marked = tables["zis_deelnames"]
    tables["zis_deelnames"] = marked.mutate(opp_aanvulling=marked.groep == "zis")
    return Given(tables, frozenset(DELIVERED), KNOWN, SUMMER)


@pytest.fixture(scope="module")
def published(given: Given):
    saved = saving_rows(given, SAVINGS)
    return saved, balances(given, saved, Minimum().with_parameters(KNOWN))


@pytest.fixture(scope="module")
def told(given: Given, published) -> dict[str, Trace]:
    """The traces of three years, made from the balance that is published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traces, "saving_rows", lambda *_: published[0])
        patch.setattr(traces, "balances", lambda *_: published[1])
        return {year: trace(given, year) for year in ("2023/2024", YEAR, "totaal", "2019/2020")}


def steps(one: Trace) -> dict[tuple[str, str], Step]:
    return {(step.part, step.payer): step for step in one.steps}


def test_every_euro_row_of_the_balance_is_led_back(told, published) -> None:
    for year in ("2023/2024", YEAR, "totaal"):
        euros = {
            (row["onderdeel"], row["betaler"]): row["waarde"]
            for row in published[1].rows
            if row["leidend"] and row["schooljaar"] == year and row["eenheid"] == "euro"
        }
        found = steps(told[year])
        assert {key: step.value for key, step in found.items()} == euros
        for step in found.values():
            assert step.sum_told
            assert step.rows or step.made_of or step.parameters, step.part
    assert told["2019/2020"].steps == ()
    assert told["2019/2020"].years == ("2023/2024", YEAR, "totaal")


def test_rows_of_youth_care_add_up_to_the_volume(told, published) -> None:
    """Before it was rounded to the power of ten nearest to 2%."""
    care = steps(told[YEAR])["jeugdhulp", ""]
    (row,) = [
        r for r in published[0].rows
        if r["schooljaar"] == YEAR and r["route"] == "vergelijking" and r["status"] == "zichtbaar"
    ]  # fmt: skip
    volumes = [one.amount for one in care.rows if one.amount is not None]
    assert sum(volumes) == pytest.approx(row["volume_werkelijk"], rel=0.03)
    assert {one.unit for one in care.rows if one.amount is not None} == {"dagdelen"}
    (tariff,) = [one for one in care.rows if one.dataset == "tarieven" and one.counts]
    assert tariff.key == "dagbesteding / 7 / 2024"
    # The tariff list stops in 2024: no index lies between it and the price level.
    assert [used.name for used in care.parameters] == ["prijspeil_jaar"]
    assert "€ 90,00" in care.sum_told


def test_counts_and_costs_come_with_their_rows_and_parameters(told) -> None:
    found = steps(told["2023/2024"])
    plans = found["zorgplannen", ""]
    assert sum(row.counts for row in plans.rows) == 60
    assert plans.sum_told == "60 leerlingen × 6 uur × € 70,00"
    assert Decimal(str(plans.value)) == 60 * 6 * 70
    cost = found["programmakosten", "gemeente"]
    assert {row.reason.split("locatie ")[-1] for row in cost.rows if row.counts} == {
        f"{school:02d}AA00" for school in range(6)
    }
    (used,) = [used for used in cost.parameters if used.name == "programmakosten_per_jaar"]
    assert (used.value, used.price_year, used.used) == (172_000, 2021, 203_000)
    assert "6 locaties × € 203.000,00 / 4 = € 304.500,00" in cost.sum_told
    net = found["netto", ""]
    assert net.made_of == ("bruto", "programmakosten")
    assert "€ 304.500,00" in net.sum_told


def test_what_is_asked_is_a_promise_in_euro() -> None:
    assert why.MONEY == ("zis_m4", "zis_m5", "zis_m10", "zis_l6")


def test_without_youth_care_the_reason_is_told() -> None:
    nothing = Given(as_tables({}), frozenset({"zis_deelnames"}), KNOWN, SUMMER)
    found = trace(nothing, YEAR)
    assert (found.steps, found.years) == ((), ())
    assert "Niet geleverd: jeugdhulp, tarieven." in found.reason
    assert replace(found, reason="").as_dict()["steps"] == ()
