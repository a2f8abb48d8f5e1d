"""The rules of disclosure control: what is hidden first, what must be proved, what may be shown.

Every threshold is an argument. Source: disclosure.md ("Rules").
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from pipelines.release.disclosure.insiders import insider_demands
from pipelines.release.disclosure.numbers import (
    NO_LIMIT,
    Bools,
    Ints,
    range_of_rounded,
    round_counts,
)
from pipelines.release.disclosure.problem import AREA_LEVELS, Component, Demand
from pipelines.release.disclosure.rows import Rows


def first_hidden(component: Component, rows: Rows) -> Bools:
    """Cells that are hidden for what they say themselves (mask over cells).

    Units or distinct children of 1..T-1; area totals over too few schools; a numerator whose
    complement (or remainder of a known figure) is 1..T-1, or 0 where all would share a sensitive
    outcome; zeros where presence itself is sensitive; whole tables that are left out. Other zeros
    are shown.

    Equation: 0 < n < T, or 0 < children < T, or 0 < denominator - numerator < T
    Source: docs/bescherming.md; Hundepool and others (2012), Statistical Disclosure Control,
        chapter 5 (threshold rule).
    """
    values, children, thresholds = component.values, component.children, component.thresholds
    small = (values > 0) & (_few(values, thresholds) | (children < thresholds))
    area = component.cells["niveau"].is_in(AREA_LEVELS).to_numpy()
    schools = component.cells["scholen"].to_numpy()
    hidden = small | (area & (values > 0) & (schools < component.minimum_schools))
    if component.hide_zeros:
        hidden |= values == 0
    hidden |= component.left_out
    for row, cell in _remainders(component):
        if values[cell] > 0 and _telling_remainder(component, rows, row):
            hidden[cell] = True
    return np.asarray(hidden, np.bool_)


WIDTH = 5
"""A hidden cell has to stay uncertain by so many units."""


def demands(component: Component, rows: Rows, visible: Bools) -> tuple[Demand, ...]:
    """What has to be proved of a table of which `visible` is shown, in fixed order.

    Equation: for every hidden cell worlds that agree with all that is shown, with 0 and with T or
        more in it
    Source: docs/bescherming.md; Fischetti and Salazar (2001), Management Science 47, 1008-1027
        (protection levels).
    """
    secrets = _secrets(component, rows)
    return (
        *secrets,
        *_nested_demands(component, rows),
        *_aware_demands(component, rows),
        *_wide_demands(component, visible),
        *insider_demands(
            component, rows, {d.row for d in secrets}, _caps(component), rows_that_tell(component)
        ),
    )


def _secrets(component: Component, rows: Rows) -> list[Demand]:
    """Each sensitive row can be 0, and T or more.

    A cell of v units of k < T distinct children is sensitive also where v >= T: a reader sees
    units, so units must be able to be 0 and to be v + (T - k), the count with as many more
    children, one unit each, as would have made it safe (for children: T). A bound that everybody
    knows (a school has only 7 pupils) replaces a target above it. Of a group that shares an
    outcome completely, the complement must be able to reach T.
    """
    values, children = component.values, component.children
    cap = _caps(component)
    found: list[Demand] = []
    for cell in range(component.cells.height):
        threshold, value = int(component.thresholds[cell]), int(values[cell])
        if value == 0 and component.hide_zeros:
            found.append(Demand(cell, min(threshold, cap.get(cell, threshold)), up=True))
        if value == 0 or (value >= threshold and children[cell] >= threshold):
            continue
        few = min(int(children[cell]), value)
        target = max(threshold, value + threshold - few)
        target = min(target, cap.get(cell, target))
        found.append(Demand(cell, 0, up=False))
        if target > value:
            found.append(Demand(cell, target, up=True))
    caps = {len(values) + len(component.pairs) + i: c for i, (_, c) in enumerate(component.known)}
    for row, cell in _remainders(component):
        if values[cell] > 0 and _telling_remainder(component, rows, row):
            target = min(int(rows.threshold[row]), caps.get(row, NO_LIMIT))
            if rows.value[row] > 0:
                found.append(Demand(row, 0, up=False))
            if target > rows.value[row]:
                found.append(Demand(row, target, up=True))
    start = len(values) + len(component.pairs) + len(component.known)
    for row, relation in enumerate(component.relations, start):
        if relation.sensitive and 0 < rows.value[row] < rows.threshold[row]:
            found.append(Demand(row, 0, up=False))
            found.append(Demand(row, int(rows.threshold[row]), up=True))
    return found


def _caps(component: Component) -> dict[int, int]:
    """Cell -> the most that everybody knows it can be: all pupils of a school, also for a count
    that another with that bound is at least as large as."""
    found = dict(component.known)
    left = list(found)
    for cell in left:  # grows while it is walked through
        for less, times in component.ties.below.get(cell, ()):
            if times == 1 and found[cell] < found.get(less, NO_LIMIT):
                found[less] = found[cell]
                left.append(less)
    return found


def _nested_demands(component: Component, rows: Rows) -> Iterator[Demand]:
    """What is left of nested counts is not told to be 1..T-1."""
    start = len(component.values) + len(component.pairs) + len(component.known)
    for row, relation in enumerate(component.relations, start):
        if relation.nested and 0 < rows.value[row] < rows.threshold[row]:
            yield Demand(row, int(rows.threshold[row]), up=True, either=True)


def _wide_demands(component: Component, visible: Bools) -> Iterator[Demand]:
    """What is hidden without being small itself is not known to within `WIDTH` either.

    Except the total of an area with too few schools where each of them shows its own number: that
    number is all there is to know.
    """
    values, thresholds = component.values, component.thresholds
    cap = _caps(component)
    safe = (values >= thresholds) & (component.children >= thresholds)
    for cell in np.flatnonzero(safe & ~visible & ~component.left_out).tolist():
        schools = component.sum_of_schools.get(cell)
        if schools is not None and visible[list(schools)].all():
            continue
        width = min(WIDTH, cap.get(cell, WIDTH))  # of a school with three pupils three is all
        yield Demand(cell, int(values[cell]) + width, up=True, wide=True)


def _aware_demands(component: Component, rows: Rows) -> list[Demand]:
    """What is hidden for itself can also be another number of 1..T-1."""
    found = []
    low, high = aware_ranges(component, rows, np.zeros(component.cells.height, np.bool_))
    cap = _caps(component)
    for row in np.flatnonzero((rows.value > 0) & (low == 1)).tolist():
        value = int(rows.value[row])
        highest = min(int(high[row]), cap.get(row, NO_LIMIT))
        if value < highest:
            found.append(Demand(row, value + 1, up=True, aware=True))
        elif value > 1:
            found.append(Demand(row, value - 1, up=False, aware=True))
    return found


def aware_ranges(component: Component, rows: Rows, visible: Bools) -> tuple[Ints, Ints]:
    """`known_ranges` for a reader who is told which cells are hidden for themselves.

    That reader takes such a cell to be 1..T-1 units (1 or more where only children are few), and
    such a complement to be 1..T-1 (0..T-1 where all may share the outcome). Of a table that is left
    out nothing is told.
    """
    low, high = known_ranges(component, rows, visible)
    n = component.cells.height
    values, thresholds = component.values, component.thresholds
    present = ~component.left_out
    small = _few(values, thresholds) & present
    few = (values > 0) & (component.children < thresholds) & present
    low[:n][small | few] = 1
    high[:n][small] = thresholds[small] - 1
    if component.hide_zeros:
        empty = (values == 0) & present
        high[:n][empty] = thresholds[empty] - 1
    cells = _remainder_cells(component)
    rest = slice(n, n + cells.size)
    value, threshold = rows.value[rest], rows.threshold[rest]
    telling = _few(value, threshold) | ((value == 0) & component.all_share)
    telling &= ~small[cells] & (values[cells] > 0) & present[cells]
    low[rest] = np.where(telling, int(not component.all_share), low[rest])
    high[rest] = np.where(telling, np.minimum(high[rest], threshold - 1), high[rest])
    return low, high


def known_ranges(component: Component, rows: Rows, visible: Bools) -> tuple[Ints, Ints]:
    """Per row the first and last value that agree with all that is shown and known.

    A shown numerator tells that its complement is not 1..T-1; the range then is the part (zero,
    or T and more) in which the truth lies, so that a witness agrees with the rule itself.

    Equation: low <= n <= high per row, from what is shown, what everybody knows and what earlier
        releases said
    Source: docs/bescherming.md; Fischetti and Salazar (2001), Management Science 47, 1008-1027
        (the attacker's problem).
    """
    low, high = rows.low.copy(), rows.high.copy()
    n = component.cells.height
    published = round_counts(component.values, component.rounding)
    first, last = range_of_rounded(published, component.thresholds, component.rounding)
    low[:n][visible] = first[visible]
    high[:n][visible] = last[visible]
    for cell, lowest, highest in component.earlier:
        low[cell], high[cell] = max(low[cell], lowest), min(high[cell], highest)
    for cell, fewest in component.facts:
        low[cell] = max(low[cell], fewest)
    shown, others = component.held
    told = visible[shown]
    np.maximum.at(low, others[told], component.thresholds[shown[told]])
    cells = _remainder_cells(component)
    rest = slice(n, n + cells.size)
    seen = visible[cells] & (component.values[cells] > 0)
    empty = rows.value[rest] == 0
    high[rest][seen & empty] = 0
    least = np.maximum(low[rest], rows.threshold[rest])
    low[rest] = np.where(seen & ~empty, least, low[rest])
    return low, high


def rows_that_tell(component: Component) -> dict[int, int]:
    """Remainder row -> the cell that is hidden where the row must not be known."""
    return dict(_remainders(component))


def _few(values: Ints, thresholds: Ints) -> Bools:
    return np.asarray((values > 0) & (values < thresholds), np.bool_)


def _remainders(component: Component) -> list[tuple[int, int]]:
    """(row, cell): complements and remainders of known figures, with the cell they tell about."""
    cells = [teller for teller, _ in component.pairs] + [cell for cell, _ in component.known]
    return list(enumerate(cells, component.cells.height))


def _remainder_cells(component: Component) -> Ints:
    """The cells of `_remainders`; their rows are the first after the cells, in this order."""
    return np.array([cell for _, cell in _remainders(component)], np.int64)


def _telling_remainder(component: Component, rows: Rows, row: int) -> bool:
    value = int(rows.value[row])
    return 0 < value < rows.threshold[row] or (value == 0 and component.all_share)


# Ratios, means, distributions -----------------------------------------------------------------


def rate(
    numerator: int | None, denominator: int | None, minimum_denominator: int, per: int = 100
) -> float | None:
    """Whole per cent (or per 1,000) from *published* counts; None where it may not be shown.

    `minimum_denominator` 20 for per cents, 100 per 1,000. None counts are hidden counts. Halves
    go up.

    Equation: round(per x numerator / denominator), of published counts
    Source: docs/bescherming.md.
    """
    if numerator is None or denominator is None or denominator < minimum_denominator:
        return None
    return float((2 * per * numerator + denominator) // (2 * denominator))


MEAN_STEP = 0.1
"""What a mean of children is rounded to. Of ten children or more it tells their sum to within half
a step each; `amounts` proves what stays hidden beside that."""


def mean(total: float | None, count: int | None, minimum: int = 10) -> float | None:
    """Mean of a published sum over a published count; None where it may not be shown.

    Equation: published sum / published count, from `minimum` children
    Source: docs/bescherming.md.
    """
    if total is None or count is None or count < minimum:
        return None
    return total / count


def rounded_mean(total: float, units: int) -> float:
    """The mean of an exact sum to the nearest `MEAN_STEP`; halves go up. The sum stays inside.

    Equation: floor(total / units / step + 1/2) x step
    Source: docs/bescherming.md.
    """
    return round(math.floor(total / units / MEAN_STEP + 0.5) * MEAN_STEP, 1) + 0.0


def quantile_class(value: float | None, count: int, width: int, minimum: int = 10) -> float | None:
    """The middle of the class of a median (`minimum` 10) or p90 (`minimum` 20).

    Classes hold `width` whole numbers each, from zero: with two 6 and 7 are one class, told as 6.5,
    so that no value is moved up or down on the whole. `count` is the exact number of distinct
    children behind it. For one level whose cells do not overlap.

    Equation: class start + (width - 1) / 2
    Source: docs/bescherming.md.
    """
    if width < 1:
        raise ValueError("a class has a width of at least 1")
    if value is None or count < minimum:
        return None
    return class_start(value, width) + (width - 1) / 2


def class_start(value: float, width: int) -> float:
    """The first whole number of the class that holds `value`."""
    return float(math.floor(value / width) * width)


# Amounts --------------------------------------------------------------------------------------


def round_cost(value: float, minimum: int = 1_000) -> float:
    """An amount to the power of ten nearest 2% of it, at least `minimum` euro.

    Equation: floor(value / base + 1/2) x base
    Source: docs/bescherming.md.
    """
    return float(math.floor(value / (base := cost_base(value, minimum)) + 0.5) * base)


def cost_base(value: float, minimum: int = 1_000) -> int:
    """The step to which an amount is rounded: the power of ten nearest (on the log scale) 2%.

    Equation: 10^round(log10(0.02 x |value|)), at least `minimum`
    Source: docs/bescherming.md.
    """
    if value == 0:
        return minimum
    return max(minimum, int(10 ** max(0, round(math.log10(0.02 * abs(value))))))
