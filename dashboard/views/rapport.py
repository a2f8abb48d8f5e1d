"""A report of the choice, as slides, paper or workbook; made when it is asked for."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from dashboard import figure, filters, page
from dashboard.access import log
from dashboard.released import Released
from dashboard.reports import make
from dashboard.reports.content import Report
from dashboard.reports.kinds import KINDS, Kind
from dashboard.selection import Selection

TITLE = "Rapport maken"
QUESTION = "Welke conclusies neemt u mee naar het bestuur, de raad of de school?"

_NOT_HERE = (
    "Een rapport is er voor alle gemeenten samen, een gemeente, een wijk of een school: kies een "
    "daarvan bij Gebied of groep."
)
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
        page.conclusion([_NOT_HERE])
        return
    kind = st.selectbox(
        "Rapport", fitting, format_func=lambda name: KINDS[name].label,
        key=f"rapport_{selection.niveau}", width=420,
    )  # fmt: skip
    report = KINDS[kind or fitting[0]].build(released, selection)
    page.conclusion(list(report.lines[:3]), f"{report.title}, {report.chosen}:")
    _files(report)
    figure.section("Wat erin staat", "Elk cijfer met definitie, bron, interval en publicatie.")
    lines = "".join(f"<li>{escape(found.title)}</li>" for found in report.exhibits)
    figure.html(f'<div class="zl-grounds"><ul>{lines}</ul></div>')


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
                help=f"Het hele rapport als {label}",
            )  # fmt: skip
