"""The yearly evaluation of the cooperation: who answered, what they think, where parties differ."""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Samenwerkingsevaluatie"
QUESTION = "Hoe beoordelen scholen, aanbieders en wijkteams de samenwerking?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("ev_score", "ev_score_eens", "ev_respons")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section("Respons", "Wie heeft geantwoord?")
    figure.trend(released, "ev_respons", selection, "Respons")
    figure.breakdown(released, "ev_respons", "groep", selection, "Respons naar groep")

    figure.section("Oordeel", "Wat vinden de invullers?")
    figure.trend(released, "ev_score", selection, "Gemiddelde score, 1 tot en met 5")
    figure.by_category_over_years(
        released, "ev_score", "groep", selection, "Gemiddelde score naar groep"
    )
    figure.breakdown(
        released, "ev_score", "evaluatiethema", selection, "Gemiddelde score naar thema"
    )
    figure.breakdown(
        released, "ev_score_verdeling", "score", selection, "Verdeling van de antwoorden"
    )
    figure.breakdown(released, "ev_score", "vraag", selection, "Gemiddelde score per vraag")

    figure.section("Verschil en verandering", "Waar denken partijen anders, en wat verandert?")
    figure.breakdown(
        released, "ev_verschil", "paar_evaluatiethema", selection,
        "Verschil tussen partijen per thema",
        note="Boven nul is de eerstgenoemde partij positiever. Een verschil waarvan het interval "
        "nul bevat, kan toeval zijn.",
    )  # fmt: skip
    figure.trend(
        released, "ev_trend", selection, "Verandering op gelijke vragen",
        note="Alleen vragen die in beide ronden gelijk zijn gesteld, tellen mee.",
    )  # fmt: skip
    figure.breakdown(released, "ev_trend", "evaluatiethema", selection, "Verandering naar thema")
