"""Suspensions: is it getting less, and where is a talk in place?"""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions

TITLE = mark("Schorsingen")
QUESTION = mark("Worden minder leerlingen geschorst, en waarom gebeurt het?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("sch_per_1000", "sch_aantal", "sch_herhaald", "sch_gemeld")
    found = apart.beside(released, ("sch_per_1000",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Hoe vaak"))
    figure.trend(
        released,
        "sch_per_1000",
        selection,
        note=tr(
            "Schorsingen van één dag hoeven niet te worden gemeld; registraties van scholen liggen "
            "daardoor hoger dan de cijfers van de Inspectie."
        ),
    )
    beside.show(released, found, "sch_per_1000", selection)
    figure.by_category_over_years(released, "sch_aantal", "soort", selection)
    figure.trend(released, "sch_herhaald", selection)
    if selection.niveau in {"totaal", "gemeente", "vestiging"}:
        figure.funnel(
            released,
            "sch_per_1000",
            selection,
            note=tr(
                "Scholen voor voortgezet onderwijs schorsen vaker dan basisscholen; vergelijk "
                "scholen van dezelfde soort."
            ),
        )

    figure.section(tr("Waarom"))
    figure.breakdown(released, "sch_aantal", "reden", selection)
    figure.more(
        released, ("schorsingen",), ("sch_per_1000", "sch_aantal", "sch_herhaald"), selection,
        "meer_schorsingen",
    )  # fmt: skip
