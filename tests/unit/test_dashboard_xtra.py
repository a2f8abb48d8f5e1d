"""Who qualifies for SMW-XTRA: only what is sure of a rounded caseload, never a hidden school."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.exhibits import tables, xtra
from dashboard.release.released import Metric

SPREAD = Metric(
    "xtra_spreiding", "inzet", "Caseload over wijken", "D.", "wijken", "spreiding", "wijken", "",
    "", 3.0, "wijken", "aanname", "", "", "1", None,
)  # fmt: skip


def _row(areas: float | None, cases: float | None, name: str = "De Linde") -> dict[str, Any]:
    return {
        "waarde": areas, "n": cases, "label": name, "reden": "",
        "status": "zichtbaar" if areas is not None else "afgeschermd",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("areas", "cases", "verdict"),
    [(3, 25, xtra.YES), (2, 40, xtra.NO), (5, 15, xtra.NO), (4, 20, xtra.NEAR), (None, None, "")],
)
def test_a_school_near_the_limit_is_told_as_near(
    areas: float | None, cases: float | None, verdict: str
) -> None:
    assert xtra.verdict(SPREAD, 20, _row(areas, cases), 5) == verdict


def test_who_qualifies_is_named_and_who_is_hidden_is_not() -> None:
    rows = [_row(4, 30, "De Boom"), _row(None, None, "De Eik"), _row(1, 30, "De Linde")]
    assert xtra.named(SPREAD, 20, rows, 5) == "Zeker boven beide grenzen voor SMW-XTRA: De Boom."
    table = xtra.table(SPREAD, 20, rows, 5, "Scholen")
    assert [tables.plain(row.cells[-1]) for row in table.rows] == [
        "boven beide grenzen", "", "niet"
    ]  # fmt: skip
    assert xtra.named(SPREAD, 20, rows[1:], 5).startswith("Geen school")
