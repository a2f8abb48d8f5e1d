"""Suspensions: is it getting less, and where is a talk in place?"""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Schorsingen"
QUESTION = "Worden minder leerlingen geschorst, en waarom gebeurt het?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("sch_per_1000", "sch_aantal", "sch_herhaald", "sch_gemeld")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section("Hoe vaak")
    figure.trend(
        released, "sch_per_1000", selection, "Geschorste leerlingen per 1.000",
        note="Schorsingen van één dag hoeven niet te worden gemeld; registraties van scholen "
        "liggen daardoor hoger dan de cijfers van de Inspectie.",
    )  # fmt: skip
    figure.by_category_over_years(
        released, "sch_aantal", "soort", selection, "Schorsingen naar soort"
    )
    figure.trend(
        released, "sch_herhaald", selection, "Geschorste leerlingen die vaker zijn geschorst"
    )
    if selection.niveau in {"totaal", "gemeente", "vestiging"}:
        figure.funnel(
            released, "sch_per_1000", selection, "Scholen vergeleken: schorsingen en grootte",
            note="Scholen voor voortgezet onderwijs schorsen vaker dan basisscholen; vergelijk "
            "scholen van dezelfde soort.",
        )  # fmt: skip

    figure.section("Waarom")
    figure.breakdown(released, "sch_aantal", "reden", selection, "Schorsingen naar reden")
    figure.more(
        released, ("schorsingen",), ("sch_per_1000", "sch_aantal", "sch_herhaald"), selection,
        "meer_schorsingen",
    )  # fmt: skip
