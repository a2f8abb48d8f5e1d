"""Continuous lines: does support go along when a pupil changes school?"""

from __future__ import annotations

from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import conclusions

TITLE = mark("Doorgaande lijnen")
QUESTION = mark("Loopt de ondersteuning door als een leerling naar een andere school gaat?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("lijn_warm", "lijn_ondersteuning")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section(tr("Overdracht"))
    figure.trend(
        released, "lijn_warm", selection, tr("Warme overdracht"),
        note=tr("Warm is een overdracht in gesprek, met de ouders of de leerling erbij."),
    )  # fmt: skip
    figure.breakdown(
        released, "lijn_warm", "overgang", selection, tr("Warme overdracht per overgang")
    )

    figure.section(tr("Ondersteuning daarna"))
    figure.trend(released, "lijn_ondersteuning", selection, tr("Ondersteuning voortgezet"))
    figure.breakdown(
        released, "lijn_ondersteuning", "overgang", selection, tr("Voortgezet per overgang")
    )
