"""The schools of the choice beside the limits for SMW-XTRA."""

from __future__ import annotations

from dashboard.exhibits import comparison, facts
from dashboard.exhibits import xtra as exhibit
from dashboard.exhibits.exhibit import Exhibit
from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.render import figure
from dashboard.words.selection import Selection

_SPREAD, _SCHOOLS = "xtra_spreiding", "xtra_spreiding_scholen"
_TALL = 320


def show(released: Released, selection: Selection) -> None:
    """The list by name; nothing where it is not known which schools belong to the choice."""
    spread, schools = released.metrics.get(_SPREAD), released.metrics.get(_SCHOOLS)
    if spread is None or schools is None or schools.norm is None:
        return
    rows = comparison.rows_of(released, _SPREAD, selection, "vestiging")
    if selection.niveau == "vestiging":
        rows = [row for row in rows if row["gebied"] == selection.gebied]
    if not rows:
        return
    rounding = released.about.afronding
    title = tr("Welke scholen komen in aanmerking voor SMW-XTRA")
    figure.show(
        Exhibit(
            title,
            account=facts.of_metric(released, spread, rows),
            table=exhibit.table(spread, schools.norm, rows, rounding, title),
            lead=exhibit.named(spread, schools.norm, rows, rounding),
        ),
        "xtra_scholen",
        tall=_TALL,
    )
