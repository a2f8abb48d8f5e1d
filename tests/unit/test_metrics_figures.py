"""From exact counts to what a reader sees: the forms that are not a plain count, share or rate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest

from pipelines import contracts
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result, count_all
from pipelines.metrics.count.distributions import Spread
from pipelines.metrics.metric import Context
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure.rules import quantile_class, round_cost
from pipelines.release.figures import figures

THRESHOLDS = Thresholds(standard=5, heavy=10, rounding=5)
PLACE = {"schooljaar": "2024/2025", "niveau": "totaal", "gebied": "", "uitsplitsing": "",
         "categorie": ""}  # fmt: skip
YEARS = ["2024/2025"]


def component(
    metric: str,
    teller: int | None,
    noemer: int | None = None,
    bekend: float | None = None,
    scale: int = 1,
) -> Counted:
    """One figure with its own cells: cel 0 is the numerator, cel 1 the denominator."""
    values = [v for v in (teller, noemer) if v is not None]
    cells = pl.DataFrame(
        [
            {"cel": n, **PLACE, "deel": "", "aantal": v, "kinderen": v, "scholen": 9}
            for n, v in enumerate(values)
        ]
    )
    figure = {
        "metriek": metric,
        **PLACE,
        "teller": None if teller is None else 0,
        "noemer": None if noemer is None else len(values) - 1,
        "complement": False,
        "bekend": bekend,
    }
    schema = {"teller": pl.Int64, "noemer": pl.Int64, "bekend": pl.Float64}
    atoms = pl.DataFrame({"aantal": values, "cellen": [[n] for n in range(len(values))]})
    frame = pl.DataFrame([figure], schema_overrides=schema)
    return Counted("maat", "eenheden", scale, cells, atoms, frame)


def shown(counted: Counted, published: Sequence[float | None]) -> Protected:
    cells = pl.DataFrame(
        {
            "cel": range(len(published)),
            "zichtbaar": [p is not None for p in published],
            "gepubliceerd": published,
        },
        schema={"cel": pl.Int64, "zichtbaar": pl.Boolean, "gepubliceerd": pl.Float64},
    )
    return Protected(counted, cells, 0, "")


def read(metric: str, protected: Sequence[Protected] = (), **parts: object) -> dict[str, object]:
    result = Result((), (), {}, **parts) if parts else Result((), (), {})  # type: ignore[arg-type]
    made = figures(result, protected, {metric: METRICS[metric]}, YEARS, THRESHOLDS)
    assert made.height == 1
    row: dict[str, object] = made.row(0, named=True)
    return row


def spread(metric: str, **cell: object) -> dict[str, object]:
    columns = {
        **PLACE, "metriek": metric, "maat": "", "waarde": None, "onder": None, "boven": None,
        "aantal": 43, "kinderen": 40, "scholen": None,
    } | cell  # fmt: skip
    result = Result((), (Spread(metric, "", pl.DataFrame([columns])),), {})
    made = figures(result, (), {metric: METRICS[metric]}, YEARS, THRESHOLDS)
    row: dict[str, object] = made.row(0, named=True)
    return row


def test_hours_are_published_as_they_are() -> None:
    """Nobody stands behind an hour: not rounded, not hidden, however few."""
    row = read("inzet_uren", public=(component("inzet_uren", 325, scale=100),))
    assert (row["status"], row["waarde"], row["n"]) == ("zichtbaar", 3.25, 3.25)


def test_hours_per_100_pupils_have_no_interval() -> None:
    row = read("inzet_per_100", public=(component("inzet_per_100", 7550, bekend=600.0),))
    assert (row["teller"], row["noemer"], row["waarde"]) == (75.5, 600.0, 13.0)
    assert row["onder"] is None


def test_a_public_share_needs_no_twenty_units() -> None:
    row = read("inzet_aanvullend", public=(component("inzet_aanvullend", 1, 3),))
    assert (row["status"], row["waarde"], row["noemer"]) == ("zichtbaar", 33.0, 3.0)


def test_an_empty_public_share_says_so() -> None:
    row = read("inzet_aanvullend", public=(component("inzet_aanvullend", 0, 0),))
    assert (row["status"], row["waarde"]) == ("nvt", None)


@pytest.mark.parametrize(
    ("published", "jobs", "status", "value"),
    [
        (40.0, 2.6, "zichtbaar", 15.4),
        (40.0, 0.5, "te_klein", None),
        (None, 2.6, "afgeschermd", None),
        (0.0, None, "nvt", None),
    ],
)
def test_a_caseload_is_over_published_trajectories_and_at_least_one_job(
    published: float | None, jobs: float | None, status: str, value: float | None
) -> None:
    counted = component("smw_caseload", 41, bekend=jobs)
    row = read("smw_caseload", [shown(counted, [published])])
    assert (row["status"], row["waarde"]) == (status, value)
    if value is not None:
        assert row["onder"] < value < row["boven"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("published", "costs", "status", "value"),
    [
        (40.0, 51_500.0, "zichtbaar", 1300.0),
        (730.0, 940_000.0, "zichtbaar", 1290.0),
        (5.0, 51_500.0, "te_klein", None),
        (0.0, 51_500.0, "nvt", None),
        (None, 51_500.0, "afgeschermd", None),
        (40.0, None, "nvt", None),
    ],
)
def test_costs_per_trajectory_are_over_published_trajectories(
    published: float | None, costs: float | None, status: str, value: float | None
) -> None:
    counted = component("inzet_kosten_per_traject", None, 41, costs)
    row = read("inzet_kosten_per_traject", [shown(counted, [published])])
    assert (row["status"], row["waarde"]) == (status, value)
    if value is not None:
        assert (row["teller"], row["noemer"]) == (round_cost(costs or 0.0), published)
        assert row["onder"] < costs / 41 < row["boven"] or published != 40  # type: ignore[operator]


def test_a_mean_is_right_to_its_last_digit_and_its_sum_is_not_told() -> None:
    """5592 over 732 is 7.64; over the published 730 it would read 7.7."""
    marks = component("smw_tevredenheid_leerling", 55_920, scale=10)
    closed = component("smw_tevredenheid_leerling", None, 732)
    row = read("smw_tevredenheid_leerling", [shown(marks, [55_920.0]), shown(closed, [730.0])])
    assert (row["teller"], row["noemer"], row["waarde"]) == (None, 730.0, 7.6)


def test_a_mean_has_the_interval_of_its_persons() -> None:
    """Sixteen answers of 7.0 with a standard deviation of 1.6: 7.0 - and + 2.131 x 0.4."""
    marks = component("smw_tevredenheid_leerling", 1120, scale=10)
    cells = marks.cells.with_columns(kinderen=pl.lit(16), spreiding=pl.lit(16 * 16.0**2))
    closed = component("smw_tevredenheid_leerling", None, 16)
    row = read(
        "smw_tevredenheid_leerling",
        [shown(replace(marks, cells=cells), [1120.0]), shown(closed, [15.0])],
    )
    assert (row["waarde"], row["onder"], row["boven"]) == (7.0, 6.1, 7.9)


@pytest.mark.parametrize(
    ("days", "middle", "low", "high"), [(6, 6.5, 4.0, 9.0), (7, 6.5, 4.0, 9.0), (8, 8.5, 4.0, 9.0)]
)
def test_a_median_is_the_middle_of_a_class_and_its_bounds_are_ends_of_classes(
    days: int, middle: float, low: float, high: float
) -> None:
    """8, 8, 7, 7 days read as 8-9, 8-9, 6-7, 6-7: the way it went is to be seen."""
    row = spread("smw_wachttijd", maat="mediaan", waarde=days, onder=5.0, boven=8.0)
    assert (row["waarde"], row["onder"], row["boven"]) == (middle, low, high)


def test_a_week_is_a_class_itself() -> None:
    row = spread("thuis_duur", maat="mediaan", waarde=7.0, onder=5.0, boven=8.0)
    assert (row["waarde"], row["onder"], row["boven"]) == (7.0, 5.0, 8.0)


def test_classes_move_no_value_up_or_down_on_the_whole() -> None:
    for width in (1, 2, 3, 7):
        off = [(quantile_class(day, 20, width) or 0.0) - day for day in range(width * 12)]
        assert abs(sum(off)) < 1e-9
        assert max(map(abs, off)) <= (width - 1) / 2


@pytest.mark.parametrize(("units", "said"), [(41, 40.0), (43, 45.0), (48, 50.0)])
def test_the_number_behind_a_median_is_rounded_as_any_other(units: int, said: float) -> None:
    """The same count is told elsewhere rounded to the nearest five."""
    row = spread("smw_wachttijd", maat="mediaan", waarde=7.0, aantal=units)
    assert row["n"] == said


@pytest.mark.parametrize(
    ("persons", "status", "value", "low", "high"),
    [(10, "zichtbaar", -0.4, -1.1, 0.3), (9, "te_klein", None, None, None)],
)
def test_a_difference_needs_ten_in_either_group(
    persons: int, status: str, value: float | None, low: float | None, high: float | None
) -> None:
    row = spread("ev_verschil", waarde=-0.36, onder=-1.02, boven=0.299, kinderen=persons)
    assert (row["status"], row["waarde"]) == (status, value)
    assert (row["onder"], row["boven"]) == (low, high)


def test_rounding_leaves_a_difference_on_its_side_of_zero() -> None:
    row = spread("ev_verschil", waarde=-0.38, onder=-0.69, boven=-0.08)
    assert (row["waarde"], row["onder"], row["boven"]) == (-0.38, -0.69, -0.08)
    row = spread("ev_verschil", waarde=-0.01, onder=-0.04, boven=0.02)
    assert [str(row[name]) for name in ("waarde", "onder", "boven")] == ["0.0", "-0.1", "0.1"]


@pytest.mark.parametrize(("children", "status"), [(10, "zichtbaar"), (9, "afgeschermd")])
def test_a_number_of_wijken_needs_ten_children(children: int, status: str) -> None:
    row = spread("xtra_spreiding", waarde=3.0, kinderen=children)
    assert row["status"] == status
    assert row["waarde"] == (3.0 if status == "zichtbaar" else None)


def test_a_median_that_is_not_reached_says_so() -> None:
    row = spread("vw_wachttijd", maat="p90", waarde=None)
    assert (row["status"], row["waarde"]) == ("te_klein", None)
    assert "einde bekend" in str(row["reden"])


def test_without_known_school_days_the_figure_says_which_line_to_mend() -> None:
    row = read("thuis_eerste_actie", [shown(component("thuis_eerste_actie", 0, 0), [0.0, 0.0])])
    assert (row["status"], row["waarde"]) == ("nvt", None)
    assert str(row["reden"]).startswith("Niet te bepalen")
    assert "Vul vakantieregio in in gebieden" in str(row["reden"])
    nobody = read("thuis_terug", [shown(component("thuis_terug", 0, 0), [0.0, 0.0])])
    assert "Niet te bepalen" not in str(nobody["reden"])


def test_what_lacks_a_dataset_is_not_delivered() -> None:
    """A metric needs every dataset it names, also those beside its measure and base."""
    known = contracts.load()
    result = count_all(
        METRICS.values(),
        {},
        {"scholen", "gebieden"},
        Context(dt.date(2025, 7, 31), known, tuple(YEARS)),
        plans.load(METRICS),
    )
    assert set(result.not_delivered) == set(METRICS)
    assert result.not_delivered["smw_instrumenten"] == ("smw_trajecten", "verwijzingen")
    assert result.not_delivered["smw_caseload"] == ("smw_trajecten", "inzet")
    row = figures(result, (), {"smw_caseload": METRICS["smw_caseload"]}, YEARS, THRESHOLDS).row(
        0, named=True
    )
    assert (row["status"], row["reden"]) == (
        "niet_geleverd",
        "Niet geleverd: smw_trajecten, inzet.",
    )
