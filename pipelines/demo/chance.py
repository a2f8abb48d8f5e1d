"""Drawing codes and calibrating one number, with a given generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from pipelines.demo.calendar import Bools, Floats, Ints, Texts


def pick(rng: np.random.Generator, shares: Mapping[str, float], size: int) -> Texts:
    """One code per row; the shares need not add up to 1."""
    weights = np.array(list(shares.values()), dtype=np.float64)
    codes = np.array(list(shares), dtype=object)
    drawn: Texts = codes[rng.choice(len(codes), size=size, p=weights / weights.sum())]
    return drawn


def pick_by(
    rng: np.random.Generator, group: Texts, shares: Mapping[str, Mapping[str, float]]
) -> Texts:
    """One code per row, with the shares of the row's group."""
    drawn = np.empty(len(group), dtype=object)
    for name, its_shares in shares.items():
        rows = group == name
        drawn[rows] = pick(rng, its_shares, int(rows.sum()))
    return drawn


def chance(rng: np.random.Generator, share: float | Floats, size: int) -> Bools:
    happens: Bools = rng.random(size) < share
    return happens


def blank(values: Texts | Bools, rows: Bools) -> Texts:
    """The same values with None in `rows`."""
    kept = values.astype(object).copy()
    kept[rows] = None
    return kept


def text_series(values: Texts, empty: Bools) -> pl.Series:
    """A text column with no value in the rows `empty`."""
    return pl.Series(blank(values, empty).tolist(), dtype=pl.String)


def flag_series(values: Texts | Bools, empty: Bools) -> pl.Series:
    """A yes-or-no column with no value in the rows `empty`."""
    return pl.Series(blank(values, empty).tolist(), dtype=pl.Boolean)


def members(rng: np.random.Generator, codes: tuple[str, ...], counts: Ints) -> list[list[str]]:
    """Per row `counts` different codes, in the order of the code list."""
    order = np.argsort(rng.random((len(counts), len(codes))), axis=1)
    return [
        [codes[i] for i in sorted(row[:count])]
        for row, count in zip(order.tolist(), counts.tolist(), strict=True)
    ]


def scale_for(
    share: Callable[[float], float], target: float, low: float, high: float, steps: int = 24
) -> float:
    """The scale at which a share that falls with the scale meets its target (bisection)."""
    for _ in range(steps):
        middle = math.sqrt(low * high)
        if share(middle) > target:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)
