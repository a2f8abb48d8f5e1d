"""Placebo start, months around the start, schools dealt anew, kinds of schools, who stayed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.data.kept import keeping
from pipelines.effects.data.summaries import slices
from pipelines.effects.designs.month_probes import probed_series, probed_starts
from pipelines.effects.designs.months import _months, _panel
from pipelines.effects.designs.probes import (
    KINDS_UNKNOWN,
    MOST_WAYS,
    Probed,
    partially_pooled,
    permutation_p,
    permutation_p_of_means,
    probed,
    told_of_who_stayed,
)
from pipelines.effects.designs.rates import rate_rows
from pipelines.effects.designs.score_probes import measured_again, probed_means
from pipelines.effects.effect import Minimum, Window
from pipelines.effects.estimators.estimate import Cells, Estimate
from pipelines.effects.estimators.interrupted import interrupted_series
from pipelines.effects.estimators.means import means_of
from pipelines.effects.estimators.staggered import average_effect
from pipelines.effects.outcomes import Events
from tests.pilots import Made, Pilot, simulate
from tests.unit.test_effects_coverage import PARAMETERS, PILOT, given

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
    assert not any(s.division == "zonder_rondom" for s in slices(Window(overslaan=3)))


def test_months_around_the_start_count_in_no_result_where_the_parameter_says_so() -> None:
    """A wave of suspensions in the first two months makes a difference, and then none at all."""
    days = range(0, 60, 5)
    wave = [
        {"leerling_id": p["leerling_id"], "vestigingscode": p["vestigingscode"],
         "soort": "schorsing_intern", "start_datum": dt.date(2023, 8, 21) + dt.timedelta(days=day)}
        for p in PILOT["zis_deelnames"] if p["groep"] == "zis" for day in days
    ]  # fmt: skip
    more = PILOT | {"schorsingen": [*PILOT["schorsingen"], *wave]}
    name = "effect_maanden_overslaan"
    outcome = ZIS_M3.outcomes[0]
    assert isinstance(outcome, Events)
    outcome = replace(outcome, designs=("VV", "VN", "GS", "TR"))

    def told(rows: Mapping[str, list[dict[str, object]]], months: float) -> list[object]:
        changed = {**PARAMETERS, name: replace(PARAMETERS[name], value=months)}
        found = replace(given(rows=rows), parameters=changed)
        effect = replace(ZIS_M3, window=ZIS_M3.window.with_parameters(changed))
        with keeping(found.tables) as kept:
            listed, _points = rate_rows(replace(found, tables=kept), effect, outcome)
        results = [row.result for row in listed if row.result is not None]
        assert len(results) == 4
        stayed = ["Met alleen wie bleef" in " ".join(one.checks) for one in results]
        assert stayed == [one.design != "VN" for one in results]
        assert all("uren per week" in " ".join(one.checks) for one in results)
        for result in results:
            said = "3 maanden na de start tellen niet mee" in " ".join(result.assumptions)
            assert said == bool(months)
        return [(r.design, r.estimate, r.interval, r.p, r.n_months) for r in results]

    assert told(more, 0) != told(PILOT, 0)
    assert told(more, 3) == told(PILOT, 3)


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
    fewer = phases.with_columns(pupils=pl.col("pupils") - 3)
    alone = told_of_who_stayed(phases, fewer, ("zis",), Minimum(), None, LESS)
    assert "vertrok 22% van de deelnemers. Met alleen wie bleef zijn er te weinig" in alone


# --- means -------------------------------------------------------------------------------------


def scores(own: int, other: int, change: float, pupils: int = 12) -> pl.DataFrame:
    """As `pupil_values`: schools of `pupils`, whose changes differ a little around the arm's."""
    rows = []
    for school in range(own + other):
        arm = "zis" if school < own else "vergelijking"
        mean = (change if school < own else 0.0) + 0.1 * np.sin(2.3 * school)
        rows.append((f"s{school:02d}", arm, pupils, mean * pupils, 6.0 * pupils))
    return pl.DataFrame(rows, schema=["school", "groep", "pupils", "total", "before"], orient="row")


