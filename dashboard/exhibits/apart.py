"""Which providers, areas or kinds of school surely differ from the rest. No Streamlit.

Each unit is held against the rest of the whole it belongs to: the published whole less its own
part. The interval of that difference follows from the published intervals of both (Zou and Donner
2008, as in `difference`), stretched to the level of Bonferroni for so many comparisons, so that the
chance of even one false finding on a page is at most 5%. How much wider an interval becomes at that
level is that of Wilson's. Only visible cells are used, so what is called sure tells nothing of what
is hidden. Schools are not here: they are too small to set in order, and have their funnel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy import stats

from dashboard.release.released import Metric, Released
from dashboard.words import covered, difference, wording
from dashboard.words.selection import Cell, Selection, of_year

HIGHER, LOWER = "hoger", "lager"
# Fewer units than this are not beside each other.
FEWEST = 2
_ALPHA = 0.05
_USUAL = float(stats.norm.isf(_ALPHA / 2))
_SCALES = {"aandeel": 100.0, "per_100": 100.0, "per_1000": 1000.0}
# Several of one pupil are alike, so that chance alone is wider than the interval tells.
_CLUSTERED = frozenset({"smw_doelrealisatie", "sch_dagen", "sch_per_1000_schorsingen"})
# Beside which units a choice stands; of a municipality and an area those of the same municipality.
_LEVELS = {
    "totaal": ("aanbieder", "gemeente", "wijk", "onderwijssoort"),
    "gemeente": ("wijk", "gemeente"),
    "wijk": ("wijk",),
    "aanbieder": ("aanbieder",),
    "onderwijssoort": ("onderwijssoort",),
}


@dataclass(frozen=True)
class Unit:
    """One unit. `way`: hoger or lager where it surely differs from the rest, else ''. `strength`:
    how many times the distance at which that becomes sure. `tested`: whether it could be held
    against the rest. `chosen`: what the reader asked for."""

    row: Cell
    label: str
    way: str = ""
    strength: float = 0.0
    tested: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Beside:
    """The units of one level beside each other: by size, and after them what is not shown, by name.
    `whole`: the published cell of all of them. `among`: how many comparisons were judged together.
    """

    metric: Metric
    niveau: str
    units: tuple[Unit, ...]
    whole: Cell | None
    among: int = 0

    @property
    def shown(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if wording.visible(unit.row))

    @property
    def sure(self) -> tuple[Unit, ...]:
        """The units that surely differ, the surest first."""
        found = [unit for unit in self.units if unit.way]
        return tuple(sorted(found, key=lambda unit: (-unit.strength, unit.label)))

    @property
    def worse(self) -> tuple[Unit, ...]:
        """Those on the wrong side; none of a figure that is neither good nor bad."""
        wrong = {HIGHER: LOWER, LOWER: HIGHER}.get(self.metric.richting, "")
        return tuple(unit for unit in self.sure if unit.way == wrong)


def beside(released: Released, metrics: Sequence[str], selection: Selection) -> list[Beside]:
    """All units beside the choice for these metrics, level by level, judged together."""
    found = [
        one
        for name in metrics
        if (metric := released.metrics.get(name)) is not None
        for niveau in _LEVELS.get(selection.niveau, ())
        if (one := _of(released, metric, selection, niveau)) is not None
    ]
    return judged(found, released.about.afronding)


def judged(found: Sequence[Beside], step: int) -> list[Beside]:
    """The same units, each held against the rest, as so many comparisons together. `step`: what
    counts are rounded to."""
    among = sum(_testable(one, unit) for one in found for unit in one.units)
    return [replace(one, units=_judged(one, among, step), among=among) for one in found]


def _of(released: Released, metric: Metric, selection: Selection, niveau: str) -> Beside | None:
    rows = released.by_area(metric.id, selection.schooljaar, niveau).to_dicts()
    town = ""
    if niveau == "wijk" and selection.niveau != "totaal":
        area = released.areas.get((selection.niveau, selection.gebied))
        own = area.ouder if area is not None else ""
        town = selection.gebied if selection.niveau == "gemeente" else own
        rows = [row for row in rows if row["ouder"] == town]
    seen = sorted(
        (row for row in rows if wording.visible(row)), key=lambda r: (-r["waarde"], r["label"])
    )
    if len(seen) < FEWEST:
        return None
    chosen = (selection.niveau, selection.gebied)
    units = tuple(
        Unit(
            row,
            wording.area_name(released.areas.get((niveau, row["gebied"])), str(row["label"])),
            chosen=(niveau, row["gebied"]) == chosen,
        )
        for row in (*seen, *(row for row in rows if not wording.visible(row)))
    )
    place = ("gemeente", town) if town else ("totaal", "")
    whole = of_year(released.over_years(metric.id, *place).to_dicts(), selection.schooljaar)
    return Beside(metric, niveau, units, whole)


def _testable(one: Beside, unit: Unit) -> bool:
    """Whether a unit can be held against the rest of its whole."""
    whole, row, metric = one.whole, unit.row, one.metric
    if metric.soort not in _SCALES or metric.id in _CLUSTERED or whole is None:
        return False
    if one.niveau == "onderwijssoort" and metric.soort != "aandeel":
        return False  # another kind of school has another task
    if not (wording.visible(row) and wording.visible(whole) and covered.alike(row, whole)):
        return False
    known = [cell[name] for cell in (row, whole) for name in ("teller", "noemer", "onder", "boven")]
    if any(value is None for value in known):
        return False
    rest = whole["noemer"] - row["noemer"], whole["teller"] - row["teller"]
    return bool(row["noemer"] > 0 and rest[0] > 0 and rest[1] >= 0)


def _judged(one: Beside, among: int, step: int) -> tuple[Unit, ...]:
    return tuple(
        _against_rest(one.metric, unit, one.whole, among, step)
        if one.whole is not None and _testable(one, unit)
        else unit
        for unit in one.units
    )


def _against_rest(metric: Metric, unit: Unit, whole: Cell, among: int, step: int) -> Unit:
    """The unit, with how it stands to the rest of the whole at the level for so many comparisons.

    The rest is as sure as the whole, less what the unit brought to it.
    """
    row, times = unit.row, _SCALES[metric.soort]
    z = float(stats.norm.isf(_ALPHA / 2 / among))
    size = whole["noemer"] - row["noemer"]
    rest = times * (whole["teller"] - row["teller"]) / size
    down, up = _reach(row, times, row["noemer"], z)
    less = math.sqrt(whole["noemer"] / size)
    its_down, its_up = (
        less * end + times * step / size for end in _reach(whole, times, whole["noemer"], z)
    )
    gap = times * row["teller"] / row["noemer"] - rest
    room = math.hypot(down, its_up) if gap > 0 else math.hypot(up, its_down)
    apart = abs(row["waarde"] - whole["waarde"]) > difference.step(metric, step)
    sure = apart and abs(gap) > room
    way = (HIGHER if gap > 0 else LOWER) if sure else ""
    return replace(unit, way=way, strength=abs(gap) / room if room else 0.0, tested=True)


def _reach(cell: Cell, times: float, size: float, z: float) -> tuple[float, float]:
    """How far the interval of a cell reaches down and up at `z`, in the metric's own scale."""
    value = times * cell["teller"] / cell["noemer"]
    wide = _wilson(value / times, size, z), _wilson(value / times, size, _USUAL)
    down, up = (
        end * (more / usual if usual > 0 else z / _USUAL)
        for end, more, usual in zip(
            (value - cell["onder"], cell["boven"] - value), *wide, strict=True
        )
    )
    return max(down, 0.0), max(up, 0.0)


def _wilson(fraction: float, size: float, z: float) -> tuple[float, float]:
    """How far Wilson's interval reaches below and above a fraction; of a rate over one that of the
    normal distribution."""
    if fraction > 1:
        return z, z
    middle = (fraction + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size)
    half *= math.sqrt(fraction * (1 - fraction) / size + z**2 / (4 * size**2))
    return fraction - (middle - half), middle + half - fraction
