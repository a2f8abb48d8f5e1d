"""An exhibit on screen: title, definition, chart, table beside it, and its account below.

The only way a number reaches a page. Without its facts a figure is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from dashboard import language
from dashboard.access import log
from dashboard.charts.chart import Chart
from dashboard.exhibits import events, facts, figures
from dashboard.exhibits.events import EventsRefused, Noted
from dashboard.exhibits.exhibit import Exhibit, checked
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Table
from dashboard.language import tr
from dashboard.release import released as releases
from dashboard.release.released import Metric, Released
from dashboard.render import elsewhere, exports, filters, markup, screen, why
from dashboard.words import wording
from dashboard.words.selection import Selection, year_cells

Cell = Mapping[str, Any]

# The height of a list of schools, in pixels.
_LIST = 280


def html(body: str) -> None:
    st.html(body)


def heading(title: str, definition: str = "") -> None:
    below = f"<p>{language.html(definition)}</p>" if definition else ""
    html(f'<div class="zl-figure"><h3>{language.html(title)}</h3>{below}</div>')


def explain(title: str, reason: str, lead: str = "") -> None:
    """In the place of a figure that is not there."""
    first = f"<strong>{escape(lead)}</strong> " if lead else ""
    html(
        f'<div class="zl-figure"><h3>{language.html(title)}</h3>'
        f'<div class="zl-none">{first}{language.html(reason)}</div></div>'
    )


def show(
    exhibit: Exhibit, key: str, *, wide: bool = False, tall: int = 0, filed: Table | None = None,
    chosen: str = "", ways: Mapping[str, str] | None = None,
    explained: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Draw a figure, or say why it is not shown.

    `wide`: it has the width of the page, where others stand two beside each other. `tall`: the
    height in pixels within which a long table scrolls; 0 shows all of it. `filed`: the table as a
    file holds it, where that is more than the screen; `chosen`: the choice in words, where that is
    more than year and area. `ways`: area of a mark -> what an address asks to go there.
    `explained`: draws the way to an explanation.
    """
    exhibit = checked(exhibit)
    if exhibit.table is None or exhibit.account is None:
        explain(exhibit.title, exhibit.reason)
        return
    account = exhibit.account
    alone = wide or exhibit.chart is None
    with st.container(key=f"{'breed' if alone else 'figuur'}_{key}"):
        heading(exhibit.title, account.definition)
        html(f'<div class="zl-body">{_body(exhibit, key, tall, chosen, ways)}</div>')
        with st.container(horizontal=True, gap="small", key=f"regel_{key}"):
            html(markup.caption(account))
            about(key, account, exhibit.title, filed or exhibit.table, chosen)
            if explained is not None:
                explained()


def _body(
    exhibit: Exhibit, key: str, tall: int, chosen: str, ways: Mapping[str, str] | None = None
) -> str:
    """Chart, its table one click away, and what is to be said of them."""
    told = exhibit.account.told if exhibit.account is not None else None
    shown = "" if exhibit.table is None else markup.table(exhibit.table, tall, told)
    if exhibit.chart is not None:
        if not tall:
            shown = (
                f'<details class="zl-table"><summary>{escape(tr("Tabel"))}</summary>{shown}'
                "</details>"
            )
        shown = _drawn(exhibit, exhibit.chart, key, chosen, ways) + shown
    return f"{_notes([exhibit.lead])}{shown}{_happenings(exhibit)}{_notes(exhibit.cautions)}"


def _drawn(
    exhibit: Exhibit, chart: Chart, key: str, chosen: str,
    ways: Mapping[str, str] | None,
) -> str:  # fmt: skip
    alt = f"{exhibit.alt} {tr('De tabel bij deze grafiek geeft dezelfde waarden.')}".strip()
    foot = [chosen or filters.told(), *exhibit.cautions]
    if exhibit.account is not None:
        foot.append("; ".join(facts.parts(exhibit.account)))
    return screen.html(key, chart, alt, exhibit.title, foot, ways)


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="zl-note">{escape(note)}</p>' for note in notes if note)


def _happenings(exhibit: Exhibit) -> str:
    if not exhibit.events:
        return ""
    happened = "".join(f"<li>{escape(event)}</li>" for event in exhibit.events)
    return f'<ul class="zl-events" aria-label="{escape(tr("Gebeurtenissen"))}">{happened}</ul>'


def about(
    key: str, account_of: Facts, title: str = "", table: Table | None = None, chosen: str = ""
) -> None:
    """All facts behind a click, and the table as a file where there is one."""
    with st.popover(tr("Over dit cijfer"), key=f"over_{key}"):
        if table is not None:
            _downloads(key, exports.Export(title, chosen or filters.told(), table, account_of))
        html(markup.about(account_of))


def _downloads(key: str, export: exports.Export) -> None:
    """The same table as a file, made when it is asked for."""
    kinds = (("Excel", "xlsx", exports.xlsx), ("CSV", "csv", exports.csv))
    with st.container(horizontal=True):
        for label, suffix, made in kinds:
            st.download_button(
                label, data=log.taken(partial(made, export), suffix, filters.chosen()),
                file_name=f"{export.name}.{suffix}",
                mime=exports.MIME[suffix], key=f"{suffix}_{key}", on_click="ignore",
                icon=":material/download:",
                help=tr("De tabel als {vorm}, met toelichting", vorm=label),
            )  # fmt: skip


