"""Navigation only: which pages there are, and in which order."""

from __future__ import annotations

import streamlit as st

from dashboard import page, theme
from dashboard.views import (
    definities,
    leveringen,
    overzicht,
    schorsingen_thuiszitters,
    smw_jaarevaluatie,
    zorg_in_school,
)

SIDEBAR_WIDTH = 288

FIGURES = (
    (overzicht, "overzicht"),
    (smw_jaarevaluatie, "smw"),
    (schorsingen_thuiszitters, "schorsingen-thuiszitters"),
    (zorg_in_school, "zorg-in-school"),
)
ACCOUNT = ((leveringen, "leveringen"), (definities, "definities"))


def main() -> None:
    """Draw the chosen page."""
    st.set_page_config(page_title="Zichtlijn", layout="wide", initial_sidebar_state=SIDEBAR_WIDTH)
    st.logo(theme.LOGO, size="large")
    chosen = st.navigation(
        {
            "Cijfers": [
                st.Page(
                    page.framed(view.TITLE, view.QUESTION, view.render),
                    title=view.TITLE,
                    url_path=path,
                    default=view is overzicht,
                )
                for view, path in FIGURES
            ],
            "Verantwoording": [
                st.Page(
                    page.framed(view.TITLE, view.QUESTION, view.render),
                    title=view.TITLE,
                    url_path=path,
                )
                for view, path in ACCOUNT
            ],
        },
        expanded=True,
    )
    chosen.run()


main()
