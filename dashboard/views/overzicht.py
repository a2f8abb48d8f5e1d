"""Overzicht: the conclusions a board needs, each with its certainty."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.exhibits import facts, hidden, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import elsewhere, figure, filters, markup
from dashboard.views import page
from dashboard.words import conclusions, wording
from dashboard.words.selection import Selection
from dashboard.words.wording import Step

TITLE = mark("Overzicht")
QUESTION = mark("Wat levert de ondersteuning op en om de school op, en waar staat dat onder druk?")

# Verdict -> how it looks and reads.
_VERDICTS = {
    "gehaald": ("zl-norm", mark("✓ Norm gehaald ({norm})")),
    "niet gehaald": ("zl-norm zl-missed", mark("✗ Norm niet gehaald ({norm})")),
    "onzeker": ("zl-norm", mark("≈ Rond de norm ({norm})")),
}


def render(released: Released) -> None:
    selection = filters.bar(released)
    steps = conclusions.headlines(released, selection)
    page.conclusion(conclusions.overview(released, selection, steps), selection.lead)
    figure.section(tr("Kerncijfers"), f"{selection.schooljaar}, {selection.where}.")
    _cards(released, steps)
    _elsewhere(released, selection)
    _years(released, selection)


def _cards(released: Released, steps: list[Step]) -> None:
    if not steps:
        figure.explain(
            tr("Geen kerncijfers"),
            tr(
                "Voor deze keuze staan er geen kerncijfers in de publicatie. Kies een ander gebied."
            ),
        )
        return
    for start in range(0, len(steps), 3):
        for column, step in zip(
            st.columns(3, gap="medium"), steps[start : start + 3], strict=False
        ):
            with column, st.container(border=True, height="stretch", key=f"kaart_{step.metric.id}"):
                _card(released, step)


def _elsewhere(released: Released, selection: Selection) -> None:
    """Which key figures are not published at this level, and where they are."""
    for group in conclusions.HEADLINES:
        known = {m: released.levels_of(m) for m, _ in group if m in released.metrics}
        if not known or any(selection.niveau in levels for levels in known.values()):
            continue
        metric, levels = list(known.items())[-1]
        elsewhere.note(released, wording.label(released.metrics[metric]), selection, levels)
    elsewhere.tell()


def _card(released: Released, step: Step) -> None:
    account = facts.of_metric(released, step.metric, [step.now], step.now)
    title = escape(wording.label(step.metric))
    if account.missing:
        reason = tr(
            "Niet getoond: {gegevens} ontbreekt in de publicatie.",
            gegevens=", ".join(account.missing),
        )
        figure.html(f'<div class="zl-card"><h3>{title}</h3><p>{escape(reason)}</p></div>')
        return
    if step.now["status"] != wording.VISIBLE or step.now["waarde"] is None:
        reason = hidden.why(released, step.now)
        none = markup.cell(tables.absent(step.now["status"]))
        body = f'<p class="zl-value">{none}</p><p>{escape(reason)}</p>'
    else:
        body = _value(step)
    figure.html(f'<div class="zl-card"><h3>{title}</h3>{body}</div>{markup.short(account)}')
    figure.about(f"kaart_{step.metric.id}", account)


def _value(step: Step) -> str:
    value = escape(wording.said(step.metric, step.now))
    unit = escape(wording.unit(step.metric))
    lines = [f'<p class="zl-value">{value} <small>{unit}</small></p>']
    spread = wording.interval(step.metric, step.now["onder"], step.now["boven"])
    size = ""
    if step.now["n"] is not None and step.metric.soort != "aantal":
        size = f"n = {wording.number(step.now['n'])}"
    detail = "; ".join(
        part for part in (f"{tr('95%-interval')} {spread}" if spread else "", size) if part
    )
    if detail:
        lines.append(f"<p>{escape(detail)}</p>")
    moved = wording.change(step)
    if moved:
        lines.append(f"<p>{escape(moved)}</p>")
    said = _VERDICTS.get(wording.norm_verdict(step.metric, step.now))
    if said is not None:
        look, sentence = said
        told = escape(tr(sentence, norm=wording.norm_text(step.metric)))
        lines.append(f'<p class="{look}">{told}</p>')
    return "".join(lines)


def _years(released: Released, selection: Selection) -> None:
    """The same figures through the years, as one table."""
    years = sorted(released.years)
    body: list[Row] = []
    cells = []
    choices = [choice for group in conclusions.HEADLINES for choice in group]
    norms = any(
        wording.norm_text(released.metrics[metric])
        and selection.niveau in released.levels_of(metric)
        for metric, _ in choices
        if metric in released.metrics
    )
    for metric_id, measure in choices:
        metric = released.metrics.get(metric_id)
        if metric is None or not released.sources(metric_id):
            continue
        rows = released.over_years(
            metric_id, selection.niveau, selection.gebied, "", measure
        ).to_dicts()
        if not rows:
            continue
        cells += rows
        at = {row["schooljaar"]: row for row in rows}
        unit = wording.unit(metric)
        name = wording.label(metric)
        if unit and not any(word in name.lower() for word in ("per 1", unit.lower())):
            name += f" ({unit})"
        body.append(
            Row(
                (
                    tables.text(name),
                    *(
                        tables.valued(metric, at[year]) if year in at else tables.figure("")
                        for year in years
                    ),
                    *((tables.text(wording.norm_text(metric) or tr("geen")),) if norms else ()),
                )
            )
        )
    if not body:
        return
    account = facts.of_headlines(released, cells, norms=norms)
    heads = (tr("Kerncijfer"), *years, *((tr("Norm"),) if norms else ()))
    figure.show(
        Exhibit(
            title=tr("Kerncijfers door de jaren"),
            account=account,
            table=Table(
                tr("Kerncijfers per schooljaar"),
                heads,
                tuple(body),
                frozenset(range(1, len(years) + 1)),
            ),
        ),
        key="kerncijfers_jaren",
    )
