"""How many took part, and how many orders and plans were avoided, per school year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from ibis import _

from pipelines import schoolyear
from pipelines.effects.data.summaries import everyone
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum
from pipelines.effects.savings import arithmetic
from pipelines.effects.savings.balance_table import TOTAL, balance_row
from pipelines.effects.savings.ticks import (
    CONFIRMED,
    CONTRADICTED,
    UNCHECKED,
    Judged,
    order_ticks,
    shown_count,
)


@dataclass(frozen=True)
class Counts:
    """Rounded counts per school year (None: too few to tell), and the size of the whole pilot.

    `orders`: avoided beschikkingen that the register confirms; `contradicted`, `unchecked`: ticks
    that it contradicts, or knows nothing of.
    `everyone`: distinct participants over all these years together. `locations`: schools with a
    participant in the year. `programme_years`: every school year with a participant. `judged`: the
    ticks behind them.
    """

    orders: dict[str, int | None]
    contradicted: dict[str, int | None]
    unchecked: dict[str, int | None]
    plans: dict[str, int | None]
    participants: dict[str, int | None]
    locations: dict[str, int]
    everyone: int | None
    pupils: int
    schools: int
    programme_years: tuple[str, ...]
    judged: Judged

    @property
    def ticks(self) -> dict[str, int | None]:
        """Verdict -> what is told of it over all years together; None where no year tells any."""
        parts = {
            CONFIRMED: self.orders,
            CONTRADICTED: self.contradicted,
            UNCHECKED: self.unchecked,
        }
        shown = {
            name: [n for n in years.values() if n is not None] for name, years in parts.items()
        }
        return {name: sum(known) if known else None for name, known in shown.items()}

    @property
    def first_year(self) -> str:
        return self.programme_years[0]


def balance_counts(given: Given, years: Sequence[str], minimum: Minimum) -> Counts:
    """Participants per school year, and avoided plans and orders in the year of the start.

    A count of fewer than 10 children or at one school may not be told, and counts as nothing.
    """
    people = everyone(given.tables).filter(_.groep == "zis")
    marks = given.tables["zis_deelnames"].select("deelname_id", "opp_aanvulling")
    rows = (
        people.join(marks, "deelname_id")
        .mutate(plan=_.opp_aanvulling.fill_null(False).cast("int64"))
        .group_by("school", "start_month", "leave_month")
        .aggregate(pupils=_.count(), plans=_.plan.sum())
        .to_polars()
    )
    judged = order_ticks(given)

    def present(year: str) -> pl.DataFrame:
        first = first_month(year)
        there = (pl.col("start_month") <= first + 11) & (pl.col("leave_month") >= first)
        found: pl.DataFrame = rows.filter(there)
        return found

    def begun(found: pl.DataFrame, column: str) -> dict[str, int | None]:
        month = pl.col("start_month")
        return {
            year: shown_count(
                found.filter(month.is_between(first_month(year), first_month(year) + 11)),
                column,
                minimum,
            )
            for year in years
        }

    ever = pl.any_horizontal(
        pl.lit(False),
        *(
            (pl.col("start_month") <= first_month(year) + 11)
            & (pl.col("leave_month") >= first_month(year))
            for year in years
        ),
    )
    return Counts(
        orders=begun(judged.rows, CONFIRMED),
        contradicted=begun(judged.rows, CONTRADICTED),
        unchecked=begun(judged.rows, UNCHECKED),
        plans=begun(rows, "plans"),
        participants={year: shown_count(present(year), "pupils", minimum) for year in years},
        locations={year: present(year)["school"].n_unique() for year in years},
        everyone=shown_count(rows.filter(ever), "pupils", minimum),
        pupils=int(rows["pupils"].sum()),
        schools=rows["school"].n_unique(),
        programme_years=_programme_years(rows, given.peildatum, years),
        judged=judged,
    )


def first_month(year: str) -> int:
    """August of a school year, in months since January 1970."""
    return (schoolyear.year_of(year) - 1970) * 12 + schoolyear.FIRST_MONTH - 1


def _programme_years(
    rows: pl.DataFrame, peildatum: dt.date | None, years: Sequence[str]
) -> tuple[str, ...]:
    """School years from the first start to the last that is over on `peildatum`, and `years`."""
    begun = 1970 + (min(rows["start_month"].to_list(), default=0) - 7) // 12
    last = max((schoolyear.year_of(year) for year in years), default=begun)
    if peildatum is not None:
        last = max(last, schoolyear.first_year(peildatum + dt.timedelta(days=1)) - 1)
    return tuple(
        year
        for year in map(schoolyear.label, range(begun, last + 1))
        if len(rows.filter(pl.col("leave_month") >= first_month(year)))
    )


def too_few(minimum: Minimum) -> str:
    """Why a count is not shown."""
    return (
        f"Minder dan {minimum.show_children} leerlingen of minder dan {minimum.show_schools}"
        " scholen; telt in de rekensom als nul."
    )


def count_rows(
    route: arithmetic.Route,
    years: Sequence[str],
    counts: Counts,
    minimum: Minimum,
    level: int,
    *,
    leading: bool,
) -> list[dict[str, Any]]:
    """What a reader needs to work the balance out again: counts, the programme's years, and the
    year in whose prices every amount is (`level`)."""
    begun = schoolyear.year_of(counts.first_year)
    rows: list[dict[str, Any]] = []
    for year in years:
        parts = {
            "programmajaar": schoolyear.year_of(year) - begun + 1,
            "locaties": counts.locations[year],
            "deelnemers": counts.participants[year],
            "aantal_beschikkingen": counts.orders[year],
            "aantal_tegengesproken": counts.contradicted[year],
            "aantal_niet_na_te_gaan": counts.unchecked[year],
            "aantal_zorgplannen": counts.plans[year],
        }
        for part, value in parts.items():
            rows.append(_count_row(year, route, part, value, minimum, leading, len(rows)))
    together = {"deelnemers": counts.everyone, "prijspeil": level}
    for part, value in together.items():
        rows.append(_count_row(TOTAL, route, part, value, minimum, leading, len(rows)))
    return rows


def _count_row(
    year: str,
    route: arithmetic.Route,
    part: str,
    value: int | None,
    minimum: Minimum,
    leading: bool,
    place: int,
) -> dict[str, Any]:
    row = balance_row(year, route, part, "", leading=leading)
    if value is None:
        row = balance_row(
            year, route, part, "", leading=leading, status="te_klein", reason=too_few(minimum)
        )
    else:
        row["waarde"] = float(value)
    return row | {"zin": "", "volgorde": place}
