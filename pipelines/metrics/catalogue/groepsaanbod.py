"""Group work, youth work and agreed themes: what is counted. The metrics are in `inzet`.

Participants are people: each participation is taken to be one, since the registration does not
tell them apart. Activities and agreements hold no persons.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.catalogue import trajecten
from pipelines.metrics.metric import Context, Level, Measure, Tables

AREA_LEVELS: tuple[Level, ...] = ("totaal", "gemeente", "wijk")
GROUP_FORMS, YOUTH_FORMS = ("vorm", "groep", "groepsaanbod"), ("vorm", "groep", "jongerenwerk")
AGREED_BY = derive.Day("1_oktober", 10, 1)


def _activities(tables: Tables, context: Context, kind: str) -> ir.Table:
    """Activities of one kind of form, in the areas of the school or else of the wijk."""
    of_form = context.contracts.codes["vorm"]
    forms = [code for code, found in of_form.items() if found.extra.get("groep") == kind]
    found = tables["activiteiten"].filter(_.vorm.isin(forms))
    placed = derive.with_school(
        found.mutate(schooljaar=derive.schooljaar(found["datum"]), _wijk=found["wijkcode"]), tables
    )
    own = placed["_wijk"]
    municipality = ibis.literal("GM").concat(own.substr(2, 4))
    return placed.mutate(
        wijk=ibis.ifelse(placed["vestiging"].isnull(), own, placed["wijk"]),
        gemeente=placed["gemeente"].fill_null(municipality),
    ).drop("_wijk")


def _groups(tables: Tables, context: Context) -> ir.Table:
    return _activities(tables, context, "groepsaanbod")


def _youth_work(tables: Tables, context: Context) -> ir.Table:
    return _activities(tables, context, "jongerenwerk")


def _participants(activities: ir.Table) -> ir.Table:
    """One row per participation, each with an id of its own in `deelname`."""
    known = activities.filter(_.deelnemers > 0)
    each = known.mutate(_nummer=ibis.range(0, known["deelnemers"], 1).unnest())
    number = each["_nummer"].cast("string")
    return each.mutate(deelname=each["activiteit_id"].concat("#", number)).drop("_nummer")


def _group_participants(tables: Tables, context: Context) -> ir.Table:
    return _participants(_groups(tables, context))


def _youth_participants(tables: Tables, context: Context) -> ir.Table:
    return _participants(_youth_work(tables, context))


def _group_or_alone(tables: Tables, context: Context) -> ir.Table:
    """Participations in groups, and started trajectories with one child alone."""
    areas = ("schooljaar", "gemeente", "wijk", "vestiging", "onderwijssoort")
    groups = _group_participants(tables, context).select(
        *areas, persoon=_.deelname, groep=ibis.literal(value=True)
    )
    alone = trajecten.STARTED.rows(tables, context).filter(_.werkvorm == "individueel")
    return groups.union(
        alone.select(*areas, persoon=_.leerling_id, groep=ibis.literal(value=False))
    )


def _agreed(tables: Tables, _context: Context) -> ir.Table:
    """Agreed themes, with whether an activity on that theme took place at that school that year."""
    found = tables["schoolafspraken"]
    key = found["vestigingscode"].concat("|", found["schooljaar"], "|", found["thema"])
    done = tables["activiteiten"].filter(_.vestigingscode.notnull(), _.thema.notnull())
    done_key = done["vestigingscode"].concat(
        "|", derive.schooljaar(done["datum"]), "|", done["thema"]
    )
    return derive.marked(
        derive.with_school(found.mutate(_afspraak=key), tables),
        "_afspraak",
        done.select(_gedaan=done_key)["_gedaan"],
        "uitgevoerd",
    ).drop("_afspraak")


def _schools_that_agree(tables: Tables, _context: Context) -> ir.Table:
    """Every school of the municipalities that delivered, with the themes agreed in time, if any."""
    agreed = tables["schoolafspraken"]
    schools = derive.with_school(tables["scholen"].select("vestigingscode"), tables)
    delivered = (
        derive.with_school(agreed, tables)
        .filter(_.gemeente.notnull())
        .select(_gemeente=_.gemeente, schooljaar=_.schooljaar)
        .distinct()
    )
    expected = schools.inner_join(delivered, schools["gemeente"] == delivered["_gemeente"])
    in_time = agreed.filter(
        agreed["afgesproken_op"] <= derive.day_in(agreed["schooljaar"], AGREED_BY)
    ).select(_school=_.vestigingscode, _jaar=_.schooljaar, thema=_.thema)
    return (
        expected.drop("_gemeente")
        .left_join(
            in_time,
            [
                expected["vestigingscode"] == in_time["_school"],
                expected["schooljaar"] == in_time["_jaar"],
            ],
        )
        .drop("_school", "_jaar")
    )


GROUPS = Measure(
    "groepsactiviteiten",
    "activiteiten",
    ("activiteiten",),
    _groups,
    person=None,
    part_of_list=(GROUP_FORMS,),
)
GROUP_PARTICIPANTS = Measure(
    "deelnemers_aan_groepen",
    "deelnemers",
    ("activiteiten",),
    _group_participants,
    person="deelname",
    part_of_list=(GROUP_FORMS,),
)
GROUP_OR_ALONE = Measure(
    "groepsgericht_en_individueel",
    "leerlingen en deelnemers",
    ("activiteiten", "smw_trajecten"),
    _group_or_alone,
    person="persoon",
    carries="deels",
)
YOUTH_WORK = Measure(
    "jongerenwerkactiviteiten",
    "activiteiten",
    ("activiteiten",),
    _youth_work,
    AREA_LEVELS,
    person=None,
    part_of_list=(YOUTH_FORMS,),
)
YOUTH_PARTICIPANTS = Measure(
    "deelnemers_aan_jongerenwerk",
    "deelnemers",
    ("activiteiten",),
    _youth_participants,
    AREA_LEVELS,
    person="deelname",
    part_of_list=(YOUTH_FORMS,),
)
AGREED = Measure("afgesproken_themas", "afspraken", ("schoolafspraken",), _agreed, person=None)
SCHOOLS_THAT_AGREE = Measure(
    "scholen_met_afspraken",
    "scholen",
    ("schoolafspraken", "scholen"),
    _schools_that_agree,
    ("totaal", "gemeente", "onderwijssoort"),
    distinct="vestigingscode",
    person=None,
)
