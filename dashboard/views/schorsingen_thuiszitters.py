"""Suspensions and pupils at home: is it getting less, and where is a talk in place?"""

from __future__ import annotations

from dashboard import conclusions, figure, filters, page
from dashboard.released import Released

TITLE = "Schorsingen en thuiszitters"
QUESTION = "Blijven leerlingen op school, en hoeveel van hen raken buiten beeld van het onderwijs?"


def render(released: Released) -> None:
    selection = filters.bar(released)
    steps = [
        figure.year_cells(released, metric, selection) for metric in ("sch_per_1000", "thuis_jaar")
    ]
    page.conclusion(
        [conclusions.sentence(step) for step in steps if step is not None],
        f"In {selection.schooljaar}, {selection.where}:",
    )

    figure.section("Schorsingen")
    figure.trend(
        released, "sch_per_1000", selection, "Geschorste leerlingen per 1.000",
        note="Schorsingen van één dag hoeven niet te worden gemeld; registraties van scholen "
        "liggen daardoor hoger dan de cijfers van de Inspectie.",
    )  # fmt: skip
    if selection.niveau in {"totaal", "gemeente", "vestiging"}:
        figure.funnel(
            released, "sch_per_1000", selection, "Scholen vergeleken: schorsingen en grootte",
            note="Scholen voor voortgezet onderwijs schorsen vaker dan basisscholen; vergelijk "
            "scholen van dezelfde soort.",
        )  # fmt: skip

    figure.more(released, ("schorsingen",), ("sch_per_1000",), selection, "meer_schorsingen")

    figure.section("Thuiszitters")
    figure.trend(released, "thuis_jaar", selection, "Thuiszitters in het jaar")
    figure.by_category_over_years(
        released, "thuis_jaar", "categorie", selection, "Thuiszitters naar categorie",
        note="Een leerling kan in een jaar in meer dan één categorie voorkomen; de categorieën "
        "tellen daarom niet op tot het totaal. Vrijstellingen vallen buiten de landelijke "
        "telling van thuiszitters.",
    )  # fmt: skip
    figure.more(released, ("thuiszitters",), ("thuis_jaar",), selection, "meer_thuiszitters")
