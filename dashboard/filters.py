"""The choice of school year and area, kept in the address bar so that a link shows the same."""

from __future__ import annotations

import streamlit as st

from dashboard import wording
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


def chosen() -> dict[str, str]:
    """The choice as it stands now, as the page keeps it in the address."""
    state = st.session_state
    level = str(state.get("niveau") or "totaal")
    area = str(state.get("gebied") or "") if level != "totaal" else ""
    return {"schooljaar": str(state.get("schooljaar") or ""), "niveau": level, "gebied": area}


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
