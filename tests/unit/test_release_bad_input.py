"""What comes in wrong or odd is protected, or refused with a reason; never published raw."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.errors import ReleaseRefused
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import build_component, protect
from pipelines.release.disclosure.amounts import protect_amounts
from pipelines.release.figures import figures

KEY = ["schooljaar", "niveau", "gebied", "uitsplitsing", "categorie"]
YEAR = "2024/2025"


def _cells(rows: list[tuple[str, str, str, str, int, int]]) -> pl.DataFrame:
    """(niveau, gebied, categorie, deel, aantal, scholen)."""
    return pl.DataFrame(
        [
            (i, YEAR, level, area, "reden" if code else "", code, part, n, n, schools)
            for i, (level, area, code, part, n, schools) in enumerate(rows)
        ],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )


def _atoms(atoms: list[tuple[int, list[int]]]) -> pl.DataFrame:
    return pl.DataFrame(
        atoms, schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)}, orient="row"
    )


def test_negative_costs_are_refused_by_name() -> None:
    cells = pl.DataFrame(
        {"cel": [0], "kinderen": [20], "grootste": [400], "tweede": [300], "aantal": [9_000]}
    )
    with pytest.raises(ReleaseRefused, match=r"kosten staan negatieve bedragen") as refusal:
        protect_amounts("kosten", cells, _atoms([(9_500, [0]), (-500, [0])]))
    assert "500" not in str(refusal.value)


def test_a_missing_denominator_gives_no_figure_but_a_reason() -> None:
    cells = _cells([("gemeente", "GM1", "", "", 40, 9)])
    row = cells.select(
        *KEY,
        metriek=pl.lit("smw_bereik"),
        teller=pl.lit(0),
        noemer=pl.lit(None, dtype=pl.Int64),
        complement=pl.lit(value=True),
        bekend=pl.lit(None, dtype=pl.Float64),
    )
    counted = Counted("leerlingen", "leerlingen", 1, cells, _atoms([(40, [0])]), row)
    shown = pl.DataFrame({"cel": [0], "zichtbaar": [True], "gepubliceerd": [40.0]})
    frame = figures(
        Result((counted,), (), {}),
        [Protected(counted, shown, 0, "")],
        {"smw_bereik": METRICS["smw_bereik"]},
        [YEAR],
        Thresholds(5, 10, 5),
    )
    (found,) = frame.to_dicts()
    assert found["status"] == "nvt"
    assert found["reden"]
    assert found["waarde"] is None


def test_a_school_with_all_pupils_in_one_cell_does_not_tell_so() -> None:
    """All 12 pupils of S1 share an outcome: a share of 100% would say it of each of them."""
    rows = [("totaal", "", "", part, n, 2) for part, n in (("noemer", 60), ("teller", 30))]
    for school, whole, inside in (("S1", 12, 12), ("S2", 48, 18)):
        rows += [("vestiging", school, "", "noemer", whole, 1)]
        rows += [("vestiging", school, "", "teller", inside, 1)]
    atoms = _atoms([(12, [0, 1, 2, 3]), (18, [0, 1, 4, 5]), (30, [0, 4])])
    component = build_component(
        "deel", _cells(rows), atoms, threshold=5, complement=True, all_share=True
    )
    protection = protect(component)
    assert protection.verdict.safe
    of_school = protection.cells.filter((pl.col("gebied") == "S1") & (pl.col("deel") == "teller"))
    assert of_school["gepubliceerd"].to_list() == [None]


def test_a_municipality_with_one_school_shows_no_total_of_its_own() -> None:
    """The total would be that of the school; GM2 has three, and shows."""
    rows = [("totaal", "", "", "", 130, 4), ("gemeente", "GM1", "", "", 30, 1)]
    rows += [("gemeente", "GM2", "", "", 100, 3)]
    rows += [
        ("vestiging", s, "", "", n, 1) for s, n in (("A", 30), ("B", 40), ("C", 35), ("D", 25))
    ]
    atoms = _atoms([(30, [0, 1, 3]), (40, [0, 2, 4]), (35, [0, 2, 5]), (25, [0, 2, 6])])
    protection = protect(build_component("een", _cells(rows), atoms, threshold=5))
    assert protection.verdict.safe
    seen = dict(protection.cells.select("gebied", "gepubliceerd").iter_rows())
    assert seen["GM1"] is None
    assert seen["GM2"] == 100


def test_an_area_that_changed_its_boundaries_is_one_of_each_year() -> None:
    """School A moved from W1 to W2: each year adds up by itself, and the small count stays hid."""
    rows, atoms = [], []
    for year, wijk in (("2023/2024", "W1"), ("2024/2025", "W2")):
        start = len(rows)
        rows += [(year, "totaal", ""), (year, "wijk", "W1"), (year, "wijk", "W2")]
        place = start + (1 if wijk == "W1" else 2)
        atoms += [(3, [start, place]), (40, [start, start + 1]), (33, [start, start + 2])]
    totals = [sum(n for n, cells in atoms if i in cells) for i in range(len(rows))]
    cells = pl.DataFrame(
        [
            (i, year, level, area, "", "", "", totals[i], totals[i], 5)
            for i, (year, level, area) in enumerate(rows)
        ],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    protection = protect(build_component("grens", cells, _atoms(atoms), threshold=5))
    assert protection.verdict.safe
    shown = protection.cells["gepubliceerd"].drop_nulls().to_list()
    assert all(number % 5 == 0 for number in shown)


def test_cells_that_are_not_the_sum_of_their_atoms_are_refused() -> None:
    cells = _cells([("totaal", "", "", "", 41, 9)])
    with pytest.raises(ValueError, match="not the sum"):
        build_component("scheef", cells, _atoms([(40, [0])]), threshold=5)
