"""Youth care: how many young people, what kind of care, and what it costs."""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Jeugdhulp"
QUESTION = "Hoeveel jeugdigen krijgen jeugdhulp, welke, en wat kost dat?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("jh_jeugdigen_per_100", "jh_instroom", "jh_zwaarder", "jh_kosten_toegekend")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section("Jeugdigen", "Hoeveel jeugdigen, en met welke hulp?")
    figure.trend(
        released, "jh_jeugdigen_per_100", selection, "Jeugdigen met jeugdhulp per 100 leerlingen"
    )
    figure.by_category_over_years(
        released, "jh_jeugdigen", "niveau", selection, "Jeugdigen naar zorgniveau",
        note="Een jeugdige kan in een jaar hulp op meer dan één niveau krijgen; de niveaus tellen "
        "daarom niet op tot het totaal.",
    )  # fmt: skip
    figure.breakdown(released, "jh_jeugdigen", "hulpvorm", selection, "Jeugdigen naar hulpvorm")

    figure.section("Instroom", "Hoeveel hulp begint er, en wordt die zwaarder?")
    figure.trend(released, "jh_instroom", selection, "Nieuwe toewijzingen")
    figure.breakdown(
        released, "jh_instroom", "verwijzer", selection, "Nieuwe toewijzingen naar verwijzer"
    )
    figure.trend(released, "jh_zwaarder", selection, "Zwaardere hulp binnen de termijn")

    figure.section("Kosten", "Wat is toegekend, wat is gedeclareerd?")
    figure.trend(released, "jh_kosten_toegekend", selection, "Toegekend")
    figure.trend(released, "jh_kosten_gedeclareerd", selection, "Gedeclareerd")
    figure.breakdown(
        released, "jh_kosten_toegekend", "hulpvorm", selection, "Toegekend naar hulpvorm"
    )
    figure.trend(released, "jh_kosten_per_jeugdige", selection, "Toegekend per jeugdige")
    figure.more(
        released, ("jeugdhulp",),
        (
            "jh_jeugdigen_per_100", "jh_jeugdigen", "jh_instroom", "jh_zwaarder",
            "jh_kosten_toegekend", "jh_kosten_gedeclareerd", "jh_kosten_per_jeugdige",
        ),
        selection, "meer_jeugdhulp",
    )  # fmt: skip
