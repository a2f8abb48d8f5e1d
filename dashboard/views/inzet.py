"""Capacity and the support structure: who is there, on what terms, and what was agreed and done."""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Inzet en ondersteuningsstructuur"
QUESTION = "Welke ondersteuning is er op scholen, en wordt gedaan wat is afgesproken?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("inzet_per_100", "inzet_aanvullend", "thema_uitgevoerd", "groep_deelname")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section("Inzet", "Hoeveel uren zijn er, van wie, en wie betaalt ze?")
    figure.trend(released, "inzet_per_100", selection, "Uren per 100 leerlingen")
    figure.by_category_over_years(
        released, "inzet_uren", "rol", selection, "Uren naar rol",
        note="SMW is schoolmaatschappelijk werk, JMW jeugdmaatschappelijk werk, JW jongerenwerk en "
        "JP jeugdpreventie.",
    )  # fmt: skip
    figure.breakdown(released, "inzet_uren", "inzetsoort", selection, "Basis en aanvullend")
    figure.breakdown(released, "inzet_uren", "financier", selection, "Uren naar financier")

    figure.section("Aanvullende inzet", "Zijn daarbij doel, duur en geld afgesproken?")
    figure.trend(released, "inzet_aanvullend", selection, "Aanvullende inzet met afspraken")
    figure.trend(
        released, "xtra_spreiding_scholen", selection, "Scholen die voldoen aan het criterium XTRA"
    )

    figure.section("Groepen en thema's", "Wordt het afgesproken preventieve aanbod uitgevoerd?")
    figure.trend(released, "thema_uitgevoerd", selection, "Afgesproken thema's uitgevoerd")
    figure.breakdown(released, "thema_uitgevoerd", "thema", selection, "Uitgevoerd naar thema")
    figure.by_category_over_years(
        released, "groep_deelname", "vorm", selection, "Deelnemers aan groepen naar vorm"
    )
    figure.breakdown(
        released, "jw_vormen", "vorm", selection, "Vormen van jongerenwerk",
        note="De negen vormen van jongerenwerk in en om de school.",
    )  # fmt: skip
    figure.breakdown(
        released, "middelen_achterstand", "samenwerkingsverband", selection,
        "Middelen per achterstandsscore",
    )  # fmt: skip
    figure.more(
        released, ("inzet",),
        (
            "inzet_per_100", "inzet_uren", "inzet_aanvullend", "xtra_spreiding_scholen",
            "thema_uitgevoerd", "groep_deelname", "jw_vormen", "middelen_achterstand",
        ),
        selection, "meer_inzet",
    )  # fmt: skip
