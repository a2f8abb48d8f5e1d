"""Birth dates, told from dates of registration by how they lie."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.ingest.notation import DATE_FORMATS

PUPIL_AGES = (3.0, 23.0)  # years between the middle of a birth date column and that of the others
BIRTH_DATES_FROM = 20  # distinct dates
BIRTH_SPREAD = 3.0  # years between the 5th and the 95th percentile
BIRTH_DISTINCT = 0.4  # distinct dates as a share of the filled cells
WEEKEND = 0.15  # children are born on Sundays; registrations are made on weekdays
YEAR = 365.25  # days
FIRST_YEAR = 1900  # of a date about anybody alive


_SHAPE = r"^\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|(19|20)\d{6})\b"
_SHORT_YEAR = r"^(\d{1,2}[-/.]\d{1,2}[-/.])(\d{2})$"


@dataclass
class Dates:
    """The dates in a column: how many filled cells, how many look like a date, and which days."""

    filled: int = 0
    shaped: int = 0
    days: list[pl.DataFrame] = field(default_factory=list)  # `dag` since 1970, `cellen`, per part

    def see(self, values: pl.Series, counts: pl.Series) -> None:
        """Distinct values of a part, and in how many cells each stands."""
        self.filled += int(counts.sum())
        shaped = values.str.contains(_SHAPE)
        if not shaped.any():
            return
        self.shaped += int(counts.filter(shaped).sum())
        days = as_dates(values.filter(shaped)).to_physical()
        seen = {"dag": days, "cellen": counts.filter(shaped).cast(pl.Int64)}
        self.days.append(pl.DataFrame(seen).drop_nulls())

    def known(self) -> tuple[pl.Series, pl.Series] | None:
        """(distinct days in order, cells of each) of a column that holds dates; None where nine in
        ten are none."""
        if self.filled == 0 or self.shaped < 0.5 * self.filled:
            return None
        days = pl.concat(self.days).group_by("dag").agg(pl.col("cellen").sum()).sort("dag")
        known = days["cellen"].sum() >= 0.9 * self.filled
        return (days["dag"], days["cellen"]) if known else None


def as_dates(values: pl.Series) -> pl.Series:
    """Text -> dates, in any notation that a layout may name; null for what is no date.

    A year of two digits is one of 1950 to 2049, as in a delivery (`notation`).
    """
    text = (
        values.alias("t")
        .str.strip_chars()
        .str.replace(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", "")
    )
    text = text.str.replace(_SHORT_YEAR.replace(r"\d{2})$", r"[0-4]\d)$"), "${1}20${2}")
    text = text.str.replace(_SHORT_YEAR, "${1}19${2}")
    forms = [pl.col("t").str.to_date(form, strict=False) for form in DATE_FORMATS.values()]
    found = text.to_frame("t").select(pl.coalesce(forms)).to_series()
    return found.set(found.dt.year() < FIRST_YEAR, None)


def birth_dates(seen: Mapping[str, Dates], unmapped: Collection[str]) -> set[str]:
    """Columns whose dates lie as far before the file's other dates as pupils are old.

    Birth dates are spread over years and weekdays and seldom come twice; dates of registration
    keep to working days and to the period of the delivery.
    """
    dates = {cell: found for cell, of in seen.items() if (found := of.known()) is not None}
    births: set[str] = set()
    for cell in unmapped:
        if cell not in dates:
            continue
        others = [_middle(*found) for c, found in dates.items() if c != cell]
        if _like_births(*dates[cell], max(others) if others else None):
            births.add(cell)
    return births


def _middle(days: pl.Series, cells: pl.Series) -> float:
    """The median day over all cells."""
    below = cells.cum_sum()
    half = below[-1] / 2
    low = below.search_sorted(half, side="left")
    high = below.search_sorted(half, side="right")
    return float(days[low] + days[min(high, days.len() - 1)]) / 2


def _like_births(days: pl.Series, cells: pl.Series, reference: float | None) -> bool:
    if days.len() < BIRTH_DATES_FROM or days.len() < BIRTH_DISTINCT * int(cells.sum()):
        return False
    low, high = (days.quantile(q, interpolation="linear") or 0.0 for q in (0.05, 0.95))
    weekend = ((days + 3) % 7 >= 5).sum() / days.len()  # 1 January 1970 was a Thursday
    if high - low < BIRTH_SPREAD * YEAR or weekend < WEEKEND:
        return False
    if reference is None:
        return True
    youngest, oldest = PUPIL_AGES
    middle = days.quantile(0.5, interpolation="linear") or 0.0
    return youngest * YEAR <= reference - middle <= oldest * YEAR
