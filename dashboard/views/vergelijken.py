"""Two school years, two areas, or an area against the whole it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.exhibits import comparing, comparing_chart, comparing_table
from dashboard.exhibits.comparing import Pair, Sides
from dashboard.exhibits.exhibit import Exhibit
from dashboard.language import mark, plural, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import wording

TITLE = mark("Vergelijken")
QUESTION = mark("Waarin verschillen twee schooljaren of twee gebieden, en hoe zeker is dat?")

_ALL = mark("Alle onderwerpen")
# From so many shares on, a picture says more than the table alone.
_PICTURE = 2
# So many sentences of each of two comparisons.
_TOLD = 3
# Height in pixels within which the table of everything scrolls.
_TALL = 640


def render(released: Released) -> None:
    selection = filters.bar(released)
    all_sides = filters.sides(released, selection)
    if not all_sides:
        page.conclusion(
            [
                tr(
                    "Er is in deze publicatie niets om deze keuze mee te vergelijken: kies een "
                    "ander gebied of een andere groep."
                )
            ]
        )
        return
    found = [comparing.pairs(released, sides) for sides in all_sides]
    themes = list(dict.fromkeys(pair.metric.thema for pairs_of in found for pair in pairs_of))
    if not themes:
        page.conclusion([])
        figure.explain(
            tr("Niets om te vergelijken"),
            tr(
                "Voor {een} en {ander} staan geen cijfers in deze publicatie die aan beide kanten "
                "bestaan.",
                een=all_sides[0].names[0],
                ander=all_sides[0].names[1],
            ),
        )
        return
    chosen = st.selectbox(
        tr("Onderwerp"), [_ALL, *themes], key="onderwerp", bind="query-params", width=420,
        format_func=lambda name: tr(_ALL) if name == _ALL else wording.theme(name),
    )  # fmt: skip
    kept = [[pair for pair in one if chosen in (_ALL, pair.metric.thema)] for one in found]
    _conclude(kept, all_sides)
    for pairs_of, sides in zip(kept, all_sides, strict=True):
        if not pairs_of:
            continue
        if chosen == _ALL:
            _everything(released, pairs_of, sides)
        else:
            _theme(released, chosen, pairs_of, sides)


def _conclude(kept: Sequence[list[Pair]], all_sides: Sequence[Sides]) -> None:
    """The answer in one sentence, and per comparison what surely differs."""
    if len(all_sides) == 1:
        (pairs_of,), (sides,) = kept, all_sides
        page.conclusion(comparing.conclusion(pairs_of, sides), sides.lead)
    else:
        told = [comparing.in_one(kept, all_sides)]
        for pairs_of, sides in zip(kept, all_sides, strict=True):
            sentences = comparing.conclusion(pairs_of, sides)
            told.append(f"{sides.lead} {' '.join(sentences[:_TOLD])}" if sentences else "")
        page.conclusion(told)
    for sides in all_sides:
        figure.html(f'<p class="zl-note">{escape(comparing.caution(sides))}</p>')


def _everything(released: Released, found: list[Pair], sides: Sides) -> None:
    """All figures in one table; a picture of so many would say nothing."""
    title = _title(sides)
    figure.section(sides.word.capitalize(), tr("Kies bij Onderwerp één thema voor een grafiek."))
    figure.show(
        Exhibit(
            title=title,
            account=comparing_table.account(released, found, sides),
            table=comparing_table.table(found, sides, title),
        ),
        key=f"vergelijk_alles_{_way(sides)}",
        filed=comparing_table.table(found, sides, title, filed=True),
        tall=_TALL,
        chosen=sides.told,
    )


def _theme(released: Released, theme: str, found: list[Pair], sides: Sides) -> None:
    """The table of one theme, with a picture of its shares."""
    figure.section(f"{wording.theme(theme)}: {sides.word}")
    drawn = [pair for pair in found if pair.metric.soort == "aandeel" and pair.both]
    first, second = sides.names
    title = _title(sides)
    picture = comparing_chart.shares(drawn, sides.names) if len(drawn) >= _PICTURE else None
    left_out = len(found) - len(drawn)
    note = (
        plural(
            "Het diagram toont de aandelen die aan beide kanten zichtbaar zijn; {n} ander cijfer "
            "staat alleen in de tabel.",
            "Het diagram toont de aandelen die aan beide kanten zichtbaar zijn; {n} andere cijfers "
            "staan alleen in de tabel.",
            left_out,
            n=wording.number(left_out),
        )
        if picture is not None and left_out
        else ""
    )
    figure.show(
        Exhibit(
            title=title,
            account=comparing_table.account(released, found, sides),
            table=comparing_table.table(found, sides, f"{wording.theme(theme)}: {title}"),
            chart=picture,
            alt=tr(
                "Puntendiagram: per cijfer de waarde van {een} en van {ander}, met hun "
                "intervallen.",
                een=first,
                ander=second,
            )
            + f" {_told(drawn)}",
            note=note,
        ),
        key=f"vergelijk_{theme}_{_way(sides)}",
        filed=comparing_table.table(found, sides, title, filed=True),
        wide=True,
        chosen=sides.told,
    )


def _title(sides: Sides) -> str:
    first, second = sides.names
    return tr("{een} en {ander}, {beide}", een=first, ander=second, beide=_common(sides))


def _way(sides: Sides) -> str:
    return "jaar" if sides.years else "gebied"


def _common(sides: Sides) -> str:
    """What both sides share."""
    return sides.one.where if sides.years else sides.one.schooljaar


def _told(drawn: list[Pair]) -> str:
    """How many of the drawn pairs surely differ, in words."""
    sure = [pair.label for pair in drawn if pair.certainty == comparing.SURE]
    if not sure:
        return tr("Bij geen van de cijfers is het verschil zeker.")
    return tr("Zeker is het verschil bij: {cijfers}.", cijfers=", ".join(sure))
