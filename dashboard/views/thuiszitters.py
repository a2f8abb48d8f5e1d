"""Pupils at home: how many, for how long, and what is done for them."""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions

TITLE = mark("Thuiszitters")
QUESTION = mark("Hoeveel leerlingen zitten thuis, hoe lang, en komen zij terug?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("thuis_jaar", "thuis_3_maanden", "thuis_hulp", "thuis_terug")
    found = apart.beside(released, ("thuis_hulp",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Hoeveel leerlingen"))
    figure.trend(released, "thuis_jaar", selection)
    figure.by_category_over_years(
        released,
        "thuis_jaar",
        "categorie",
        selection,
        note=tr(
            "Een leerling kan in een jaar in meer dan één categorie voorkomen; de categorieën "
            "tellen daarom niet op tot het totaal. Vrijstellingen vallen buiten de landelijke "
            "telling van thuiszitters."
        ),
    )
    figure.by_category_over_years(released, "thuis_peildatum", "peildag", selection)
    figure.trend(released, "thuis_3_maanden", selection)

    figure.section(tr("Wat wordt gedaan"))
    figure.trend(released, "thuis_eerste_actie", selection)
    figure.trend(released, "thuis_hulp", selection)
    beside.show(released, found, "thuis_hulp", selection)
    figure.trend(released, "thuis_terug", selection)
    figure.more(
        released, ("thuiszitters",),
        (
            "thuis_jaar", "thuis_peildatum", "thuis_3_maanden", "thuis_eerste_actie", "thuis_hulp",
            "thuis_terug",
        ),
        selection, "meer_thuiszitters",
    )  # fmt: skip
