"""Schools compared, with the play of chance drawn in; never a ranking."""

from __future__ import annotations

import streamlit as st

from dashboard.exhibits import comparison, outside
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import wording
from dashboard.words.selection import Selection

TITLE = mark("Scholen vergelijken")
QUESTION = mark("Welke scholen verschillen meer van hun soort dan toeval en gewone spreiding?")

# Rates over pupils: their limits follow from how many pupils a school has.
_COMPARED = {
    "smw_bereik": mark("Bereik per 100 leerlingen"),
    "sch_per_1000": mark("Geschorste leerlingen per 1.000"),
}

_NOTHING = mark("In deze publicatie staan geen cijfers per school.")
_UNKNOWN = mark(
    "Welke scholen bij deze keuze horen, staat niet in de publicatie; daarom staat hier geen "
    "cijfer. Kies bij Gebied of groep alle gemeenten, een gemeente, een onderwijssoort of een "
    "school."
)


def render(released: Released) -> None:
    selection = filters.bar(released)
    published = [m for m in _COMPARED if "vestiging" in released.levels_of(m)]
    if not published or selection.niveau not in comparison.LEVELS:
        reason = tr(_UNKNOWN if published else _NOTHING)
        page.conclusion([reason])
        figure.explain(tr("Scholen vergeleken"), reason)
        return
    page.conclusion(_told(released, published, selection), selection.lead)
    chosen = st.segmented_control(
        tr("Vergelijk op"), published, default=published[0], format_func=lambda m: tr(_COMPARED[m]),
        key="vergelijk", bind="query-params", required=True,
    )  # fmt: skip
    metric = chosen or published[0]
    figure.section(tr("Scholen en toeval"))
    kind = _kind(released, metric, selection)
    figure.funnel(
        released,
        metric,
        selection,
        note=tr(
            "De grafiek toont scholen van één onderwijssoort, want een andere soort heeft een "
            "andere opdracht; de lijst noemt alle scholen."
        ),
        kind=kind,
    )


def _kind(released: Released, metric: str, selection: Selection) -> str:
    """The kind of school that is drawn: that of the chosen school, or what the reader picks."""
    rows = comparison.rows_of(released, metric, selection, "vestiging")
    compared = comparison.of(released, released.metrics[metric], selection, rows)
    largest = compared.group("")
    kinds = [group.kind for group in compared.groups]
    if largest is None or kinds == [""]:
        return ""
    own = next((row["soort_school"] for row in rows if row["gebied"] == selection.gebied), "")
    if own in kinds:
        return own
    if len(kinds) == 1:
        return kinds[0]
    return st.segmented_control(
        tr("Onderwijssoort"), kinds, default=largest.kind, key="soort", bind="query-params",
        format_func=lambda kind: wording.area_name(
            released.areas.get(("onderwijssoort", kind)), kind
        ),
        required=True,
    ) or largest.kind  # fmt: skip


def _told(released: Released, published: list[str], selection: Selection) -> list[str]:
    """Per figure how many schools of the choice lie further apart than chance explains; of one
    school whether it does."""
    told = []
    for name in published:
        rows = comparison.rows_of(released, name, selection, "vestiging")
        compared = comparison.of(released, released.metrics[name], selection, rows)
        said = compared.told
        if selection.niveau == "vestiging":
            said = comparison.of_one(compared, rows, selection.gebied)
        else:
            said = f"{said} {outside.far(released.metrics[name], compared)}".strip()
        told.append(tr("{cijfer}: {conclusie}", cijfer=tr(_COMPARED[name]), conclusie=said))
    return told
