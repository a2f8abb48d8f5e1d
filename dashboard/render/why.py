"""One click at a figure: what changed and why, as far as is known, in a window over the page."""

from __future__ import annotations

import streamlit as st

from dashboard import language
from dashboard.exhibits import events, explained, hidden, tables
from dashboard.exhibits import explained_words as words
from dashboard.exhibits.events import EventsRefused
from dashboard.exhibits.explained import Split
from dashboard.exhibits.tables import Row, Table
from dashboard.language import tr
from dashboard.release import released as releases
from dashboard.release.released import Released
from dashboard.render import markup
from dashboard.words import difference, wording
from dashboard.words.selection import Selection
from dashboard.words.wording import Step


def offer(key: str, released: Released, step: Step, selection: Selection) -> None:
    """The button; the window is made when it is asked for."""
    if st.button(tr("Leg dit cijfer uit"), key=f"uitleg_{key}", type="tertiary"):
        title = f"{wording.label(step.metric)}, {selection.where}"
        st.dialog(title, width="large")(_window)(released, step, selection)


def _window(released: Released, step: Step, selection: Selection) -> None:
    st.html(body(released, step, selection))


def body(released: Released, step: Step, selection: Selection) -> str:
    """What the window says, as HTML."""
    splits = explained.splits(released, step, selection)
    where = "".join(_split(step, split) for split in splits)
    if where and wording.movement(step) == difference.UNSURE:
        where = f"<p>{language.html(tr(words.UNSURE))}</p>{where}"
    if not where and step.before is not None:
        where = f"<p>{language.html(tr(words.NO_SPLIT))}</p>"
    reason = ""
    if step.now["status"] != wording.VISIBLE:
        reason = hidden.why(released, step.now)
    parts = (
        (tr("Wat er veranderde"), _bold(reason or words.changed(step))),
        (tr("Waar dat vandaan komt"), where),
        (tr("Wat er toen gebeurde"), _events(released, step, selection)),
        (
            tr("Leveringen"),
            language.html(words.delivered(step, released.sources(step.metric.id))),
        ),
        (tr("Definitie"), language.html(words.defined(step))),
        (tr("Zekerheid"), language.html(words.sure(step))),
    )
    return (
        '<div class="zl-why-window">'
        + "".join(
            f"<h3>{language.html(name)}</h3><div>{said}</div>" for name, said in parts if said
        )
        + "</div>"
    )


def _bold(sentence: str) -> str:
    told = language.html(sentence).split("**")
    return "".join(f"<strong>{one}</strong>" if at % 2 else one for at, one in enumerate(told))


def _events(released: Released, step: Step, selection: Selection) -> str:
    years = [str(cell["schooljaar"]) for cell in (step.before, step.now) if cell is not None]
    try:
        noted = events.of(events.place(releases.workdir()))
    except EventsRefused:
        noted = ()
    lines = events.beside(released, noted, selection, step.metric.thema, years).lines
    if not lines:
        return f"<p>{language.html(tr('Er zijn geen gebeurtenissen genoteerd.'))}</p>"
    return "<ul>" + "".join(f"<li>{language.html(line)}</li>" for line in lines) + "</ul>"


def _split(step: Step, split: Split) -> str:
    """A sentence and, behind a click, all parts in both years."""
    told = markup.table(table(step, split))
    name = language.html(tr("Alle delen: {hoe}", hoe=wording.within(words.heading(split))))
    return (
        f"<p>{language.html(words.pulled(step.metric, split))}</p>"
        f"<details><summary>{name}</summary>{told}</details>"
    )


def table(step: Step, split: Split) -> Table:
    """All parts in both years, what pulls most first."""
    before = str(step.before["schooljaar"]) if step.before is not None else ""
    body = tuple(
        Row(
            (
                tables.text(part.label),
                tables.valued(step.metric, part.before),
                tables.valued(step.metric, part.now),
                tables.text(words.way(part.way)),
            )
        )
        for part in split.parts
    )
    heads = (words.heading(split), before, step.schooljaar, tr("Verandering"))
    return Table(words.heading(split), heads, body, frozenset((1, 2)))
