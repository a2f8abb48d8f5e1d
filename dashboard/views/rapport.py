"""A report of the choice, as slides, paper or workbook; made when it is asked for."""

from __future__ import annotations

from html import escape

from dashboard import language
from dashboard.language import Dutch, mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page, takeaway

TITLE = mark("Rapport maken")
QUESTION = mark("Welke conclusies neemt u mee naar het bestuur, de raad of de school?")


def render(released: Released) -> None:
    selection = filters.bar(released)
    kinds = takeaway.fitting(selection)
    if not kinds:
        page.conclusion([tr(takeaway.NOT_HERE)])
        return
    kind = takeaway.choice(kinds, f"rapport_{selection.niveau}")
    report = takeaway.built(released, kind, selection)
    page.conclusion(
        [Dutch(line) for line in report.lines[:3]], Dutch(f"{report.title}, {report.chosen}:")
    )
    if language.now() != language.DUTCH:
        figure.html(f'<p class="zl-note">{escape(tr(takeaway.IN_DUTCH))}</p>')
    takeaway.buttons(kind, selection, lambda: report, "rapport")
    figure.section(
        tr("Wat erin staat"), tr("Elk cijfer met definitie, bron, interval en publicatie.")
    )
    lines = "".join(f"<li>{language.html(Dutch(one.headline))}</li>" for one in report.exhibits)
    figure.html(f'<div class="zl-grounds"><ul>{lines}</ul></div>')
