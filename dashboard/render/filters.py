"""The choice of school year and area, kept in the address bar so that a link shows the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard.exhibits.comparing import Sides
from dashboard.language import mark, tr
from dashboard.release.released import Area, Released
from dashboard.words import wording
from dashboard.words.selection import Selection

# Keys of what stays chosen on the way to another page, and how a choice reads.
_KEPT = ("schooljaar", "niveau", "gebied")
_WORDS = {"niveau": wording.level}
_CAME = "vorige_pagina"
# How a choice is called in a sentence, and what every page knows beside the choices.
_NAMES = {
    "schooljaar": mark("schooljaar"), "niveau": mark("gebied of groep"), "gebied": mark("gebied"),
}  # fmt: skip
_ALWAYS = ("taal",)
_LONGEST = 60
_ORDER = ("totaal", "gemeente", "wijk", "vestiging", "onderwijssoort", "aanbieder")
# An area of one's own, the smallest first.
_OWN = ("vestiging", "aanbieder", "wijk", "gemeente")


def bar(released: Released, *, year: bool = True) -> Selection:
    """Draw the filters and give what was chosen."""
    years, levels = released.years, _levels(released)
    if not years or not levels:
        return _all()
    own = _own(released)
    first, second, third = st.columns([1, 1.3, 1.9])
    with first:
        chosen_year = _choice(tr("Schooljaar"), years, _KEPT[0]) if year else years[0]
    with second:
        begin = own.niveau if own else levels[0]
        niveau = _choice(tr("Gebied of groep"), levels, _KEPT[1], begin)
    if niveau == "totaal":
        return replace(_all(), schooljaar=chosen_year)
    areas = released.areas_of(niveau)
    if not areas:
        return replace(_all(), schooljaar=chosen_year)
    names = _names(areas)
    with third:
        label = tr("Kies: {groep}", groep=wording.level(niveau).lower())
        area = _choice(label, list(names), _KEPT[2], _name_of(own, names))
    return Selection(chosen_year, niveau, names[area].code, wording.area_name(names[area], area))


def current(released: Released) -> Selection:
    """What is chosen now, without drawing anything; what the filters would begin with otherwise."""
    years, levels = released.years, _levels(released)
    if not years or not levels:
        return _all()
    own = _own(released)
    year = _kept("schooljaar", years)
    niveau = _kept("niveau", levels, own.niveau if own else "")
    names = _names(released.areas_of(niveau))
    if niveau == "totaal" or not names:
        return replace(_all(), schooljaar=year)
    area = names[_kept("gebied", list(names), _name_of(own, names))]
    return Selection(year, niveau, area.code, wording.area_name(area, area.code))


def _kept(key: str, options: list[str], begin: str = "") -> str:
    """The choice that was made on some page, else where the filters begin."""
    chosen = str(st.session_state.get(key) or "")
    return next((name for name in (chosen, begin) if name in options), options[0])


def _own(released: Released) -> Area | None:
    """Where the filters begin for who reads one area of their own, the smallest named with them."""
    named = [released.areas[place] for place in released.scope.areas if place in released.areas]
    for level in _OWN:
        found = [area for area in named if area.niveau == level and level in released.levels]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _name_of(own: Area | None, names: Mapping[str, Area]) -> str:
    """How the own area stands in a list; empty where it is not in it."""
    return next((name for name, area in names.items() if area == own), "")


def _all() -> Selection:
    return Selection("", "totaal", "", wording.level("totaal"))


def _levels(released: Released) -> list[str]:
    """The levels with figures, in the order of the filters."""
    levels = [name for name in _ORDER if name in released.levels]
    return levels + sorted(set(released.levels) - set(_ORDER))


_BOTH, _YEAR, _AREA, _WHOLE = "beide", "schooljaar", "gebied", "geheel"
# What the page that compares keeps in the address beside year and area.
OTHER_SIDE = ("ander_jaar", "ander_gebied", "geheel")
_WITH = {
    _BOTH: mark("Een ander schooljaar en het geheel"),
    _YEAR: mark("Een ander schooljaar"),
    _AREA: mark("Een ander gebied of een andere groep"),
    _WHOLE: mark("Het geheel waar dit bij hoort"),
}


def _choice(label: str, options: list[str], key: str, begin: str = "") -> str:
    """One of `options`, in words in the address; a choice that a new release lacks is let go."""
    if st.session_state.get(key, options[0]) not in options:
        del st.session_state[key]
    return str(
        st.selectbox(
            label, options, options.index(begin) if begin in options else 0,
            format_func=_WORDS.get(key, str), key=key, bind="query-params",
        )
    )  # fmt: skip


def keep(page: str) -> None:
    """Take the choice along to `page`, which is drawn now, and put it in the address of that page.

    What belongs to a widget goes with the page of that widget; what is set by hand stays.
    """
    state = st.session_state
    came, state[_CAME] = state.get(_CAME, page), page
    for key in _KEPT:
        if key not in state:
            continue
        state[key] = state[key]
        if came != page:
            st.query_params[key] = _WORDS.get(key, str)(state[key])


def sides(released: Released, selection: Selection) -> tuple[Sides, ...]:
    """Draw the choice of what to compare with, and give both sides of each comparison: one, or of
    another year and the whole two. Empty with nothing there."""
    years = [year for year in released.years if year != selection.schooljaar]
    others = {
        name: area
        for name, area in _names(released.areas_of(selection.niveau)).items()
        if area.code != selection.gebied
    }
    wholes = _wholes(released, selection)
    open_ways = {_BOTH: years and wholes, _YEAR: years, _AREA: others, _WHOLE: wholes}
    ways = [way for way, found in open_ways.items() if found]
    if selection.niveau == "totaal":
        ways = [way for way in ways if way == _YEAR]
    if not ways:
        return ()
    first, second, third = st.columns([1.6, 1.3, 1.3])
    with first:
        way = st.selectbox(
            tr("Vergelijk met"), ways, format_func=lambda way: tr(_WITH[way]), key="vergelijk_met",
            bind="query-params",
        )  # fmt: skip
    found = []
    with second:
        if way in {_BOTH, _YEAR}:
            year = st.selectbox(
                tr("Ander schooljaar"), years, key="ander_jaar", bind="query-params"
            )
            found.append(Sides(selection, replace(selection, schooljaar=year), years=True))
        elif way == _AREA:
            name = st.selectbox(
                tr("Andere keuze: {groep}", groep=wording.level(selection.niveau).lower()),
                list(others),
                key="ander_gebied", bind="query-params",
            )  # fmt: skip
            there = replace(selection, gebied=others[name].code, naam=others[name].naam)
            found.append(Sides(selection, there, years=False))
    if way in {_BOTH, _WHOLE}:
        with third if way == _BOTH else second:
            whole = st.selectbox(tr("Geheel"), list(wholes), key="geheel", bind="query-params")
            found.append(Sides(selection, wholes[whole], years=False, within=True))
    return tuple(found)


def _wholes(released: Released, selection: Selection) -> dict[str, Selection]:
    """The municipality of an area and all together, as far as there are figures of them."""
    if selection.niveau == "totaal":
        return {}
    found: dict[str, Selection] = {}
    area = released.areas.get((selection.niveau, selection.gebied))
    for town in released.areas_of("gemeente"):
        if area is not None and town.code == area.ouder:
            found[town.naam] = Selection(selection.schooljaar, "gemeente", town.code, town.naam)
    if "totaal" in released.levels:
        name = wording.level("totaal")
        found[name] = Selection(selection.schooljaar, "totaal", "", name)
    return found


def chosen() -> dict[str, str]:
    """The choice as it stands now, as the page keeps it in the address."""
    state = st.session_state
    level = str(state.get("niveau") or "totaal")
    area = str(state.get("gebied") or "") if level != "totaal" else ""
    other = {key: str(state.get(key) or "") for key in OTHER_SIDE}
    return {
        "schooljaar": str(state.get("schooljaar") or ""), "niveau": level, "gebied": area, **other
    }  # fmt: skip


def unknown(asked: Mapping[str, str]) -> list[str]:
    """What the address asked for that is not there, by what it is called: a year or area that this
    release lacks, or a name that the page does not know. To be asked when the page is drawn."""
    state = st.session_state
    found = []
    for name, value in asked.items():
        if name in _KEPT or name in OTHER_SIDE:
            gone = name in state and _WORDS.get(name, str)(str(state[name])) != value
        else:
            gone = name not in _ALWAYS and name not in state
        if gone:
            found.append(_NAMES.get(name, name)[:_LONGEST])
    return found


def told() -> str:
    """The choice in words, for what leaves the page."""
    now = chosen()
    parts = (now["schooljaar"], wording.level(now["niveau"]), now["gebied"])
    return ", ".join(part for part in parts if part)


def ways(released: Released, level: str, codes: Collection[str], **also: str) -> dict[str, str]:
    """Code of an area -> what an address asks to choose it, for those that can be chosen here;
    `also`: what the page asks then besides."""
    if level not in released.levels:
        return {}
    return {
        area.code: urlencode({"niveau": wording.level(level), "gebied": name, **also})
        for name, area in _names(released.areas_of(level)).items()
        if area.code in codes
    }


def _names(areas: list[Area]) -> dict[str, Area]:
    """Label -> area; a name that occurs twice carries its code."""
    seen: dict[str, int] = {}
    for area in areas:
        seen[area.naam] = seen.get(area.naam, 0) + 1
    return {
        area.naam if seen[area.naam] == 1 else f"{area.naam} ({area.code})": area for area in areas
    }
