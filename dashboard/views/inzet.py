"""Capacity and the support structure: who is there, on what terms, and what was agreed and done."""

from __future__ import annotations

from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import beside, page, xtra
from dashboard.words import conclusions

TITLE = mark("Inzet en ondersteuningsstructuur")
QUESTION = mark("Welke ondersteuning is er op scholen, en wordt gedaan wat is afgesproken?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("inzet_per_100", "inzet_aanvullend", "thema_uitgevoerd", "groep_deelname")
    found = apart.beside(released, ("thema_uitgevoerd",), selection)
    differing = words.strongest(found, beside.MOST)
    page.conclusion(conclusions.of(released, selection, told) + differing, selection.lead)

    figure.section(tr("Inzet"), tr("Hoeveel uren zijn er, van wie, en wie betaalt ze?"))
    figure.trend(released, "inzet_per_100", selection)
    figure.by_category_over_years(
        released,
        "inzet_uren",
        "rol",
        selection,
        note=tr(
            "SMW is schoolmaatschappelijk werk, JMW jeugdmaatschappelijk werk, JW jongerenwerk en "
            "JP jeugdpreventie."
        ),
    )
    figure.breakdown(released, "inzet_uren", "inzetsoort", selection)
    figure.breakdown(released, "inzet_uren", "financier", selection)

    figure.section(tr("Aanvullende inzet"), tr("Zijn daarbij doel, duur en geld afgesproken?"))
    figure.trend(released, "inzet_aanvullend", selection)
    figure.trend(released, "xtra_spreiding_scholen", selection)
    xtra.show(released, selection)

    figure.section(
        tr("Groepen en thema's"), tr("Wordt het afgesproken preventieve aanbod uitgevoerd?")
    )
    figure.trend(released, "thema_uitgevoerd", selection)
    beside.show(released, found, "thema_uitgevoerd", selection)
    figure.breakdown(released, "thema_uitgevoerd", "thema", selection)
    figure.by_category_over_years(released, "groep_deelname", "vorm", selection)
    figure.breakdown(
        released,
        "jw_vormen",
        "vorm",
        selection,
        note=tr("De negen vormen van jongerenwerk in en om de school."),
    )
    figure.breakdown(released, "middelen_achterstand", "samenwerkingsverband", selection)
    figure.more(
        released, ("inzet",),
        (
            "inzet_per_100", "inzet_uren", "inzet_aanvullend", "xtra_spreiding_scholen",
            "thema_uitgevoerd", "groep_deelname", "jw_vormen", "middelen_achterstand",
        ),
        selection, "meer_inzet",
    )  # fmt: skip
