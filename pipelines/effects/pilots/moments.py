"""Tables -> what a pilot is planned from: sums and products per school, nothing about one child.

For the same pupils and windows as `summaries.outcome_by_slice`; products of a pupil's own before
and during show how far chance moves one pupil, which sums per school cannot.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.data.events import Tables, happened
from pipelines.effects.data.kept import table_once
from pipelines.effects.data.summaries import DECIMALS, days, participants
from pipelines.effects.effect import DAYS_PER_MONTH, Observed, Parameters, Window
from pipelines.effects.outcomes import Care, Events

_KEYS = ("school", "groep")


def moments_of_counts(
    tables: Tables,
    measures: Mapping[str, Events | Care],
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> dict[str, pl.DataFrame]:
    """Per measure that anything happened of, and in it per school and groep, of pupils (i) with y
    in w months before, and Y in W months during; all measures in one question to the engine.

    Columns: pupils, left (who stop while they are followed), w, big_w, ww (sums, of w squared too),
    y, big_y, yy, wy, and with k = W / w: ky, kky, kyky, kyy (= sum of k y Y), big_yy; of both
    phases the pupils with an event and one pupil's largest part (`with_y`, `most_y`, ...).
    """
    stretches = _stretches(participants(tables, observed, window), window)
    pupils = table_once(
        tables, ("before and during", observed.known, window), lambda: _per_pupil(stretches, window)
    )
    exposure: pl.DataFrame = (
        pupils.group_by(*_KEYS)
        .aggregate(
            pupils=_.count(),
            left=_.stops.sum(),
            w=_.w.sum(),
            big_w=_.big_w.sum(),
            ww=(_.w * _.w).sum(),
        )
        .to_polars()
    )
    found = _products(tables, measures, stretches, pupils, observed, parameters)
    numbers = [name for name in found.columns if name not in ("measure", *_KEYS)]
    return {
        measure: exposure.join(own.drop("measure"), on=list(_KEYS), how="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .with_columns(pl.selectors.decimal().cast(pl.Float64))  # sums on Spark
        .with_columns(pl.selectors.float().round(DECIMALS))
        .sort(_KEYS)
        for (measure,), own in sorted(found.partition_by("measure", as_dict=True).items())
    }


def _stretches(pupils: ir.Table, window: Window) -> ir.Table:
    """Every unbroken stretch in which a pupil is followed: `begin` until `until`."""
    return pupils.mutate(
        begin=ibis.greatest(_.known_from, _.start - days(window.voor)),
        until=ibis.least(_.known_to, _.leave, _.start + days(window.tijdens)),
    ).filter(_.until > _.begin)


def _per_pupil(stretches: ir.Table, window: Window) -> ir.Table:
    """Months before (`w`) and during (`big_w`) of each pupil, and whether it stops."""
    before = ibis.greatest(ibis.least(_.until, _.start) - _.begin, 0)
    during = ibis.greatest(_.until - ibis.greatest(_.begin, _.start), 0)
    end = ibis.least(_.known_to.max(), _.start.min() + days(window.tijdens))
    return stretches.group_by("leerling_id", *_KEYS).aggregate(
        w=before.sum() / DAYS_PER_MONTH,
        big_w=during.sum() / DAYS_PER_MONTH,
        stops=(_.leave.min() < end).cast("int64"),
    )


def _products(
    tables: Tables,
    measures: Mapping[str, Events | Care],
    stretches: ir.Table,
    pupils: ir.Table,
    observed: Observed,
    parameters: Parameters,
) -> pl.DataFrame:
    events = ibis.union(
        *(
            happened(tables, measure, parameters, observed.end).mutate(
                measure=ibis.literal(name), per_day=_.per_day.cast("float64")
            )
            for name, measure in measures.items()
        )
    )
    inside = stretches.inner_join(
        events,
        [
            stretches.leerling_id == events.event_of,
            events["first"] < stretches.until,
            events.end > stretches.begin,
        ],
    )
    before = ibis.least(_.start, _.until, _.end) - ibis.greatest(_.begin, _["first"])
    during = ibis.least(_.until, _.end) - ibis.greatest(_.start, _.begin, _["first"])
    totals = inside.group_by("measure", "leerling_id").aggregate(
        y=(ibis.greatest(before, 0) * _.per_day).sum(),
        big_y=(ibis.greatest(during, 0) * _.per_day).sum(),
    )
    each = totals.join(pupils, "leerling_id").mutate(ky=_.big_w / _.w * _.y, k=_.big_w / _.w)
    products: pl.DataFrame = (
        each.group_by("measure", *_KEYS)
        .aggregate(
            y=_.y.sum(),
            big_y=_.big_y.sum(),
            yy=(_.y * _.y).sum(),
            wy=(_.w * _.y).sum(),
            ky=_.ky.sum(),
            kky=(_.k * _.ky).sum(),
            kyky=(_.ky * _.ky).sum(),
            kyy=(_.ky * _.big_y).sum(),
            big_yy=(_.big_y * _.big_y).sum(),
            with_y=(_.y > 0).cast("int64").sum(),
            with_big_y=(_.big_y > 0).cast("int64").sum(),
            most_y=_.y.max(),
            most_big_y=_.big_y.max(),
        )
        .to_polars()
    )
    return products


def as_phases(moments: pl.DataFrame) -> pl.DataFrame:
    """The same as before and during apart, as `arms` judges whether they are large enough."""
    return pl.concat(
        moments.select(
            *_KEYS,
            pl.lit(index).alias("index"),
            "pupils",
            pl.col(f"{size}w").alias("months"),
            pl.col(f"{size}y").alias("total"),
            pl.col(f"with_{size}y").alias("pupils_with_event"),
            pl.col(f"most_{size}y").alias("largest"),
        )
        for index, size in enumerate(("", "big_"))
    )
