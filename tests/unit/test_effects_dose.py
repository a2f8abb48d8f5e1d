"""Participants with more hours of support beside those with fewer: words, and never an effect."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.catalogue.short_term import ZIS_K1
from pipelines.effects.data.phases import phases_by_dose
from pipelines.effects.data.pupil_values import changes_by_dose
from pipelines.effects.designs.dose import UNKNOWN, dose_of_means, dose_of_rates, in_halves
from pipelines.effects.effect import Minimum, Observed, Window
from pipelines.effects.outcomes import Events
from tests.unit.test_effects_rows import AFTER, BEFORE, KNOWN, START, given, measured, spells

MEASURE = ZIS_M3.outcomes[0]


def phases(falls: dict[float, float], schools: int = 8, pupils: int = 10) -> pl.DataFrame:
    """Hours -> what is left of 0.1 per month after the start, at every school alike."""
    rng = np.random.default_rng(2)
    rows = []
    for school in range(schools):
        for hours, left in falls.items():
            months = 24.0 * pupils
            for index, rate in ((0, 0.1), (1, 0.1 * left)):
                total = float(round(months * rate * rng.uniform(0.95, 1.05)))
                rows.append((f"s{school}", hours, index, pupils, months, total, 6, 2.0))
    names = [
        "school", "hours", "index", "pupils", "months", "total", "pupils_with_event", "largest",
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def told(rows: pl.DataFrame | None) -> str:
    assert isinstance(MEASURE, Events)
    return dose_of_rates(rows, MEASURE, Minimum())


def test_more_hours_with_a_larger_fall_are_told_and_called_a_difference() -> None:
    found = told(phases({2.0: 0.9, 4.0: 0.9, 6.0: 0.5, 8.0: 0.5}))
    assert "duidelijk gunstiger" in found
    assert "verschil tussen deelnemers, zonder vergelijkingsgroep" in found
    assert "effect" not in found
    assert "duidelijk ongunstiger" in told(phases({2.0: 0.5, 6.0: 0.9}))


def test_hours_that_make_no_difference_are_told_so() -> None:
    found = told(phases({2.0: 0.7, 6.0: 0.7}))
    assert "niet duidelijk anders" in found
    assert "zonder vergelijkingsgroep" not in found


@pytest.mark.parametrize(
    "rows",
    [
        None,
        phases({5.0: 0.7}),
        phases({2.0: 0.7, 6.0: 0.5}, schools=1),
        phases({2.0: 0.7, 6.0: 0.5}, schools=2, pupils=4),
    ],
)
def test_unknown_equal_or_few_hours_say_so(rows: pl.DataFrame | None) -> None:
    assert told(rows) == UNKNOWN


def test_the_cut_makes_the_halves_most_alike() -> None:
    rows = phases({2.0: 1.0, 3.0: 1.0, 9.0: 1.0}).with_columns(
        pupils=pl.when(pl.col("hours") == 2).then(50).otherwise(10)
    )
    halves = in_halves(rows, pl.col("index") == 0, ["index"])
    assert halves is not None
    sizes = halves.filter(pl.col("index") == 0).group_by("groep").agg(pl.col("pupils").sum())
    assert dict(sizes.iter_rows()) == {"vergelijking": 400, "zis": 160}


def test_hours_come_from_the_participation_and_unknown_ones_do_not_count() -> None:
    made = spells(uren_per_week=lambda _school, n: None if n == 0 else 2.0 + n % 2)
    suspended = [
        {
            "schorsing_id": f"S{school}{n}",
            "leerling_id": spell["leerling_id"],
            "vestigingscode": spell["vestigingscode"],
            "soort": "schorsing_extern",
            "start_datum": START + dt.timedelta(days=100),
        }
        for school in range(8)
        for n in (0, 1)
        for spell in [made[8 * school + n]]
    ]
    known = given(zis_deelnames=made, schorsingen=suspended)
    assert isinstance(MEASURE, Events)
    found = phases_by_dose(
        known.tables, MEASURE, Observed(dt.date(2021, 8, 1), dt.date(2025, 8, 1)), Window(), KNOWN
    )
    during = found.filter(pl.col("index") == 1)
    assert dict(during.group_by("hours").agg(pl.col("pupils").sum()).iter_rows()) == {
        2.0: 12,
        3.0: 16,
    }
    assert dict(during.group_by("hours").agg(pl.col("total").sum()).iter_rows()) == {
        2.0: 0.0,
        3.0: 4.0,
    }


def test_scores_are_compared_by_hours_too() -> None:
    made = spells(12, 6, 6, uren_per_week=lambda _school, n: 2.0 + 4 * (n % 2))
    scores = []
    for school in range(12):
        for n in range(12):
            change = (-2.0 + 0.1 * (school % 3) if n % 2 else -0.5) + 0.2 * (n % 3 - 1)
            scores.append(measured(school, n, "voor", BEFORE, 6.0))
            scores.append(measured(school, n, "na", AFTER, round(6 + change, 2)))
    known = given(zis_deelnames=made, metingen=scores)
    score = ZIS_K1.outcomes[0]
    summary = changes_by_dose(known, score, Window())
    assert sorted(summary["hours"].unique()) == [2.0, 6.0]
    assert summary["pupils"].sum() == 72, "participants only"
    assert "duidelijk gunstiger" in dose_of_means(summary, "lager", Minimum())
    assert dose_of_means(summary.head(2), "lager", Minimum()) == UNKNOWN
    assert dose_of_means(summary.clear(), "lager", Minimum()) == UNKNOWN
