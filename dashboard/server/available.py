"""Which pages of the menu have no figures for the choice: in italics, with a line that says so."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.access.visitor import Visitor
from dashboard.exhibits import comparison
from dashboard.language import tr
from dashboard.release import released
from dashboard.release.opening import ReleaseUnreadable
from dashboard.release.released import Released
from dashboard.render import filters, theme
from dashboard.server import menu
from dashboard.words import wording

_SCHOOLS = "scholen"


def tell(who: Visitor) -> None:
    """Draw the marks of the menu, for pages that this reader may open."""
    try:
        found = released.current(who.scope)
    except ReleaseUnreadable:
        return  # the page has told
    if found is None:
        return
    niveau = filters.current(found).niveau
    bare = [address for address in without(found, niveau) if who.may_read(address)]
    if not bare:
        return
    with st.sidebar:
        st.html(_marks(bare) + _line(bare, niveau))


def without(release: Released, niveau: str) -> list[str]:
    """Addresses of pages that show not one figure at a level."""
    rows = release.query(
        "SELECT DISTINCT m.thema, c.metriek FROM cellen c JOIN metrieken m ON m.id = c.metriek "
        "WHERE c.niveau = ?",
        niveau,
    )
    present = {name for row in rows.iter_rows() for name in row}
    bare = [address for address, shown in menu.SHOWN.items() if present.isdisjoint(shown)]
    return bare + ([] if niveau in comparison.LEVELS else [_SCHOOLS])


def _marks(bare: Sequence[str]) -> str:
    names = ", ".join(
        f'[data-testid="stSidebarNav"] a[href$="/{address}"] span' for address in bare
    )
    look = theme.both(f"{{ font-style: italic; color: {theme.MUTED}; }}")
    return f"<style>{names} {look}</style>"


def _line(bare: Sequence[str], niveau: str) -> str:
    per = wording.per_level(niveau)
    titles = ", ".join(tr(menu.SHORT.get(address, menu.TITLES[address])) for address in bare)
    return (
        f'<p class="zl-side">{escape(tr("Cursief: geen cijfers {per}.", per=per))}'
        f'<span class="zl-sr"> {escape(titles)}</span></p>'
    )
