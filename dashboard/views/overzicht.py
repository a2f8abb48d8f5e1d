"""Overzicht: three messages with their line, where it pinches, money, and what is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard import language
from dashboard.access import visitor
from dashboard.charts import marks
from dashboard.exhibits import asked, balance_words, balances, facts, front, owed, pinches, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.pinches import Found, Pinch
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import elsewhere, figure, filters, screen, why
from dashboard.views import page
from dashboard.words import conclusions, spoken, wording
from dashboard.words.selection import Selection, year_cells
from dashboard.words.wording import Step

TITLE = mark("Overzicht")
QUESTION = mark("Wat levert de ondersteuning op en om de school op, en waar staat dat onder druk?")

_CARE, _SAVING, _LATE = "jh_kosten_toegekend", "besparing", "leveringen"


def render(released: Released) -> None:
    selection = filters.bar(released)
    steps = conclusions.headlines(released, selection)
    found = pinches.found(released, selection)
    page.conclusion(front.told(released, selection, steps, found), selection.lead)
    _messages(released, selection, front.first(steps))
    _pinches(released, selection, found)
    _money(released, selection)
    _late(released)
    figure.section(
        tr("Alle kerncijfers"), tr("Met de norm, waar die is afgesproken. Details staan per thema.")
    )
    _elsewhere(released, selection)
    _years(released, selection)


def _messages(released: Released, selection: Selection, steps: Sequence[Step]) -> None:
    """Three figures with most to say, each as a sentence with its line."""
    if not steps:
        figure.explain(
            tr("Geen kerncijfers"),
            tr(
                "Voor deze keuze staan er geen kerncijfers in de publicatie. Kies een ander gebied."
            ),
        )
        return
    figure.section(tr("Belangrijkste cijfers"))
    for column, step in zip(st.columns(front.MESSAGES, gap="medium"), steps, strict=False):
        with column, st.container(border=True, height="stretch", key=f"kaart_{step.metric.id}"):
            _card(released, selection, step)


def _card(released: Released, selection: Selection, step: Step) -> None:
    metric = step.metric
    rows = released.over_years(
        metric.id, selection.niveau, selection.gebied, "", str(step.now["maat"])
    ).to_dicts()
    account = facts.of_metric(released, metric, rows, step.now)
    if account.missing:
        reason = tr(
            "Niet getoond: {gegevens} ontbreekt in de publicatie.",
            gegevens=", ".join(account.missing),
        )
        figure.html(f'<div class="zl-card"><p>{escape(reason)}</p></div>')
        return
    title = wording.label(metric)
    alt = tr(
        "Lijngrafiek: {cijfer} per schooljaar {waar}. {conclusie}",
        cijfer=title, waar=selection.where, conclusie=spoken.trend(metric, rows),
    )  # fmt: skip
    chart = screen.html(
        f"kaart_{metric.id}", marks.small(metric, rows, selection.schooljaar), alt, title,
        [filters.told(), "; ".join(facts.parts(account))],
    )  # fmt: skip
    beside = front.against_whole(released, selection, step)
    sentence = page.marked(" ".join(filter(None, (conclusions.sentence(step), beside))))
    figure.html(
        f'<div class="zl-card"><h3>{escape(title)}</h3>{chart}'
        f'<p class="zl-message">{sentence}</p></div>'
    )
    with st.container(horizontal=True, gap="small"):
        figure.about(f"kaart_{metric.id}", account)
        why.offer(f"kaart_{metric.id}", released, step, selection)


def _pinches(released: Released, selection: Selection, found: Found) -> None:
    """What surely goes worse than in the rest, the surest first."""
    if not found.among and not found.schools:
        return
    figure.section(
        tr("Waar het knelt"),
        tr("Wat zeker ongunstiger is dan in de rest, het zekerst bovenaan; scholen op naam."),
    )
    if not found.pinches:
        figure.html(f'<p class="zl-none">{escape(_none(found))}</p>')
        return
    rows = [pinch.row for pinch in found.pinches]
    body = tuple(_row(pinch, selection) for pinch in found.pinches)
    title = tr("Zeker ongunstiger dan de rest, {jaar}", jaar=selection.schooljaar)
    heads = (
        tr("Waar"), tr("Wat"), tr("Cijfer"), tr("Hier"), tr("95%-interval"),
        tr("Geheel, of grens van de soort"),
    )  # fmt: skip
    figure.show(
        Exhibit(
            title,
            account=replace(
                facts.of_headlines(released, rows, norms=False),
                definition=tr(
                    "Elk is vergeleken met de rest van het geheel waar hij bij hoort, een school "
                    "met scholen van haar soort."
                ),
            ),
            table=Table(title, heads, body, frozenset((3, 4, 5))),
            note=_how(found),
        ),
        "knelt",
    )


def _row(pinch: Pinch, selection: Selection) -> Row:
    where = pinches.PAGES[pinch.metric.id]
    readable = visitor.current().may_read(where)
    leads = f"{where}?{urlencode(_choice(selection))}" if readable else ""
    return Row(
        (
            tables.text(pinch.name),
            tables.text(front.kind(pinch)),
            tables.Cell(wording.label(pinch.metric), leads=leads),
            tables.valued(pinch.metric, pinch.row),
            tables.spread(pinch.metric, pinch.row),
            tables.figure(pinch.against),
        )
    )


def _none(found: Found) -> str:
    return tr(
        "Geen aanbieder, gebied, onderwijssoort of school is zeker ongunstiger dan de rest; er is "
        "{n} keer vergeleken.",
        n=wording.number(found.among + found.schools),
    )


def _how(found: Found) -> str:
    return tr(
        "Zeker: meer dan toeval verklaart, ook met {n} vergelijkingen samen (95%, Bonferroni); een "
        "school ligt buiten de grens van 99,8% van haar onderwijssoort. Waardoor het komt, zegt "
        "dit niet: ook leerlingen en soorten scholen verschillen.",
        n=wording.number(found.among),
    )


def _choice(selection: Selection) -> dict[str, str]:
    """The choice as an address."""
    chosen = {"schooljaar": selection.schooljaar, "niveau": wording.level(selection.niveau)}
    if selection.niveau != "totaal":
        chosen["gebied"] = selection.naam
    if language.now() != language.DUTCH:
        chosen["taal"] = language.LANGUAGES[language.now()]
    return chosen


def _money(released: Released, selection: Selection) -> None:
    """What youth care costs, and what Zorg In School nets, where these are told of the choice."""
    told = []
    step = year_cells(released, _CARE, selection)
    if step is not None and step.now["status"] == wording.VISIBLE:
        told.append((conclusions.sentence(step), "jeugdhulp"))
    if selection.niveau == "totaal" and not (found := balances.read(released)).reason:
        told.append((balance_words.net_told(found), _SAVING))
    if not told:
        return
    figure.section(tr("Geld"))
    figure.html("".join(_sentence(sentence, where, selection) for sentence, where in told))


def _late(released: Released) -> None:
    """Which deliveries are late, for who may read of them."""
    deliveries = released.table("leveringen", "dataset, leverancier, periode").to_dicts()
    today = dt.datetime.now().astimezone().date()
    told = asked.late(owed.owed(deliveries, today))
    if not deliveries:
        return
    figure.section(tr("Leveringen"))
    sentence = told[0] if told else tr("Er is geen levering te laat.")
    figure.html(_sentence(sentence, _LATE, None))


def _sentence(sentence: str, address: str, selection: Selection | None) -> str:
    """A sentence, with the way to the page that tells the rest, for who may go there."""
    link = ""
    if visitor.current().may_read(address):
        query = f"?{urlencode(_choice(selection))}" if selection is not None else ""
        more = escape(tr("Meer hierover"))
        link = f' <a href="{escape(address + query)}">{more}</a>'
    return f'<p class="zl-sentence">{page.marked(sentence)}{link}</p>'


def _elsewhere(released: Released, selection: Selection) -> None:
    """Which key figures are not published at this level, and where they are."""
    for group in conclusions.HEADLINES:
        known = {m: released.levels_of(m) for m, _ in group if m in released.metrics}
        if not known or any(selection.niveau in levels for levels in known.values()):
            continue
        metric, levels = list(known.items())[-1]
        elsewhere.note(released, wording.label(released.metrics[metric]), selection, levels)
    elsewhere.tell()


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
