"""A report of the choice, as slides, paper or workbook; made when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from dashboard import figure, filters, language, page, wording
from dashboard.access import log
from dashboard.language import Dutch, mark, tr
from dashboard.released import Released
from dashboard.reports import make
from dashboard.reports.content import Report
from dashboard.reports.kinds import KINDS, Kind
from dashboard.selection import Selection

TITLE = mark("Rapport maken")
QUESTION = mark("Welke conclusies neemt u mee naar het bestuur, de raad of de school?")

_NOT_HERE = mark(
    "Een rapport is er voor alle gemeenten samen, een gemeente, een wijk of een school: kies een "
    "daarvan bij Gebied of groep."
)
_IN_DUTCH = mark("Het rapport zelf is in het Nederlands.")
_FORMATS = {"pptx": "PowerPoint", "pdf": "PDF", "xlsx": "Excel"}
_MIME = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def render(released: Released) -> None:
    selection = filters.bar(released)
    fitting = [name for name, kind in KINDS.items() if _fits(kind, selection)]
    if not fitting:
        page.conclusion([tr(_NOT_HERE)])
        return
    kind = st.selectbox(
        tr("Rapport"), fitting, format_func=lambda name: KINDS[name].label,
        key=f"rapport_{selection.niveau}", width=420,
    )  # fmt: skip
    report = _built(released, KINDS[kind or fitting[0]], selection)
    page.conclusion(
        [Dutch(line) for line in report.lines[:3]], Dutch(f"{report.title}, {report.chosen}:")
    )
    if language.now() != language.DUTCH:
        figure.html(f'<p class="zl-note">{escape(tr(_IN_DUTCH))}</p>')
    _files(report)
    figure.section(
        tr("Wat erin staat"), tr("Elk cijfer met definitie, bron, interval en publicatie.")
    )
    lines = "".join(f"<li>{language.html(Dutch(one.title))}</li>" for one in report.exhibits)
    figure.html(f'<div class="zl-grounds"><ul>{lines}</ul></div>')


def _built(released: Released, kind: Kind, selection: Selection) -> Report:
    """The report, which is Dutch whoever asks for it."""
    with language.speaking(language.DUTCH):
        if selection.niveau == "totaal":
            selection = replace(selection, naam=wording.level("totaal"))
        return kind.build(released, selection)


def _fits(kind: Kind, selection: Selection) -> bool:
    """Is this kind about the area that was chosen?"""
    return selection.niveau == kind.level or (
        kind.level == "" and selection.niveau in {"totaal", "gemeente"}
    )


def _files(report: Report) -> None:
    for column, (form, label) in zip(st.columns([1, 1, 1, 2]), _FORMATS.items(), strict=False):
        with column:
            st.download_button(
                label,
                data=log.taken(partial(make.body, report, form), form, filters.chosen()),
                file_name=make.name(report, form), mime=_MIME[form], key=f"rapport_{form}",
                on_click="ignore", icon=":material/download:",
                help=tr("Het hele rapport als {vorm}", vorm=label),
            )  # fmt: skip
