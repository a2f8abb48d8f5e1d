"""Reach of school social work: how many pupils, with which questions, who registers them."""

from __future__ import annotations

import streamlit as st

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions, wording
from dashboard.words.selection import Selection

TITLE = mark("Bereik en hulpvragen")
QUESTION = mark("Hoeveel leerlingen bereikt het schoolmaatschappelijk werk, en met welke vragen?")

_CUTS = ("rol", "inzetsoort", "werkvorm")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("smw_bereik", "smw_leerlingen", "smw_trajecten")
    found = apart.beside(released, ("smw_bereik",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Bereik"), tr("Welk deel van de leerlingen wordt geholpen?"))
    figure.trend(released, "smw_bereik", selection)
    beside.show(released, found, "smw_bereik", selection)
    figure.trend(released, "smw_leerlingen", selection)
    figure.breakdown(released, "smw_leerlingen", "leeftijdsgroep", selection)
    _trajectories(released, selection)

    figure.section(tr("Hulpvragen"), tr("Waarvoor komen zij?"))
    figure.breakdown(
        released,
        "smw_problematiek",
        "as",
        selection,
        note=tr(
            "De domeinen volgen de assen van CAP-J, aangevuld met veiligheid, verzuim en materieel."
        ),
    )
    figure.breakdown(released, "smw_problematiek", "problematiek", selection)
    figure.breakdown(released, "smw_aanmelder", "aanmelder", selection)
    figure.trend(released, "smw_oorzaak_thuis", selection)
    figure.more(
        released, ("bereik",),
        (
            "smw_bereik", "smw_leerlingen", "smw_trajecten", "smw_problematiek", "smw_aanmelder",
            "smw_oorzaak_thuis", "smw_preventieniveau", "smw_wettelijk_kader",
        ),
        selection, "meer_bereik",
    )  # fmt: skip


def _trajectories(released: Released, selection: Selection) -> None:
    cuts = [cut for cut in _CUTS if cut in released.cuts("smw_trajecten")]
    present = [cut for cut in cuts if selection.niveau in released.levels_of("smw_trajecten", cut)]
    if not present:
        note = ""
        if cuts:
            near = wording.nearest(selection.niveau, released.levels_of("smw_trajecten", cuts[0]))
            names = ", ".join(wording.cut(cut).lower() for cut in cuts)
            note = tr(
                "Uitsplitsing naar {uitsplitsingen} is er {hier} niet, wel {wel}.",
                uitsplitsingen=names,
                hier=wording.per_level(selection.niveau),
                wel=wording.per_level(near),
            )
        figure.trend(released, "smw_trajecten", selection, note)
        return
    cut = st.segmented_control(
        tr("Gestarte trajecten uitsplitsen naar"), present, default=present[0],
        format_func=wording.cut, key="uitsplitsing", bind="query-params", required=True,
    )  # fmt: skip
    figure.by_category_over_years(released, "smw_trajecten", cut or present[0], selection)
