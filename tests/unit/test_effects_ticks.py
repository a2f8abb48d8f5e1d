"""Avoided beschikkingen against the register: only what nothing contradicts is money."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.effects.catalogue.medium_term import ZIS_M5
from pipelines.effects.designs.rows import Given
from pipelines.effects.designs.sums import hours_rows
from pipelines.effects.effect import Minimum
from pipelines.effects.savings import ticks
from pipelines.effects.savings.balance_counts import balance_counts
from pipelines.effects.savings.ticks import CONFIRMED, CONTRADICTED, UNCHECKED, order_ticks
from pipelines.warehouse.coverage import TABLE
from tests.unit.test_effects_compute import as_tables, made_up
from tests.unit.test_effects_coverage import PARAMETERS, TOWNS, covered

LAST = dt.date(2025, 7, 31)
START = dt.date(2023, 9, 1)
HOURS, RATE = PARAMETERS["uren_per_beschikking"], PARAMETERS["uurtarief_beschikking"]
# Pupils per school: contradicted, confirmed, and without a tick but with a new toewijzing.
AGAIN, NONE, UNTICKED = 7, 4, 3
SCHOOLS = 6


def order(pupil: str, begun: dt.date, end: dt.date | None = None) -> dict[str, object]:
    return {
        "toewijzing_id": f"T-{pupil[:8]}-{begun}",
        "leerling_id": pupil,
        "woongemeente": TOWNS[0],
        "hulpvorm": "dyslexiezorg",
        "start_datum": begun,
        "eind_datum": end,
    }


def pilot(
    lacking: tuple[tuple[str, str], ...] = (), start: dt.date = START, again: int = AGAIN
) -> Given:
    """Six schools in one town; every pupil had an older provision, `again` a new one as well."""
    rows: dict[str, list[dict[str, object]]] = {"zis_deelnames": [], "jeugdhulp": [], "scholen": []}
    for school in range(SCHOOLS):
        code = f"{school:02d}AA00"
        rows["scholen"].append({"vestigingscode": code, "gemeente": TOWNS[0]})
        for n in range(AGAIN + NONE + UNTICKED):
            pupil = made_up(f"{school}-{n}")
            rows["zis_deelnames"].append(
                {
                    "deelname_id": f"D{school}-{n}",
                    "leerling_id": pupil,
                    "vestigingscode": code,
                    "groep": "zis",
                    "start_datum": start,
                    "beschikking_vermeden": n < AGAIN + NONE,
                }
            )
            rows["jeugdhulp"].append(order(pupil, dt.date(2022, 9, 1), dt.date(2023, 6, 30)))
            if n < again or n >= AGAIN + NONE:
                rows["jeugdhulp"].append(order(pupil, start + dt.timedelta(days=90 * (n % 3))))
    gaps = set(lacking)
    rows["jeugdhulp"] = [
        row for row in rows["jeugdhulp"]
        if (TOWNS[0], _year(row["start_datum"])) not in gaps
    ]  # fmt: skip
    tables = {**as_tables(rows), TABLE: covered({"jeugdhulp": gaps})}
    return Given(tables, frozenset(rows), PARAMETERS, LAST)


def _year(day: object) -> str:
    assert isinstance(day, dt.date)
    begun = day.year - (day.month < 8)
    return f"{begun}/{begun + 1}"


def total(found: pl.DataFrame) -> dict[str, int]:
    return {name: int(found[name].sum()) for name in ticks.VERDICTS}


@pytest.fixture(scope="module")
def usual() -> Given:
    return pilot()


def test_a_tick_that_the_register_contradicts_is_no_money(usual: Given) -> None:
    """Seven of eleven ticks a school got a new toewijzing, on the day of the start or later."""
    assert total(order_ticks(usual).rows) == {
        CONFIRMED: SCHOOLS * NONE, CONTRADICTED: SCHOOLS * AGAIN, UNCHECKED: 0,
    }  # fmt: skip
    (row,) = hours_rows(usual, ZIS_M5, ZIS_M5.outcomes[0])
    assert row.result is not None
    assert row.result.n_pupils == 25  # 24
    assert row.result.estimate == 25 * HOURS.value * RATE.value == 15_000
    assert "Bij ongeveer 40 leerlingen meldt het project een vermeden beschikking, maar begon" in (
        row.result.sentence
    )
    counts = balance_counts(usual, ["2023/2024", "2024/2025"], Minimum())
    assert counts.orders == {"2023/2024": 25, "2024/2025": None}
    assert counts.contradicted == {"2023/2024": 40, "2024/2025": None}
    assert counts.unchecked == {"2023/2024": None, "2024/2025": None}


def test_ticks_that_the_register_contradicts_all_give_no_amount() -> None:
    (row,) = hours_rows(pilot(again=AGAIN + NONE), ZIS_M5, ZIS_M5.outcomes[0])
    assert (row.result, row.status) == (None, "te_klein")
    assert "die het register van jeugdhulp bevestigt" in row.reason
    assert "Bij ongeveer 65 leerlingen meldt" in row.reason


def test_what_was_not_delivered_confirms_nothing() -> None:
    """Without the year after the start no order is seen: that is not the same as no order."""
    gone = pilot(lacking=((TOWNS[0], "2023/2024"),))
    found = order_ticks(gone)
    assert total(found.rows) == {CONFIRMED: 0, CONTRADICTED: 0, UNCHECKED: SCHOOLS * (AGAIN + NONE)}
    (row,) = hours_rows(gone, ZIS_M5, ZIS_M5.outcomes[0])
    assert (row.result, row.status) == (None, "niet_geleverd")
    assert f"jeugdhulp van bron {TOWNS[0]} over 2023/2024" in row.reason
    assert balance_counts(gone, ["2023/2024"], Minimum()).orders == {"2023/2024": None}


def test_a_term_that_has_not_passed_confirms_nothing() -> None:
    late = pilot(start=dt.date(2024, 9, 2))
    assert total(order_ticks(late).rows) == {
        CONFIRMED: 0, CONTRADICTED: SCHOOLS * AGAIN, UNCHECKED: SCHOOLS * NONE,
    }  # fmt: skip
    (row,) = hours_rows(late, ZIS_M5, ZIS_M5.outcomes[0])
    assert (row.result, row.status) == (None, "te_klein")
    assert "Bij ongeveer 25 leerlingen met een vermeden beschikking is het niet na te gaan" in (
        row.reason
    )


def test_small_counts_of_ticks_are_not_told(usual: Given) -> None:
    found = order_ticks(usual)
    told = ticks.told(found, {CONFIRMED: 25, CONTRADICTED: None, UNCHECKED: None}, Minimum())
    assert "toch een nieuwe" not in told
    assert told.endswith(
        "Aantallen van minder dan 10 leerlingen of op minder dan 2 scholen worden niet genoemd en"
        " tellen als nul."
    )
    few = found.rows.head(2).with_columns(pl.lit(4).alias(CONFIRMED))
    assert ticks.shown_count(few, CONFIRMED, Minimum()) is None
