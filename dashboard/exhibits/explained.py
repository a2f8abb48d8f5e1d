"""Why a figure changed since the year before, as far as the release tells. No Streamlit.

The change of a whole is taken apart over its units and kinds. Of a ratio each part pulls by its own
change and by its share in the whole (Kitagawa 1955, with both years weighing the same); of a count
by its own change. What a part pulls is only used to set the parts in order: every number that is
told is a released cell. Parts that are not shown in both years do not take part, and neither does a
breakdown whose parts overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.release.released import Metric, Released
from dashboard.words import covered, difference, wording
from dashboard.words.selection import Selection, nobody_unknown
from dashboard.words.wording import Step

Cell = Mapping[str, Any]
_RATIOS = frozenset({"aandeel", "per_100", "per_1000"})
_COUNTS = frozenset({"aantal"})
# Over which units a choice is taken apart.
_LEVELS = {
    "totaal": ("aanbieder", "gemeente", "wijk", "onderwijssoort"),
    "gemeente": ("wijk",),
}
# A breakdown of more categories than this is a list and explains nothing.
_MOST = 12


@dataclass(frozen=True)
class Part:
    """A unit or category in both years. `pull`: how much of the change of the whole it accounts
    for, in the scale of the figure; only for order, never told. `way`: how it surely moved."""

    label: str
    before: Cell
    now: Cell
    way: str
    pull: float


@dataclass(frozen=True)
class Split:
    """The parts of one level (`niveau`) or breakdown (`cut`), what pulls most first. `unseen`: how
    many do not take part; `mixed`: that the shares of the parts moved more than they themselves."""

    niveau: str
    cut: str
    parts: tuple[Part, ...]
    unseen: int
    mixed: bool


def splits(released: Released, step: Step, selection: Selection) -> list[Split]:
    """Each way in which this change can be taken apart."""
    if step.before is None or not (wording.visible(step.now) and wording.visible(step.before)):
        return []
    if not covered.same(step.now, step.before):
        return []
    years = str(step.before["schooljaar"]), step.schooljaar
    found = []
    for niveau in _LEVELS.get(selection.niveau, ()):
        rows = [released.by_area(step.metric.id, year, niveau).to_dicts() for year in years]
        if selection.niveau == "gemeente":
            rows = [[row for row in part if row["ouder"] == selection.gebied] for part in rows]
        named = [[(row["gebied"], _area(released, niveau, row), row) for row in p] for p in rows]
        found.append(_split(step, niveau, "", named))
    for cut in released.cuts(step.metric.id):
        names = released.categories(cut)
        named = [
            [
                (row["categorie"], wording.category(names, row["categorie"]), row)
                for row in released.by_category(
                    step.metric.id, cut, year, selection.niveau, selection.gebied
                ).to_dicts()
                if not nobody_unknown(row)
            ]
            for year in years
        ]
        if all(len(part) <= _MOST for part in named):
            found.append(_split(step, "", cut, named))
    return [one for one in found if one is not None]


def _area(released: Released, niveau: str, row: Cell) -> str:
    return wording.area_name(released.areas.get((niveau, row["gebied"])), str(row["label"]))


def _split(
    step: Step, niveau: str, cut: str, named: Sequence[Sequence[tuple[str, str, Cell]]]
) -> Split | None:
    """The parts in both years; None where they are fewer than two, or are no parts."""
    earlier = {code: row for code, _, row in named[0]}
    every = {code for part in named for code, _, _ in part}
    both = [
        (label, earlier[code], row)
        for code, label, row in named[1]
        if code in earlier and wording.visible(row) and wording.visible(earlier[code])
        and covered.same(row, earlier[code])
    ]  # fmt: skip
    if len(both) < 2 or step.before is None:
        return None
    columns = [before for _, before, _ in both], [now for _, _, now in both]
    wholes = step.before, step.now
    if not all(_add_up(step, rows, whole) for rows, whole in zip(columns, wholes, strict=True)):
        return None
    own, shares = _pulls(step.metric, *columns)
    parts = [
        Part(
            label, before, now, difference.way(step.metric, now, before, step.rounding),
            one + other,
        )
        for (label, before, now), one, other in zip(both, own, shares, strict=True)
    ]  # fmt: skip
    parts.sort(key=lambda part: (-abs(part.pull), part.label))
    mixed = sum(map(abs, shares)) > sum(map(abs, own))
    return Split(niveau, cut, tuple(parts), len(every) - len(both), mixed)


def _add_up(step: Step, rows: Sequence[Cell], whole: Cell) -> bool:
    """Whether these are parts of the whole: together no more than it, rounding aside."""
    base = "waarde" if step.metric.soort in _COUNTS else "noemer"
    if step.metric.soort not in _COUNTS | _RATIOS:
        return False
    if any(row[base] is None for row in (*rows, whole)):
        return False
    if base == "noemer" and any(row["teller"] is None or not row["noemer"] for row in rows):
        return False
    room = step.rounding * (len(rows) + 1) / 2
    return bool(sum(row[base] for row in rows) <= whole[base] + room)


def _pulls(
    metric: Metric, before: Sequence[Cell], now: Sequence[Cell]
) -> tuple[list[float], list[float]]:
    """Per part what it pulls by its own change, and by its share in the whole; together they are
    the change of all parts."""
    if metric.soort in _COUNTS:
        own = [row["waarde"] - old["waarde"] for row, old in zip(now, before, strict=True)]
        return own, [0.0] * len(own)
    bases = [sum(row["noemer"] for row in rows) for rows in (before, now)]
    rates = [[row["teller"] / row["noemer"] for row in rows] for rows in (before, now)]
    weights = [
        [row["noemer"] / base for row in rows]
        for rows, base in zip((before, now), bases, strict=True)
    ]
    joint = sum(
        sum(w * r for w, r in zip(ws, rs, strict=True))
        for ws, rs in zip(weights, rates, strict=True)
    ) / 2  # fmt: skip
    own, shares = [], []
    for w0, w1, r0, r1 in zip(*weights, *rates, strict=True):
        own.append((w0 + w1) / 2 * (r1 - r0))
        shares.append((w1 - w0) * ((r0 + r1) / 2 - joint))
    return own, shares
