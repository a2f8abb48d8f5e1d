"""Populations of school social work trajectories, shared by the themes that look at them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.metric import SCHOOL_LEVELS, Context, Level, Measure, Tables

LEVELS: tuple[Level, ...] = (*SCHOOL_LEVELS, "aanbieder")
DATASETS = ("smw_trajecten",)


def _placed(tables: Tables, context: Context, date: str) -> ir.Table:
    """Trajectories in the school year of a date, with axis, waiting time and school areas."""
    found = tables["smw_trajecten"]
    problems = context.contracts.codes["problematiek"]
    waited = derive.days_between(found["aanmeld_datum"], found["start_datum"])
    return derive.with_school(
        found.mutate(
            derive.from_codes(found["problematiek"], problems, "as").name("as"),
            schooljaar=derive.schooljaar(found[date]),
            wachtdagen=waited,
            binnen_norm=derive.by_norm(
                context, "norm_smw_start_dagen", found["aanmeld_datum"], lambda n: waited <= n
            ),
            doorlooptijd=derive.days_between(found["start_datum"], found["eind_datum"]),
        ),
        tables,
    )


def _registered(tables: Tables, context: Context) -> ir.Table:
    return _placed(tables, context, "aanmeld_datum")


def _started(tables: Tables, context: Context) -> ir.Table:
    return _placed(tables, context, "start_datum")


def _closed(tables: Tables, context: Context) -> ir.Table:
    return _placed(tables, context, "eind_datum")


def _active(tables: Tables, context: Context) -> ir.Table:
    found = tables["smw_trajecten"].filter(_.start_datum.notnull())
    running = derive.per_schooljaar(found, "start_datum", "eind_datum", context.peildatum)
    aged = running.mutate(leeftijdsgroep=derive.leeftijdsgroep(running["leeftijd"]))
    return derive.with_enrolment(derive.with_school(aged, tables), tables)


def _goals(tables: Tables, context: Context) -> ir.Table:
    """Two rows per closed trajectory: its goals that were reached, and those that were not."""
    known = _closed(tables, context).filter(_.doelen_gesteld.notnull(), _.doelen_behaald.notnull())
    reached = known.mutate(doelen=known["doelen_behaald"], behaald=ibis.literal(1))
    missed = known.mutate(
        doelen=known["doelen_gesteld"] - known["doelen_behaald"], behaald=ibis.literal(0)
    )
    return reached.union(missed).filter(_.doelen > 0)


REGISTERED = Measure("aanmeldingen", "aanmeldingen", DATASETS, _registered, LEVELS)
STARTED = Measure("gestarte_trajecten", "trajecten", DATASETS, _started, LEVELS)
CLOSED = Measure("afgesloten_trajecten", "trajecten", DATASETS, _closed, LEVELS)
GOALS = Measure("doelen_van_afgesloten_trajecten", "doelen", DATASETS, _goals, LEVELS)
ACTIVE_PUPILS = Measure(
    "leerlingen_met_traject", "leerlingen", DATASETS, _active, LEVELS, distinct="leerling_id"
)
