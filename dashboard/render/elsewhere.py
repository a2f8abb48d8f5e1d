"""Figures that are not published for the choice: one line for each part of a page, with the way to
where they are."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard import language
from dashboard.language import plural, tr
from dashboard.release.released import Released
from dashboard.words import wording
from dashboard.words.selection import Selection


@dataclass(frozen=True)
class Waiting:
    """A figure to be told of: what it is called, the choice, and the level where it is, if any."""

    released: Released
    title: str
    selection: Selection
    near: str


_WAITING: ContextVar[tuple[Waiting, ...]] = ContextVar("elsewhere", default=())


def begin() -> None:
    """A new page: nothing is waiting to be told."""
    _WAITING.set(())


def note(
    released: Released, title: str, selection: Selection, published: Sequence[str], level: str = ""
) -> None:
    """Remember a figure that is published at other levels than the one asked for."""
    near = wording.nearest(level or selection.niveau, published)
    _WAITING.set((*_WAITING.get(), Waiting(released, title, selection, near)))


def tell() -> None:
    """Say what was noted, level by level, and forget it."""
    waiting = _WAITING.get()
    begin()
    for near in dict.fromkeys(one.near for one in waiting):
        there = [one for one in waiting if one.near == near]
        titles = list(dict.fromkeys(one.title for one in there))
        st.html(_line(there[0].released, titles, there[0].selection, near))


def _line(released: Released, titles: Sequence[str], selection: Selection, near: str) -> str:
    here = wording.per_level(selection.niveau)
    named = "; ".join(titles)
    if not near:
        told = plural(
            "Dit cijfer staat niet in deze publicatie: {namen}.",
            "Deze {n} cijfers staan niet in deze publicatie: {namen}.",
            len(titles), n=len(titles), namen=named,
        )  # fmt: skip
        return f'<p class="zl-none">{escape(told)}</p>'
    there = wording.per_level(near)
    told = plural(
        "Dit cijfer is er niet {hier}, wel {daar}: {namen}.",
        "Deze {n} cijfers zijn er niet {hier}, wel {daar}: {namen}.",
        len(titles), n=len(titles), hier=here, daar=there, namen=named,
    )  # fmt: skip
    link = tr("Toon deze pagina {daar}", daar=there)
    return (
        f'<p class="zl-none">{escape(told)} '
        f'<a href="?{escape(_address(released, selection, near))}">{escape(link)}</a></p>'
    )


def _address(released: Released, selection: Selection, near: str) -> str:
    """The choice at the other level: the municipality of the area, where that is the level."""
    asked = {"schooljaar": selection.schooljaar}
    if near != "totaal":
        asked["niveau"] = wording.level(near)
    here = released.areas.get((selection.niveau, selection.gebied))
    above = released.areas.get((near, here.ouder)) if here else None
    if above:
        asked["gebied"] = above.naam
    if language.now() != language.DUTCH:
        asked["taal"] = language.LANGUAGES[language.now()]
    return urlencode(asked)
