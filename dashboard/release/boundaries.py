"""Boundaries of wijken and gemeenten from a GeoJSON file. No Streamlit, no network.

Read in degrees (WGS84) or in metres (Rijksdriehoek); the codes stand under the names CBS gives
them. What is kept is made for a screen: coordinates are snapped to a fine grid, so that shared
borders stay shared.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.language import tr

VARIABLE = "ZICHTLIJN_GRENZEN"
FILE = "grenzen.geojson"
LEVELS = ("wijk", "gemeente")
LARGEST_MB = 60
# Names of the code in the files of CBS and PDOK, in order of age.
_CODES = {
    "wijk": ("statcode", "wijkcode", "wk_code"),
    "gemeente": ("statcode", "gemeentecode", "gm_code"),
}
_START = {"wijk": "WK", "gemeente": "GM"}
_FINER = {"gemeente": ("wijkcode", "wk_code", "buurtcode", "bu_code"), "wijk": ("buurtcode",)}
# West, south, east and north end of the country, with room.
_DEGREES = (2.5, 50.2, 7.7, 54.0)
_METRES = (-10_000.0, 280_000.0, 310_000.0, 640_000.0)
_FINE = 700

Point = tuple[float, float]
Ring = tuple[Point, ...]


class BoundariesRefused(Exception):
    """The file cannot be drawn; the text is for the reader and says what to do."""


@dataclass(frozen=True)
class Shape:
    """The rings of one area, in units that are equal in both directions."""

    code: str
    rings: tuple[Ring, ...]

    @property
    def middle(self) -> Point:
        """The centre of gravity of the largest ring."""
        ring = max(self.rings, key=lambda one: abs(_doubled(one)))
        doubled = _doubled(ring)
        if doubled == 0:
            return ring[0]
        x = y = 0.0
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            cross = ax * by - bx * ay
            x += (ax + bx) * cross
            y += (ay + by) * cross
        return x / (3 * doubled), y / (3 * doubled)


def place(workdir: Path) -> Path:
    """Where the file stands: the environment says so, else in the work folder."""
    told = os.environ.get(VARIABLE)
    return Path(told) if told else workdir / FILE


def of(path: Path, level: str, codes: Sequence[str]) -> dict[str, Shape] | None:
    """The shapes of these areas; None without a file. Raises BoundariesRefused."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unread(path) from error
    if state.st_size > LARGEST_MB * 1_000_000:
        raise BoundariesRefused(
            tr(
                "Het grensbestand {bestand} is groter dan {mb} MB. Bewaar er alleen de eigen "
                "gemeenten in, zonder de rest van Nederland.",
                bestand=path.name, mb=LARGEST_MB,
            )
        )  # fmt: skip
    return _kept(path, (state.st_mtime_ns, state.st_size), level, tuple(sorted(codes)))


def _unread(path: Path) -> BoundariesRefused:
    return BoundariesRefused(tr("Het grensbestand {bestand} is niet te lezen.", bestand=path.name))


@lru_cache(maxsize=8)
def _kept(
    path: Path, stamp: tuple[int, int], level: str, codes: tuple[str, ...]
) -> dict[str, Shape]:
    del stamp
    wanted = set(codes)
    found: dict[str, list[Ring]] = {}
    for code, geometry in _features(_read(path), level, path.name):
        if code in wanted:
            found.setdefault(code, []).extend(_rings(geometry, path.name))
    found = {code: rings for code, rings in found.items() if rings}
    if not found:
        raise BoundariesRefused(_nothing_found(path, level))
    return _screen(found, path.name)


def _nothing_found(path: Path, level: str) -> str:
    if level == "wijk":
        return tr(
            "In het grensbestand {bestand} staat geen wijk uit deze publicatie. Zoek een bestand "
            "met de eigenschap ‘wijkcode’ of ‘statcode’, zoals WK011801, en met dezelfde indeling "
            "als de leveringen.",
            bestand=path.name,
        )
    return tr(
        "In het grensbestand {bestand} staat geen gemeente uit deze publicatie. Zoek een bestand "
        "met de eigenschap ‘gemeentecode’ of ‘statcode’, zoals GM0118, en met dezelfde indeling "
        "als de leveringen.",
        bestand=path.name,
    )


