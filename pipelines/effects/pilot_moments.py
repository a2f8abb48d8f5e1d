"""Tables -> what a pilot is planned from: sums and products per school, nothing about one child.

For the same pupils and windows as `summaries.outcome_by_slice`; products of a pupil's own before
and during show how far chance moves one pupil, which sums per school cannot.
"""

from __future__ import annotations

import ibis
import polars as pl
from ibis import _

from pipelines.effects.design import DAYS_PER_MONTH, Observed, Parameters, Window
from pipelines.effects.happenings import Tables, happened
from pipelines.effects.measures import Care, Events
from pipelines.effects.summaries import DECIMALS, days, participants

_KEYS = ("school", "groep")


def moments_of_counts(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> pl.DataFrame:
    """Per school and groep, of pupils (i) with y in w months before, and Y in W months during.

    Columns: pupils, left (who stop while they are followed), w, big_w, ww (sums, of w squared too),
    y, big_y, yy, wy, and with k = W / w: ky, kky, kyky, kyy (= sum of k y Y), big_yy; of both
    phases the pupils with an event and one pupil's largest part (`with_y`, `most_y`, ...).
    """
    pupils = participants(tables, observed, window).mutate(
        first_day=ibis.greatest(_.known_from, _.start - days(window.voor)),
        last_day=ibis.least(_.known_to, _.leave, _.start + days(window.tijdens)),
    )
    pupils = pupils.mutate(
        w=(_.start - _.first_day) / DAYS_PER_MONTH,
        big_w=(_.last_day - _.start) / DAYS_PER_MONTH,
        stops=(_.leave < ibis.least(_.known_to, _.start + days(window.tijdens))).cast("int64"),
    )
    seen = pupils.group_by(*_KEYS).aggregate(
        pupils=_.count(),
        left=_.stops.sum(),
        w=_.w.sum(),
        big_w=_.big_w.sum(),
        ww=(_.w * _.w).sum(),
    )
    events = happened(tables, measure, parameters, observed.end)
    inside = pupils.inner_join(
        events,
        [
            pupils.leerling_id == events.event_of,
            events["first"] < pupils.last_day,
            events.end > pupils.first_day,
        ],
    )
    before = ibis.least(_.start, _.end) - ibis.greatest(_.first_day, _["first"])
    during = ibis.least(_.last_day, _.end) - ibis.greatest(_.start, _["first"])
    each = (
        inside.group_by("leerling_id", *_KEYS, "w", "big_w")
        .aggregate(
            y=(ibis.greatest(before, 0) * _.per_day).sum(),
            big_y=(ibis.greatest(during, 0) * _.per_day).sum(),
        )
        .mutate(k=_.big_w / _.w)
    )
    products = each.group_by(*_KEYS).aggregate(
        y=_.y.sum(),
        big_y=_.big_y.sum(),
        yy=(_.y * _.y).sum(),
        wy=(_.w * _.y).sum(),
        ky=(_.k * _.y).sum(),
        kky=(_.k * _.k * _.y).sum(),
        kyky=(_.k * _.y * _.k * _.y).sum(),
        kyy=(_.k * _.y * _.big_y).sum(),
        big_yy=(_.big_y * _.big_y).sum(),
        with_y=(_.y > 0).cast("int64").sum(),
        with_big_y=(_.big_y > 0).cast("int64").sum(),
        most_y=_.y.max(),
        most_big_y=_.big_y.max(),
    )
    exposure: pl.DataFrame = seen.to_polars()
    found: pl.DataFrame = products.to_polars()
    numbers = [name for name in found.columns if name not in _KEYS]
    return (
        exposure.join(found, on=list(_KEYS), how="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .with_columns(pl.selectors.float().round(DECIMALS))
        .sort(_KEYS)
    )


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