def found(
    released: Released,
    metric_id: str,
    title: str,
    rows: Sequence[Cell],
    selection: Selection,
    cut: str = "",
    level: str = "",
) -> Metric | None:
    """The metric when there is something to draw; else says why not and gives None.

    `level`: the level of the rows where that is not the level that was chosen.
    """
    if reason := figures.lacking(released, metric_id, rows, selection, cut, level):
        if not _told_elsewhere(released, metric_id, title, selection, cut, level):
            explain(title, reason)
        return None
    return released.metrics[metric_id]


def _told_elsewhere(
    released: Released, metric_id: str, title: str, selection: Selection, cut: str, level: str
) -> bool:
    """Is the figure at other levels only? Then one line tells of all such figures together."""
    if metric_id not in released.metrics:
        return False
    published = released.levels_of(metric_id, cut)
    if (level or selection.niveau) in published:
        return False
    elsewhere.note(released, title, selection, published, level)
    return True


def _shown(
    released: Released, metric_id: str, selection: Selection, exhibit: Exhibit, key: str,
    cut: str = "", level: str = "", *, wide: bool = False, tall: int = 0,
    ways: Mapping[str, str] | None = None, explained: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """A figure of one metric."""
    if exhibit.shown or not _told_elsewhere(
        released, metric_id, exhibit.title, selection, cut, level
    ):
        show(exhibit, key, wide=wide, tall=tall, ways=ways, explained=explained)


def trend(released: Released, metric_id: str, selection: Selection, note: str = "") -> None:
    """A metric through the school years, for the chosen area."""
    told = partial(_happened, released, selection)
    made = figures.trend(released, metric_id, selection, note=note, happened=told)
    key = f"{metric_id}_jaren"
    _shown(
        released, metric_id, selection, made, key,
        explained=_explained(released, metric_id, selection),
    )  # fmt: skip


def _explained(
    released: Released, metric_id: str, selection: Selection
) -> Callable[[], None] | None:
    """Draws the way to an explanation of the figure of this choice; None where it has none."""
    step = year_cells(released, metric_id, selection)
    return None if step is None else partial(why.offer, metric_id, released, step, selection)


def breakdown(
    released: Released, metric_id: str, cut: str, selection: Selection, note: str = ""
) -> None:
    """A metric by category in the chosen year and area."""
    made = figures.breakdown(released, metric_id, cut, selection, note)
    _shown(released, metric_id, selection, made, f"{metric_id}_{cut}", cut)


def by_category_over_years(
    released: Released, metric_id: str, cut: str, selection: Selection, note: str = ""
) -> None:
    """Each category of a breakdown through the years; a line per category."""
    told = partial(_happened, released, selection)
    made = figures.by_category_over_years(released, metric_id, cut, selection, note, told)
    _shown(released, metric_id, selection, made, f"{metric_id}_{cut}_jaren", cut, wide=True)


def funnel(
    released: Released, metric_id: str, selection: Selection, note: str = "", kind: str = ""
) -> None:
    """Schools of one kind compared with the limits of that kind; all of them in a list below."""
    made, level = figures.funnel(released, metric_id, selection, note, kind), figures.SCHOOL
    units = made.chart.units if made.chart is not None else ()
    _shown(
        released, metric_id, selection, made, f"{metric_id}_trechter", level=level, wide=True,
        tall=_LIST, ways=filters.ways(released, level, units),
    )  # fmt: skip


def _happened(released: Released, selection: Selection, theme: str, years: Sequence[str]) -> Noted:
    """What was noted of these years; nothing while the file cannot be used, which `page` tells."""
    try:
        noted = events.of(events.place(releases.workdir()))
    except EventsRefused:
        return events.NOTHING
    return events.beside(released, noted, selection, theme, years)


def more(
    released: Released,
    themes: Sequence[str],
    shown: Sequence[str],
    selection: Selection,
    key: str,
) -> None:
    """The other published metrics of a theme, one at a time, chosen by the reader."""
    others = {
        wording.label(metric): metric
        for metric in released.metrics.values()
        if metric.thema in themes and metric.id not in shown
    }
    if not others:
        return
    chosen = st.selectbox(
        tr("Meer cijfers over dit onderwerp"),
        list(others),
        index=None,
        placeholder=tr("Kies een cijfer"),
        key=key,
        bind="query-params",
        width=520,
    )
    if chosen is None:
        return
    metric = others[chosen]
    if released.whole(metric.id):
        trend(released, metric.id, selection)
    for cut in released.cuts(metric.id):
        breakdown(released, metric.id, cut, selection)


def section(title: str, text: str = "") -> None:
    """A new part of the page; first what the part before it has elsewhere."""
    elsewhere.tell()
    below = f"<p>{escape(text)}</p>" if text else ""
    html(f'<div class="zl-section"><h2>{escape(title)}</h2>{below}</div>')
