"""E. Capacity and means: hours, costs, groups and themes.

Hours, money, agreements and activities hold no persons and are published as they are. Participants
are people: each participation is taken to be one, since the registration does not tell them apart.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.catalogue import trajecten
from pipelines.metrics.catalogue.groepsaanbod import (
    AGREED,
    GROUP_OR_ALONE,
    GROUP_PARTICIPANTS,
    GROUPS,
    SCHOOLS_THAT_AGREE,
    YOUTH_PARTICIPANTS,
    YOUTH_WORK,
)
from pipelines.metrics.catalogue.spreiding import ACTIVE, SCHOOLS_BY_SPREAD
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import (
    Base,
    Context,
    Count,
    Diversity,
    Measure,
    Metric,
    PerUnit,
    Rate,
    Share,
    Tables,
    Total,
)

HUNDREDTHS = 100


# Hours and costs -------------------------------------------------------------------------------


def _deployed(tables: Tables, _context: Context) -> ir.Table:
    """Deployments per school, year, role, kind and payer, with hours in whole hundredths."""
    found = tables["inzet"]
    hours = derive.in_parts(found["uren"], HUNDREDTHS)
    placed = derive.with_school(found.mutate(uren_honderdsten=hours), tables)
    return derive.with_enrolment(placed, tables)


def _costs(tables: Tables, _context: Context) -> ir.Table:
    known = tables["inzet"].filter(_.kosten.notnull())
    return derive.with_school(known, tables).select(
        "schooljaar", *derive.AREAS_OF_SCHOOL, "rol", aantal=_.kosten
    )


# Means for primary schools ---------------------------------------------------------------------


def _means(tables: Tables, context: Context) -> ir.Table:
    """Per samenwerkingsverband and year the euros for its sum of scores, none below the limit.

    The calendar year of the scores is taken for the school year that begins in it. A school
    without a samenwerkingsverband has no part in any sum.
    """
    schools = tables["scholen"].select(
        _school=_.vestigingscode, samenwerkingsverband=_.samenwerkingsverband
    )
    scores = tables["achterstandsscores"]
    placed = scores.left_join(schools, scores["vestigingscode"] == schools["_school"])
    summed = (
        placed.filter(_.samenwerkingsverband.notnull())
        .group_by("samenwerkingsverband", "jaar")
        .agg(punten=_.score.sum().round(6))
    )
    dated = summed.mutate(schooljaar=derive.year_label(summed["jaar"].cast("int64")))
    first = derive.first_day(dated["schooljaar"])
    euros = derive.by_norm(
        context,
        "bedrag_per_achterstandsscore",
        first,
        lambda n: derive.in_parts(dated["punten"] * ibis.literal(n), HUNDREDTHS),
    )
    enough = derive.by_norm(
        context, "grens_achterstandsscore", first, lambda n: dated["punten"] >= ibis.literal(n)
    )
    return dated.mutate(centen=ibis.ifelse(enough, euros, 0))


COSTS = Base("kosten_van_inzet", "euro", ("inzet", "scholen"), _costs, by=("rol",))
DEPLOYED = Measure("inzet", "uren", ("inzet",), _deployed, person=None)
MEANS = Measure(
    "middelen_achterstand",
    "euro",
    ("achterstandsscores", "scholen"),
    _means,
    ("totaal",),
    person=None,
)

METRICS = (
    Metric(
        id="inzet_uren",
        theme="inzet",
        label_nl="Inzet",
        label_en="Hours deployed",
        definition="Aantal uren inzet op scholen in het schooljaar, zoals per school, rol, soort"
        " inzet en financier opgegeven.",
        definition_en="Number of hours deployed at schools in the school year, as stated per"
        " school, role, kind of deployment and funder.",
        unit="uren",
        numerator="uren inzet",
        measure=DEPLOYED,
        form=Total("uren_honderdsten", scale=HUNDREDTHS),
        cuts=("rol", "inzetsoort", "financier"),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="inzet_per_100",
        theme="inzet",
        label_nl="Uren per 100 leerlingen",
        label_en="Hours per 100 pupils",
        definition="Aantal uren inzet in het schooljaar per 100 leerlingen die op 1 oktober stonden"
        " ingeschreven; alleen scholen waarvan de leerlingen zijn geteld, en scholen zonder inzet"
        " in een gemeente die inzet opgaf, tellen met nul uren mee.",
        definition_en="Number of hours deployed in the school year per 100 pupils enrolled on 1"
        " October; only schools whose pupils were counted, and schools without deployment in a"
        " municipality that stated deployment count with zero hours.",
        unit="uren per 100 leerlingen",
        numerator="uren inzet",
        denominator="ingeschreven leerlingen op 1 oktober",
        measure=DEPLOYED,
        form=Rate(ENROLLED, per=100, weight="uren_honderdsten", scale=HUNDREDTHS),
        where=_.telling_bekend,
        cuts=("rol",),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="inzet_aanvullend",
        theme="inzet",
        label_nl="Aanvullende inzet met afspraken",
        label_en="Additional deployment with agreements",
        definition="Aandeel van de aanvullende inzetten in het schooljaar waarvan doelen, begin,"
        " einde en financier zijn vastgelegd; wat niet is vastgelegd, telt als niet afgesproken.",
        definition_en="Share of the additional deployments in the school year for which goals,"
        " beginning, end and funder were recorded; what was not recorded counts as not agreed.",
        unit="procent",
        numerator="aanvullende inzetten met doelen, duur en financier",
        denominator="alle aanvullende inzetten",
        measure=DEPLOYED,
        form=Share(_.doel_afgesproken & _.van.notnull() & _.tot.notnull() & _.financier.notnull()),
        where=_.inzetsoort == "aanvullend",
        cuts=("aanleiding",),
        system="ondersteuningsstructuur",
        direction="hoger",
    ),
    Metric(
        id="inzet_kosten_per_traject",
        theme="inzet",
        label_nl="Kosten per traject",
        label_en="Costs per trajectory",
        definition="Kosten van de inzet in het schooljaar, gedeeld door het aantal trajecten dat in"
        " dat schooljaar startte, op scholen en voor rollen waarvan kosten zijn opgegeven; de"
        " kosten van groepsaanbod zitten erin.",
        definition_en="Costs of deployment in the school year, divided by the number of"
        " trajectories that started in it, at schools and for roles whose costs were stated; the"
        " costs of group work are included.",
        unit="euro per traject",
        numerator="kosten van de inzet",
        denominator="gestarte trajecten op scholen en voor rollen met bekende kosten",
        measure=trajecten.STARTED,
        form=PerUnit(COSTS),
        where=_.kosten_bekend,
        cuts=("rol",),
        system="ondersteuningsstructuur",
        threshold="zwaar",
    ),
    Metric(
        id="xtra_spreiding",
        theme="inzet",
        label_nl="Caseload over wijken",
        label_en="Caseload over neighbourhoods",
        definition="Aantal verschillende wijken waarin leerlingen wonen met een traject dat in het"
        " schooljaar op deze school liep; n is de caseload, en een traject zonder bekende woonwijk"
        " telt alleen in de caseload.",
        definition_en="Number of distinct neighbourhoods in which pupils live with a trajectory"
        " that ran at this school in the school year; n is the caseload, and a trajectory without a"
        " known neighbourhood counts in the caseload only.",
        unit="wijken",
        numerator="verschillende woonwijken van leerlingen met een lopend traject",
        measure=ACTIVE,
        form=Diversity("woonwijk", level="vestiging"),
        norm="xtra_minimum_wijken",
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="xtra_spreiding_scholen",
        theme="inzet",
        label_nl="Scholen die in aanmerking komen voor SMW-XTRA",
        label_en="Schools that qualify for SMW-XTRA",
        definition="Aandeel van de scholen met een lopend traject in het schooljaar waarvan zowel"
        " de caseload als het aantal wijken waarin de leerlingen wonen, op of boven de grens voor"
        " SMW-XTRA ligt.",
        definition_en="Share of the schools with a running trajectory in the school year whose"
        " caseload and number of neighbourhoods in which the pupils live are both at or above the"
        " limits for SMW-XTRA.",
        unit="procent",
        numerator="scholen op of boven beide grenzen",
        denominator="scholen met een lopend traject",
        measure=SCHOOLS_BY_SPREAD,
        form=Share(_.voldoet),
        norm="xtra_minimum_caseload",
        system="servicepunt_smw",
    ),
    Metric(
        id="xtra_uren",
        theme="inzet",
        label_nl="SMW-XTRA flexuren",
        label_en="SMW-XTRA flexible hours",
        definition="Aantal uren inzet in het schooljaar met als soort SMW-XTRA.",
        definition_en="Number of hours deployed in the school year of the kind SMW-XTRA.",
        unit="uren",
        numerator="uren SMW-XTRA",
        measure=DEPLOYED,
        form=Total("uren_honderdsten", scale=HUNDREDTHS),
        where=_.inzetsoort == "smw_xtra",
        system="servicepunt_smw",
    ),
    Metric(
        id="groep_deelname",
        theme="inzet",
        label_nl="Deelnemers aan groepsaanbod",
        label_en="Participants in group work",
        definition="Aantal deelnames aan groepsactiviteiten in het schooljaar; wie aan meer"
        " activiteiten meedoet, telt bij elke activiteit.",
        definition_en="Number of participations in group activities in the school year; anyone who"
        " takes part in several activities counts in each.",
        unit="deelnames",
        numerator="deelnames aan groepsactiviteiten",
        measure=GROUP_PARTICIPANTS,
        cuts=("vorm", "thema"),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="groep_deelname_activiteiten",
        theme="inzet",
        label_nl="Groepsactiviteiten",
        label_en="Group activities",
        definition="Aantal groepsactiviteiten met een datum in het schooljaar.",
        definition_en="Number of group activities dated in the school year.",
        unit="activiteiten",
        numerator="groepsactiviteiten",
        measure=GROUPS,
        form=Count(),
        cuts=("vorm", "thema"),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="groep_aandeel",
        theme="inzet",
        label_nl="Aandeel groepsgericht",
        label_en="Share of group work",
        definition="Aandeel van de deelnames aan groepsaanbod in het schooljaar, van die deelnames"
        " en de in dat schooljaar gestarte individuele trajecten samen.",
        definition_en="Share of the participations in group work in the school year, of those"
        " participations and the individual trajectories started in that year together.",
        unit="procent",
        numerator="deelnames aan groepsaanbod",
        denominator="deelnames aan groepsaanbod en gestarte individuele trajecten",
        measure=GROUP_OR_ALONE,
        form=Share(_.groep),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="thema_afgesproken",
        theme="inzet",
        label_nl="Thema's afgesproken",
        label_en="Themes agreed",
        definition="Aandeel van de scholen die uiterlijk 1 oktober van het schooljaar ten minste"
        " één thema hadden afgesproken, van alle scholen in gemeenten die voor dat jaar afspraken"
        " opgaven.",
        definition_en="Share of the schools that had agreed on at least one theme by 1 October of"
        " the school year, of all schools in municipalities that stated agreements for that year.",
        unit="procent",
        numerator="scholen met een tijdig afgesproken thema",
        denominator="alle scholen",
        measure=SCHOOLS_THAT_AGREE,
        form=Share(_.thema.notnull(), whole=True),
        cuts=("thema",),
        system="ondersteuningsstructuur",
        direction="hoger",
    ),
    Metric(
        id="thema_uitgevoerd",
        theme="inzet",
        label_nl="Thema's uitgevoerd",
        label_en="Themes carried out",
        definition="Aandeel van de voor het schooljaar afgesproken thema's waarover in dat"
        " schooljaar op die school ten minste één activiteit was, ook als de afspraak na 1 oktober"
        " kwam.",
        definition_en="Share of the themes agreed for the school year on which there was at least"
        " one activity at that school in that year, also when agreed after 1 October.",
        unit="procent",
        numerator="afgesproken thema's met een activiteit",
        denominator="alle afgesproken thema's",
        measure=AGREED,
        form=Share(_.uitgevoerd),
        needs=("activiteiten",),
        uses=("jongerenwerk",),
        cuts=("thema",),
        system="ondersteuningsstructuur",
        direction="hoger",
    ),
    Metric(
        id="jw_vormen",
        theme="inzet",
        label_nl="Jongerenwerk naar vorm",
        label_en="Youth work by form",
        definition="Aantal activiteiten van het jongerenwerk met een datum in het schooljaar, naar"
        " de negen vormen; een activiteit zonder school telt in de wijk.",
        definition_en="Number of youth-work activities dated in the school year, by the nine forms;"
        " an activity without a school counts in its neighbourhood.",
        unit="activiteiten",
        numerator="activiteiten van het jongerenwerk",
        measure=YOUTH_WORK,
        cuts=("vorm",),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="jw_vormen_deelnemers",
        theme="inzet",
        label_nl="Deelnemers aan jongerenwerk",
        label_en="Participants in youth work",
        definition="Aantal deelnames aan activiteiten van het jongerenwerk in het schooljaar; wie"
        " aan meer activiteiten meedoet, telt bij elke activiteit.",
        definition_en="Number of participations in youth-work activities in the school year; anyone"
        " who takes part in several activities counts in each.",
        unit="deelnames",
        numerator="deelnames aan activiteiten van het jongerenwerk",
        measure=YOUTH_PARTICIPANTS,
        cuts=("vorm",),
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="middelen_achterstand",
        theme="inzet",
        label_nl="Middelen schoolmaatschappelijk werk po",
        label_en="Funding for school social work in primary education",
        definition="Bedrag voor schoolmaatschappelijk werk waarop samenwerkingsverbanden po in het"
        " jaar recht hebben: de som van de achterstandsscores van hun vestigingen maal het bedrag"
        " per punt, en niets onder de grens; een vestiging zonder samenwerkingsverband telt niet"
        " mee, en het kalenderjaar staat bij het schooljaar dat erin begint.",
        definition_en="Amount for school social work to which partnerships for inclusive education"
        " in primary schools are entitled in the year: the sum of the disadvantage scores of their"
        " school sites times the amount per point, and nothing below the limit; a school site"
        " without a partnership is left out, and the calendar year is shown with the school year"
        " that begins in it.",
        unit="euro",
        numerator="som van achterstandsscores maal het bedrag per punt",
        measure=MEANS,
        form=Total("centen", scale=HUNDREDTHS),
        cuts=("samenwerkingsverband",),
        norm="bedrag_per_achterstandsscore",
        system="preventie_en_bekostiging",
    ),
)
