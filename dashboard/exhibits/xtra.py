"""Which schools qualify for SMW-XTRA: caseload and wijken of each beside both limits. No Streamlit.

By name. A published caseload stands for every number that is rounded to it, so that a school near
the limit is told as such.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.exhibits import tables
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Metric
from dashboard.words import wording
from dashboard.words.selection import Cell

YES, NO, NEAR = mark("boven beide grenzen"), mark("niet"), mark("op de grens, door afronding")


def verdict(metric: Metric, caseload: float, row: Cell, rounding: int) -> str:
    """Whether a school is at or above both limits, as far as its published cell tells; '' where it
    is not shown. `caseload`: the limit of it."""
    if not wording.visible(row) or row["n"] is None or metric.norm is None:
        return ""
    room = rounding / 2
    if row["waarde"] < metric.norm or row["n"] + room <= caseload:
        return NO
    return YES if row["n"] - room >= caseload else NEAR


def table(
    metric: Metric, caseload: float, rows: Sequence[Cell], rounding: int, caption: str
) -> Table:
    """A row per school."""
    body = []
    for row in rows:
        said = verdict(metric, caseload, row, rounding)
        body.append(
            Row(
                (
                    tables.text(row["label"]),
                    tables.valued(metric, row),
                    tables.part(row, "n"),
                    tables.text(tr(said) if said else ""),
                )
            )
        )
    heads = (
        tr("School, op naam"), tr("Wijken"), tr("Lopende trajecten"),
        tr("{wijken} wijken en {trajecten} trajecten", wijken=wording.natural(metric.norm or 0),
           trajecten=wording.natural(caseload)),
    )  # fmt: skip
    return Table(caption, heads, tuple(body), frozenset((1, 2)))


def named(metric: Metric, caseload: float, rows: Sequence[Cell], rounding: int) -> str:
    """Who qualifies, in one sentence, by name."""
    names = [str(row["label"]) for row in rows if verdict(metric, caseload, row, rounding) == YES]
    if not names:
        return tr("Geen school ligt zeker boven beide grenzen voor SMW-XTRA.")
    return tr("Zeker boven beide grenzen voor SMW-XTRA: {scholen}.", scholen=", ".join(names))
