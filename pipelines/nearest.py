"""Where a figure that is not shown can nearly be seen: the nearest cell of the release that shows.

A pure function of which cells a release shows and of its list of areas: it reads no number and no
reason, so what it answers is nothing that a reader of the release could not look up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

CROSS = ">"
"""Between the codes of a category of two columns."""


class Place(NamedTuple):
    """Which figure of a metric: a row of the released table `cellen`."""

    schooljaar: str
    niveau: str
    gebied: str
    uitsplitsing: str
    categorie: str
    maat: str


COLUMNS = Place._fields


@dataclass(frozen=True)
class Area:
    """What the release says of an area: the code of its gemeente, and of a school its kind."""

    parent: str = ""
    kind: str = ""


Areas = Mapping[tuple[str, str], Area]


@dataclass(frozen=True)
class Near:
    """A figure that shows, and what was given up for it: a smaller area (`wider`), one of two
    columns of a breakdown (`folded`), or all of it (`whole`)."""

    place: Place
    wider: bool = False
    folded: bool = False
    whole: bool = False


def nearest(place: Place, visible: Collection[Place], areas: Areas) -> Near | None:
    """The figure nearest to `place` of those in `visible`; None where there is none.

    One level up comes first, then fewer columns at the same place, then both.
    """
    return next((near for near in _around(place, areas) if near.place in visible), None)


def _around(place: Place, areas: Areas) -> Iterator[Near]:
    up = [place._replace(niveau=level, gebied=code) for level, code in _above(place, areas)]
    plainer = [*_plainer(place)]
    yield from (Near(wider, wider=True) for wider in up)
    yield from plainer
    for near in plainer:
        for wider in up:
            at = near.place._replace(niveau=wider.niveau, gebied=wider.gebied)
            yield replace(near, place=at, wider=True)


def _above(place: Place, areas: Areas) -> Iterator[tuple[str, str]]:
    """The areas that an area is part of, smallest first."""
    if place.niveau == "totaal":
        return
    about = areas.get((place.niveau, place.gebied), Area())
    if about.parent:
        yield "gemeente", about.parent
    if about.kind:
        yield "onderwijssoort", about.kind
    yield "totaal", ""


def _plainer(place: Place) -> Iterator[Near]:
    """The same place with one column less, or without a breakdown."""
    codes = place.categorie.split(CROSS)
    names = place.uitsplitsing.split("_")
    if len(codes) == 2:
        for at in range(1, len(names)):
            for name, code in (("_".join(names[:at]), codes[0]), ("_".join(names[at:]), codes[1])):
                yield Near(place._replace(uitsplitsing=name, categorie=code), folded=True)
    if place.uitsplitsing:
        yield Near(place._replace(uitsplitsing="", categorie=""), whole=True)
