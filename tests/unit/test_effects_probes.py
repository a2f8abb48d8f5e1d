"""Placebo start, months around the start, schools dealt anew, kinds of schools, who stayed."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.design import Window
from pipelines.effects.estimators import Cells, Estimate
from pipelines.effects.measures import Events
from pipelines.effects.probes import (
    MOST_WAYS,
    Probed,
    partially_pooled,
    permutation_p,
    probed,
)
from pipelines.effects.summaries import slices

LESS = Estimate(value=-0.02, standard_error=0.005, interval=(-0.03, -0.01), p=0.001, degrees=None)


def arms(own: int, other: int, ratio: float, seed: int = 1) -> Cells:
    rng = np.random.default_rng(seed)
    total, weight = np.zeros((own + other, 4)), np.zeros((own + other, 4))
    for school in range(own + other):
        at = slice(2, 4) if school < own else slice(0, 2)
        weight[school, at] = 200.0
        fall = ratio if school < own else 1.0
        total[school, at] = np.array([40.0, 40.0 * fall]) + rng.uniform(-2, 2, 2)
    return Cells(total, weight)


def test_schools_are_dealt_in_every_way_once() -> None:
    p, ways = permutation_p(arms(4, 4, 0.5))
    assert ways == 70
    assert p == pytest.approx(2 / 70)  # itself, and both groups exchanged
    assert permutation_p(arms(3, 3, 0.2))[0] == pytest.approx(2 / 20)
    assert permutation_p(arms(4, 4, 1.0))[0] > 0.05


def test_too_many_ways_are_drawn_and_the_real_one_counts() -> None:
    p, ways = permutation_p(arms(5, 30, 0.3))
    assert ways == MOST_WAYS
    assert 1 / MOST_WAYS <= p < 0.01
    assert permutation_p(arms(5, 30, 0.3)) == (p, ways)


def test_kinds_are_drawn_to_their_mean_as_far_as_chance_explains() -> None:
    alike = partially_pooled(np.array([-0.5, -0.3]), np.array([0.3, 0.3]))
    assert alike.spread == 0
    np.testing.assert_allclose(alike.values, [-0.4, -0.4])
    apart = partially_pooled(np.array([-1.0, 0.0]), np.array([0.1, 0.1]))
    assert apart.p < 0.001
    # Q = 50, so the variance between is (50 - 1) / 100 and 0.49 / 0.50 of each is its own.
    assert apart.spread == pytest.approx(0.7)
    np.testing.assert_allclose(apart.values, [-0.99, -0.01])
    uneven = partially_pooled(np.array([-1.0, 0.0]), np.array([0.1, 0.5]))
    assert abs(uneven.values[1]) > abs(uneven.values[0] + 1.0)


def summary_of(fall: dict[tuple[str, int], float], schools: int = 6) -> pl.DataFrame:
    """Every slice of a register in which `fall` multiplies what happens per arm and year."""
    rows = []
    for arm in ("vergelijking", "zis"):
        for school in range(schools):
            for cut in slices(Window()):
                years = range(-2, 2)
                when = [y for y in years if y * 365 < cut.end and (y + 1) * 365 > cut.first]
                months = 15 * (cut.end - cut.first) / 30.4
                own = 1 + 0.05 * np.sin(school + 3 * cut.index)
                level = np.mean([fall.get((arm, y), 1.0) for y in when or [1]])
                rows.append(
                    (f"{arm}{school}", arm, cut.division, cut.index, 15, months,
                     months * 0.1 * own * level, 12, 2.0)
                )  # fmt: skip
    names = ("school", "groep", "division", "index", "pupils", "months", "total",
             "pupils_with_event", "largest")  # fmt: skip
    return pl.DataFrame(rows, schema=list(names), orient="row")


def told(summary: pl.DataFrame, stayed: pl.DataFrame | None = None, **kinds: str) -> Probed:
    outcome = ZIS_M3.outcomes[0]
    assert isinstance(outcome, Events)
    return probed(ZIS_M3, outcome, summary, kinds, LESS, stayed)


def test_a_start_set_too_early_shows_nothing_where_nothing_was() -> None:
    helped = {("zis", 0): 0.5, ("zis", 1): 0.5}
    found = told(summary_of(helped))
    assert found.faults == frozenset()
    assert "is er geen duidelijk verschil, zoals het hoort" in found.told[0]
    before = told(summary_of(helped | {("zis", -1): 0.5}))
    assert before.faults == {"placebo"}
    assert "kan geen effect zijn" in before.told[0]


def test_months_around_the_start_can_be_left_out() -> None:
    found = told(summary_of({("zis", 0): 0.5, ("zis", 1): 0.5}))
    assert found.told[1] == (
        "Zonder de 3 maanden vóór en de 3 maanden na de start is de richting dezelfde en het"
        " verschil duidelijk."
    )
    cut = {(s.index, s.first, s.end) for s in slices(Window()) if s.division == "zonder_rondom"}
    assert cut == {(0, -730, -91), (1, 91, 1095)}
    assert not any(s.division == "zonder_rondom" for s in slices(Window(rondom=0)))


def test_few_schools_are_dealt_anew_and_that_weighs() -> None:
    assert not any("permutatietoets" in each for each in told(summary_of({})).told)
    few = told(summary_of({("zis", 0): 0.5, ("zis", 1): 0.5}, schools=3))
    assert "dealt" in few.faults
    assert any("op 20 manieren" in each for each in few.told)


def test_kinds_of_schools_are_told_apart_only_where_each_is_large_enough() -> None:
    made = summary_of({("zis", 0): 0.5, ("zis", 1): 0.5})
    codes = sorted(set(made["school"]))
    both = told(made, **{code: ("so", "vso")[n % 2] for n, code in enumerate(codes)})
    sentence = next(each for each in both.told if "Naar onderwijssoort" in each)
    assert "niet aantoonbaar uiteen" in sentence
    assert re.search(r"vso 5\d% minder \(\d\d% tot \d\d% minder\)", sentence)
    lone = told(made, **{code: "so" if n else "vso" for n, code in enumerate(codes)})
    assert "Voor onderwijssoorten apart zijn er te weinig gegevens." in lone.told


def test_who_left_is_told_in_shares_of_rounded_numbers_and_never_of_few() -> None:
    made = summary_of({("zis", 0): 0.5, ("zis", 1): 0.5})
    phases = made.filter(pl.col("division") == "fase")
    some = told(made, phases.with_columns(pupils=pl.col("pupils") - 3)).told[-1]
    assert "vertrok 22% van de deelnemers en 22% van de vergelijkingsgroep" in some
    assert some.endswith("Met alleen wie bleef is de richting dezelfde en het verschil duidelijk.")
    assert "te klein of te groot om te tonen" in told(made, phases).told[-1]