def _read(path: Path) -> Mapping[str, Any]:
    refused = BoundariesRefused(
        tr(
            "Het bestand {bestand} is geen GeoJSON. Bewaar de grenzen als GeoJSON (UTF-8); een "
            "GeoPackage of shapefile zet u om met QGIS of ogr2ogr.",
            bestand=path.name,
        )
    )
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        raise _unread(path) from error
    except (ValueError, RecursionError) as error:
        raise refused from error
    if not isinstance(told, dict) or not isinstance(told.get("features"), list):
        raise refused
    return told


def _features(
    told: Mapping[str, Any], level: str, name: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Code and geometry of the areas of a level; of finer areas only where it has none itself."""
    own: list[tuple[str, Mapping[str, Any]]] = []
    parts: list[tuple[str, Mapping[str, Any]]] = []
    for feature in told["features"]:
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise BoundariesRefused(
                tr("In het bestand {bestand} mist een vlak zijn eigenschappen.", bestand=name)
            )
        told_of = {str(key).casefold(): value for key, value in feature["properties"].items()}
        code = next(
            (str(told_of[key]) for key in _CODES[level]
             if str(told_of.get(key) or "").startswith(_START[level])),
            "",
        )  # fmt: skip
        geometry = feature.get("geometry")
        if not code or not isinstance(geometry, dict) or told_of.get("water") == "JA":
            continue
        finer = any(told_of.get(key) for key in _FINER[level])
        (parts if finer else own).append((code, geometry))
    yield from own or parts


def _rings(geometry: Mapping[str, Any], name: str) -> list[Ring]:
    """Outer rings turn one way and holes the other, so that holes stay open."""
    coordinates = geometry.get("coordinates")
    try:
        match geometry.get("type"):
            case "Polygon":
                polygons = [coordinates]
            case "MultiPolygon":
                polygons = list(coordinates or ())
            case _:
                return []
        return [
            _turned(tuple((float(point[0]), float(point[1])) for point in ring), outer=index == 0)
            for polygon in polygons
            for index, ring in enumerate(polygon or ())
        ]
    except (TypeError, ValueError, IndexError) as error:
        raise _broken(name) from error


def _broken(name: str) -> BoundariesRefused:
    return BoundariesRefused(
        tr("In het bestand {bestand} staat een vlak dat niet klopt.", bestand=name)
    )


def _turned(ring: Ring, *, outer: bool) -> Ring:
    return ring if (_doubled(ring) > 0) == outer else ring[::-1]


def _doubled(ring: Ring) -> float:
    """Twice the area; positive when the ring turns against the clock."""
    return sum(
        ax * by - bx * ay
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)
    )  # fmt: skip


def _screen(found: Mapping[str, Sequence[Ring]], name: str) -> dict[str, Shape]:
    """Equal scales in both directions, from the south-west corner, on a fine grid."""
    points = [point for rings in found.values() for ring in rings for point in ring]
    if not points or not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise _broken(name)
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = 1.0
    if _within((west, south, east, north), _DEGREES):
        narrow = math.cos(math.radians((south + north) / 2))
    elif not _within((west, south, east, north), _METRES):
        raise BoundariesRefused(
            tr(
                "De coördinaten in {bestand} liggen niet in Nederland. Bewaar het bestand in "
                "graden (WGS84, eerst lengte dan breedte) of in meters (Rijksdriehoek, "
                "EPSG:28992).",
                bestand=name,
            )
        )
    step = max((east - west) * narrow, north - south) / _FINE or 1.0
    shapes = {}
    for code, rings in found.items():
        snapped = [_snapped(ring, west, south, narrow, step) for ring in rings]
        kept = tuple(ring for ring in snapped if len(ring) > 2)
        if kept:
            shapes[code] = Shape(code, kept)
    return shapes


def _within(box: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return outer[0] <= box[0] and outer[1] <= box[1] and box[2] <= outer[2] and box[3] <= outer[3]


def _snapped(ring: Ring, west: float, south: float, narrow: float, step: float) -> Ring:
    kept: list[Point] = []
    for x, y in ring:
        point = (float(round((x - west) * narrow / step)), float(round((y - south) / step)))
        if not kept or kept[-1] != point:
            kept.append(point)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return tuple(kept)
