"""Continuous lines: does support go along when a pupil changes school?"""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Doorgaande lijnen"
QUESTION = "Loopt de ondersteuning door als een leerling naar een andere school gaat?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("lijn_warm", "lijn_ondersteuning")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section("Overdracht")
    figure.trend(
        released, "lijn_warm", selection, "Warme overdracht",
        note="Warm is een overdracht in gesprek, met de ouders of de leerling erbij.",
    )  # fmt: skip
    figure.breakdown(released, "lijn_warm", "overgang", selection, "Warme overdracht per overgang")

    figure.section("Ondersteuning daarna")
    figure.trend(released, "lijn_ondersteuning", selection, "Ondersteuning voortgezet")
    figure.breakdown(
        released, "lijn_ondersteuning", "overgang", selection, "Voortgezet per overgang"
    )
