"""A report of the choice, as slides, paper or workbook; made when it is asked for."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from dashboard import figure, filters, page, wording
from dashboard.access import log
from dashboard.released import Released
from dashboard.reports import make
from dashboard.reports.content import Report, ReportRefused
from dashboard.reports.kinds import KINDS, Kind
from dashboard.selection import Selection

TITLE = "Rapport maken"
QUESTION = "Welke conclusies neemt u mee naar het bestuur, de raad of de school?"

_FORMATS = {"pptx": "PowerPoint", "pdf": "PDF", "xlsx": "Excel"}
_MIME = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def render(released: Released) -> None:
    selection = filters.bar(released)
    kind = st.selectbox(
        "Rapport", list(KINDS), format_func=lambda name: KINDS[name].label, key="rapport",
        bind="query-params", width=420,
    )  # fmt: skip
    try:
        report = _built(released, KINDS[kind], selection)
    except ReportRefused as refused:
        figure.explain(
            "Dit rapport past niet bij deze keuze", str(refused), "Kies een ander gebied."
        )
        return
    page.conclusion(list(report.lines[:3]), f"{report.title}, {report.chosen}:")
    _files(report)
    figure.section("Wat erin staat", "Elk cijfer met definitie, bron, interval en publicatie.")
    lines = "".join(f"<li>{escape(found.title)}</li>" for found in report.exhibits)
    figure.html(f'<div class="zl-grounds"><ul>{lines}</ul></div>')


def _built(released: Released, kind: Kind, selection: Selection) -> Report:
    """The report, or ReportRefused with what to choose on this page."""
    wanted = {"vestiging": "School (vestiging)", "wijk": "Wijk"}.get(kind.level)
    if wanted is not None and selection.niveau != kind.level:
        raise ReportRefused(
            f"Dit rapport gaat over één plaats: kies bij Gebied of groep “{wanted}”."
        )
    if kind.level == "totaal":
        selection = Selection(selection.schooljaar, "totaal", "", wording.level("totaal"))
    if kind.level == "" and selection.niveau not in {"totaal", "gemeente"}:
        raise ReportRefused("Dit rapport is er voor alle gemeenten samen of voor één gemeente.")
    return kind.build(released, selection)


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
