"""Schools compared, with the play of chance drawn in; never a ranking."""

from __future__ import annotations

import streamlit as st

from dashboard import comparison, figure, filters, page
from dashboard.language import mark, tr
from dashboard.released import Released
from dashboard.selection import Selection

TITLE = mark("Scholen vergelijken")
QUESTION = mark("Welke scholen verschillen meer van elkaar dan toeval verklaart?")

# Rates over pupils: their limits follow from how many pupils a school has.
_COMPARED = {
    "smw_bereik": mark("Bereik per 100 leerlingen"),
    "sch_per_1000": mark("Geschorste leerlingen per 1.000"),
}


def render(released: Released) -> None:
    selection = filters.bar(released)
    published = [m for m in _COMPARED if "vestiging" in released.levels_of(m)]
    page.conclusion(_told(released, published, selection), selection.lead)
    if not published:
        figure.explain(
            tr("Scholen vergeleken"), tr("In deze publicatie staan geen cijfers per school.")
        )
        return
    chosen = st.segmented_control(
        tr("Vergelijk op"), published, default=published[0], format_func=lambda m: tr(_COMPARED[m]),
        key="vergelijk", bind="query-params", required=True,
    )  # fmt: skip
    metric = chosen or published[0]
    figure.section(tr("Scholen en toeval"))
    if selection.niveau in {"totaal", "gemeente", "vestiging"}:
        figure.funnel(
            released, metric, selection,
            tr("{cijfer}: scholen en grootte", cijfer=tr(_COMPARED[metric])),
            note=tr(
                "Scholen van een andere soort hebben een andere opdracht; vergelijk scholen van "
                "dezelfde soort."
            ),
        )  # fmt: skip
    else:
        figure.explain(
            tr("Scholen vergeleken"),
            tr("Kies bij Gebied of groep alle gemeenten, een gemeente of een school."),
        )


def _told(released: Released, published: list[str], selection: Selection) -> list[str]:
    """Per figure how many schools lie further apart than chance explains."""
    told = []
    for name in published:
        rows = comparison.rows_of(released, name, selection, "vestiging")
        compared = comparison.of(released, released.metrics[name], selection, rows)
        told.append(
            tr("{cijfer}: {conclusie}", cijfer=tr(_COMPARED[name]), conclusie=compared.told)
        )
    return told
