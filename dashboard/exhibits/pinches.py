"""Where it surely goes worse than elsewhere: providers, areas and kinds of school against the rest,
schools outside the limits of their kind. No Streamlit.

Only figures of which one way is better, only visible cells, and only what is sure for all
comparisons together, so that a list of many does not fill itself with chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard import language
from dashboard.exhibits import apart, comparison, outside
from dashboard.release.released import Metric, Released
from dashboard.words import wording
from dashboard.words.selection import Cell, Selection

# Figures of the front page, and the page where each is told.
PAGES = {
    "smw_binnen_norm": "proces-resultaat",
    "smw_volgens_plan": "proces-resultaat",
    "smw_uitval": "proces-resultaat",
    "vw_start_binnen_norm": "verwijzingen",
    "vw_terugkoppeling": "verwijzingen",
    "lijn_warm": "doorgaande-lijnen",
    "thuis_terug": "thuiszitters",
    "sch_per_1000": "schorsingen",
}
_SCHOOLS = ("sch_per_1000",)


@dataclass(frozen=True)
class Pinch:
    """One unit on the wrong side. `against`: what it is held against, in words."""

    metric: Metric
    niveau: str
    name: str
    row: Cell
    against: str


@dataclass(frozen=True)
class Found:
    """Where it pinches, the surest first and schools after them by name; `among`: how many
    comparisons were judged together, `schools`: how many schools were held against their kind."""

    pinches: tuple[Pinch, ...]
    among: int
    schools: int


def found(released: Released, selection: Selection) -> Found:
    return _found(released, selection, language.now())


@lru_cache(maxsize=64)
def _found(released: Released, selection: Selection, spoken: str) -> Found:
    del spoken  # names and values are in the language of the reader
    # A rate over pupils is only held against the own kind of school: areas differ in their schools.
    shares = tuple(name for name in PAGES if name not in _SCHOOLS)
    beside = apart.beside(released, shares, selection)
    wrong = sorted(
        ((unit, one) for one in beside for unit in one.worse),
        key=lambda pair: (-pair[0].strength, pair[0].label),
    )
    pinches = [
        Pinch(
            one.metric, one.niveau, unit.label, unit.row,
            wording.said(one.metric, one.whole) if one.whole is not None else "",
        )
        for unit, one in wrong
    ]  # fmt: skip
    schools, judged = _schools(released, selection)
    return Found((*pinches, *schools), beside[0].among if beside else 0, judged)


def _schools(released: Released, selection: Selection) -> tuple[Sequence[Pinch], int]:
    """Schools outside the limits of 99.8% on the wrong side, by name."""
    told: list[Pinch] = []
    judged = 0
    for name in _SCHOOLS:
        metric = released.metrics.get(name)
        if metric is None or selection.niveau not in ("totaal", "gemeente", "onderwijssoort"):
            continue
        rows = comparison.rows_of(released, name, selection, "vestiging")
        compared = comparison.of(released, metric, selection, rows)
        judged += len(compared.judged)
        ends = outside.limits(compared, outside.OUTER)
        for row in outside.beyond(compared, outside.OUTER):
            limit = ends[str(row["gebied"])]
            if (row["waarde"] > limit[1]) == (metric.richting == "lager"):
                between = outside.between(metric, limit)
                told.append(Pinch(metric, "vestiging", str(row["label"]), row, between))
    return told, judged
