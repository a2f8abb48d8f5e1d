"""Why there is no number, and which number near it does show. No Streamlit.

Told from the rows of the release that this reader may read, and from nothing else. A cell that is
hidden for itself and one that is hidden to protect another get the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.words import wording
from pipelines import nearest
from pipelines.nearest import Area, Areas, Near, Place

Key = tuple[str, ...]
"""A metric and a `Place`; of what is no cell of the release its status alone."""


def key(row: Mapping[str, Any]) -> Key:
    """Which cell of the release a row is."""
    names = ("metriek", *nearest.COLUMNS)
    whole = all(name in row for name in names)
    return tuple(str(row[name]) for name in (names if whole else ("status",)))


def told(released: Released, rows: Iterable[Mapping[str, Any]]) -> dict[Key, str]:
    """Of each row without a number: why, and what shows nearest to it."""
    return {key(row): why(released, row) for row in rows if row["status"] != wording.VISIBLE}


def why(released: Released, row: Mapping[str, Any]) -> str:
    """The reason as the release gives it, and the nearest figure that shows, in a sentence or
    two."""
    reason = wording.status_sentence(row["status"], row["reden"] or "")
    if row["status"] == wording.HIDDEN:
        reason = wording.status_sentence(wording.HIDDEN)
    metric, *place = key(row)
    if not place:
        return reason
    shown = _shown(released, metric)
    near = nearest.nearest(Place(*place), shown, _areas(released))
    return reason if near is None else f"{reason} {_near(released, metric, near, shown)}"


def _near(released: Released, metric: str, near: Near, shown: Mapping[Place, float]) -> str:
    place = near.place
    area = released.areas.get((place.niveau, place.gebied))
    where = wording.where(place.niveau, wording.area_name(area, place.gebied))
    if near.whole:
        where = tr("{waar}, zonder uitsplitsing", waar=where)
    if near.folded:
        group = wording.category(released.categories(place.uitsplitsing), place.categorie)
        where = tr("{waar}, alleen {groep}", waar=where, groep=group)
    value = wording.full(released.metrics[metric], shown[place])
    return tr("Wel te zien {waar}: {waarde}.", waar=where, waarde=value)


@lru_cache(maxsize=512)
def _shown(released: Released, metric: str) -> Mapping[Place, float]:
    """The figures of a metric that show, with their values."""
    rows = released.query(
        f"SELECT {', '.join(nearest.COLUMNS)}, waarde FROM cellen"
        " WHERE metriek = ? AND status = 'zichtbaar' AND waarde IS NOT NULL",
        metric,
    )
    return {Place(*place): value for *place, value in rows.iter_rows()}


@lru_cache(maxsize=16)
def _areas(released: Released) -> Areas:
    rows = released.query(
        "SELECT niveau, code, coalesce(ouder, ''), coalesce(onderwijssoort, '') FROM gebieden"
    )
    return {(level, code): Area(up, kind) for level, code, up, kind in rows.iter_rows()}
