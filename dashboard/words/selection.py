"""What a reader chose, and the cells that belong to it. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.words import covered, wording

Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Selection:
    """What the reader asked for; `gebied` is '' for all together."""

    schooljaar: str
    niveau: str
    gebied: str
    naam: str

    @property
    def where(self) -> str:
        """The area as it stands in a sentence."""
        return wording.where(self.niveau, self.naam)

    @property
    def lead(self) -> str:
        """What conclusions about this choice begin with."""
        return tr("In {jaar}, {waar}:", jaar=self.schooljaar, waar=self.where)


def year_cells(
    released: Released, metric_id: str, selection: Selection, maat: str = ""
) -> wording.Step | None:
    """This year's cell of a metric in the chosen area, and the last and the first one before that
    cover the same.
    """
    metric = released.metrics.get(metric_id)
    if metric is None:
        return None
    rows = released.over_years(metric_id, selection.niveau, selection.gebied, "", maat).to_dicts()
    now = of_year(rows, selection.schooljaar)
    if now is None:
        return None
    before = [row for row in rows if row["schooljaar"] < selection.schooljaar]
    earlier = [row for row in before if covered.same(row, now) and row["status"] != "niet_geleverd"]
    first = next((row for row in earlier[:-1] if wording.visible(row)), None)
    last = earlier[-1] if earlier else None
    rounding = released.about.afronding
    return wording.Step(metric, selection.schooljaar, now, last, first, rounding)


def nobody_unknown(row: Cell) -> bool:
    """The category "onbekend" with a visible zero: a line that says nothing."""
    return bool(row["categorie"] == "onbekend" and wording.visible(row) and row["waarde"] == 0)


def of_year(rows: Sequence[Cell], year: str) -> Cell | None:
    return next((row for row in rows if row["schooljaar"] == year), None)
