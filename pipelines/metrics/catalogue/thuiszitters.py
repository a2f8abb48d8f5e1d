"""G. Thuiszitters and absence.

A thuiszitter is a pupil with absolute absence, or with relative absence once it has lasted longer
than the boundary. Exemptions and permitted absence are never counted in. `gemeente` is where the
pupil lives, since that municipality acts; school levels hold only who has a school.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.metric import Context, Level, Measure, Metric, Share, Tables

DATASETS = ("thuiszitters",)
LEVELS: tuple[Level, ...] = ("totaal", "gemeente", "vestiging", "onderwijssoort")
_BACK = ("terug_eigen_school", "andere_school", "onderwijszorgarrangement")


def _thuiszitter_periods(tables: Tables, context: Context) -> ir.Table:
    """Periods with `thuiszitter_vanaf`: the day on which the pupil became one.

    Relative absence lasts longer than the boundary of n days on its day n + 1, so from then on.
    Periods that ended before that day, and other kinds of absence, are left out.
    """
    found = tables["thuiszitters"].filter(_.soort.isin(["absoluut", "relatief"]))
    start = found["start_datum"]
    absolute = found["soort"] == "absoluut"
    dated = found.mutate(
        categorie=ibis.ifelse(absolute, "absoluut", "langdurig_relatief"),
        thuiszitter_vanaf=ibis.ifelse(
            absolute,
            start,
            derive.by_norm(
                context,
                "grens_langdurig_relatief_dagen",
                start,
                lambda boundary: derive.plus_days(start, boundary),
            ),
        ),
    )
    return dated.filter(
        dated["eind_datum"].isnull() | (dated["eind_datum"] >= dated["thuiszitter_vanaf"])
    )


def _placed(table: ir.Table, tables: Tables) -> ir.Table:
    return derive.with_school(table, tables).mutate(gemeente=_.woongemeente)


def _in_year(tables: Tables, context: Context) -> ir.Table:
    running = derive.per_schooljaar(
        _thuiszitter_periods(tables, context), "thuiszitter_vanaf", "eind_datum", context.peildatum
    )
    return _placed(running, tables)


def _ended(tables: Tables, context: Context) -> ir.Table:
    periods = _thuiszitter_periods(tables, context)
    return _placed(periods.mutate(schooljaar=derive.schooljaar(periods["eind_datum"])), tables)


def _exempt(tables: Tables, context: Context) -> ir.Table:
    found = tables["thuiszitters"].filter(_.soort == "vrijstelling_5a")
    running = derive.per_schooljaar(found, "start_datum", "eind_datum", context.peildatum)
    return _placed(running, tables)


IN_YEAR = Measure(
    "thuiszitters", "leerlingen", DATASETS, _in_year, LEVELS, distinct="leerling_id", residence=True
)
ENDED = Measure("geeindigd_thuiszitten", "perioden", DATASETS, _ended, LEVELS, residence=True)
EXEMPT = Measure(
    "vrijstellingen_5a",
    "leerlingen",
    DATASETS,
    _exempt,
    LEVELS,
    distinct="leerling_id",
    residence=True,
)

METRICS = (
    Metric(
        id="thuis_jaar",
        theme="thuiszitters",
        label_nl="Thuiszitters in het jaar",
        label_en="Pupils out of school in the year",
        definition="Aantal verschillende leerlingen dat op een dag in het schooljaar thuiszitter"
        " was: niet ingeschreven zonder vrijstelling (absoluut), of ingeschreven en langer dan de"
        " grens zonder geldige reden afwezig (langdurig relatief); de gemeente is de woongemeente.",
        definition_en="Number of distinct pupils out of school on any day of the school year: not"
        " enrolled without exemption, or enrolled and absent without valid reason for longer than"
        " the boundary; the municipality is where the pupil lives.",
        unit="leerlingen",
        numerator="verschillende thuiszitters",
        measure=IN_YEAR,
        cuts=("categorie",),
        system="school_en_wijk",
        direction="lager",
        norm="grens_langdurig_relatief_dagen",
    ),
    Metric(
        id="thuis_terug",
        theme="thuiszitters",
        label_nl="Terug naar onderwijs",
        label_en="Back to education",
        definition="Aandeel van de perioden van thuiszitten die in het schooljaar eindigden en die"
        " eindigden op de eigen school, op een andere school of met een onderwijszorgarrangement.",
        definition_en="Share of the periods out of school that ended in the school year with a"
        " return to the own school, another school or an education and care arrangement.",
        unit="procent",
        numerator="perioden geëindigd met terugkeer naar onderwijs",
        denominator="alle geëindigde perioden van thuiszitten",
        measure=ENDED,
        form=Share(_.resultaat.isin(_BACK)),
        system="school_en_wijk",
        direction="hoger",
    ),
    Metric(
        id="thuis_vrijstelling",
        theme="thuiszitters",
        label_nl="Vrijstellingen 5 onder a",
        label_en="Exemptions under article 5a",
        definition="Aantal verschillende leerlingen met een vrijstelling op lichamelijke of"
        " psychische gronden (Leerplichtwet artikel 5 onder a) op een dag in het schooljaar; zij"
        " tellen niet als thuiszitter.",
        definition_en="Number of distinct pupils with an exemption on physical or psychological"
        " grounds (article 5a) on any day of the school year; they are not counted as out of"
        " school.",
        unit="leerlingen",
        numerator="verschillende leerlingen met een vrijstelling 5a",
        measure=EXEMPT,
        system="school_en_wijk",
        threshold="zwaar",
    ),
)