def test_schools_of_means_are_dealt_anew() -> None:
    few = means_of(scores(4, 4, -1.0), ("vergelijking", "zis"))
    assert permutation_p_of_means(few) == (pytest.approx(2 / 70), 70)
    found = probed_means(few, scores(4, 4, -1.0), {}, 1.0, Minimum())
    assert found.faults == frozenset()
    assert "op 70 manieren" in found.told[0]
    nothing = scores(4, 4, 0.0)
    none = probed_means(means_of(nothing, ("vergelijking", "zis")), nothing, {}, 1.0, Minimum())
    assert none.faults == {"dealt"}
    enough = scores(6, 6, -1.0)
    many = probed_means(means_of(enough, ("vergelijking", "zis")), enough, {}, 1.0, Minimum())
    assert many.told == (KINDS_UNKNOWN,)


def test_kinds_of_means_are_told_in_their_unit() -> None:
    made = scores(8, 8, -1.0)
    kinds = {code: ("so", "vso")[n % 2] for n, code in enumerate(sorted(made["school"]))}
    found = probed_means(means_of(made, ("vergelijking", "zis")), made, kinds, 1.0, Minimum())
    assert re.search(r"niet aantoonbaar uiteen .*vso −1,\d+ \(−1,\d+ tot −0,\d+\)", found.told[0])


def test_who_was_not_measured_again_is_told_in_shares_and_never_of_few() -> None:
    made = scores(5, 5, -1.0)
    before = pl.DataFrame({"groep": ["vergelijking", "zis"], "pupils": [60, 80]})
    arms = ("vergelijking", "zis")
    assert measured_again(made, before, arms, Minimum()) == (
        "Van wie een voormeting heeft, heeft 75% van de deelnemers en 100% van de"
        " vergelijkingsgroep ook een latere meting; de anderen tellen niet mee."
    )
    few = before.with_columns(pupils=pl.Series([60, 63]))
    assert "te klein om te tonen" in measured_again(made, few, arms, Minimum())


# --- the course per month ----------------------------------------------------------------------


def of_starts(made: Made, kinds: dict[str, str] | None = None) -> Probed:
    outcome = ZIS_M3.outcomes[0]
    assert isinstance(outcome, Events)
    effect = replace(ZIS_M3, window=Window(tijdens=24))
    return probed_starts(
        effect, outcome, made.monthly, with_guard(made), kinds or {}, LESS,
        lambda rows: average_effect(_panel(rows, 6)),
    )  # fmt: skip


def of_series(made: Made) -> Probed:
    outcome = ZIS_M3.outcomes[0]
    assert isinstance(outcome, Events)
    effect = replace(ZIS_M3, window=Window(tijdens=24))
    return probed_series(
        effect, outcome, made.monthly, with_guard(made), LESS,
        lambda rows: interrupted_series(_months(rows)).difference,
    )  # fmt: skip


def with_guard(made: Made) -> pl.DataFrame:
    """Sums without the months around the start are large enough wherever the whole is."""
    phases = made.summary.filter(pl.col("division") == "fase")
    return pl.concat([made.summary, phases.with_columns(division=pl.lit("zonder_rondom"))])


LARGE = Pilot(schools=24, pupils=(30, 50), season=0.1, habits=0.03)


def test_a_course_is_tried_with_a_start_too_early_and_without_months_around_it() -> None:
    long = replace(LARGE, before=48, ratio=0.4)
    calm, early = simulate(long, 3), simulate(replace(long, anticipation=12), 3)
    for tried in (of_starts, of_series):
        found, fault = tried(calm), tried(early)
        assert found.faults == frozenset(), tried
        assert "geen duidelijk verschil, zoals het hoort" in found.told[0]
        assert found.told[1] == (
            "Zonder de 3 maanden vóór en de 3 maanden na de start is de richting dezelfde en het"
            " verschil duidelijk."
        )
        assert fault.faults == {"placebo"}, tried


def test_cohorts_are_dealt_anew_and_told_apart_by_kind() -> None:
    few = simulate(Pilot(schools=6, ratio=0.9), 2)
    assert "dealt" in of_starts(few).faults
    assert of_starts(few).told[-1] == KINDS_UNKNOWN
    made = simulate(replace(LARGE, ratio=0.4), 3)
    kinds = {
        code: ("so", "vso")[n % 2] for n, code in enumerate(sorted(set(made.monthly["school"])))
    }
    assert "aantoonbaar uiteen (p" in of_starts(made, kinds).told[-1]


def test_months_too_few_to_compare_are_said_so() -> None:
    made = simulate(Pilot(schools=4, pupils=(2, 3), base=0.01), 1)
    assert "was niet na te gaan" in of_series(made).told[0]
    assert "te weinig gegevens" in of_series(made).told[1]
