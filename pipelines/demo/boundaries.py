"""Made-up boundaries of the made-up wijken: a map to look at, of a place that does not exist.

Each municipality is a town in the middle with the other wijken around it, with a wandering outline.
Coordinates are in degrees (WGS84), in the sea west of the coast.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

from pipelines.demo.places import MUNICIPALITIES, WIJKEN

FILE = "grenzen.geojson"
# Middle of each municipality, and its radius in degrees of latitude.
_TOWNS = {"GM9901": (3.42, 52.62, 0.080), "GM9902": (3.78, 52.55, 0.095)}
_NARROW = math.cos(math.radians(52.6))
_STEPS = 72
_HEART = 0.42

Ring = list[tuple[float, float]]


def write(folder: Path) -> Path:
    """Write the boundaries of the demo as GeoJSON into a work folder."""
    features = []
    for gm, name in MUNICIPALITIES.items():
        wijken = [wijk for wijk in WIJKEN if wijk.municipality == gm]
        own = {"gemeentecode": gm, "gemeentenaam": name}
        features.append(_feature(own, _arc(gm, 1.0, 0.0, 1.0)))
        rings = [_arc(gm, _HEART, 0.0, 1.0), *_around(gm, len(wijken) - 1)]
        for wijk, ring in zip(wijken, rings, strict=True):
            features.append(_feature({"wijkcode": wijk.code, "wijknaam": wijk.name, **own}, ring))
    path = folder / FILE
    told = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(told, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    return path


def _feature(properties: dict[str, str], ring: Ring) -> dict[str, object]:
    closed = [*ring, ring[0]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [closed]},
    }


def _around(gm: str, count: int) -> list[Ring]:
    """Wijken of unequal width between the heart and the edge."""
    ends = [(turn + 0.22 * math.sin(2.3 * turn)) / count for turn in range(count)] + [1.0]
    ends[-1] = ends[0] + 1.0
    return [
        _arc(gm, 1.0, first, last) + _arc(gm, _HEART, first, last)[::-1]
        for first, last in pairwise(ends)
    ]


def _arc(gm: str, part: float, first: float, last: float) -> Ring:
    """Points along the outline, or along the heart, from one turn (0 to 1) to another."""
    steps = max(4, round(_STEPS * (last - first)))
    whole = last - first >= 1.0 and part in {1.0, _HEART} and first == 0.0
    turns = [first + (last - first) * step / steps for step in range(steps + (not whole))]
    return [_point(gm, part, turn) for turn in turns]


def _point(gm: str, part: float, turn: float) -> tuple[float, float]:
    x, y, radius = _TOWNS[gm]
    shift = 1.7 * (gm == "GM9902")
    angle = 2 * math.pi * turn
    wander = 1 + 0.10 * math.sin(3 * angle + shift) + 0.05 * math.sin(7 * angle + 2 * shift)
    reach = radius * part * wander
    return (
        round(x + reach * 1.15 * math.cos(angle) / _NARROW, 5),
        round(y + reach * math.sin(angle), 5),
    )
