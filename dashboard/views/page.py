"""The frame of a page: head, question, conclusion, and a fault that stays on its page."""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import streamlit as st

from dashboard import language
from dashboard.access import log, visitor
from dashboard.access.log import LogUnwritable, Reading
from dashboard.access.scope import FRONT
from dashboard.access.visitor import NoAccess, Visitor
from dashboard.exhibits import events
from dashboard.exhibits.events import EventsRefused
from dashboard.language import tr
from dashboard.release import released
from dashboard.release.opening import ReleaseUnreadable
from dashboard.release.released import Released
from dashboard.render import elsewhere, filters, theme
from dashboard.views import closed, takeaway
from dashboard.words import wording

_LOG = logging.getLogger("zichtlijn.dashboard")

_NAMED = 5  # of what an address asks in vain
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_TYPED = re.compile(r"`(.+?)`")


@dataclass(frozen=True)
class Place:
    """Where a page stands, and which theme it is about."""

    address: str
    topic: str


Render = Callable[[Released], None]


def framed(
    title: str, question: str, render: Render, address: str = FRONT, topic: str = ""
) -> Callable[[], None]:
    """A page function for `st.Page`: asks who looks, finds what that person may read, draws the
    head, writes down what was read, keeps faults in. Title and question are messages; `topic` is
    what the page compares first."""

    def run() -> None:
        st.html(theme.CSS)
        try:
            who = visitor.current()
            if not who.may_read(address):
                closed.page_not_allowed(who, address)
                return
            _shown(title, question, render, who, Place(address, topic))
        except NoAccess as problem:
            closed.nothing(problem)
        except LogUnwritable as problem:
            _no_figures(title, question, problem)

    return run


def _shown(title: str, question: str, render: Render, who: Visitor, place: Place) -> None:
    try:
        found = released.current(who.scope)
        if found is None:
            _head(title, question)
            _nothing_yet()
            return
        reading = Reading(who, released.workdir(), place.address, found.about.id)
        asked = st.query_params.to_dict()
        with log.reading(reading, filters.chosen):
            _release_line(found)
            left, right = st.columns([2.2, 1], vertical_alignment="bottom")
            with left:
                _head(title, question)
            elsewhere.begin()
            render(found)
            elsewhere.tell()
            _events()
            with left:
                _not_followed(filters.unknown(asked))
            # Last, since only then the choice is known to be a real one.
            with right:
                takeaway.offer(found, who, place.address, place.topic)
    except ReleaseUnreadable as problem:
        _no_figures(title, question, problem)
    except LogUnwritable:
        raise
    except Exception as fault:  # noqa: BLE001 - the boundary: a fault stays on its page
        _fault(title, fault)


def _not_followed(names: Sequence[str]) -> None:
    """Say what the address asks for that is not there, so that nobody reads another choice."""
    if not names:
        return
    told = tr(
        "Wat in het adres staat bij {namen}, is hier niet te vinden. De pagina toont wat er zonder "
        "dat zou staan.",
        namen=", ".join([*map(tr, names[:_NAMED]), *(["…"] if len(names) > _NAMED else [])]),
    )
    st.html(f'<p class="zl-asked" role="status">{escape(told)}</p>')


def _events() -> None:
    """Say once on a page why noted events are not beside its charts."""
    try:
        events.of(events.place(released.workdir()))
    except EventsRefused as problem:
        told = tr("Gebeurtenissen staan niet bij de grafieken: {reden}", reden=problem)
        st.html(f'<p class="zl-note">{marked(told)}</p>')


def conclusion(sentences: Sequence[str], lead: str = "") -> None:
    """What the page says, in front; made from the numbers below it."""
    told = [sentence for sentence in sentences if sentence]
    if not told:
        lead = ""
        told = [tr("Voor deze keuze zijn er geen cijfers om een conclusie op te baseren.")]
    if len(told) == 1:
        body = f"<p>{marked(told[0])}</p>"
        body = f"<p>{language.html(lead)}</p>{body}" if lead else body
    else:
        body = "<ul>" + "".join(f"<li>{marked(sentence)}</li>" for sentence in told) + "</ul>"
        body = f"<p>{language.html(lead)}</p>{body}" if lead else body
    st.html(f'<div class="zl-conclusion" role="note">{body}</div>')


def marked(sentence: str) -> str:
    """Escaped, with what stands between ** bold and between ` as typed; a Dutch part says so.

    An amount does not break after its sign.
    """
    bold = _BOLD.sub(r"<strong>\1</strong>", language.html(sentence))
    told = language.marked(_TYPED.sub(r"<code>\1</code>", bold))
    return told.replace("€ ", "€&nbsp;")


def _head(title: str, question: str) -> None:
    st.html(
        f'<div class="zl-page"><h1 tabindex="-1">{escape(tr(title))}</h1>'
        f'<p class="zl-question">{escape(tr(question))}</p></div>'
    )


def _no_figures(title: str, question: str, problem: Exception) -> None:
    _head(title, question)
    st.html(
        f'<div class="zl-none"><strong>{escape(tr("Geen cijfers."))}</strong> '
        f"{escape(tr(str(problem)))}</div>"
    )


def _release_line(found: Released) -> None:
    about = found.about
    told = tr(
        "Publicatie {id}, gemaakt op {dag}, peildatum {peildatum}.",
        id=about.id, dag=wording.date(about.gemaakt_op), peildatum=wording.date(about.peildatum),
    )  # fmt: skip
    if wording.is_demo(about.bron):
        told = f"{tr('**Demonstratiegegevens:** alles is verzonnen.')} {told}"
    st.html(f'<p class="zl-demo">{marked(told)}</p>')


def _nothing_yet() -> None:
    told = tr(
        "**Er zijn nog geen cijfers.** Zodra de eerste leveringen zijn verwerkt, staan zij hier; "
        "laad deze pagina dan opnieuw. Wie Zichtlijn beheert, vindt in de handleiding hoe een "
        "levering wordt verwerkt."
    )
    st.html(f'<div class="zl-none">{marked(told)}</div>')


def _fault(title: str, fault: Exception) -> None:
    """Tell the reader what to do; log where it went wrong, without any value."""
    reference = secrets.token_hex(3).upper()
    frames = traceback.extract_tb(fault.__traceback__)
    trail = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-6:])
    _LOG.error("fault %s on page %s: %s at %s", reference, title, type(fault).__name__, trail)
    told = tr(
        "**Deze pagina kan nu niet worden getoond.** De andere pagina's werken gewoon. Laad de "
        "pagina opnieuw; blijft het misgaan, meld dan nummer **{nummer}** bij de beheerder.",
        nummer=reference,
    )
    st.html(f'<div class="zl-none" role="alert">{marked(told)}</div>')
