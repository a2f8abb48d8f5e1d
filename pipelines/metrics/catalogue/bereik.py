"""A. Reach and inflow of school social work."""

from __future__ import annotations

import ibis.expr.types as ir

from pipelines.metrics import derive
from pipelines.metrics.metric import (
    SCHOOL_LEVELS,
    Context,
    Count,
    Measure,
    Metric,
    Tables,
)


def _started(tables: Tables, context: Context) -> ir.Table:
    found = tables["smw_trajecten"]
    found = found.mutate(schooljaar=derive.schooljaar(found["start_datum"]))
    problems = context.contracts.codes["problematiek"]
    axis = derive.from_codes(found["problematiek"], problems, "as").name("as")
    return derive.with_school(found.mutate(axis), tables)


def _active(tables: Tables, context: Context) -> ir.Table:
    found = tables["smw_trajecten"]
    running = derive.per_schooljaar(
        found.filter(found["start_datum"].notnull()), "start_datum", "eind_datum", context.peildatum
    )
    aged = running.mutate(leeftijdsgroep=derive.leeftijdsgroep(running["leeftijd"]))
    return derive.with_enrolment(derive.with_school(aged, tables), tables)


STARTED = Measure(
    id="gestarte_trajecten",
    unit="trajecten",
    datasets=("smw_trajecten",),
    rows=_started,
    levels=(*SCHOOL_LEVELS, "aanbieder"),
)

ACTIVE_PUPILS = Measure(
    id="leerlingen_met_traject",
    unit="leerlingen",
    datasets=("smw_trajecten",),
    rows=_active,
    levels=(*SCHOOL_LEVELS, "aanbieder"),
    distinct="leerling_id",
)

METRICS = (
    Metric(
        id="smw_trajecten",
        theme="bereik",
        label_nl="Gestarte trajecten",
        label_en="Trajectories started",
        definition="Aantal trajecten schoolmaatschappelijk werk met een startdatum in het"
        " schooljaar.",
        definition_en="Number of school social work trajectories that started in the school year.",
        unit="trajecten",
        numerator="trajecten met een startdatum in het schooljaar",
        measure=STARTED,
        form=Count(),
        cuts=("rol", "inzetsoort", "werkvorm"),
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_leerlingen",
        theme="bereik",
        label_nl="Bereikte leerlingen",
        label_en="Pupils reached",
        definition="Aantal verschillende leerlingen met een traject dat in het schooljaar liep;"
        " een leerling met meer trajecten telt één keer per schooljaar en gebied.",
        definition_en="Number of distinct pupils with a trajectory that ran in the school year; a"
        " pupil with several counts once per school year and area.",
        unit="leerlingen",
        numerator="verschillende leerlingen met een lopend traject",
        measure=ACTIVE_PUPILS,
        form=Count(),
        cuts=("leeftijdsgroep", "geslacht"),
        system="servicepunt_smw",
    ),
)
