"""The legal signal of absence: 16 hours of lessons in four consecutive weeks of school.

Holidays are no weeks of school, so a window is a number of consecutive school days of the pupil's
calendar (`school_days`). Hours are delivered per period of absence and not per day, so that the
signal is sometimes certain, sometimes certainly not there, and sometimes not to be told. Nothing is
spread over days.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.metric import Context, Tables
from pipelines.warehouse import school_days

HOURS = "grens_signaal_verzuim_uren"
WINDOW = "grens_signaal_verzuim_schooldagen"
UNDETERMINED = (
    "Niet te bepalen: van geen periode is te zeggen of het wettelijke signaal is bereikt. Lever"
    " uren_verzuim bij de perioden van thuiszitters, en vul vakantieregio in in gebieden of in"
    " scholen."
)


def with_signal(tables: Tables, context: Context) -> ir.Table:
    """Periods of relative absence that began by the peildatum, with `signaal`.

    True: the hours of this period are so many that some four weeks of it hold the limit, or those
    of all periods that lie wholly in some four weeks with it do. False: the hours of every period
    that could share four weeks with it stay below the limit together. Empty where neither is
    certain, where hours that matter were not delivered, or where the school days are not known. A
    period that still ran on the peildatum has hours that are not known.
    """
    found = _periods(tables, context)
    other = found.select(_kind=_.leerling_id, _van=_.start_datum, _tot=_.laatste, _u=_.bekende_uren)
    near = found.join(
        other,
        [
            found["leerling_id"] == other["_kind"],
            other["_van"] <= found["uiterlijk"],
            other["_tot"] >= found["vanaf"],
        ],
    )
    most = near.group_by("verzuim_id").agg(
        hoogstens=_["_u"].fill_null(0.0).sum(),
        leeg=_["_u"].isnull().cast("int64").sum(),
    )
    most = most.rename(_periode="verzuim_id")
    told = derive.marked(found, "verzuim_id", _together(found, other)["verzuim_id"], "samen")
    told = told.left_join(most, told["verzuim_id"] == most["_periode"]).drop("_periode")
    alone = (told["bekende_uren"] / told["vensters"] >= told["grens"]).fill_null(False)
    never = ((told["hoogstens"] < told["grens"]) & (told["leeg"] == 0)).fill_null(False)
    return told.mutate(
        signaal=ibis.ifelse(
            told["samen"] | alone, True, ibis.ifelse(never, False, ibis.null("boolean"))
        )
    )


def _periods(tables: Tables, context: Context) -> ir.Table:
    """`laatste`: last day up to the peildatum. `vanaf`, `uiterlijk`: first and last day of all
    windows that touch the period. `venster`: last day of the window that begins with it.
    `vensters`: the fewest windows that cover it. Empty where school days are not known.
    """
    asof = ibis.literal(context.peildatum)
    found = tables["thuiszitters"].filter(_.soort == "relatief", _.start_datum <= asof)
    ended = (found["eind_datum"] <= asof).fill_null(False)
    start = found["start_datum"]
    found = found.mutate(
        laatste=ibis.least(found["eind_datum"].fill_null(asof), asof),
        bekende_uren=ibis.ifelse(ended, found["uren_verzuim"], ibis.null("float64")),
        grens=derive.by_norm(context, HOURS, start, lambda n: ibis.literal(float(n))),
        dag_ervoor=derive.plus_days(start, -1),
        na=derive.by_norm(context, WINDOW, start, lambda n: ibis.literal(int(n))).cast("int64"),
        na_begin=derive.by_norm(context, WINDOW, start, lambda n: ibis.literal(int(n) + 1)).cast(
            "int64"
        ),
        terug=derive.by_norm(context, WINDOW, start, lambda n: ibis.literal(2 - int(n))).cast(
            "int64"
        ),
    )
    found = school_days.nth_after(found, tables, "dag_ervoor", "terug", "vanaf")
    found = school_days.nth_after(found, tables, "laatste", "na", "na_uiterlijk")
    found = school_days.nth_after(found, tables, "dag_ervoor", "na_begin", "na_venster")
    found = school_days.between(found, tables, "dag_ervoor", "laatste", "schooldagen")
    return found.mutate(
        uiterlijk=derive.plus_days(found["na_uiterlijk"], -1),
        venster=derive.plus_days(found["na_venster"], -1),
        vensters=ibis.ifelse(
            found["schooldagen"] < found["na"], 1, (found["schooldagen"] / found["na"]).ceil()
        ),
    )


def _together(found: ir.Table, other: ir.Table) -> ir.Table:
    """Periods that lie in a window whose periods hold the limit together."""
    inside = found.join(
        other,
        [
            found["leerling_id"] == other["_kind"],
            other["_van"] >= found["start_datum"],
            other["_tot"] <= found["venster"],
        ],
    )
    sums = inside.group_by("leerling_id", "start_datum", "venster", "grens", "verzuim_id").agg(
        som=_["_u"].fill_null(0.0).sum()
    )
    reached = sums.filter(sums["som"] >= sums["grens"]).select(
        _wie=_.leerling_id, _begin=_.start_datum, _einde=_.venster
    )
    return found.semi_join(
        reached,
        [
            found["leerling_id"] == reached["_wie"],
            found["start_datum"] >= reached["_begin"],
            found["laatste"] <= reached["_einde"],
        ],
    )
