"""One price level: what only became dearer saves nothing, and no index is ever made up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import ibis
import polars as pl
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from pipelines import contracts, parameters
from pipelines.contracts import ContractError
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.catalogue.medium_term import ZIS_M4
from pipelines.effects.designs.rows import Given
from pipelines.effects.designs.sums import hours_rows
from pipelines.effects.effect import Minimum
from pipelines.effects.savings import arithmetic, price_level
from pipelines.effects.savings.balance import balances
from pipelines.effects.savings.price_level import Undeterminable, at_level, factor, tariff_at_level
from pipelines.effects.savings.routes import saving_rows
from tests.unit.test_effects_balance import SUMMER, values
from tests.unit.test_effects_compute import DELIVERED, Planted, register

pytestmark = pytest.mark.xdist_group("balance")

KNOWN = contracts.load().parameters
COST = "programmakosten_per_jaar"


def test_an_amount_goes_through_every_year_between() -> None:
    """EUR 172,000 of 2021: +4.90% in 2022, +6.43% in 2023 and +5.71% in 2024."""
    assert price_level.level(KNOWN) == 2024
    assert factor(KNOWN, 2021) == Decimal("1.0490") * Decimal("1.0643") * Decimal("1.0571")
    assert factor(KNOWN, 2024) == 1
    assert abs(factor(KNOWN, 2025) * Decimal("1.0394") - 1) < Decimal("1e-20")
    assert KNOWN[COST].price_year == 2021
    now = at_level(KNOWN, arithmetic.PARAMETERS)
    assert (now[COST].value, now[COST].low, now[COST].high) == (203_000, 177_000, 236_000)
    assert "bedrag van 2021, omgerekend naar prijzen van 2024" in now[COST].source
    assert now["uurtarief_zorgplan"].value == KNOWN["uurtarief_zorgplan"].value
    assert now["discontovoet"] is KNOWN["discontovoet"]


@examples(
    amount=st.decimals("1", "500", places=2),
    year=st.sampled_from(range(2016, 2026)),
    base=st.sampled_from(range(2016, 2026)),
    saved=st.integers(-5000, 5000),
)
def test_a_tariff_that_rises_with_prices_saves_no_more(
    amount: Decimal, year: int, base: int, saved: int
) -> None:
    def line(at: int) -> Decimal:
        nominal = (amount / factor(KNOWN, at)).quantize(Decimal("0.01"))
        return tariff_at_level(KNOWN, nominal, at)

    # What is left is the rounding of a tariff list to cents.
    assert abs(line(year) - line(base)) <= Decimal("0.02")
    assert abs(saved * (line(year) - line(base))) <= Decimal("0.02") * abs(saved)


def _following() -> list[dict[str, object]]:
    """Tariffs that rise as the index does, from EUR 100 in prices of 2024."""
    return [
        {
            "hulpvorm": "dagbesteding", "niveau": 7, "jaar": year, "eenheid": "16",
            "tarief": round(float(100 / factor(KNOWN, year)), 2), "bron": "", "_levering": "",
        }
        for year in range(2021, 2026)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def pilot():
    tables = dict(register(Planted(participants=6, comparison=6, pupils=10)))
    tables["tarieven"] = ibis.memtable(pl.DataFrame(_following()))
    return tables


def test_price_rises_are_no_part_of_the_saving(pilot) -> None:
    given = Given(pilot, frozenset(DELIVERED), KNOWN, SUMMER)
    saved = saving_rows(given, SAVINGS[:1])
    shown = [row for row in saved.rows if row["status"] == "zichtbaar"]
    assert {row["prijspeil"] for row in shown} == {2024}
    assert {row["tarief"] for row in shown} == {100.0, 103.94}
    for row in shown:
        assert row["tarief_prijspeil"] == pytest.approx(100, abs=0.02)
        assert row["basistarief"] == pytest.approx(100, abs=0.02)
        less = Decimal(str(row["volume_zonder"])) - Decimal(str(row["volume_werkelijk"]))
        worth = arithmetic.euro(less * Decimal(str(row["tarief_prijspeil"])))
        assert worth == Decimal(str(row["bedrag"]))
    found = values(balances(given, saved, Minimum()))
    assert found["totaal", "prijspeil", ""] == 2024
    for year in ("2023/2024", "2024/2025"):
        care, price = found[year, "jeugdhulp", ""], found[year, "prijs", ""]
        assert abs(price) <= abs(care) / 1000
        assert found[year, "programmakosten", "gemeente"] in (6 * 50_750, 3 * 50_750)


def test_a_year_without_an_index_is_not_filled_in(pilot) -> None:
    """Tariffs of 2025 cannot be told in prices of 2024, those of 2024 can."""
    without = {name: p for name, p in KNOWN.items() if name != "indexatie_2025"}
    saved = saving_rows(Given(pilot, frozenset(DELIVERED), without, SUMMER), SAVINGS[:1])
    newest = [row for row in saved.rows if row["schooljaar"] == "2024/2025"]
    assert [(row["status"], row["bedrag"]) for row in newest] == [("niet_geleverd", None)]
    assert newest[0]["reden"] == (
        "Niet te bepalen: zonder indexcijfer over 2025 zijn bedragen van 2025 niet naar prijzen van"
        " 2024 om te rekenen; vul 'indexatie_2025' in parameters.yaml in, met de bron."
    )
    assert any(row["status"] == "zichtbaar" for row in saved.rows)
    less = {name: p for name, p in KNOWN.items() if name != "indexatie_2023"}
    unknown = balances(Given(pilot, frozenset(DELIVERED), less, SUMMER), saved, Minimum())
    assert unknown.outcome is None
    assert "indexatie_2023" in unknown.reason


def test_an_amount_without_its_own_year_or_a_price_level_is_not_used(pilot) -> None:
    rate = "uurtarief_zorgplan"
    undated = {**KNOWN, rate: replace(KNOWN[rate], price_year=None)}
    with pytest.raises(Undeterminable, match=f"van '{rate}' is niet bekend in prijzen van welk"):
        at_level(undated, arithmetic.PARAMETERS)
    (row,) = hours_rows(
        Given(pilot, frozenset(DELIVERED), undated, SUMMER), ZIS_M4, ZIS_M4.outcomes[0]
    )
    assert (row.status, row.result) == ("niet_geleverd", None)
    assert rate in row.reason
    with pytest.raises(Undeterminable, match="prijspeil_jaar"):
        price_level.level({name: p for name, p in KNOWN.items() if name != "prijspeil_jaar"})


def test_a_price_level_that_is_no_year_is_refused() -> None:
    entry = {"naam": "a", "label": "A", "eenheid": "euro", "bron": "b", "waarde": 1}
    with pytest.raises(ContractError, match="geen jaartal als 'prijspeil'"):
        parameters._parameter({**entry, "prijspeil": "toen"}, {"": 1})
