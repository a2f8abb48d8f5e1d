"""Weighting the comparison group: strata by hand, balance told, what it does to a conclusion."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from pipelines import contracts
from pipelines.effects.catalogue import medium_term
from pipelines.effects.data.phases import phases_by_prior_care
from pipelines.effects.designs import rates as rates
from pipelines.effects.designs.rates import rate_rows
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, Observed, Window
from pipelines.effects.estimators.estimate import Estimate
from pipelines.effects.estimators.weighting import (
    Weighted,
    sector_gaps,
    stratum_weights,
    weighted_comparison,
    with_sector,
)
from pipelines.effects.verdicts import TOLD
from tests.unit.test_effects_compute import DELIVERED, Planted, as_tables, made_up, register

KNOWN = contracts.load().parameters
START = dt.date(2023, 9, 1)
SUSPENSIONS = medium_term.ZIS_M3.outcomes[0]


def strata(counts: dict[tuple[str, str, str], tuple[int, int, int]]) -> pl.DataFrame:
    """(school, arm, prior) -> pupils, events before, events during; ten months per pupil."""
    rows = [
        (school, arm, prior, index, pupils, 10.0 * pupils, float(events[index]))
        for (school, arm, prior), (pupils, *events) in counts.items()
        for index in (0, 1)
    ]
    columns = ["school", "groep", "prior", "index", "pupils", "months", "total"]
    return pl.DataFrame(rows, schema=columns, orient="row")


# Everybody with care before halves, everybody else stays, in both arms: nothing happened.
SAME = strata(
    {
        ("a", "zis", "wel"): (60, 121, 60),
        ("a", "zis", "geen"): (20, 40, 41),
        ("b", "zis", "wel"): (60, 119, 60),
        ("b", "zis", "geen"): (20, 40, 39),
        ("c", "vergelijking", "wel"): (20, 41, 20),
        ("c", "vergelijking", "geen"): (60, 120, 121),
        ("d", "vergelijking", "wel"): (20, 39, 20),
        ("d", "vergelijking", "geen"): (60, 120, 119),
    }
)


def test_care_counts_when_it_ran_in_the_year_before_the_start() -> None:
    def care(number: int, first: dt.date, last: dt.date | None) -> dict[str, object]:
        return {
            "toewijzing_id": f"T{number}",
            "leerling_id": made_up(str(number)),
            "start_datum": first,
            "eind_datum": last,
        }

    tables = as_tables(
        {
            "zis_deelnames": [
                {
                    "deelname_id": f"D{n}",
                    "leerling_id": made_up(str(n)),
                    "vestigingscode": "00AA00",
                    "groep": "zis",
                    "start_datum": START,
                }
                for n in range(6)
            ],
            "jeugdhulp": [
                care(0, dt.date(2023, 1, 1), dt.date(2023, 3, 1)),
                care(1, dt.date(2020, 1, 1), None),
                care(1, dt.date(2023, 1, 1), None),
                care(2, dt.date(2021, 1, 1), dt.date(2022, 8, 1)),
                care(3, START, None),
                care(4, dt.date(2023, 8, 31), None),
            ],
            "schorsingen": [
                {
                    "schorsing_id": f"S{n}",
                    "leerling_id": made_up(str(n)),
                    "vestigingscode": "00AA00",
                    "soort": "schorsing_extern",
                    "start_datum": day,
                    "schooldagen": 1,
                }
                for n, day in ((0, dt.date(2023, 5, 1)), (3, dt.date(2023, 5, 1)), (1, START))
            ],
        }
    )
    observed = Observed(dt.date(2022, 8, 1), dt.date(2025, 8, 1))
    found = phases_by_prior_care(tables, SUSPENSIONS, observed, Window(), KNOWN)
    told = {
        (row["prior"], row["index"]): (row["pupils"], row["total"])
        for row in found.iter_rows(named=True)
    }
    assert told == {
        ("wel", 0): (3, 1.0),
        ("wel", 1): (3, 1.0),
        ("geen", 0): (3, 1.0),
        ("geen", 1): (3, 0.0),
    }


def test_with_weights_the_same_mix_tells_the_same() -> None:
    found = weighted_comparison(SAME, dict.fromkeys("abcd", "so"), 100, Minimum())
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.0, abs=1e-9)
    assert found.told[0] == (
        "Jeugdhulp in het jaar vóór de start: 75% van de deelnemers en 25% van de"
        " vergelijkingsgroep; na weging in beide groepen even veel."
    )
    assert found.told[1].endswith("is 0 procentpunten, na weging 0.")
    assert found.told[2].startswith("Met de gewogen vergelijkingsgroep is het verschil 0,0 ")


def test_sectors_are_balanced_along_where_both_arms_have_them() -> None:
    kinds = {"a": "so", "b": "vso", "c": "so", "d": "vso"}
    known = with_sector(SAME.filter(pl.col("school") != "z"), kinds)
    weights = stratum_weights(known, ("sector", "prior"))
    assert weights is not None
    assert weights["so", "wel"] == pytest.approx(3.0)
    uneven = with_sector(SAME.filter(pl.col("school") != "b"), kinds)
    assert sector_gaps(uneven, ("prior",), stratum_weights(uneven, ("prior",)) or {})[0] == 0.5
    found = weighted_comparison(SAME, {"a": "so", "b": "vso", "c": "so", "d": "so"}, 100, Minimum())
    assert found.estimate is not None
    assert "na weging 50." in found.told[1], "no vso to compare with: only care is weighted"


def test_a_few_pupils_with_or_without_care_are_not_told() -> None:
    few = SAME.with_columns(
        pl.when((pl.col("groep") == "zis") & (pl.col("prior") == "geen"))
        .then(2)
        .otherwise(pl.col("pupils"))
        .alias("pupils")
    )
    found = weighted_comparison(few, {}, 100, Minimum())
    assert found.estimate is None
    assert found.told == (
        "Het aantal leerlingen met eerdere jeugdhulp is te klein of te groot om naar te wegen.",
    )
    lone = SAME.filter((pl.col("groep") == "zis") | (pl.col("prior") == "geen"))
    assert weighted_comparison(lone, {}, 100, Minimum()).estimate is None


def estimate(value: float, p: float) -> Estimate:
    return Estimate(value, 1.0, (value - 2, value + 2), p, None)


def test_what_weights_take_away() -> None:
    clear = estimate(-3.0, 0.01)
    assert Weighted(estimate(-1.0, 0.4), ()).takes_away(clear)
    assert Weighted(estimate(3.0, 0.01), ()).takes_away(clear)
    assert not Weighted(estimate(-2.5, 0.02), ()).takes_away(clear)
    assert not Weighted(None, ()).takes_away(clear)
    assert not Weighted(estimate(1.0, 0.4), ()).takes_away(estimate(-1.0, 0.3))


def test_a_difference_that_weights_take_away_is_no_good_indication(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = Given(register(Planted()), frozenset(DELIVERED), KNOWN, dt.date(2025, 7, 31))
    effect = replace(medium_term.ZIS_M3, window=Window(), minimum=Minimum())
    plain = rate_rows(given, effect, SUSPENSIONS)[0][0].result
    assert plain is not None
    assert any("Met de gewogen vergelijkingsgroep" in check for check in plain.checks)
    assert plain.claim is not None
    assert "weighted_away" not in plain.claim.faults
    gone = Weighted(estimate(0.0, 0.9), ("Gewogen.",))
    monkeypatch.setattr(rates, "weighted_comparison", lambda *_: gone)
    weighted = rate_rows(given, effect, SUSPENSIONS)[0][0].result
    assert weighted is not None
    assert weighted.evidence == "eerste aanwijzingen"
    assert weighted.claim is not None
    assert weighted.claim.faults - plain.claim.faults == {"weighted_away"}
    assert TOLD["weighted_away"] in weighted.sentence
    assert "Gewogen." in weighted.checks
