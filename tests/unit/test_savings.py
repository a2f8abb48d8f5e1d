"""The arithmetic of savings: routes, amounts to the cent, decomposition, balance."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.effects.savings.arithmetic import (
    Assumptions,
    CareLine,
    ProductYear,
    YearFacts,
    administrative_saving,
    balance,
    break_even,
    counterfactual,
    euro,
    leading_route,
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
    care = (
        CareLine("a", 100, 60, Decimal(90), Decimal(80), hours=4),
        CareLine("b", 50, 70, Decimal(40), Decimal(40), hours=4),
        CareLine("c", 10, 8, Decimal(500), Decimal(500), hours=None),
    )
    (found,) = balance((YearFacts("2023/2024", care, 0, 0, 4),), ASSUMED).years
    # a and b: 10,000 for 600 hours without, so 16.67 an hour; 80 hours fewer. c: 2 x 500.
    assert found.volume == Decimal("1333.33") + 1000
    # At base tariffs 40 x 80 - 20 x 40 = 2,400 was saved on a and b.
    assert found.mix == Decimal("2400.00") - Decimal("1333.33")
    assert found.price == 40 * 10
    assert found.care == Decimal("3800.00")


def test_the_year_from_which_the_sum_stays_above_zero():
    course = [("2022/2023", Decimal(-100)), ("2023/2024", Decimal(5)), ("2024/2025", Decimal(9))]
    assert break_even(course) == "2023/2024"
    assert break_even([*course, ("2025/2026", Decimal(-1))]) is None
    assert break_even(course[:1]) is None


def test_administrative_saving():
    assert administrative_saving(12, 8, Decimal("75.50")) == Decimal("7248.00")


def test_savings_imports_nothing_else_of_zichtlijn():
    code = (
        "import sys, pipelines.effects.savings.arithmetic; "
        "print(sorted(m for m in sys.modules if m.startswith('pipelines')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rooms = ["pipelines", "pipelines.effects", "pipelines.effects.savings"]
    assert found.stdout.strip() == str([*rooms, f"{rooms[-1]}.arithmetic"])


# --- the whole balance -------------------------------------------------------------------------

ASSUMED = Assumptions(
    hours_per_order=8,
    rate_order=75,
    hours_per_plan=6,
    rate_plan=70,
    programme_cost=172_000,
    programme_locations=4,
    municipality_first_year=100,
    municipality_later=50,
    partnership_share=20,
    cash_share=70,
    discount_rate=2.25,
)
CARE = (
    CareLine("dagbesteding niveau 7", 9000, 7000, Decimal("95.30"), Decimal("88.13"), hours=4),
    CareLine("begeleiding niveau 5", 5000, 4600, Decimal("61.55"), Decimal("56.92")),
)
YEARS = (
    YearFacts("2023/2024", (), 0, 0, 4, first=True),
    YearFacts("2024/2025", CARE, 150, 200, 4),
)


def test_one_pupil_group_by_hand():
    found = balance(YEARS, ASSUMED)
    first, second = found.years
    assert first.net == Decimal("-172000.00")
    assert dict(first.cost)["gemeente"] == 172_000
    care = 2000 * Decimal("95.30") + 400 * Decimal("61.55")
    assert second.care == care
    assert second.orders == 150 * 8 * 75
    assert second.plans == 200 * 6 * 70
    assert second.gross == care + 90_000 + 84_000
    assert dict(second.cost) == {
        "gemeente": 86_000,
        "scholen": Decimal("68800.00"),
        "samenwerkingsverband": Decimal("17200.00"),
    }
    assert second.net == second.gross - 172_000
    assert second.cash == euro(care * Decimal("0.7"))
    # Over both years together every amount is discounted, each to the cent.
    later = Decimal("1.0225")
    gross = euro(Decimal(90_000) / later) + euro(Decimal(84_000) / later)
    gross += euro(second.volume / later) + euro(second.mix / later) + euro(second.price / later)
    assert found.total.gross == found.gross == gross
    spent = [euro(amount / later) for _, amount in second.cost]
    assert found.cost == 172_000 + sum(spent)
    assert found.net == found.gross - found.cost == second.cumulative
    assert found.break_even == "2024/2025"
    assert found.net >= 0
    assert found.per_euro == pytest.approx(float(found.gross / found.cost))


def test_cost_follows_the_locations_that_took_part():
    """EUR 172,000 was the cost of four locations; ten schools cost two and a half times that."""
    ten = balance((YearFacts("2023/2024", (), 0, 0, 10, first=True),), ASSUMED)
    assert ten.cost == Decimal("430000.00")
    assert balance((replace(YEARS[0], locations=0),), ASSUMED).cost == 0


def test_per_participant_divides_by_everyone_who_ever_took_part():
    """Four years of 90 other pupils are 360 participants: EUR 301 each, not 1,204."""
    years = [YearFacts(f"{y}/{y + 1}", (), 0, 0, 0) for y in (2021, 2022, 2023)]
    care = (CareLine("a", 1204, 0, Decimal(90), Decimal(90)),)
    whole = balance(
        (*years, YearFacts("2024/2025", care, 0, 0, 0)), replace(ASSUMED, discount_rate=0), 360
    )
    assert whole.net == 1204 * 90
    assert whole.per_participant == 301


def test_net_of_the_payers_is_the_net():
    found = balance(YEARS, ASSUMED)
    for part in (*found.years, *found.present, found.total):
        assert sum((amount for _, amount in part.payers), Decimal(0)) == part.net
    payers = dict(found.years[1].payers)
    assert payers["samenwerkingsverband"] == Decimal("-17200.00")
    assert payers["scholen"] == 84_000 - Decimal("68800.00")


@given(
    lines=st.lists(
        st.tuples(
            st.floats(0, 1e5), st.floats(0, 1e5),
            st.decimals(1, 300, places=2), st.decimals(1, 300, places=2),
            st.sampled_from([1, 4, None]),
        ),
        max_size=4,
    ),
    shares=st.tuples(*[st.integers(0, 100)] * 3),
)  # fmt: skip
def test_parts_always_add_up_to_the_cent(lines, shares):
    care = tuple(CareLine(str(n), *line) for n, line in enumerate(lines))
    first, later, partnership = shares
    assumed = replace(
        ASSUMED,
        municipality_first_year=first,
        municipality_later=later,
        partnership_share=partnership,
        programme_cost=171_999.99,
    )
    found = balance(
        (
            YearFacts("2023/2024", care, 10, 20, 4, first=True),
            YearFacts("2024/2025", care, 0, 0, 4),
        ),
        assumed,
    )
    for part in ("care", "orders", "plans", "gross", "spent", "net", "cash"):
        together = sum((getattr(year, part) for year in found.present), Decimal(0))
        assert getattr(found.total, part) == together
    assert found.total.gross - found.total.spent == found.net == found.years[-1].cumulative
    for year in found.years:
        assert year.volume + year.mix + year.price == year.care
        assert year.care + year.orders + year.plans == year.gross
        spent = sum((amount for _, amount in year.cost), Decimal(0))
        assert spent == Decimal("171999.99")
        assert year.gross - spent == year.net
    whole = sum(
        (euro((Decimal(str(w)) - Decimal(str(a))) * t) for w, a, t, *_ in lines), Decimal(0)
    )
    assert abs(found.years[0].care - whole) <= Decimal("0.01") * len(lines)


def test_nothing_to_divide_by_gives_no_ratio():
    empty = balance((), ASSUMED)
    assert (empty.per_participant, empty.per_euro, empty.break_even) == (None, None, None)
    free = balance(YEARS, replace(ASSUMED, programme_cost=0))
    assert free.per_euro is None


def test_moving_a_parameter_moves_only_what_hangs_on_it():
    usual = balance(YEARS, ASSUMED)
    dearer = balance(YEARS, replace(ASSUMED, tariff_factor=1.1))
    assert dearer.years[1].volume == usual.years[1].volume
    assert dearer.years[1].care == euro(usual.years[1].care * Decimal("1.1"))
    assert dearer.cost == usual.cost
    half = balance(YEARS, replace(ASSUMED, volume_factor=0.5))
    assert half.years[1].care == euro(usual.years[1].care / 2)
