"""The yearly evaluation of the cooperation: who answered, what they think, where parties differ."""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page
from dashboard.words import conclusions

TITLE = mark("Samenwerkingsevaluatie")
QUESTION = mark("Hoe beoordelen scholen, aanbieders en wijkteams de samenwerking?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("ev_score", "ev_score_eens", "ev_respons")
    found = apart.beside(released, ("ev_respons",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Respons"), tr("Wie heeft geantwoord?"))
    figure.trend(released, "ev_respons", selection)
    beside.show(released, found, "ev_respons", selection)
    figure.breakdown(released, "ev_respons", "groep", selection)

    figure.section(tr("Oordeel"), tr("Wat vinden de invullers?"))
    figure.trend(released, "ev_score", selection)
    figure.by_category_over_years(released, "ev_score", "groep", selection)
    figure.breakdown(released, "ev_score", "evaluatiethema", selection)
    figure.breakdown(
        released,
        "ev_score_eens",
        "hoofdthema",
        selection,
        note=tr(
            "De thema's van de vragenlijst zijn samengenomen tot vijf, zodat ook een aanbieder met "
            "weinig invullers ze ziet."
        ),
    )
    figure.breakdown(released, "ev_oordeel", "oordeel", selection)
    figure.breakdown(released, "ev_score_verdeling", "score", selection)
    figure.breakdown(released, "ev_score", "vraag", selection)

    figure.section(
        tr("Verschil en verandering"), tr("Waar denken partijen anders, en wat verandert?")
    )
    figure.breakdown(
        released,
        "ev_verschil",
        "paar_evaluatiethema",
        selection,
        note=tr(
            "Boven nul is de eerstgenoemde partij positiever. Een verschil waarvan het interval "
            "nul bevat, kan toeval zijn."
        ),
    )
    figure.trend(
        released,
        "ev_trend",
        selection,
        note=tr("Alleen vragen die in beide ronden gelijk zijn gesteld, tellen mee."),
    )
    figure.breakdown(released, "ev_trend", "evaluatiethema", selection)
