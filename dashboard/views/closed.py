"""What somebody sees who may not see figures: log in, log in again, or whom to ask."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.access import log
from dashboard.access.log import Reading
from dashboard.access.visitor import NoAccess, Visitor, Why
from dashboard.language import mark, tr
from dashboard.release import released
from dashboard.words import wording

# Said with `tr` where they are shown.
LOG_IN = mark("Inloggen")
LOG_OUT = mark("Uitloggen")
OTHER_ACCOUNT = mark("Met een ander account inloggen")


def nothing(problem: NoAccess) -> None:
    """In the place of every page, for who may see none of them."""
    title, sentences = _said(problem)
    mark = (
        f'<p class="zl-door-mark">{escape(tr("Uw kenmerk voor de beheerder:"))} '
        f"<code>{problem.subject}</code></p>"
        if problem.subject
        else ""
    )
    body = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    with st.container(key="deur"):
        st.html(
            '<div class="zl-door zl-none"><p class="zl-door-brand">Zichtlijn</p>'
            f'<h1 tabindex="-1">{escape(title)}</h1>{body}{mark}</div>'
        )
        if problem.why in {Why.LOGIN, Why.EXPIRED}:
            st.button(
                tr(LOG_IN), type="primary", on_click=st.login, key="inloggen", width="stretch"
            )
        elif problem.why is not Why.SETTINGS:
            st.button(tr(OTHER_ACCOUNT), on_click=st.logout, key="ander_account", width="stretch")


def page_not_allowed(who: Visitor, address: str) -> None:
    """In the place of one page, for who may see others."""
    log.write(Reading(who, released.workdir(), address, ""), log.CLOSED, {})
    told = tr(
        "U bent ingelogd met de rol {rol}. In het menu staan de pagina's die u wel kunt openen. "
        "Hebt u deze pagina nodig? Vraag het aan {wie}.",
        rol=who.role.name, wie=who.ask,
    )  # fmt: skip
    title = tr("Deze pagina hoort niet bij uw rol")
    st.html(
        f'<div class="zl-door zl-none"><h1 tabindex="-1">{escape(title)}</h1>'
        f"<p>{escape(told, quote=False)}</p></div>"
    )


def account(who: Visitor) -> None:
    """Below the menu: in which role somebody looks, and the way out."""
    if who.until is None:
        return
    with st.sidebar:
        st.html(
            '<p class="zl-side">'
            + escape(tr("Ingelogd met de rol {rol}.")).format(
                rol=f"<strong>{escape(who.role.name)}</strong>"
            )
            + "</p>"
        )
        st.button(tr(LOG_OUT), on_click=st.logout, key="uitloggen")


def _said(problem: NoAccess) -> tuple[str, tuple[str, ...]]:
    """Title and sentences."""
    ask = tr("Vraag toegang aan {wie}.", wie=problem.ask)
    match problem.why:
        case Why.LOGIN:
            return tr(LOG_IN), (
                tr(
                    "Deze cijfers zijn er voor wie daar voor het werk bij moet kunnen. Log in met "
                    "het account van uw organisatie; daarna komt u op de voorpagina."
                ),
                tr("Lukt het niet? Vraag het aan {wie}.", wie=problem.ask),
            )
        case Why.EXPIRED:
            hours = wording.number(problem.hours, 0 if problem.hours.is_integer() else 1)
            return tr("Uw sessie is verlopen"), (
                tr("Een sessie duurt {uren} uur. Log opnieuw in om verder te gaan.", uren=hours),
            )
        case Why.UNKNOWN:
            return tr("U hebt nog geen toegang"), (
                tr(
                    "U bent ingelogd, maar uw account staat niet in de lijst van mensen die deze "
                    "cijfers mogen zien."
                ),
                ask,
            )
        case Why.NO_SCOPE:
            return tr("Uw account heeft nog geen gebied"), (
                tr(
                    "Uw rol laat alleen de cijfers van uw eigen school, organisatie of gemeente "
                    "zien, en bij uw account staat nog niet welke dat is."
                ),
                ask,
            )
        case Why.SETTINGS:
            return tr("Het dashboard is even gesloten"), (
                tr(
                    "De instellingen voor de toegang zijn niet te lezen. Tot dat is hersteld, "
                    "worden geen cijfers getoond. De beheerder vindt de oorzaak in het logboek van "
                    "de dienst."
                ),
            )
