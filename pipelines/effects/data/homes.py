"""Where a pupil lives: the municipality that pays for its youth care and watches its attendance.

Where a pupil lives is only known of those who had youth care or stayed at home. Where the
municipality of the school did not deliver, following just them would be choosing on the outcome.
So a pupil is followed where both did: the municipality of its school and, if known, of its home.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.data.events import Tables
from pipelines.warehouse.answering import SCHOOL_DAYS
from pipelines.warehouse.coverage import TABLE

AT_HOME = "gemeente"
"""`niveau` of the units of datasets that are delivered by the municipality of the pupil."""

BOTH = "+"
"""Between the municipality of a pupil's school and that of its home, where they differ."""

_NAMED_IN = ("jeugdhulp", "thuiszitters")


def matter(tables: Tables) -> bool:
    """Does it make a difference for anything where a pupil lives?"""
    if TABLE not in tables:
        return False
    asked = (*_NAMED_IN, SCHOOL_DAYS.dataset)
    units: pl.DataFrame = tables[TABLE].filter(_.dataset.isin(asked)).to_polars()
    known = units.with_columns(known=pl.col("geleverd") & ~pl.col("onbekend"))
    return not all(same_everywhere(one) for _name, one in known.group_by("dataset"))


def same_everywhere(units: pl.DataFrame) -> bool:
    """Was every unit (`eenheid`) observed in the same school years? A closed school was not."""
    years = units.group_by("schooljaar").agg(pl.col("known").n_unique(), units=pl.len())
    return bool((years["known"] == 1).all()) and years["units"].n_unique() <= 1


def with_home(people: ir.Table, tables: Tables) -> ir.Table:
    """With `home`: the municipality of the school, and the last one named with the pupil itself.

    `GM0001`, `GM0001+GM0002` where they differ, or null.
    """
    named = ibis.union(
        *[
            tables[name]
            .filter(_.leerling_id.notnull(), _.woongemeente.notnull(), _.start_datum.notnull())
            .select(lives=_.leerling_id, woongemeente=_.woongemeente, since=_.start_datum)
            for name in _NAMED_IN
        ]
    )
    answered = tables[TABLE].filter(_.niveau == AT_HOME).select("eenheid").distinct()
    last = (
        named.semi_join(answered, named.woongemeente == answered.eenheid)
        .mutate(
            place=ibis.row_number().over(
                ibis.window(
                    group_by="lives", order_by=[ibis.desc("since"), ibis.desc("woongemeente")]
                )
            )
        )
        .filter(_.place == 0)
        .select("lives", "woongemeente")
    )
    schools = tables["scholen"].select(at=_.vestigingscode, town=_.gemeente)
    return (
        people.left_join(last, people.leerling_id == last.lives)
        .left_join(schools, _.school == schools.at)
        .mutate(
            home=ibis.ifelse(
                _.woongemeente != _.town,
                _.town + BOTH + _.woongemeente,
                ibis.coalesce(_.town, _.woongemeente),
            )
        )
        .drop("lives", "woongemeente", "at", "town")
    )
