"""Prevention and who should pay: levels of prevention, the legal framework and its grey area."""

from __future__ import annotations

from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import conclusions

TITLE = mark("Preventie en wettelijk kader")
QUESTION = mark("Op welk niveau van preventie helpt het werk, en onder welke wet valt het?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    told = ("smw_geen_tweedelijn", "vw_informeel", "groep_aandeel")
    page.conclusion(conclusions.of(released, selection, told), selection.lead)

    figure.section(tr("Niveau van preventie"), tr("Is het werk vroeg genoeg?"))
    figure.breakdown(
        released,
        "smw_preventieniveau",
        "preventieniveau",
        selection,
        note=tr(
            "Primair is voordat er een probleem is, secundair bij de eerste signalen, tertiair als "
            "het probleem er al is."
        ),
    )
    figure.trend(
        released,
        "smw_geen_tweedelijn",
        selection,
        note=tr("Of het werk die jeugdhulp heeft voorkomen, is hieruit niet af te lezen."),
    )
    figure.trend(released, "groep_aandeel", selection)

    figure.section(
        tr("Wettelijk kader"), tr("Wie hoort te betalen, en hoe groot is het grijze gebied?")
    )
    figure.breakdown(released, "smw_wettelijk_kader", "wettelijk_kader", selection)
    figure.breakdown(released, "vw_aantal", "wettelijk_kader", selection)
    figure.trend(released, "vw_informeel", selection)
