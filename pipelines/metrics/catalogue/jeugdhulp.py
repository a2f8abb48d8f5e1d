"""J. Youth care. Areas are where the child lives: that municipality pays."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import (
    Context,
    Level,
    Measure,
    Metric,
    Quotient,
    Rate,
    Share,
    Tables,
    Total,
)

DATASETS = ("jeugdhulp",)
LEVELS: tuple[Level, ...] = ("totaal", "gemeente")
EUROS = "83"  # unit of volume, WJ756: the volume itself is an amount
OPEN_TERM = "termijn_open_jeugdhulp_maanden"
HEAVIER_WITHIN = "termijn_zwaardere_zorg_maanden"
PER_DAY, PER_WEEK, PER_MONTH, IN_TOTAL = "1", "2", "4", "6"  # frequency, WMO757


def _running(tables: Tables, context: Context) -> ir.Table:
    found = tables["jeugdhulp"].mutate(gemeente=_.woongemeente)
    return derive.per_schooljaar(found, "start_datum", "eind_datum", context, OPEN_TERM)


def _granted(tables: Tables, context: Context) -> ir.Table:
    """Provisions per school year with `euro`: what was granted for the days in that year.

    Volume x frequency x days in the school year x tariff. A week is 7 days; a month is a twelfth
    of the school year, so that a full year holds twelve months in leap years too. Both the first
    and the last day of a provision count. A total (frequency 6), and a granted amount where volume,
    frequency or tariff is missing, is spread evenly over the days of the provision; without an end
    date it cannot be, and counts whole in the school year of the start. Rounded to whole euros per
    provision and school year, so that parts add up. A provision without
    either, or with nothing granted in a year, has no row there.
    """
    running = _running(tables, context)
    days = derive.days_between(running["deel_begin"], running["deel_eind"]) + 1
    whole = derive.days_between(running["start_datum"], running["eind_datum"]) + 1
    starts_here = derive.schooljaar(running["start_datum"]) == running["schooljaar"]
    share = ibis.ifelse(
        running["eind_datum"].isnull(), ibis.ifelse(starts_here, 1.0, 0.0), days / whole
    )
    times = running["frequentie"].cases(
        (PER_DAY, days.cast("float64")),
        (PER_WEEK, days / 7),
        (PER_MONTH, derive.MONTHS * days / running["dagen_schooljaar"]),
        (IN_TOTAL, share),
        else_=None,
    )
    price = ibis.ifelse(running["eenheid"] == EUROS, 1.0, running["tarief"])
    amount = ibis.coalesce(running["volume"] * times * price, running["bedrag_toegekend"] * share)
    return running.mutate(euro=amount.round().cast("int64")).filter(_.euro > 0)


def _declared(tables: Tables, context: Context) -> ir.Table:
    """Provisions per school year with `euro`: what was declared for the days in that year.

    A declared amount is about the days so far: it is spread evenly from the first day to the last,
    or to the last day that counts while it has no end. Rounded to whole euros per school year.
    """
    running = _running(tables, context)
    days = derive.days_between(running["deel_begin"], running["deel_eind"]) + 1
    whole = derive.days_between(running["start_datum"], running["loopt_tot"]) + 1
    amount = running["bedrag_gedeclareerd"] * days / whole
    return running.mutate(euro=amount.round().cast("int64")).filter(_.euro > 0)


def _started(tables: Tables, context: Context) -> ir.Table:
    """New provisions, with whether a heavier one of the same child began within the term.

    `waargenomen`: the term after the first day has passed. `zwaarder`: a provision that began after
    that day, within the term, at a higher level.
    """
    found = tables["jeugdhulp"].mutate(gemeente=_.woongemeente)
    start = found["start_datum"]
    until = derive.by_norm(context, HEAVIER_WITHIN, start, lambda n: derive.plus_months(start, n))
    found = found.mutate(
        schooljaar=derive.schooljaar(start),
        einde_termijn=until,
        waargenomen=until <= ibis.literal(context.peildatum),
    )
    later = tables["jeugdhulp"].select(_kind=_.leerling_id, _dag=_.start_datum, _niveau=_.niveau)
    heavier = found.semi_join(
        later,
        [
            found["leerling_id"] == later["_kind"],
            later["_dag"] > found["start_datum"],
            later["_dag"] <= found["einde_termijn"],
            later["_niveau"] > found["niveau"],
        ],
    )
    return derive.marked(found, "toewijzing_id", heavier["toewijzing_id"], "zwaarder")


CHILDREN = Measure(
    "jeugdigen_met_jeugdhulp",
    "jeugdigen",
    DATASETS,
    _running,
    LEVELS,
    distinct="leerling_id",
    residence=True,
    carries="lopend",
)
GRANTED = Measure(
    "toegekende_jeugdhulp",
    "toewijzingen",
    DATASETS,
    _granted,
    LEVELS,
    residence=True,
    carries="lopend",
)
DECLARED = Measure(
    "gedeclareerde_jeugdhulp",
    "toewijzingen",
    DATASETS,
    _declared,
    LEVELS,
    residence=True,
    carries="lopend",
)
STARTED = Measure("nieuwe_toewijzingen", "toewijzingen", DATASETS, _started, LEVELS, residence=True)

METRICS = (
    Metric(
        id="jh_jeugdigen",
        theme="jeugdhulp",
        label_nl="Jeugdigen met jeugdhulp",
        label_en="Young people in youth care",
        definition="Aantal verschillende jeugdigen met een toewijzing van jeugdhulp die op een dag"
        " in het schooljaar liep; een jeugdige met meer vormen telt bij elke vorm één keer.",
        definition_en="Number of distinct young people with a youth care provision that ran on any"
        " day of the school year; a young person with several forms counts once in each.",
        unit="jeugdigen",
        numerator="verschillende jeugdigen met een lopende toewijzing",
        measure=CHILDREN,
        cuts=("hulpvorm", "niveau"),
        system="zorg_in_school",
    ),
    Metric(
        id="jh_jeugdigen_per_100",
        theme="jeugdhulp",
        label_nl="Jeugdigen met jeugdhulp per 100 leerlingen",
        label_en="Young people in youth care per 100 pupils",
        definition="Aantal verschillende jeugdigen met jeugdhulp in het schooljaar, naar"
        " woongemeente, per 100 leerlingen die op 1 oktober op scholen in die gemeente stonden"
        " ingeschreven.",
        definition_en="Number of distinct young people in youth care in the school year, by"
        " municipality of residence, per 100 pupils enrolled at schools in that municipality on"
        " 1 October.",
        unit="per 100 leerlingen",
        numerator="verschillende jeugdigen met een lopende toewijzing",
        denominator="ingeschreven leerlingen op 1 oktober op scholen in de gemeente",
        measure=CHILDREN,
        form=Rate(ENROLLED, per=100),
        system="zorg_in_school",
    ),
    Metric(
        id="jh_zwaarder",
        theme="jeugdhulp",
        label_nl="Naar zwaardere zorg",
        label_en="To heavier care",
        definition="Aandeel van de toewijzingen met een eerste dag in het schooljaar waarna voor"
        " dezelfde jeugdige binnen de termijn een toewijzing op een hoger niveau begon; alleen"
        " toewijzingen met een bekend niveau waarvan de termijn voorbij is.",
        definition_en="Share of the provisions with a first day in the school year after which a"
        " provision at a higher level began for the same young person within the term; only"
        " provisions with a known level whose term has passed.",
        unit="procent",
        numerator="toewijzingen gevolgd door een hoger niveau",
        denominator="toewijzingen met een bekend niveau waarvan de termijn voorbij is",
        measure=STARTED,
        form=Share(_.zwaarder),
        where=_.waargenomen & _.niveau.notnull(),
        cuts=("hulpvorm",),
        norm=HEAVIER_WITHIN,
        followed=("jeugdhulp",),
        system="zorg_in_school",
        direction="lager",
        threshold="zwaar",
    ),
    Metric(
        id="jh_instroom",
        theme="jeugdhulp",
        label_nl="Nieuwe toewijzingen",
        label_en="New provisions",
        definition="Aantal toewijzingen van jeugdhulp met een eerste dag in het schooljaar.",
        definition_en="Number of youth care provisions with a first day in the school year.",
        unit="toewijzingen",
        numerator="toewijzingen met een startdatum in het schooljaar",
        measure=STARTED,
        cuts=("hulpvorm", "niveau", "verwijzer"),
        system="zorg_in_school",
    ),
    Metric(
        id="jh_kosten_toegekend",
        theme="jeugdhulp",
        label_nl="Toegekende kosten",
        label_en="Costs granted",
        definition="Bedrag aan jeugdhulp dat voor de dagen in het schooljaar is toegekend: volume"
        " maal frequentie maal duur maal tarief, of een evenredig deel van het toegekende bedrag"
        " als volume of tarief ontbreekt; gedeclareerde bedragen staan hier los van.",
        definition_en="Amount of youth care granted for the days in the school year: volume times"
        " frequency times duration times tariff, or a proportional part of the amount granted where"
        " volume or tariff is missing; amounts invoiced are separate from this.",
        unit="euro",
        numerator="toegekende euro's voor dagen in het schooljaar",
        measure=GRANTED,
        form=Total("euro"),
        cuts=("hulpvorm", "niveau"),
        system="zorg_in_school",
        direction="lager",
        threshold="zwaar",
    ),
    Metric(
        id="jh_kosten_gedeclareerd",
        theme="jeugdhulp",
        label_nl="Gedeclareerde kosten",
        label_en="Costs invoiced",
        definition="Bedrag aan jeugdhulp dat is gedeclareerd, evenredig verdeeld over de dagen van"
        " de toewijzing tot en met de laatste dag of de peildatum, voor de dagen in het schooljaar;"
        " toegekende bedragen staan hier los van.",
        definition_en="Amount of youth care invoiced, spread evenly over the days of the provision"
        " up to its last day or the reference date, for the days in the school year; amounts"
        " granted are separate from this.",
        unit="euro",
        numerator="gedeclareerde euro's voor dagen in het schooljaar",
        measure=DECLARED,
        form=Total("euro"),
        cuts=("hulpvorm", "niveau"),
        system="zorg_in_school",
        direction="lager",
        threshold="zwaar",
    ),
    Metric(
        id="jh_kosten_per_jeugdige",
        theme="jeugdhulp",
        label_nl="Kosten per jeugdige",
        label_en="Costs per young person",
        definition="Toegekende kosten in het schooljaar, gedeeld door het aantal verschillende"
        " jeugdigen met een toewijzing die in dat schooljaar liep.",
        definition_en="Costs granted in the school year, divided by the number of distinct young"
        " people with a provision that ran in that school year.",
        unit="euro per jeugdige",
        numerator="toegekende kosten",
        denominator="verschillende jeugdigen met jeugdhulp",
        measure=GRANTED,
        form=Quotient("jh_kosten_toegekend", "jh_jeugdigen"),
        cuts=("hulpvorm", "niveau"),
        system="zorg_in_school",
        direction="lager",
        threshold="zwaar",
    ),
)
