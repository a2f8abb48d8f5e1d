"""What counts for a measure, as one shape: leerling, first day, day after the last, weight per day.

An event is a stretch of one day; a provision is a stretch of all its days. Only ibis expressions,
so any engine can do the counting. Days are numbered since 1970.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.effects.data.kept import table_once
from pipelines.effects.effect import DAYS_PER_MONTH, Parameters, value_of
from pipelines.effects.outcomes import Care, Events
from pipelines.warehouse import school_days

Tables = Mapping[str, ir.Table]

HOURS_IN: Mapping[str, float] = {"01": 1 / 60, "04": 1.0, "16": 4.0}
"""Hours in a unit of time of WJ756; other units are not converted."""

FAR = 10**7


def happened(
    tables: Tables, measure: Events | Care, parameters: Parameters, known_to: dt.date
) -> ir.Table:
    """Columns event_of, first, end, per_day of everything that counts; open stretches run on."""
    if isinstance(measure, Care):
        return granted(tables, measure.forms, measure.unit_code)
    rows = _derived(tables, measure, parameters, known_to).filter(
        _.leerling_id.notnull(), _[measure.date].notnull()
    )
    for column, codes in measure.keep:
        rows = rows.filter(_[column].isin(codes))
    first = _[measure.date].epoch_days().cast("int64")
    if measure.until is not None:
        end = (_[measure.until].epoch_days().cast("int64") + 1).fill_null(FAR)
        return rows.select(
            event_of=_.leerling_id,
            first=first,
            end=end,
            per_day=ibis.literal(1 / DAYS_PER_MONTH),
        ).filter(_.end > _["first"])
    weight = _[measure.weight].cast("float64") if measure.weight else ibis.literal(1.0)
    return rows.select(event_of=_.leerling_id, first=first, end=first + 1, per_day=weight)


def _derived(
    tables: Tables, measure: Events, parameters: Parameters, known_to: dt.date
) -> ir.Table:
    rows = tables[measure.dataset]
    match measure.derived:
        case "":
            return rows
        case "thuiszitters":
            least = int(value_of(parameters, "grens_langdurig_relatief_schooldagen", 20))
            return table_once(
                tables,
                ("thuiszitters", least, known_to),
                lambda: _absent(rows, tables, least, known_to),
            )
        case "zwaarder":
            months = value_of(parameters, "termijn_zwaardere_zorg_maanden", 12)
            return _heavier(rows, int(months * DAYS_PER_MONTH))


def _absent(rows: ir.Table, tables: Tables, least: int, known_to: dt.date) -> ir.Table:
    """Absolute absence, and relative absence that lasted longer than so many school days; what has
    no end up to the day `known_to`.
    """
    longer = school_days.lasts_longer_from(
        rows.filter(_.soort == "relatief").mutate(least=ibis.literal(least)),
        tables,
        "start_datum",
        "least",
        "long_from",
    )
    ended = _.eind_datum.fill_null(ibis.literal(known_to - dt.timedelta(days=1)))
    long = longer.filter(_.long_from <= ended).select(*rows.columns)
    return ibis.union(rows.filter(_.soort == "absoluut"), long)


def _heavier(care: ir.Table, within: int) -> ir.Table:
    """Provisions at a higher niveau than any that ran in the `within` days before; it had one."""
    known = care.filter(_.leerling_id.notnull(), _.niveau.notnull(), _.start_datum.notnull())
    later = known.select(
        "toewijzing_id",
        "leerling_id",
        "start_datum",
        level=_.niveau.cast("int64"),
        day=_.start_datum.epoch_days().cast("int64"),
    )
    earlier = known.select(
        before_of=_.leerling_id,
        before_level=_.niveau.cast("int64"),
        before_first=_.start_datum.epoch_days().cast("int64"),
        before_end=_.eind_datum.epoch_days().cast("int64").fill_null(FAR),
    )
    return (
        later.join(
            earlier,
            [
                later.leerling_id == earlier.before_of,
                earlier.before_first < later.day,
                earlier.before_end >= later.day - within,
            ],
        )
        .group_by("toewijzing_id", "leerling_id", "start_datum", "level")
        .aggregate(highest=_.before_level.max())
        .filter(_.level > _.highest)
        .group_by("leerling_id", "start_datum")
        .aggregate(toewijzing_id=_.toewijzing_id.min())
    )


def granted(
    tables: Tables,
    forms: Sequence[tuple[str, str | None]],
    unit: str,
    keys: Sequence[str] = (),
) -> ir.Table:
    """event_of, first, end and volume per day in `unit` of each provision of these forms, with its
    own `keys`.

    Left out: another unit that cannot be converted, an unknown frequentie, and a total within a
    term that has no end.
    """
    wanted = ibis.or_(
        *[
            (_.hulpvorm == form)
            if level is None
            else (_.hulpvorm == form) & (_.niveau.cast("string") == level)
            for form, level in forms
        ]
    )
    care = tables["jeugdhulp"].filter(wanted, _.volume.notnull())
    factor = ibis.cases(
        *[(_.eenheid == code, HOURS_IN[code] / HOURS_IN[unit]) for code in HOURS_IN]
        if unit in HOURS_IN
        else [(_.eenheid == unit, 1.0)],
        else_=None,
    )
    first = _.start_datum.epoch_days().cast("int64")
    end = _.eind_datum.epoch_days().cast("int64") + 1
    care = care.mutate(first=first, end=end, factor=factor).filter(
        _.factor.notnull(), _.end.isnull() | (_.end > _["first"])
    )
    per_day = ibis.cases(
        (_.frequentie == "1", 1.0),
        (_.frequentie == "2", 1 / 7),
        (_.frequentie == "4", 1 / DAYS_PER_MONTH),
        (_.frequentie == "6", 1.0 / (_.end - _["first"])),
        else_=None,
    )
    return (
        care.mutate(per_day=per_day * _.volume.cast("float64") * _.factor)
        .filter(_.per_day.notnull())
        .select(
            *keys,
            event_of=_.leerling_id,
            first=_["first"],
            end=_.end.fill_null(FAR),
            per_day=_.per_day,
        )
    )
