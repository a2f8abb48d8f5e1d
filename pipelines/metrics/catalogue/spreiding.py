"""Running trajectories and the wijken they come from, which SMW-XTRA is judged on (see `inzet`)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.catalogue import trajecten
from pipelines.metrics.metric import (
    Context,
    Measure,
    Tables,
)


def _active(tables: Tables, context: Context) -> ir.Table:
    found = tables["smw_trajecten"].filter(_.start_datum.notnull())
    running = derive.per_schooljaar(
        found, "start_datum", "eind_datum", context, trajecten.OPEN_TERM
    )
    return derive.with_school(running.mutate(woonwijk=running["wijkcode"]), tables)


def _schools_by_spread(tables: Tables, context: Context) -> ir.Table:
    """A row per school and year with trajectories, with whether it meets the criterion."""
    active = _active(tables, context)
    per_school = active.group_by("schooljaar", "vestigingscode").agg(
        wijken=_.woonwijk.nunique(), caseload=_.count()
    )
    first = derive.first_day(per_school["schooljaar"])
    wijken, caseload = per_school["wijken"], per_school["caseload"]
    spread = derive.by_norm(
        context, "xtra_minimum_wijken", first, lambda n: wijken >= ibis.literal(n)
    )
    busy = derive.by_norm(
        context, "xtra_minimum_caseload", first, lambda n: caseload >= ibis.literal(n)
    )
    return derive.with_school(per_school.mutate(voldoet=spread & busy), tables)


ACTIVE = Measure("lopende_trajecten", "trajecten", ("smw_trajecten",), _active, carries="lopend")


SCHOOLS_BY_SPREAD = Measure(
    "scholen_naar_spreiding",
    "scholen",
    ("smw_trajecten",),
    _schools_by_spread,
    ("totaal", "gemeente"),
    person="vestigingscode",
    carries="lopend",
)
