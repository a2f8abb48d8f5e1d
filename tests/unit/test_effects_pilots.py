"""The made-up pilots are what their scenarios say."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.pilots import SCENARIOS, Made, Pilot, drift_of, pilots, simulate


def _rate(made: list[Made], arm: str, index: int, division: str = "periode") -> float:
    """Events per pupil-month of an arm in a slice, over several pilots."""
    rows = pl.concat(one.summary for one in made).filter(
        (pl.col("groep") == arm) & (pl.col("division") == division) & (pl.col("index") == index)
    )
    return float(rows["total"].sum() / rows["months"].sum())


def _apart(pilot: Pilot, index: int) -> float:
    """The participants' rate over that of the comparison group, in 20 pilots of large schools."""
    made = list(pilots(replace(pilot, pupils=(40, 60), habits=0.02, level=0.02), 20))
    return _rate(made, "zis", index) / _rate(made, "vergelijking", index)


def test_the_same_seed_gives_the_same_pilot() -> None:
    one, again, other = simulate(Pilot(), 3), simulate(Pilot(), 3), simulate(Pilot(), 4)
    assert one.summary.equals(again.summary)
    assert not one.summary.equals(other.summary)


def test_month_and_slice_tell_the_same() -> None:
    made = simulate(Pilot(), 1)
    phases = made.summary.filter(pl.col("division") == "fase")
    for column in ("total", "months"):
        assert made.monthly[column].sum() == phases[column].sum()
    periods = made.summary.filter(pl.col("division") == "periode")
    assert periods["total"].sum() == phases["total"].sum()


def test_schools_differ_in_size_and_in_start() -> None:
    made = simulate(Pilot(), 2)
    sizes = made.summary.filter((pl.col("division") == "fase") & (pl.col("index") == 0))["pupils"]
    assert 5 <= sizes.min() < sizes.max() <= 60  # type: ignore[operator]
    assert made.monthly["start_month"].n_unique() > 3
    assert simulate(SCENARIOS["february"], 2).monthly["start_month"].min() % 12 >= 1  # type: ignore[operator]


@pytest.mark.parametrize("per_half_year", [-0.10, -0.15])
def test_a_drift_is_the_same_in_every_half_year(per_half_year: float) -> None:
    drifting = Pilot(drift=drift_of(per_half_year))
    found = (_apart(drifting, 3) / _apart(drifting, -4)) ** (1 / 7) - 1
    assert found == pytest.approx(per_half_year, abs=0.01)
    assert simulate(drifting, 1).truth == 0


def test_an_effect_starts_where_the_scenario_says() -> None:
    calm, early = Pilot(ratio=0.4), SCENARIOS["anticipation"]
    assert _apart(calm, 0) / _apart(calm, -1) == pytest.approx(0.4, abs=0.04)
    assert _apart(early, -1) / _apart(early, -2) == pytest.approx(0.8, abs=0.04)
    assert _apart(SCENARIOS["spillover"], 0) > 0.75
    assert simulate(calm, 1).truth < 0


def test_selection_and_leaving_are_what_they_say() -> None:
    selected = _apart(SCENARIOS["selection"], -1)
    assert selected > 1.5 * _apart(SCENARIOS["selection"], 1)
    made = list(pilots(SCENARIOS["informative_leaving"], 40))
    assert _rate(made, "zis", 3) < 0.96 * _rate(list(pilots(Pilot(), 40)), "zis", 3)
