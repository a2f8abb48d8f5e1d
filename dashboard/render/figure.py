"""A figure on screen: title, definition, chart, table beside it, and its account below.

The only way a number reaches a page. Without its facts a figure is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from dashboard import language
from dashboard.access import log
from dashboard.charts import limits, marks
from dashboard.charts.chart import Chart
from dashboard.exhibits import comparison, events, facts, hidden, outside, tables
from dashboard.exhibits.events import EventsRefused
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Table
from dashboard.language import tr
from dashboard.release import released as releases
from dashboard.release.released import Metric, Released
from dashboard.render import elsewhere, exports, filters, markup, screen
from dashboard.words import covered, spoken, wording
from dashboard.words.selection import Selection, nobody_unknown, of_year

Cell = Mapping[str, Any]

# The height of a list of schools, in pixels.
_LIST = 280


@dataclass(frozen=True)
class Figure:
    """What to show. `alt` describes the chart in words; `note` is a caution below it.

    `lead`: what stands above the chart. `events`: what happened in the years of the chart. `tall`:
    the height in pixels within which a long table scrolls; 0 shows all of it. `filed`: the table as
    a file holds it, where that is more than the screen; `chosen`: the choice in words, where that
    is more than year and area.
    """

    key: str
    title: str
    facts: Facts
    table: Table
    chart: Chart | None = None
    alt: str = ""
    note: str = ""
    lead: str = ""
    wide: bool = False
    tall: int = 0
    filed: Table | None = None
    chosen: str = ""
    events: tuple[str, ...] = ()


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


def not_there(
    released: Released, metric_id: str, title: str, selection: Selection, cut: str, level: str = ""
) -> None:
    """In the place of a figure without a single cell: at other levels only, or no data."""
    published = released.levels_of(metric_id, cut)
    if (level or selection.niveau) not in published:
        elsewhere.note(released, title, selection, published, level)
        return
    explain(
        title,
        tr(
            "Voor {gebied} zijn er in {jaar} geen gegevens.",
            gebied=selection.naam, jaar=selection.schooljaar,
        ),
    )  # fmt: skip


def show(figure: Figure) -> None:
    """Draw a figure, or say why it is not shown."""
    if figure.facts.missing:
        explain(figure.title, _lacking(figure.facts))
        return
    heading(figure.title, figure.facts.definition)
    html(f'<div class="zl-body">{_body(figure)}</div>')
    with st.container(horizontal=True, gap="small", key=f"regel_{figure.key}"):
        html(markup.caption(figure.facts))
        about(figure.key, figure.facts, figure.title, figure.filed or figure.table, figure.chosen)


def _body(figure: Figure) -> str:
    """Chart and table, beside each other where they fit, and what is to be said of them."""
    shown = markup.table(figure.table, figure.tall, figure.facts.told)
    if figure.chart is not None:
        alt = f"{figure.alt} {tr('De tabel bij deze grafiek geeft dezelfde waarden.')}".strip()
        chart = _drawn(figure, figure.chart, alt)
        shown = chart + shown if figure.wide else f'<div class="zl-beside">{chart}{shown}</div>'
    return f"{_notes([figure.lead])}{shown}{_happenings(figure)}{_notes(_cautions(figure))}"


def _drawn(figure: Figure, chart: Chart, alt: str) -> str:
    account = figure.facts
    foot = [figure.chosen or filters.told(), *filter(None, _cautions(figure))]
    return screen.html(
        figure.key, chart, alt, figure.title, [*foot, "; ".join(facts.parts(account))]
    )


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="zl-note">{escape(note)}</p>' for note in notes if note)


def _cautions(figure: Figure) -> list[str]:
    return [figure.note, tr(figure.facts.mark) if figure.facts.hidden else ""]


def _happenings(figure: Figure) -> str:
    if not figure.events:
        return ""
    happened = "".join(f"<li>{escape(event)}</li>" for event in figure.events)
    return f'<ul class="zl-events" aria-label="{escape(tr("Gebeurtenissen"))}">{happened}</ul>'


def _lacking(account_of: Facts) -> str:
    return tr(
        "Dit cijfer wordt niet getoond: {wat} ontbreekt in de publicatie.",
        wat=", ".join(account_of.missing),
    )


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
    metric = released.metrics.get(metric_id)
    if metric is None:
        explain(title, tr("Deze maat staat niet in deze publicatie."))
        return None
    if not rows:
        not_there(released, metric_id, title, selection, cut, level)
        return None
    if not any(marks.visible(row) for row in rows):
        states = {row["status"] for row in rows}
        last = rows[-1]
        reason = hidden.why(released, last)
        if len(states) > 1:
            reason = f"{tr('Geen van de waarden kan worden getoond.')} {reason}"
        explain(title, reason)
        return None
    return metric


def trend(
    released: Released, metric_id: str, selection: Selection, title: str, note: str = ""
) -> None:
    """A metric through the school years, for the chosen area."""
    rows = released.over_years(metric_id, selection.niveau, selection.gebied).to_dicts()
    metric = found(released, metric_id, title, rows, selection)
    if metric is None:
        return
    labels = [row["schooljaar"] for row in rows]
    happened = _happened(released, selection, metric.thema, labels)
    show(
        Figure(
            key=f"{metric_id}_jaren",
            title=title,
            facts=facts.of_metric(released, metric, rows, of_year(rows, selection.schooljaar)),
            table=tables.of_cells(
                metric, rows, labels, tr("Schooljaar"),
                tr("{cijfer} per schooljaar", cijfer=wording.label(metric)), selection.schooljaar,
            ),
            chart=marks.trend(metric, rows, selection.schooljaar, happened.signs),
            alt=tr(
                "Lijngrafiek: {cijfer} per schooljaar {waar}. {conclusie}",
                cijfer=wording.label(metric), waar=selection.where,
                conclusie=spoken.trend(metric, rows),
            ),
            note=" ".join(filter(None, (note, covered.broken(rows)))),
            events=happened.lines,
        )
    )  # fmt: skip


def _happened(
    released: Released, selection: Selection, theme: str, years: Sequence[str]
) -> events.Noted:
    """What was noted of these years; nothing while the file cannot be used, which `page` tells."""
    try:
        noted = events.of(events.place(releases.workdir()))
    except EventsRefused:
        return events.NOTHING
    return events.beside(released, noted, selection, theme, years)


def breakdown(
    released: Released,
    metric_id: str,
    cut: str,
    selection: Selection,
    title: str,
    note: str = "",
) -> None:
    """A metric by category in the chosen year and area."""
    rows = released.by_category(
        metric_id, cut, selection.schooljaar, selection.niveau, selection.gebied
    ).to_dicts()
    rows = [row for row in rows if not nobody_unknown(row)]
    metric = found(released, metric_id, title, rows, selection, cut)
    if metric is None:
        return
    names = released.categories(cut)
    labels = [wording.category(names, row["categorie"]) for row in rows]
    show(
        Figure(
            key=f"{metric_id}_{cut}",
            title=title,
            facts=facts.of_metric(released, metric, rows),
            table=tables.of_cells(
                metric, rows, labels, wording.cut(cut),
                f"{_to(metric, cut)}, {selection.schooljaar}",
            ),
            chart=marks.bars(metric, rows, labels),
            alt=tr(
                "Staafdiagram: {cijfer}, {jaar}, {waar}. {conclusie}",
                cijfer=_to(metric, cut), jaar=selection.schooljaar, waar=selection.where,
                conclusie=spoken.bars(metric, rows, labels),
            ),
            note=note,
        )
    )  # fmt: skip


def by_category_over_years(
    released: Released,
    metric_id: str,
    cut: str,
    selection: Selection,
    title: str,
    note: str = "",
) -> None:
    """Each category of a breakdown through the years; a line per category."""
    rows = released.over_years(metric_id, selection.niveau, selection.gebied, cut).to_dicts()
    metric = found(released, metric_id, title, rows, selection, cut)
    if metric is None:
        return
    years = sorted({row["schooljaar"] for row in rows})
    names = released.categories(cut)
    present = {row["categorie"] for row in rows if not nobody_unknown(row)}
    codes = [code for code in names if code in present] + sorted(present - set(names))
    at = {(row["categorie"], row["schooljaar"]): row for row in rows}
    # Of one area and year every category covers the same.
    seen = list({row["schooljaar"]: row for row in rows if marks.visible(row)}.values())
    absent = _absent()
    series = [
        marks.Line(wording.category(names, code), [at.get((code, year), absent) for year in years])
        for code in codes
    ]
    happened = _happened(released, selection, metric.thema, years)
    body = tuple(
        tables.Row((tables.text(line.label), *(tables.valued(metric, row) for row in line.rows)))
        for line in series
    )
    show(
        Figure(
            key=f"{metric_id}_{cut}_jaren",
            title=title,
            facts=facts.of_metric(released, metric, rows),
            table=Table(
                tr("{cijfer} per schooljaar", cijfer=_to(metric, cut)),
                (wording.cut(cut), *years), body, frozenset(range(1, len(years) + 1)),
            ),
            chart=marks.lines(metric, series, years, signs=happened.signs),
            alt=tr(
                "Lijngrafiek: {cijfer} per schooljaar. {conclusie}",
                cijfer=_to(metric, cut),
                conclusie=spoken.lines(metric, [(line.label, line.rows) for line in series]),
            ),
            note=" ".join(filter(None, (note, covered.broken(seen)))),
            events=happened.lines,
            wide=True,
        )
    )  # fmt: skip


def _to(metric: Metric, cut: str) -> str:
    """A metric by category, in words."""
    return tr("{cijfer} naar {groep}", cijfer=wording.label(metric), groep=wording.cut(cut).lower())


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
        trend(released, metric.id, selection, wording.label(metric))
    for cut in released.cuts(metric.id):
        breakdown(
            released, metric.id, cut, selection, wording.by(metric, wording.cut(cut)),
        )  # fmt: skip


def funnel(
    released: Released,
    metric_id: str,
    selection: Selection,
    title: str,
    note: str = "",
    kind: str = "",
) -> None:
    """Schools of one kind compared with the limits of that kind; all of them in a list below."""
    level = "vestiging"
    rows = comparison.rows_of(released, metric_id, selection, level)
    metric = found(released, metric_id, title, rows, selection, level=level)
    if metric is None:
        return
    compared = comparison.of(released, metric, selection, rows)
    account_of = facts.of_metric(released, metric, rows)
    picture, alt = None, ""
    chosen = selection.gebied if selection.niveau == level else ""
    if group := compared.group(kind):
        picture = limits.funnel(metric, group, chosen)
        alt = tr(
            "Trechterdiagram: {cijfer} per school tegen het aantal leerlingen, {jaar}. {conclusie}",
            cijfer=wording.label(metric), jaar=selection.schooljaar, conclusie=compared.words,
        )  # fmt: skip
    unseen = tr(
        "Afgeschermde scholen staan niet in de grafiek; bij kleine scholen blijven daardoor "
        "vooral hogere waarden in beeld."
    )
    show(
        Figure(
            key=f"{metric_id}_trechter",
            title=title,
            facts=account_of,
            table=outside.table(
                metric, rows, compared,
                tr(
                    "{cijfer} per school, {jaar}",
                    cijfer=wording.label(metric), jaar=selection.schooljaar,
                ),
                next((str(row["label"]) for row in rows if row["gebied"] == chosen), ""),
            ),
            chart=picture,
            alt=alt,
            note=" ".join(
                filter(
                    None,
                    (
                        outside.far(metric, compared).replace("**", ""),
                        outside.near(metric, compared).replace("**", ""),
                        note,
                        unseen if picture and account_of.hidden else "",
                    ),
                )
            ),
            wide=True,
            tall=_LIST,
            lead=compared.words,
        )
    )  # fmt: skip


def _absent() -> Cell:
    """A cell that was not published at all."""
    return {
        "waarde": None, "onder": None, "boven": None, "teller": None, "noemer": None, "n": None,
        "status": "nvt", "reden": "",
    }  # fmt: skip


def section(title: str, text: str = "") -> None:
    """A new part of the page; first what the part before it has elsewhere."""
    elsewhere.tell()
    below = f"<p>{escape(text)}</p>" if text else ""
    html(f'<div class="zl-section"><h2>{escape(title)}</h2>{below}</div>')
