"""Units held against their own kind: limits of chance, widened by the usual spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from dashboard.charts import funnels
from dashboard.exhibits import comparison, outside, tables
from dashboard.exhibits.comparison import Compared
from dashboard.release.released import Metric

REACH = Metric(
    "smw_bereik", "bereik", "Bereik", "D.", "per 100 leerlingen", "per_100", "leerlingen",
    "ingeschreven leerlingen", "", None, "", "", "", "", "1", None,
)  # fmt: skip


def units(rates: Any, sizes: Any, seed: int, kind: str = "bo") -> list[dict[str, Any]]:
    """Schools as released: drawn around their own rate, counts rounded to five."""
    rng = np.random.default_rng(seed)
    drawn = rng.binomial(sizes, rates)
    rounded = 5 * np.floor(drawn / 5 + 0.5)
    return [
        {
            "teller": float(part), "noemer": float(size), "waarde": round(100 * part / size),
            "gebied": f"{kind}{place}", "soort_school": kind, "status": "zichtbaar",
        }
        for place, (part, size) in enumerate(zip(rounded, sizes, strict=True))
    ]  # fmt: skip


def test_without_over_dispersion_limits_are_those_of_chance() -> None:
    group = funnels.Group("bo", (), 0.1, 0.0, 100.0, 0)
    low, high = group.limits([400.0], 0.95)
    for end, tail in ((low[0], 0.025), (high[0], 0.975)):
        assert abs(end / 100 * 400 - stats.binom.ppf(tail, 400, 0.1)) <= 1


def test_limits_narrow_with_size_and_hold_each_other() -> None:
    group = funnels.Group("bo", (), 0.011, 0.004, 1000.0, 5)
    low, high = group.limits([100.0, 1000.0, 10_000.0], 0.95)
    assert low[0] == 0.0
    assert high == sorted(high, reverse=True)
    assert group.limits([1000.0], 0.998)[1][0] > high[1]
    assert high[2] - 11 > 1.9 * 4  # never narrower than the usual spread


def test_schools_of_one_rate_have_little_spread_and_few_outside() -> None:
    rng = np.random.default_rng(5)
    outside = 0
    for seed in range(40):
        sizes = rng.integers(120, 900, 60)
        found = funnels.group(REACH, "bo", units(np.full(60, 0.08), sizes, seed), None, 5)
        assert found.spread < 0.02
        outside += len(found.outside)
    assert outside <= 0.005 * 40 * 60


def test_ordinary_differences_between_schools_are_not_remarkable() -> None:
    """Own rates with a standard deviation of three points: a third lies outside limits of chance
    alone, and next to none outside limits that know of it."""
    rng = np.random.default_rng(7)
    sizes = rng.integers(150, 900, 60)
    rates = np.clip(rng.normal(0.10, 0.03, 60), 0.02, None)
    seen = units(rates, sizes, 8)
    found = funnels.group(REACH, "bo", seen, None, 5)
    chance = funnels.Group("bo", found.units, found.rate, 0.0, 100.0, 0)
    assert found.spread == pytest.approx(0.03, abs=0.01)
    assert len(chance.outside) >= 12
    assert len(found.outside) <= 2


def test_a_school_that_is_far_from_all_others_is_still_seen() -> None:
    rng = np.random.default_rng(9)
    sizes = rng.integers(200, 900, 40)
    rates = np.clip(rng.normal(0.10, 0.02, 40), 0.02, None)
    rates[3] = 0.40
    found = funnels.group(REACH, "bo", units(rates, sizes, 10), None, 5)
    assert "bo3" in {row["gebied"] for row in found.outside}


def test_additive_variance_as_worked_out_by_hand() -> None:
    """Scores -2, 0, 2 with variance 1 each: (8 - 2) / (3 - 1) = 3."""
    ones = np.ones(3)
    assert funnels.additive_variance(np.array([-2.0, 0.0, 2.0]), ones) == pytest.approx(3.0)
    assert funnels.additive_variance(np.array([-0.5, 0.0, 0.5]), ones) == 0.0
    pulled = funnels.winsorised(np.arange(11.0))
    assert (pulled[0], pulled[-1], pulled[5]) == (1.0, 9.0, 5.0)


def test_kinds_are_told_together_and_the_method_is_named() -> None:
    large = funnels.group(REACH, "bo", units(np.full(30, 0.1), np.full(30, 400), 1), None, 5)
    small = tuple(units(np.full(3, 0.4), np.full(3, 90), 2, "so"))
    compared = Compared(40, (*large.units, *small), (large,), small)
    assert "van de 30 vergeleken scholen" in compared.told
    assert "3 scholen hebben te weinig zichtbare scholen van hun soort" in compared.told
    assert "overdispersie" in compared.words
    assert compared.group("so") is large
    none = Compared(9, small, (), small)
    assert none.group("") is None
    assert "te weinig om scholen eerlijk te vergelijken" in none.told
    assert comparison.METHOD


def test_of_one_school_only_that_school_is_told() -> None:
    units_of_kind = units(np.full(30, 0.1), np.full(30, 400), 1)
    units_of_kind[0] |= {"teller": 200.0, "waarde": 50}
    group = funnels.group(REACH, "bo", units_of_kind, 0.1, 5)
    small = units(np.full(1, 0.4), np.full(1, 90), 2, "so")
    hidden = {**small[0], "gebied": "bo99", "status": "afgeschermd", "waarde": None}
    rows = [*units_of_kind, *small, hidden]
    compared = Compared(32, (*group.units, *small), (group,), tuple(small))
    said = {code: comparison.of_one(compared, rows, code) for code in ("bo0", "bo1", "so0")}
    assert "buiten de grens van 99,8%" in said["bo0"]
    assert "binnen de grens van 99,8%" in said["bo1"]
    assert "te weinig zichtbare scholen" in said["so0"]
    assert "niet worden getoond" in comparison.of_one(compared, rows, "bo99")
    assert "geen cijfer" in comparison.of_one(compared, rows, "elders")


def test_schools_outside_are_named_with_value_limits_and_size_and_stand_in_the_table() -> None:
    rows = units([0.10] * 20 + [0.35], [200] * 21, seed=5)
    for place, row in enumerate(rows):
        row |= {"gebied": f"{place:02d}", "label": f"School {20 - place:02d}", "n": row["noemer"]}
        row |= {"onder": None, "boven": None, "status": "zichtbaar", "reden": ""}
    hidden = rows[3] | {"status": "afgeschermd", "waarde": None}
    rows[3] = hidden
    seen = [row for row in rows if row is not hidden]
    compared = Compared(len(rows), tuple(seen), (funnels.group(REACH, "bo", seen, None, 5),), ())
    assert [row["gebied"] for row in outside.beyond(compared, outside.OUTER)] == ["20"]
    low, high = outside.limits(compared, outside.OUTER)["20"]
    assert low < 10 < high < 35
    told = outside.far(REACH, compared)
    assert told.startswith("Buiten de grens van 99,8%, op naam: School 00 **")
    assert "200 leerlingen" in told
    table = outside.table(REACH, rows, compared, "Scholen", "")
    verdicts = {tables.plain(row.cells[0]): tables.plain(row.cells[-1]) for row in table.rows}
    assert verdicts["School 00"] == "buiten 99,8%"
    assert verdicts[str(hidden["label"])] == ""
    assert table.heads[-3:] == ("Grens 95%", "Grens 99,8%", "Tegen de grens")
    assert len(table.rows[0].cells) == len(table.heads)
