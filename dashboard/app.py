"""Navigation only: draws the menu and the chosen page."""

from __future__ import annotations

import streamlit as st

from dashboard import menu, page, theme

SIDEBAR_WIDTH = 288


def main() -> None:
    """Draw the chosen page."""
    st.set_page_config(page_title="Zichtlijn", layout="wide", initial_sidebar_state=SIDEBAR_WIDTH)
    st.logo(theme.LOGO, size="large")
    chosen = st.navigation(
        {
            heading: [
                st.Page(
                    page.framed(view.TITLE, view.QUESTION, view.render),
                    title=menu.SHORT.get(address, view.TITLE),
                    url_path=address or "overzicht",
                    default=not address,
                )
                for view, address in pages
            ]
            for heading, pages in menu.SECTIONS.items()
        },
        expanded=True,
    )
    chosen.run()


main()
