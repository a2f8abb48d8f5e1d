"""Navigation only: draws the menu and the chosen page."""

from __future__ import annotations

import streamlit as st

from dashboard.access import visitor
from dashboard.access.scope import FRONT
from dashboard.access.visitor import NoAccess, Visitor
from dashboard.language import tr
from dashboard.render import filters, theme
from dashboard.server import available, menu
from dashboard.views import closed, page, switch

SIDEBAR_WIDTH = 288


def main() -> None:
    """Draw the chosen page in the language of the reader."""
    switch.follow()
    st.set_page_config(page_title="Zichtlijn", layout="wide", initial_sidebar_state=SIDEBAR_WIDTH)
    who = _who()
    if who:
        st.logo(theme.LOGO, size="large")
    chosen = st.navigation(
        {
            tr(heading): [
                st.Page(
                    page.framed(
                        view.TITLE,
                        view.QUESTION,
                        view.render,
                        address or FRONT,
                        menu.TOPICS.get(address, ""),
                    ),
                    title=tr(menu.SHORT.get(address, view.TITLE)),
                    url_path=address or FRONT,
                    default=not address,
                    # A page outside the role keeps its address, and says there that it is closed.
                    visibility="visible" if who and who.may_read(address or FRONT) else "hidden",
                )
                for view, address in pages
            ]
            for heading, pages in menu.SECTIONS.items()
        },
        position="sidebar" if who else "hidden",
        expanded=True,
    )
    st.set_page_config(page_title=f"{chosen.title} - Zichtlijn")
    filters.keep(chosen.url_path)
    chosen.run()
    switch.offer()
    if who:
        available.tell(who)
        closed.account(who)


def _who() -> Visitor | None:
    """Who is looking; None when that person may see nothing, which the page itself explains."""
    try:
        return visitor.current()
    except NoAccess:
        return None


main()
