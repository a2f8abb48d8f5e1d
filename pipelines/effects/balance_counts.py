"""How many took part, and how many orders and plans were avoided, per school year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from ibis import _

from pipelines.effects import savings
from pipelines.effects.balance_table import balance_row
from pipelines.effects.design import Minimum
from pipelines.effects.rounding import rounded_count
from pipelines.effects.rows import Given
from pipelines.effects.summaries import everyone


@dataclass(frozen=True)
class Counts:
    """Rounded counts per school year (None: too few to tell), and the size of the whole pilot."""

    orders: dict[str, int | None]
    plans: dict[str, int | None]
    participants: dict[str, int | None]
    pupils: int
    schools: int
    first_year: str


def balance_counts(given: Given, years: Sequence[str], minimum: Minimum) -> Counts:
    """Participants per school year, and avoided plans and orders in the year of the start.

    A count of fewer than 10 children or at one school may not be told, and counts as nothing.
    """
    people = everyone(given.tables).filter(_.groep == "zis")
    marks = given.tables["zis_deelnames"].select(
        "deelname_id", "beschikking_vermeden", "opp_aanvulling"
    )
    rows = (
        people.join(marks, "deelname_id")
        .mutate(
            order=_.beschikking_vermeden.fill_null(False).cast("int64"),
            plan=_.opp_aanvulling.fill_null(False).cast("int64"),
        )
        .group_by("school", "start_month", "leave_month")
        .aggregate(pupils=_.count(), orders=_.order.sum(), plans=_.plan.sum())
        .to_polars()
    )

    def shown(column: str, chosen: pl.DataFrame) -> int | None:
        kept = chosen.filter(pl.col(column) > 0)
        total = int(kept[column].sum())
        few = total < minimum.show_children or kept["school"].n_unique() < minimum.show_schools
        return None if few else rounded_count(total, 5)

    orders: dict[str, int | None] = {}
    plans: dict[str, int | None] = {}
    participants: dict[str, int | None] = {}
    for year in years:
        first = (int(year[:4]) - 1970) * 12 + 7
        begun = rows.filter(pl.col("start_month").is_between(first, first + 11))
        if year == years[0]:
            begun = rows.filter(pl.col("start_month") <= first + 11)
        there = rows.filter(
            (pl.col("start_month") <= first + 11) & (pl.col("leave_month") >= first)
        )
        orders[year], plans[year] = shown("orders", begun), shown("plans", begun)
        participants[year] = shown("pupils", there)
    begun_in = int(rows["start_month"].min() or 0)
    began = 1970 + (begun_in - 7) // 12
    return Counts(
        orders,
        plans,
        participants,
        int(rows["pupils"].sum()),
        rows["school"].n_unique(),
        f"{began}/{began + 1}",
    )


def too_few(minimum: Minimum) -> str:
    """Why a count is not shown."""
    return (
        f"Minder dan {minimum.show_children} leerlingen of minder dan {minimum.show_schools}"
        " scholen; telt in de rekensom als nul."
    )


def count_rows(
    route: savings.Route,
    years: Sequence[str],
    counts: Counts,
    minimum: Minimum,
    *,
    leading: bool,
) -> list[dict[str, Any]]:
    """What a reader needs to work the balance out again: counts, and the programme's years."""
    begun = int(counts.first_year[:4])
    rows: list[dict[str, Any]] = []
    for year in years:
        parts = {
            "programmajaar": int(year[:4]) - begun + 1,
            "deelnemers": counts.participants[year],
            "aantal_beschikkingen": counts.orders[year],
            "aantal_zorgplannen": counts.plans[year],
        }
        for part, value in parts.items():
            row = (
                balance_row(
                    year,
                    route,
                    part,
                    "",
                    leading=leading,
                    status="te_klein",
                    reason=too_few(minimum),
                )
                if value is None
                else balance_row(year, route, part, "", leading=leading) | {"waarde": float(value)}
            )
            rows.append(row | {"zin": "", "volgorde": len(rows)})
    return rows
