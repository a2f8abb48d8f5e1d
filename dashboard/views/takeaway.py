"""What a reader can do with the choice on any page: compare it, or take it along as a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard import language
from dashboard.access import log
from dashboard.access.visitor import Visitor
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import filters
from dashboard.reports import make
from dashboard.reports.content import Report
from dashboard.reports.kinds import KINDS
from dashboard.words import wording
from dashboard.words.selection import Selection

COMPARING, REPORT = "vergelijken", "rapport"
# Pages about something else than a choice of year and area.
_UNCOMPARED = {
    COMPARING, "zorg-in-school", "besparing", "scenario", "leveringen", "definities",
    "verantwoording",
}  # fmt: skip
NOT_HERE = mark(
    "Een rapport is er voor alle gemeenten samen, een gemeente, een wijk of een school: kies een "
    "daarvan bij Gebied of groep."
)
IN_DUTCH = mark("Het rapport zelf is in het Nederlands.")
_FORMATS = {"pptx": "PowerPoint", "docx": "Word", "pdf": "PDF", "xlsx": "Excel"}
_MIME = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def offer(released: Released, who: Visitor, address: str, topic: str) -> None:
    """The two steps from a page, as far as they are open to this reader."""
    selection = filters.current(released)
    if not selection.schooljaar:
        return
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="stappen"
    ):
        if address not in _UNCOMPARED and who.may_read(COMPARING):
            link = f'<a href="{escape(_comparing(selection, topic))}">'
            st.html(
                f'<p class="zl-step">{link}{escape(tr("Vergelijk deze keuze"))}</a></p>',
                width="content",
            )
        if address != REPORT and who.may_read(REPORT):
            with st.popover(tr("Maak een rapport"), key="meenemen", width="content"):
                _report(released, selection)


def _comparing(selection: Selection, topic: str) -> str:
    """The address of the page that compares, with this choice."""
    asked = {"schooljaar": selection.schooljaar}
    if selection.niveau != "totaal":
        asked |= {"niveau": wording.level(selection.niveau), "gebied": selection.naam}
    if topic:
        asked["onderwerp"] = wording.theme(topic)
    if language.now() != language.DUTCH:
        asked["taal"] = language.LANGUAGES[language.now()]
    return f"{COMPARING}?{urlencode(asked)}"


def _report(released: Released, selection: Selection) -> None:
    kinds = fitting(selection)
    if not kinds:
        st.html(f'<p class="zl-note">{escape(tr(NOT_HERE))}</p>')
        return
    about = f"{selection.schooljaar}, {selection.naam}"
    if language.now() != language.DUTCH:
        about += f". {tr(IN_DUTCH)}"
    st.html(f'<p class="zl-note">{escape(about)}</p>')
    kind = choice(kinds, f"meenemen_{selection.niveau}")
    buttons(kind, selection, partial(built, released, kind, selection), "meenemen")


def fitting(selection: Selection) -> list[str]:
    """The kinds of report that are about the area that was chosen."""
    return [
        name
        for name, kind in KINDS.items()
        if selection.niveau == kind.level
        or (kind.level == "" and selection.niveau in {"totaal", "gemeente"})
    ]


def choice(kinds: list[str], key: str) -> str:
    """Draw the choice of a report."""
    return str(
        st.selectbox(
            tr("Rapport"), kinds, format_func=lambda name: KINDS[name].label, key=key, width=420
        )
    )


def built(released: Released, kind: str, selection: Selection) -> Report:
    """The report, which is Dutch whoever asks for it."""
    with language.speaking(language.DUTCH):
        return KINDS[kind].build(released, _in_dutch(selection))


def _in_dutch(selection: Selection) -> Selection:
    """The same choice; only all together has a name that differs per language."""
    if selection.niveau != "totaal":
        return selection
    with language.speaking(language.DUTCH):
        return replace(selection, naam=wording.level("totaal"))


def buttons(kind: str, selection: Selection, report: Callable[[], Report], key: str) -> None:
    """A button per format; the file is made when it is asked for."""
    for column, (form, label) in zip(st.columns(len(_FORMATS)), _FORMATS.items(), strict=True):
        with column:
            st.download_button(
                label,
                data=log.taken(partial(_file, report, form), form, filters.chosen()),
                file_name=make.name(kind, _in_dutch(selection), form), mime=_MIME[form],
                key=f"{key}_{form}", on_click="ignore", icon=":material/download:", width="stretch",
                help=tr("Het hele rapport als {vorm}", vorm=label),
            )  # fmt: skip


def _file(report: Callable[[], Report], form: str) -> bytes:
    with language.speaking(language.DUTCH):
        return make.body(report(), form)
