"""Continuous lines: does support go along when a pupil changes school?"""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions

TITLE = mark("Doorgaande lijnen")
QUESTION = mark("Loopt de ondersteuning door als een leerling naar een andere school gaat?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("lijn_warm", "lijn_ondersteuning")
    found = apart.beside(released, ("lijn_warm",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Overdracht"))
    figure.trend(
        released,
        "lijn_warm",
        selection,
        note=tr("Warm is een overdracht in gesprek, met de ouders of de leerling erbij."),
    )
    beside.show(released, found, "lijn_warm", selection)
    figure.breakdown(released, "lijn_warm", "overgang", selection)

    figure.section(tr("Ondersteuning daarna"))
    figure.trend(released, "lijn_ondersteuning", selection)
    figure.breakdown(released, "lijn_ondersteuning", "overgang", selection)
