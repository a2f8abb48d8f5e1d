"""The choice of school year and area, kept in the address bar so that a link shows the same."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import wording
from dashboard.comparing import Sides
from dashboard.released import Area, Released
from dashboard.selection import Selection

_ORDER = ("totaal", "gemeente", "wijk", "vestiging", "onderwijssoort", "aanbieder")


def bar(released: Released, *, year: bool = True) -> Selection:
    """Draw the filters and give what was chosen."""
    years = released.years
    levels = [name for name in _ORDER if name in released.levels]
    levels += sorted(set(released.levels) - set(_ORDER))
    if not years or not levels:
        return Selection("", "totaal", "", wording.level("totaal"))
    first, second, third = st.columns([1, 1.3, 1.9])
    with first:
        chosen_year = (
            st.selectbox("Schooljaar", years, key="schooljaar", bind="query-params")
            if year
            else years[0]
        )
    with second:
        niveau = st.selectbox(
            "Gebied of groep", levels, format_func=wording.level, key="niveau", bind="query-params"
        )
    if niveau == "totaal":
        return Selection(chosen_year, "totaal", "", wording.level("totaal"))
    areas = released.areas_of(niveau)
    if not areas:
        return Selection(chosen_year, "totaal", "", wording.level("totaal"))
    names = _names(areas)
    with third:
        area = st.selectbox(
            f"Kies: {wording.level(niveau).lower()}",
            list(names),
            key="gebied",
            bind="query-params",
        )
    return Selection(chosen_year, niveau, names[area].code, names[area].naam)


_YEAR, _AREA, _WHOLE = "schooljaar", "gebied", "geheel"
# What the page that compares keeps in the address beside year and area.
OTHER_SIDE = ("ander_jaar", "ander_gebied", "geheel")
_WITH = {
    _YEAR: "Een ander schooljaar",
    _AREA: "Een ander gebied of een andere groep",
    _WHOLE: "Het geheel waar dit bij hoort",
}


def sides(released: Released, selection: Selection) -> Sides | None:
    """Draw the choice of what to compare with, and give both sides; None with nothing there."""
    years = [year for year in released.years if year != selection.schooljaar]
    others = {
        name: area
        for name, area in _names(released.areas_of(selection.niveau)).items()
        if area.code != selection.gebied
    }
    wholes = _wholes(released, selection)
    open_ways = {_YEAR: years, _AREA: others, _WHOLE: wholes}
    ways = [way for way, found in open_ways.items() if found]
    if selection.niveau == "totaal":
        ways = [way for way in ways if way == _YEAR]
    if not ways:
        return None
    first, second, _ = st.columns([1.6, 1.6, 1])
    with first:
        way = st.selectbox(
            "Vergelijk met", ways, format_func=_WITH.__getitem__, key="vergelijk_met",
            bind="query-params",
        )  # fmt: skip
    with second:
        if way == _YEAR:
            year = st.selectbox("Ander schooljaar", years, key="ander_jaar", bind="query-params")
            there = replace(selection, schooljaar=year)
        elif way == _AREA:
            name = st.selectbox(
                f"Andere keuze: {wording.level(selection.niveau).lower()}", list(others),
                key="ander_gebied", bind="query-params",
            )  # fmt: skip
            there = replace(selection, gebied=others[name].code, naam=others[name].naam)
        else:
            whole = st.selectbox("Geheel", list(wholes), key="geheel", bind="query-params")
            there = wholes[whole]
    return Sides(selection, there, years=way == _YEAR, within=way == _WHOLE)


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


def told() -> str:
    """The choice in words, for what leaves the page."""
    now = chosen()
    parts = (now["schooljaar"], wording.level(now["niveau"]), now["gebied"])
    return ", ".join(part for part in parts if part)


def _names(areas: list[Area]) -> dict[str, Area]:
    """Label -> area; a name that occurs twice carries its code."""
    seen: dict[str, int] = {}
    for area in areas:
        seen[area.naam] = seen.get(area.naam, 0) + 1
    return {
        area.naam if seen[area.naam] == 1 else f"{area.naam} ({area.code})": area for area in areas
    }
