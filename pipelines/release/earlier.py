"""What earlier releases said (`ledger`): it cannot be taken back, so the next release is protected
as if that still stood beside it.

Only released numbers are read. Where the truth of today is not within what was said of a cell,
the cell was revised since, and what was said of it holds no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.metrics.compute import Counted
from pipelines.metrics.count.grid import KEY
from pipelines.release.disclosure.numbers import range_of_rounded
from pipelines.release.disclosure.rules import MEAN_STEP, cost_base
from pipelines.release.ledger import Page


def said(counted: Counted, earlier: Sequence[Page]) -> tuple[tuple[int, int, int], ...]:
    """(cell, lowest, highest): what was said of cells of which it can still be true."""
    truth = counted.cells.sort("cel")["aantal"].to_numpy()
    low, high = np.zeros(truth.size, np.int64), np.full(truth.size, -1, np.int64)
    for release in earlier:
        for part in ("teller", "noemer"):
            shown = _shown(counted, release, part)
            cells = shown["cel"].cast(pl.Int64).to_numpy()
            number = shown["getal"].round().cast(pl.Int64).to_numpy()
            threshold = shown["drempel"].to_numpy()  # that of then
            first, last = range_of_rounded(number, threshold, release.rounding)
            for cell, least, most in zip(cells, first, last, strict=True):
                if not least <= truth[cell] <= most:
                    continue
                known = high[cell] >= 0
                low[cell] = max(low[cell], least)
                high[cell] = min(high[cell], most) if known else most
    return tuple((int(cell), int(low[cell]), int(high[cell])) for cell in np.flatnonzero(high >= 0))


def said_of_amounts(
    counted: Counted, earlier: Sequence[Page]
) -> tuple[tuple[int, float, float], ...]:
    """The same of amounts (euro), which are rounded to about 2% of themselves."""
    truth = counted.cells.sort("cel")["aantal"].to_numpy().astype(np.float64)
    found: dict[int, tuple[float, float]] = {}
    for release in earlier:
        for cell, amount in _shown(counted, release, "teller").select("cel", "getal").iter_rows():
            margin = cost_base(amount) / 2
            least, most = max(amount - margin, 0.0), amount + margin
            if not least <= truth[cell] <= most:
                continue
            low, high = found.get(cell, (0.0, np.inf))
            found[cell] = (max(low, least), min(high, most))
    return tuple((cell, *found[cell]) for cell in sorted(found))


def said_of_means(
    counted: Counted, units: Sequence[int], earlier: Sequence[Page]
) -> tuple[tuple[int, float, float], ...]:
    """The same of sums that were shown as a mean of `units` (per cell, the number of today); of an
    older release also the sum itself, rounded."""
    truth = counted.cells.sort("cel")["aantal"].to_numpy().astype(np.float64)
    found: dict[int, tuple[float, float]] = {}
    for release in earlier:
        ranges = [
            (cell, number - release.rounding / 2, number + release.rounding / 2)
            for cell, number in _shown(counted, release, "teller")
            .select("cel", "getal")
            .iter_rows()
        ]
        for cell, mean in (
            _shown(counted, release, "teller", "waarde").select("cel", "getal").iter_rows()
        ):
            half = MEAN_STEP * counted.scale / 2
            ranges.append((cell, (mean - half) * units[cell], (mean + half) * units[cell]))
        for cell, least, most in ranges:
            if not least <= truth[cell] <= most:
                continue
            low, high = found.get(cell, (0.0, np.inf))
            found[cell] = (max(low, least), min(high, most))
    return tuple((cell, *found[cell]) for cell in sorted(found))


def _shown(counted: Counted, release: Page, part: str, column: str = "") -> pl.DataFrame:
    """metriek, KEY, cel, getal, drempel: what a release showed of the cells that are counted now,
    shown again or not, in their own unit; `column`: where it stood, if not under the name of the
    part."""
    return (
        counted.ever.select("metriek", *KEY, cel=part)
        .drop_nulls("cel")
        .join(
            release.figures.select("metriek", *KEY, "drempel", getal=column or part),
            on=["metriek", *KEY],
        )
        .drop_nulls("getal")
        .with_columns(pl.col("getal") * counted.scale)
        .sort("cel", "metriek")
    )
