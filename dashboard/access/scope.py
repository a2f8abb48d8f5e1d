"""The part of a release that somebody may read. Pure: no Streamlit, no data.

A scope is a value: two people with the same scope share what was read, two scopes never do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TOTAL = "totaal"
FRONT = "overzicht"
# How far a role reaches at a level, as it stands in the settings.
ALL = "alle"
OWN = "eigen"
ABOVE = "erboven"
BELOW = "eronder"
REACHES = (OWN, ABOVE, BELOW, ALL)

_ZORG_IN_SCHOOL = ("zorg-in-school", "besparing", "scenario", "pilot")
# Tables without areas, and the pages that they are for: who may see none of those, reads nothing.
PARTS: dict[str, tuple[str, ...]] = {
    "effecten": _ZORG_IN_SCHOOL,
    "effect_reeks": _ZORG_IN_SCHOOL,
    "besparing": _ZORG_IN_SCHOOL,
    "besparing_balans": _ZORG_IN_SCHOOL,
    "besparing_gevoeligheid": _ZORG_IN_SCHOOL,
    "pilotbasis": _ZORG_IN_SCHOOL,
    "leveringen": ("leveringen",),
    "bevindingen": ("leveringen",),
}

Place = tuple[str, str]


@dataclass(frozen=True)
class Scope:
    """`levels`: (level, reach); None is every area of every level. `areas`: (level, code) named
    with the person. `parts`: tables without areas that may be read; None is all of them."""

    levels: tuple[tuple[str, str], ...] | None = None
    areas: tuple[Place, ...] = ()
    parts: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """Nothing is held back."""
        return self.levels is None and self.parts is None

    @property
    def empty(self) -> bool:
        """Every level rests on areas that were not named."""
        reaches = dict(self.levels or ())
        return self.levels is not None and not self.areas and ALL not in reaches.values()

    def has_part(self, table: str) -> bool:
        return table not in PARTS or self.parts is None or table in self.parts

    def allowed(self, areas: Iterable[tuple[str, str, str]]) -> list[Place]:
        """Which of the areas of a release (level, code, code of its municipality) are inside.

        The whole (level `totaal`) has no code and counts as an area of its own.
        """
        listed = [(TOTAL, "", ""), *areas]
        if self.levels is None:
            return [(level, code) for level, code, _ in listed]
        reaches, own = dict(self.levels), set(self.areas)
        above = {parent for level, code, parent in listed if (level, code) in own and parent}
        towns = {code for level, code in own if level == "gemeente"}
        inside = []
        for level, code, parent in listed:
            reach = reaches.get(level)
            if reach is None:
                continue
            if (
                reach == ALL
                or (level, code) in own
                or (reach == ABOVE and level == "gemeente" and code in above)
                or (reach == BELOW and parent in towns)
            ):
                inside.append((level, code))
        return inside


EVERYTHING = Scope()


def parts_of(pages: Iterable[str] | None) -> frozenset[str] | None:
    """The tables without areas that belong to these pages; None for all pages."""
    if pages is None:
        return None
    chosen = set(pages)
    return frozenset(table for table, of in PARTS.items() if chosen & set(of))
