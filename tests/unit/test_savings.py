"""The arithmetic of savings: routes, amounts to the cent, decomposition, balance."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.effects.savings import (
    Line,
    ProductYear,
    administrative_saving,
    break_even,
    counterfactual,
    decompose,
    euro,
    leading_route,
    net_by_year,
    saving,
)

YEAR = ProductYear(
    carried_on=1000.0,
    actual=700.0,
    tariff=Decimal("86.40"),
    comparison_carried_on=500.0,
    comparison_actual=450.0,
    own_growth=0.10,
    years_on=2.0,
)


def test_three_routes_to_the_volume_without_the_programme():
    assert counterfactual("basis", YEAR) == 1000
    assert counterfactual("vergelijking", YEAR) == pytest.approx(900)
    assert counterfactual("trend", YEAR) == pytest.approx(1200)


def test_a_route_without_its_input_cannot_be_walked():
    alone = ProductYear(carried_on=1000.0, actual=700.0, tariff=Decimal(1))
    assert counterfactual("vergelijking", alone) is None
    assert counterfactual("trend", alone) is None
    assert leading_route(["basis", "trend"]) == "basis"
    assert leading_route(["basis", "vergelijking"]) == "vergelijking"


def test_a_falling_own_trend_stops_at_zero():
    falling = ProductYear(1000.0, 0.0, Decimal(1), own_growth=-0.8, years_on=3.0)
    assert counterfactual("trend", falling) == 0


def test_saving_is_exact_to_the_cent_and_negative_when_it_cost_more():
    assert saving(900, 700, Decimal("86.40")) == Decimal("17280.00")
    assert saving(0.1 + 0.2, 0, Decimal("45.70")) == Decimal("13.71")
    assert saving(700, 900, Decimal("86.40")) == Decimal("-17280.00")


def test_decomposition_of_a_worked_example():
    found = decompose(
        [
            Line(100, 60, Decimal(80), Decimal(90), "dagdelen"),
            Line(50, 70, Decimal(40), Decimal(40), "dagdelen"),
        ]
    )
    # 100 x 80 + 50 x 40 = 10,000 without; 60 x 90 + 70 x 40 = 8,200 with.
    assert found.total == Decimal("1800.00")
    assert found.price == Decimal("-600.00")
    assert found.volume == Decimal("1333.33")  # 20 fewer at 66.67 on average
    assert found.mix == Decimal("1066.67")


amounts = st.floats(0, 1e5, allow_nan=False)
prices = st.decimals(min_value=0, max_value=500, places=2)
lines = st.lists(st.builds(Line, amounts, amounts, prices, prices, st.just("uren")), max_size=6)


@given(lines)
def test_decomposition_adds_up_to_the_cent(products):
    found = decompose(products)
    exact = sum(
        (
            Decimal(str(x.without)) * x.tariff_without - Decimal(str(x.actual)) * x.tariff_actual
            for x in products
        ),
        Decimal(0),
    )
    assert found.volume + found.mix + found.price == found.total == euro(exact)


def test_volumes_in_different_units_are_not_added():
    with pytest.raises(ValueError, match="dagdelen, uren"):
        decompose(
            [
                Line(1, 1, Decimal(1), Decimal(1), "uren"),
                Line(1, 1, Decimal(1), Decimal(1), "dagdelen"),
            ]
        )


def test_balance_over_the_years():
    balance = net_by_year(
        ["2022/2023", "2023/2024", "2024/2025"],
        [Decimal(0), Decimal(150_000), Decimal(250_000)],
        [Decimal(100_000)] * 3,
        discount_rate=0.0,
    )
    assert [y.net for y in balance] == [Decimal(-100_000), Decimal(50_000), Decimal(150_000)]
    assert [y.cumulative for y in balance] == [-100_000, -50_000, 100_000]
    assert break_even(balance) == "2024/2025"
    assert break_even(balance[:2]) is None
    later = net_by_year(["a", "b"], [Decimal(0), Decimal("102.25")], [Decimal(0)] * 2, 0.0225)
    assert later[1].net == Decimal("100.00")


def test_administrative_saving():
    assert administrative_saving(12, 8, Decimal("75.50")) == Decimal("7248.00")


def test_savings_imports_nothing_else_of_zichtlijn():
    code = (
        "import sys, pipelines.effects.savings; "
        "print(sorted(m for m in sys.modules if m.startswith('pipelines')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str(
        ["pipelines", "pipelines.effects", "pipelines.effects.savings"]
    )
