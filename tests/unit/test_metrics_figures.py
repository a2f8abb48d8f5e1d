"""From exact counts to what a reader sees: the forms that are not a plain count, share or rate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest

from pipelines import contracts
from pipelines.metrics import plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result, count_all
from pipelines.metrics.metric import Context
from pipelines.metrics.spreads import Spread
from pipelines.release.components import Protected, Thresholds
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
        (40.0, 51_500.0, "zichtbaar", 1290.0),
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
        assert (row["teller"], row["noemer"]) == (52_000.0, 40.0)


def test_a_mean_is_in_whole_units_again() -> None:
    marks = component("smw_tevredenheid_ouder", 3120, scale=10)
    closed = component("smw_tevredenheid_ouder", None, 41)
    row = read("smw_tevredenheid_ouder", [shown(marks, [3120.0]), shown(closed, [40.0])])
    assert (row["teller"], row["noemer"], row["waarde"]) == (312.0, 40.0, 7.8)


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
