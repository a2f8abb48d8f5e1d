"""Populations of school social work trajectories, shared by the themes that look at them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.metric import SCHOOL_LEVELS, Base, Context, Level, Measure, Tables

LEVELS: tuple[Level, ...] = (*SCHOOL_LEVELS, "aanbieder")
DATASETS = ("smw_trajecten",)
FOLLOW_UP = "termijn_geen_nieuwe_start_maanden"
OPEN_TERM = "termijn_open_traject_maanden"


def _placed(tables: Tables, context: Context, date: str) -> ir.Table:
    """Trajectories in the school year of a date, with axis, waiting time and school areas."""
    found = tables["smw_trajecten"]
    found = derive.marked(found, "traject_id", tables["verwijzingen"]["traject_id"], "verwezen")
    problems = context.contracts.codes["problematiek"]
    started_in, ended_in = (derive.schooljaar(found[c]) for c in ("start_datum", "eind_datum"))
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
            zelfde_jaar=(started_in == ended_in).fill_null(False),
            instrument=_instrument(found["instrumenten"]),
            **{f"{name}_tienden": derive.in_parts(found[name], 10) for name in _IN_TENTHS},
        ),
        tables,
    )


_IN_TENTHS = ("uren", "tevredenheid_leerling", "tevredenheid_ouder")


def _instrument(used: ir.ArrayValue) -> ir.StringValue:
    """Which of ETM and LIRIK were used in a trajectory, as one code; empty is none."""
    etm, lirik = (used.contains(name).fill_null(False) for name in ("ETM", "LIRIK"))
    return ibis.cases(
        (etm & lirik, "ETM_en_LIRIK"), (etm, "ETM"), (lirik, "LIRIK"), else_="geen_instrument"
    )


def _registered(tables: Tables, context: Context) -> ir.Table:
    """With `weken_voorbij`: whether the longest term of waiting has passed."""
    found = _placed(tables, context, "aanmeld_datum")
    passed = derive.plus_days(found["aanmeld_datum"], 7 * derive.WAITED[-1]) <= ibis.literal(
        context.peildatum
    )
    return found.mutate(weken_voorbij=passed.fill_null(False))


def _started(tables: Tables, context: Context) -> ir.Table:
    """With `kosten_bekend`: whether the costs of the school and role were stated for that year,
    and, once `maanden_voorbij`, per term whether it was closed within it (`klaar_3`)."""
    found = _placed(tables, context, "start_datum")
    begin, end = found["start_datum"], found["eind_datum"]
    passed = derive.plus_months(begin, derive.LASTED[-1]) <= ibis.literal(context.peildatum)
    closed = {
        f"klaar_{n}": (end <= derive.plus_months(begin, n)).fill_null(False) for n in derive.LASTED
    }
    found = found.mutate(maanden_voorbij=passed.fill_null(False), **closed)
    key = found["vestigingscode"].concat("|", found["schooljaar"], "|", found["rol"])
    costed = tables["inzet"].filter(_.kosten.notnull())
    costed_key = costed["vestigingscode"].concat("|", costed["schooljaar"], "|", costed["rol"])
    return derive.marked(
        found.mutate(_inzet=key),
        "_inzet",
        costed.select(_bekend=costed_key)["_bekend"],
        "kosten_bekend",
    ).drop("_inzet")


def _closed(tables: Tables, context: Context) -> ir.Table:
    """With `waargenomen` (the term after closing has passed) and `nieuwe_start` within it."""
    found = observed(_placed(tables, context, "eind_datum"), context)
    starts = tables["smw_trajecten"]
    new = derive.followed(found, "traject_id", starts, "start_datum", "eind_datum", "einde_termijn")
    return derive.marked(found, "traject_id", new, "nieuwe_start")


def observed(closed: ir.Table, context: Context) -> ir.Table:
    """Add `einde_termijn`, the last day of the term after closing, and whether it has passed."""
    end = closed["eind_datum"]
    until = derive.by_norm(context, FOLLOW_UP, end, lambda n: derive.plus_months(end, n))
    return closed.mutate(
        einde_termijn=until,
        waargenomen=(until <= ibis.literal(context.peildatum)).fill_null(False),
    )


def _pupils_closed(tables: Tables, context: Context) -> ir.Table:
    """Closed and observed trajectories with `jeugdhulp_na`: youth care after any of the year's.

    Only where the municipality of the pupil (of the school where that is empty) delivered youth
    care, since no row would otherwise be taken for no care.
    """
    found = observed(_placed(tables, context, "eind_datum"), context).filter(_.waargenomen)
    home = found["woongemeente"].fill_null(found["gemeente"])
    care = tables["jeugdhulp"]
    delivered = care.select(_woont=care["woongemeente"]).distinct()
    covered = found.mutate(_woonplaats=home).semi_join(delivered, home == delivered["_woont"])
    after = derive.followed(
        covered, "traject_id", care, "start_datum", "eind_datum", "einde_termijn"
    )
    flagged = derive.marked(covered, "traject_id", after, "_zorg")
    per_pupil = ibis.window(group_by=["leerling_id", "schooljaar"])
    return flagged.mutate(jeugdhulp_na=_["_zorg"].cast("int64").max().over(per_pupil) == 1)


def _open_on_days(tables: Tables, context: Context) -> ir.Table:
    """A row per trajectory and day (1 October, 1 April) on which it ran, where hours are known."""
    found = tables["smw_trajecten"].filter(_.start_datum.notnull())
    running = derive.per_schooljaar(found, "start_datum", "eind_datum", context, OPEN_TERM)
    on_days = derive.on_days(running, CASELOAD_DAYS)
    deployed = (
        tables["inzet"].select(_school=_.vestigingscode, _jaar=_.schooljaar, _rol=_.rol).distinct()
    )
    known = on_days.semi_join(
        deployed,
        [
            on_days["vestigingscode"] == deployed["_school"],
            on_days["schooljaar"] == deployed["_jaar"],
            on_days["rol"] == deployed["_rol"],
        ],
    )
    return derive.with_school(known, tables)


def _fte(tables: Tables, context: Context) -> ir.Table:
    """Full-time jobs per school and role, once for every day of the caseload that has come."""
    found = derive.with_school(tables["inzet"], tables)
    first = derive.first_day(found["schooljaar"])
    hours = derive.by_norm(
        context, "uren_per_fte_per_jaar", first, lambda n: found["uren"] / ibis.literal(float(n))
    )
    placed = found.mutate(aantal=hours)
    days = [
        placed.filter(derive.day_in(placed["schooljaar"], day) <= ibis.literal(context.peildatum))
        for day in CASELOAD_DAYS
    ]
    return ibis.union(*days, distinct=False).select(
        "schooljaar", *derive.AREAS_OF_SCHOOL, "rol", "aantal"
    )


def _active(tables: Tables, context: Context) -> ir.Table:
    found = tables["smw_trajecten"].filter(_.start_datum.notnull())
    running = derive.per_schooljaar(found, "start_datum", "eind_datum", context, OPEN_TERM)
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
STARTED = Measure("gestarte_trajecten", "trajecten", DATASETS, _started, LEVELS, carries="deels")
CLOSED = Measure("afgesloten_trajecten", "trajecten", DATASETS, _closed, LEVELS, carries="lopend")
GOALS = Measure(
    "doelen_van_afgesloten_trajecten", "doelen", DATASETS, _goals, LEVELS, carries="lopend"
)
CASELOAD_DAYS = (derive.Day("1_oktober", 10, 1), derive.Day("1_april", 4, 1))
OPEN_ON_DAYS = Measure("open_trajecten", "trajecten", DATASETS, _open_on_days, carries="lopend")
FTE = Base("voltijdbanen", "voltijdbanen", ("inzet", "scholen"), _fte, by=("rol",))
PUPILS_CLOSED = Measure(
    "leerlingen_met_afgesloten_traject",
    "leerlingen",
    ("smw_trajecten", "jeugdhulp"),
    _pupils_closed,
    LEVELS,
    distinct="leerling_id",
    carries="lopend",
    homes=("_woonplaats", "gemeente"),
)
ACTIVE_PUPILS = Measure(
    "leerlingen_met_traject",
    "leerlingen",
    DATASETS,
    _active,
    LEVELS,
    distinct="leerling_id",
    carries="lopend",
)
