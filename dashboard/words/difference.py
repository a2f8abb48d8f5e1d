"""Whether two published figures differ: the one place where pages, paper and slides ask it.

No Streamlit. The interval of a difference is worked out from the published intervals of both sides
by squaring and adding the distances between value and bound (Zou and Donner, 2008). For two shares
with Wilson's interval that is Newcombe's hybrid score interval (1998, method 10); for two counts or
rates it rests on Garwood, for two means on Student's t. The published intervals hold what rounding
hides, so this one does too. Two intervals that overlap may belong to a difference that is sure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dashboard.release.released import Metric
from dashboard.words import covered

Cell = Mapping[str, Any]

# Kinds that are sizes: more or less; the others are higher or lower.
SIZES = frozenset({"aantal", "stroom", "bedrag"})
_COUNTS = frozenset({"aantal", "stroom"})
_SCALES = {"aandeel": 100.0, "per_100": 100.0, "per_1000": 1000.0}
_SAME = 1e-9
_VISIBLE = "zichtbaar"

# The ways a figure can stand to another.
EQUAL, NEARLY, UNSURE, OPEN, OTHER = "gelijk", "ongeveer", "onzeker", "open", "anders"
DIRECTIONS = frozenset({"meer", "minder", "hoger", "lager"})


def way(metric: Metric, one: Cell, other: Cell, rounding: int) -> str:
    """How `one` stands to `other`; '' where either is not shown.

    gelijk; ongeveer: no further apart than one step of rounding; onzeker: zero is in the interval
    of the difference; open: there is no interval, so nothing is said; anders: they cover different
    units; meer, minder, hoger, lager: surely so. `rounding`: the step of counts.
    """
    apart = amount(metric, one, other)
    if apart is None:
        return ""
    if not covered.same(one, other):
        return OTHER
    if abs(apart) < _SAME:
        return EQUAL
    near = abs(apart) <= step(metric, rounding) + _SAME
    found = bounds(metric, one, other)
    if found is None:
        return NEARLY if near else OPEN
    if found[0] <= 0 <= found[1]:
        return UNSURE
    if near:
        return NEARLY
    if metric.soort in SIZES:
        return "meer" if apart > 0 else "minder"
    return "hoger" if apart > 0 else "lager"


def amount(metric: Metric, one: Cell, other: Cell) -> float | None:
    """The first minus the second as they are printed; None where either is not shown."""
    if not (_shown(one) and _shown(other)):
        return None
    return float(one["waarde"]) - float(other["waarde"])


def bounds(metric: Metric, one: Cell, other: Cell) -> tuple[float, float] | None:
    """The 95% interval of the first minus the second; None where either has no interval."""
    if not (_shown(one) and _shown(other)) or _open(one) or _open(other):
        return None
    value, its = _centre(metric, one), _centre(metric, other)
    up, down = one["boven"] - value, value - one["onder"]
    its_up, its_down = other["boven"] - its, its - other["onder"]
    apart = value - its
    return (
        apart - math.hypot(max(down, 0.0), max(its_up, 0.0)),
        apart + math.hypot(max(up, 0.0), max(its_down, 0.0)),
    )


def step(metric: Metric, rounding: int) -> float:
    """One step of what the value is rounded to; `rounding` is that of counts."""
    match metric.soort:
        case "aantal" | "stroom":
            return float(rounding)
        case "mediaan":
            return float(metric.klasse)
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return 10.0
        case "gemiddelde":
            return 0.1
        case "bedrag":
            return 1_000.0
        case _:
            return 1.0


def is_count(metric: Metric) -> bool:
    """A count is not an estimate: its interval only serves to hold it against another count."""
    return metric.soort in _COUNTS


def _shown(cell: Cell) -> bool:
    return cell["status"] == _VISIBLE and cell["waarde"] is not None


def _open(cell: Cell) -> bool:
    return cell["onder"] is None or cell["boven"] is None


def _centre(metric: Metric, cell: Cell) -> float:
    """The value before it was printed in whole per cents, where both parts are published."""
    scale = _SCALES.get(metric.soort)
    if scale is None or not cell.get("noemer") or cell.get("teller") is None:
        return float(cell["waarde"])
    value = scale * float(cell["teller"]) / float(cell["noemer"])
    return value if abs(value - float(cell["waarde"])) <= 1 else float(cell["waarde"])
