"""G. Thuiszitters and absence.

A thuiszitter is a pupil with absolute absence, or with relative absence once it has lasted longer
than the boundary in school days: holidays do not count. Exemptions and permitted absence are never
counted in. `gemeente` is where the pupil lives, since that municipality acts; school levels hold
only who has a school.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.count import absence_signal
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import Context, Level, Measure, Metric, Quantiles, Rate, Share, Tables
from pipelines.warehouse import school_days

DATASETS = ("thuiszitters",)
LONG = "grens_langdurig_relatief_schooldagen"
CALENDAR = ("scholen", "schoolkalender")
"""Which days are school days follows from the municipality where the pupil lives, and more
precisely from its school."""
OPEN_TERM = "termijn_open_verzuim_maanden"
LEVELS: tuple[Level, ...] = ("totaal", "gemeente", "vestiging", "onderwijssoort")
COUNTING_DAYS = (
    derive.Day("1_oktober", 10, 1),
    derive.Day("1_januari", 1, 1),
    derive.Day("1_april", 4, 1),
    derive.Day("31_juli", 7, 31),
)
_BACK = ("terug_eigen_school", "andere_school", "onderwijszorgarrangement")


def _thuiszitter_periods(tables: Tables, context: Context) -> ir.Table:
    """Periods with `thuiszitter_vanaf`: the day on which the pupil became one.

    Relative absence lasts longer than the boundary of n school days on its school day n + 1, so
    from then on. Periods that ended before that day, and other kinds of absence, are left out.
    """
    found = tables["thuiszitters"].filter(_.soort.isin(["absoluut", "relatief"]))
    boundary = derive.by_norm(
        context, LONG, found["start_datum"], lambda n: ibis.literal(int(n))
    ).cast("int64")
    found = school_days.lasts_longer_from(
        found.mutate(grens=boundary), tables, "start_datum", "grens", "lang_vanaf"
    )
    absolute = found["soort"] == "absoluut"
    dated = found.mutate(
        categorie=ibis.ifelse(absolute, "absoluut", "langdurig_relatief"),
        thuiszitter_vanaf=ibis.ifelse(absolute, found["start_datum"], found["lang_vanaf"]),
    ).drop("grens", "lang_vanaf")
    since, end = dated["thuiszitter_vanaf"], dated["eind_datum"]
    return dated.filter(since.notnull() & (end.isnull() | (end >= since)))


def _periods(tables: Tables, context: Context) -> ir.Table:
    """The same, with the school year in which the pupil became one and how long it lasted.

    `weken`: whole weeks from the first day of absence to the last or, where `nog_thuis`, to
    the day up to which it counts. `eerste_actie_op_tijd`: before the school day after the norm;
    null where no action came and that day has not passed yet, and where it is not known which days
    are school days.
    """
    asof = ibis.literal(context.peildatum)
    found = _thuiszitter_periods(tables, context)
    found = found.filter(found["thuiszitter_vanaf"] <= asof)
    start, end = found["start_datum"], found["eind_datum"]
    ended = (end <= asof).fill_null(False)
    so_far = derive.open_until(context, start, OPEN_TERM)
    days = ibis.ifelse(ended, derive.days_between(start, end), derive.days_between(start, so_far))
    found = found.mutate(
        schooljaar=derive.schooljaar(found["thuiszitter_vanaf"]),
        nog_thuis=~ended,
        weken=(days / 7).floor().cast("int64"),
        schooldag_te_laat=derive.by_norm(
            context, "norm_eerste_actie_schooldagen", start, lambda n: ibis.literal(int(n) + 1)
        ).cast("int64"),
    )
    found = school_days.nth_after(
        found, tables, "start_datum", "schooldag_te_laat", "te_laat_vanaf"
    )
    late, action = found["te_laat_vanaf"], found["eerste_actie_datum"]
    nothing_yet = ibis.ifelse(late <= asof, False, ibis.null("boolean"))
    return _placed(
        found.mutate(
            eerste_actie_op_tijd=ibis.ifelse(action.notnull(), action < late, nothing_yet)
        ),
        tables,
    )


def _placed(table: ir.Table, tables: Tables) -> ir.Table:
    return derive.with_school(table, tables).mutate(gemeente=_.woongemeente)


def _in_year(tables: Tables, context: Context) -> ir.Table:
    running = derive.per_schooljaar(
        _thuiszitter_periods(tables, context), "thuiszitter_vanaf", "eind_datum", context, OPEN_TERM
    )
    start = running["start_datum"]
    long_since = derive.by_norm(
        context,
        "grens_thuiszitter_lang_maanden",
        start,
        lambda months: derive.plus_months(start, months) < running["deel_eind"],
    )
    return _placed(running.mutate(lang=long_since), tables)


def _on_days(tables: Tables, context: Context) -> ir.Table:
    return derive.on_days(_in_year(tables, context), COUNTING_DAYS)


def _ended(tables: Tables, context: Context) -> ir.Table:
    periods = _thuiszitter_periods(tables, context)
    return _placed(periods.mutate(schooljaar=derive.schooljaar(periods["eind_datum"])), tables)


def _exempt(tables: Tables, context: Context) -> ir.Table:
    found = tables["thuiszitters"].filter(_.soort == "vrijstelling_5a")
    running = derive.per_schooljaar(found, "start_datum", "eind_datum", context, OPEN_TERM)
    return _placed(running, tables)


def _signalled(tables: Tables, context: Context) -> ir.Table:
    found = absence_signal.with_signal(tables, context)
    return _placed(found.mutate(schooljaar=derive.schooljaar(found["start_datum"])), tables)


IN_YEAR = Measure(
    "thuiszitters",
    "leerlingen",
    DATASETS,
    _in_year,
    LEVELS,
    distinct="leerling_id",
    residence=True,
    carries="lopend",
    in_school_days=True,
)
ON_DAYS = Measure(
    "thuiszitters_op_peildagen",
    "leerlingen",
    DATASETS,
    _on_days,
    LEVELS,
    distinct="leerling_id",
    residence=True,
    carries="lopend",
    in_school_days=True,
)
PERIODS = Measure(
    "begonnen_thuiszitten",
    "perioden",
    DATASETS,
    _periods,
    LEVELS,
    residence=True,
    carries="deels",
    in_school_days=True,
)
SIGNALLED = Measure(
    "relatief_verzuim", "perioden", DATASETS, _signalled, LEVELS, residence=True, carries="deels"
)
ENDED = Measure(
    "geeindigd_thuiszitten",
    "perioden",
    DATASETS,
    _ended,
    LEVELS,
    residence=True,
    carries="lopend",
    in_school_days=True,
)
EXEMPT = Measure(
    "vrijstellingen_5a",
    "leerlingen",
    DATASETS,
    _exempt,
    LEVELS,
    distinct="leerling_id",
    residence=True,
    carries="lopend",
)

METRICS = (
    Metric(
        id="thuis_jaar",
        theme="thuiszitters",
        label_nl="Thuiszitters in het jaar",
        label_en="Pupils at home (thuiszitters) in the year",
        definition="Aantal verschillende leerlingen dat op een dag in het schooljaar thuiszitter"
        " was: niet ingeschreven zonder vrijstelling (absoluut), of ingeschreven en meer"
        " schooldagen dan de grens zonder geldige reden afwezig (langdurig relatief); vakanties"
        " tellen daarin niet mee, en de gemeente is de woongemeente.",
        definition_en="Number of distinct pupils at home (thuiszitters) on any day of the school"
        " year: not enrolled without an exemption (absolute absence), or enrolled and absent"
        " without a valid reason for more school days than the limit (long-term relative absence);"
        " holidays are not counted in, and the municipality is where the pupil lives.",
        unit="leerlingen",
        numerator="verschillende thuiszitters",
        measure=IN_YEAR,
        cuts=("categorie",),
        system="school_en_wijk",
        direction="lager",
        norm=LONG,
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_jaar_per_1000",
        theme="thuiszitters",
        label_nl="Thuiszitters per 1.000 leerlingen",
        label_en="Pupils at home (thuiszitters) per 1,000 pupils",
        definition="Aantal verschillende thuiszitters in het schooljaar, naar woongemeente, per"
        " 1.000 leerlingen die op 1 oktober op scholen in die gemeente stonden ingeschreven.",
        definition_en="Number of distinct pupils at home (thuiszitters) in the school year, by"
        " municipality of residence, per 1,000 pupils enrolled at schools in that municipality on 1"
        " October.",
        unit="per 1.000 leerlingen",
        numerator="verschillende thuiszitters",
        denominator="ingeschreven leerlingen op 1 oktober op scholen in de gemeente",
        measure=IN_YEAR,
        form=Rate(ENROLLED, per=1000),
        system="school_en_wijk",
        direction="lager",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_peildatum",
        theme="thuiszitters",
        label_nl="Thuiszitters op peildatum",
        label_en="Pupils at home (thuiszitters) on the reference date",
        definition="Aantal verschillende leerlingen dat op 1 oktober, 1 januari, 1 april en 31 juli"
        " van het schooljaar thuiszitter was; elke dag staat op zichzelf, en de eerste en laatste"
        " dag van een periode tellen mee.",
        definition_en="Number of distinct pupils at home (thuiszitters) on 1 October, 1 January, 1"
        " April and 31 July of the school year; each date stands alone, and the first and last day"
        " of a period count.",
        unit="leerlingen",
        numerator="verschillende thuiszitters op die dag",
        measure=ON_DAYS,
        cuts=("peildag", "peildag*categorie"),
        system="school_en_wijk",
        direction="lager",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_3_maanden",
        theme="thuiszitters",
        label_nl="Langer dan drie maanden thuis",
        label_en="At home for more than three months",
        definition="Aantal verschillende thuiszitters van wie een periode op een dag in het"
        " schooljaar langer duurde dan de grens voor langdurig thuiszitten, geteld vanaf de eerste"
        " dag van het verzuim, ook als die in een eerder schooljaar lag.",
        definition_en="Number of distinct pupils at home (thuiszitters) with a period that on any"
        " day of the school year had lasted longer than the limit for long-term absence, counted"
        " from the first day of absence, also when that lay in an earlier school year.",
        unit="leerlingen",
        numerator="verschillende thuiszitters boven de grens",
        measure=IN_YEAR,
        where=_.lang,
        system="school_en_wijk",
        direction="lager",
        norm="grens_thuiszitter_lang_maanden",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_duur",
        theme="thuiszitters",
        label_nl="Duur van thuiszitten",
        label_en="Time spent at home",
        definition="Aantal hele weken vanaf de eerste dag van het verzuim waarbinnen de helft"
        " (mediaan) voorbij was van de perioden waarin een leerling in het schooljaar thuiszitter"
        " werd; wie nog thuiszit, telt met de duur tot de peildatum mee (Kaplan-Meier), en zonder"
        " einde hoogstens tot de termijn voor open verzuim.",
        definition_en="Number of whole weeks from the first day of absence within which half"
        " (median) of the periods in which a pupil came to be at home in the school year were over;"
        " those still at home count with their duration up to the reference date (Kaplan-Meier),"
        " and without an end at most up to the term for open absence.",
        unit="weken",
        numerator="weken van de eerste tot de laatste dag van het verzuim",
        denominator="perioden van thuiszitten die in het schooljaar begonnen",
        measure=PERIODS,
        form=Quantiles("weken", level="gemeente", at=(0.5,), censored="nog_thuis", width=1),
        system="school_en_wijk",
        direction="lager",
        threshold="zwaar",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_eerste_actie",
        theme="thuiszitters",
        label_nl="Eerste actie binnen vijf schooldagen",
        label_en="First action within five school days",
        definition="Aandeel van de perioden waarin een leerling in het schooljaar thuiszitter werd"
        " met een eerste actie binnen de norm na de eerste dag van het verzuim. Schooldagen volgen"
        " uit de vakantieregio, de feestdagen en de schoolkalender van de school, en anders van de"
        " woongemeente; waar die niet bekend zijn, telt de periode niet mee. Geen actie telt als"
        " niet op tijd zodra de norm voorbij is.",
        definition_en="Share of the periods in which a pupil came to be at home in the school year"
        " with a first action within the norm after the first day of absence. School days follow"
        " from the holiday region, the public holidays and the school calendar of the school, or"
        " else of the municipality of residence; where these are not known, the period does not"
        " count. No action counts as late once the norm has passed.",
        unit="procent",
        numerator="perioden met een eerste actie binnen de norm",
        denominator="perioden waarvan bekend is of er op tijd een actie was",
        measure=PERIODS,
        form=Share(_.eerste_actie_op_tijd),
        where=_.eerste_actie_op_tijd.notnull(),
        needs=("scholen",),
        uses=("schoolkalender",),
        system="school_en_wijk",
        direction="hoger",
        norm="norm_eerste_actie_schooldagen",
        nothing=school_days.UNDETERMINED,
        version="3",
    ),
    Metric(
        id="thuis_hulp",
        theme="thuiszitters",
        label_nl="Hulp betrokken",
        label_en="Help involved",
        definition="Aandeel van de thuiszitters in het schooljaar bij wie in ten minste één periode"
        " hulp betrokken was, van de thuiszitters van wie dit is vastgelegd.",
        definition_en="Share of the pupils at home (thuiszitters) in the school year with help"
        " involved in at least one period, of those for whom this was recorded.",
        unit="procent",
        numerator="thuiszitters met betrokken hulp",
        denominator="thuiszitters van wie dit is vastgelegd",
        measure=IN_YEAR,
        form=Share(_.betrokken_hulp),
        where=_.betrokken_hulp.notnull(),
        system="school_en_wijk",
        direction="hoger",
        threshold="zwaar",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_terug",
        theme="thuiszitters",
        label_nl="Terug naar onderwijs",
        label_en="Back to education",
        definition="Aandeel van de perioden van thuiszitten die in het schooljaar eindigden en die"
        " eindigden op de eigen school, op een andere school of met een onderwijszorgarrangement.",
        definition_en="Share of the periods at home that ended in the school year with a return to"
        " the own school, a move to another school or an education and care arrangement.",
        unit="procent",
        numerator="perioden geëindigd met terugkeer naar onderwijs",
        denominator="alle geëindigde perioden van thuiszitten",
        measure=ENDED,
        form=Share(_.resultaat.isin(_BACK)),
        system="school_en_wijk",
        direction="hoger",
        uses=CALENDAR,
        version="2",
    ),
    Metric(
        id="thuis_signaal",
        theme="thuiszitters",
        label_nl="Wettelijk signaal bij verzuim",
        label_en="Legal signal of absence",
        definition="Aandeel van de perioden van relatief verzuim die in het schooljaar begonnen"
        " waarin de leerling binnen vier opeenvolgende lesweken zestien uur of meer miste, van de"
        " perioden waarvan dat uit de geleverde uren met zekerheid volgt.",
        definition_en="Share of the periods of relative absence that began in the school year in"
        " which the pupil missed sixteen hours or more within four consecutive weeks of school, of"
        " the periods for which that follows with certainty from the hours delivered.",
        unit="procent",
        numerator="perioden waarin het signaal is bereikt",
        denominator="perioden van relatief verzuim waarvan dit met zekerheid te zeggen is",
        measure=SIGNALLED,
        form=Share(_.signaal),
        where=_.signaal.notnull(),
        system="school_en_wijk",
        direction="lager",
        uses=CALENDAR,
        norm=absence_signal.HOURS,
        nothing=absence_signal.UNDETERMINED,
        version="2",
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
        " grounds (article 5a of the Compulsory Education Act) on any day of the school year; they"
        " do not count as pupils at home (thuiszitters).",
        unit="leerlingen",
        numerator="verschillende leerlingen met een vrijstelling 5a",
        measure=EXEMPT,
        system="school_en_wijk",
        threshold="zwaar",
    ),
)
