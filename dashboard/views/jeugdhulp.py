"""Youth care: how many young people, what kind of care, and what it costs."""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions

TITLE = mark("Jeugdhulp")
QUESTION = mark("Hoeveel jeugdigen krijgen jeugdhulp, welke, en wat kost dat?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("jh_jeugdigen_per_100", "jh_instroom", "jh_zwaarder", "jh_kosten_toegekend")
    found = apart.beside(released, ("jh_jeugdigen_per_100",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Jeugdigen"), tr("Hoeveel jeugdigen, en met welke hulp?"))
    figure.trend(released, "jh_jeugdigen_per_100", selection)
    beside.show(released, found, "jh_jeugdigen_per_100", selection)
    figure.by_category_over_years(
        released,
        "jh_jeugdigen",
        "niveau",
        selection,
        note=tr(
            "Een jeugdige kan in een jaar hulp op meer dan één niveau krijgen; de niveaus tellen "
            "daarom niet op tot het totaal."
        ),
    )
    figure.breakdown(released, "jh_jeugdigen", "hulpvorm", selection)

    figure.section(tr("Instroom"), tr("Hoeveel hulp begint er, en wordt die zwaarder?"))
    figure.trend(released, "jh_instroom", selection)
    figure.breakdown(released, "jh_instroom", "verwijzer", selection)
    figure.trend(released, "jh_zwaarder", selection)

    figure.section(tr("Kosten"), tr("Wat is toegekend, wat is gedeclareerd?"))
    figure.trend(released, "jh_kosten_toegekend", selection)
    figure.trend(released, "jh_kosten_gedeclareerd", selection)
    figure.breakdown(released, "jh_kosten_toegekend", "hulpvorm", selection)
    figure.trend(released, "jh_kosten_per_jeugdige", selection)
    figure.more(
        released, ("jeugdhulp",),
        (
            "jh_jeugdigen_per_100", "jh_jeugdigen", "jh_instroom", "jh_zwaarder",
            "jh_kosten_toegekend", "jh_kosten_gedeclareerd", "jh_kosten_per_jeugdige",
        ),
        selection, "meer_jeugdhulp",
    )  # fmt: skip
