"""Counts and amounts are protected together: what is hidden in one shows in no other."""

from __future__ import annotations

from itertools import product

import polars as pl

from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted
from pipelines.metrics.count.grid import KEY
from pipelines.release.components import Thresholds, protect

CHILDREN, COSTS = "jh_jeugdigen", "jh_kosten_toegekend"
THRESHOLDS = Thresholds(standard=5, heavy=10, rounding=5)
# Children per municipality and kind of care: one small count, which takes others along.
TABLE = {
    ("GM0001", "begeleiding"): 3,
    ("GM0001", "behandeling"): 40,
    ("GM0001", "verblijf"): 55,
    ("GM0002", "begeleiding"): 60,
    ("GM0002", "behandeling"): 70,
    ("GM0002", "verblijf"): 80,
}


def _counted(metric: str, measure: str, unit: str, each: int) -> Counted:
    """The table with its margins; every child brings `each` units."""
    areas, kinds = ({key[i] for key in TABLE} for i in (0, 1))
    keys = sorted(product(["", *areas], ["", *kinds]))
    rows = [
        {
            "schooljaar": "2024/2025",
            "niveau": "gemeente" if area else "totaal",
            "gebied": area,
            "uitsplitsing": "hulpvorm" if kind else "",
            "categorie": kind,
            "children": sum(
                n for (a, k), n in TABLE.items() if area in ("", a) and kind in ("", k)
            ),
        }
        for area, kind in keys
    ]
    nothing = pl.lit(None, dtype=pl.Int64)
    cells = (
        pl.DataFrame(rows)
        .with_row_index("cel")
        .with_columns(
            pl.col("cel").cast(pl.Int64),
            deel=pl.lit(""),
            aantal=pl.col("children") * each,
            kinderen=pl.col("children"),
            scholen=nothing,
            grootste=pl.lit(each),
            tweede=pl.lit(each),
        )
        .drop("children")
    )
    atoms = pl.DataFrame(
        {
            "aantal": [n * each for n in TABLE.values()],
            "cellen": [
                [
                    i
                    for i, (area, kind) in enumerate(keys)
                    if area in ("", own[0]) and kind in ("", own[1])
                ]
                for own in TABLE
            ],
        }
    )
    figures = cells.select(
        *KEY,
        metriek=pl.lit(metric),
        teller="cel",
        noemer=nothing,
        complement=pl.lit(value=False),
        bekend=pl.lit(None, dtype=pl.Float64),
    )
    return Counted(measure, unit, 1, cells, atoms, figures)


def test_a_hidden_count_hides_its_cost() -> None:
    children = _counted(CHILDREN, "jeugdigen_met_jeugdhulp", "jeugdigen", 1)
    costs = _counted(COSTS, "toegekende_jeugdhulp.euro", "euro", 10_000)
    counts, amounts = protect([children, costs], METRICS, THRESHOLDS)
    hidden = _hidden(counts.cells, children)
    for_others = hidden.filter(pl.col("kinderen") >= THRESHOLDS.heavy)
    assert for_others.height, "the table holds a count that is hidden for the sake of another"
    without = hidden.join(_hidden(amounts.cells, costs), on=KEY, how="anti")
    assert without.is_empty()
    (alone,) = protect([costs], METRICS, THRESHOLDS)
    assert _hidden(alone.cells, costs).height < _hidden(amounts.cells, costs).height


def _hidden(cells: pl.DataFrame, counted: Counted) -> pl.DataFrame:
    return counted.cells.join(cells.filter(~pl.col("zichtbaar")), on="cel", how="semi")


def test_a_count_without_a_single_cell_is_protected_to_nothing() -> None:
    whole = _counted(CHILDREN, "jeugdigen_met_jeugdhulp", "jeugdigen", 1)
    empty = Counted(
        whole.measure,
        whole.unit,
        1,
        whole.cells.clear(),
        whole.atoms.clear(),
        whole.figures.clear(),
    )
    (protected,) = protect([empty], METRICS, THRESHOLDS)
    assert protected.cells.is_empty()
    assert protected.cells.columns == ["cel", "zichtbaar", "gepubliceerd"]


def test_a_count_of_which_every_cell_is_zero_is_shown_whole() -> None:
    whole = _counted(CHILDREN, "jeugdigen_met_jeugdhulp", "jeugdigen", 1)
    zeros = whole.cells.with_columns(aantal=pl.lit(0, pl.Int64), kinderen=pl.lit(0, pl.Int64))
    nobody = Counted(whole.measure, whole.unit, 1, zeros, whole.atoms.clear(), whole.figures)
    (protected,) = protect([nobody], METRICS, THRESHOLDS)
    assert protected.cells["zichtbaar"].all()
