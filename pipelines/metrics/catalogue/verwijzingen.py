"""D. Referral and toeleiding."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.metrics import derive
from pipelines.metrics.catalogue.trajecten import CLOSED
from pipelines.metrics.metric import Context, Flow, Measure, Metric, Quantiles, Share, Tables

DATASETS = ("verwijzingen",)
OPEN_TERM = "termijn_open_verwijzing_maanden"


def _referred(tables: Tables, _context: Context) -> ir.Table:
    """Referrals, with whether the trajectory they came from has a document (empty: unknown)."""
    found = tables["verwijzingen"]
    documents = tables["smw_trajecten"].select(
        _traject=_.traject_id, document=_.toeleidingsdocument
    )
    joined = found.left_join(documents, found["traject_id"] == documents["_traject"])
    dated = joined.drop("_traject").mutate(
        schooljaar=derive.schooljaar(joined["verwijs_datum"]),
        toeleidingsdocument=joined["document"],
    )
    return derive.with_school(dated, tables)


def _discussed(tables: Tables, context: Context) -> ir.Table:
    """Referrals that were discussed first, in the school year of that discussion.

    `wachtdagen`: days until help started or, where `wacht_nog`, until the peildatum so far, and no
    longer than the term after which a forgotten end is likelier than a child that still waits.
    `weken_voorbij`: whether the longest term of waiting has passed.
    """
    asof = ibis.literal(context.peildatum)
    found = tables["verwijzingen"].filter(
        _.overleg != "geen", _.overleg_datum.notnull(), _.overleg_datum <= asof
    )
    waited = derive.days_between(found["overleg_datum"], found["start_hulp_datum"])
    so_far = derive.open_until(context, found["overleg_datum"], OPEN_TERM)
    started = (found["start_hulp_datum"] <= asof).fill_null(False)
    passed = derive.plus_days(found["overleg_datum"], 7 * derive.WAITED[-1]) <= asof
    return derive.with_school(
        found.mutate(
            schooljaar=derive.schooljaar(found["overleg_datum"]),
            binnen_norm=derive.by_norm(
                context, "norm_hulp_start_dagen", found["overleg_datum"], lambda n: waited <= n
            ),
            wacht_nog=~started,
            weken_voorbij=passed.fill_null(False),
            wachtdagen=ibis.ifelse(
                started, waited, derive.days_between(found["overleg_datum"], so_far)
            ),
        ),
        tables,
    )


REFERRED = Measure("verwijzingen", "verwijzingen", DATASETS, _referred)
DISCUSSED = Measure("verwijzingen_na_overleg", "verwijzingen", DATASETS, _discussed)

METRICS = (
    Metric(
        id="vw_aantal",
        theme="verwijzingen",
        label_nl="Verwijzingen",
        label_en="Referrals",
        definition="Aantal verwijzingen en toeleidingen met een verwijsdatum in het schooljaar.",
        definition_en="Number of referrals and guided transfers to help with a referral date in the"
        " school year.",
        unit="verwijzingen",
        numerator="verwijzingen met een verwijsdatum in het schooljaar",
        measure=REFERRED,
        cuts=("bestemming", "hulpsoort", "wettelijk_kader"),
        system="school_en_wijk",
    ),
    Metric(
        id="vw_stroom",
        theme="verwijzingen",
        label_nl="Van overleg naar bestemming",
        label_en="From meeting to destination",
        definition="Aantal verwijzingen in het schooljaar naar het overleg waarin ertoe is besloten"
        " en de bestemming.",
        definition_en="Number of referrals in the school year by the meeting that decided on them"
        " and their destination.",
        unit="verwijzingen",
        numerator="verwijzingen van dit overleg naar deze bestemming",
        measure=REFERRED,
        form=Flow("overleg", "bestemming"),
        system="school_en_wijk",
    ),
    Metric(
        id="vw_start_binnen_norm",
        theme="verwijzingen",
        label_nl="Hulp gestart binnen twee weken",
        label_en="Help started within two weeks",
        definition="Aandeel van de verwijzingen die in het schooljaar in een overleg zijn besproken"
        " waarvan de hulp binnen de norm na dat overleg is gestart; hulp die nog niet of nooit is"
        " gestart, telt als niet binnen de norm.",
        definition_en="Share of the referrals discussed in a meeting in the school year for which"
        " help started within the norm after that meeting; help not started yet, or never, counts"
        " as not within it.",
        unit="procent",
        numerator="besproken verwijzingen met hulp gestart binnen de norm",
        denominator="alle in een overleg besproken verwijzingen",
        measure=DISCUSSED,
        form=Share(_.binnen_norm),
        cuts=("bestemming",),
        system="servicepunt_smw",
        direction="hoger",
        norm="norm_hulp_start_dagen",
    ),
    Metric(
        id="vw_acceptatie",
        theme="verwijzingen",
        label_nl="Geaccepteerd",
        label_en="Accepted",
        definition="Aandeel van de verwijzingen uit het schooljaar dat is geaccepteerd of gestart,"
        " van de verwijzingen waarover is beslist; ingetrokken verwijzingen tellen niet mee.",
        definition_en="Share of the school year's referrals that were accepted or started, of those"
        " decided on; withdrawn referrals are left out.",
        unit="procent",
        numerator="geaccepteerde en gestarte verwijzingen",
        denominator="geaccepteerde, gestarte en afgewezen verwijzingen",
        measure=REFERRED,
        form=Share(_.status != "afgewezen"),
        where=_.status.isin(["geaccepteerd", "gestart", "afgewezen"]),
        cuts=("bestemming",),
        system="school_en_wijk",
        direction="hoger",
    ),
    Metric(
        id="vw_terugkoppeling",
        theme="verwijzingen",
        label_nl="Terugkoppeling ontvangen",
        label_en="Feedback received",
        definition="Aandeel van de verwijzingen uit het schooljaar waarop de school of het"
        " schoolmaatschappelijk werk terugkoppeling kreeg.",
        definition_en="Share of the school year's referrals on which the school or its social"
        " worker received feedback.",
        unit="procent",
        numerator="verwijzingen met een datum van terugkoppeling",
        denominator="alle verwijzingen in het schooljaar",
        measure=REFERRED,
        form=Share(_.terugkoppeling_datum.notnull()),
        cuts=("bestemming",),
        system="school_en_wijk",
        direction="hoger",
    ),
    Metric(
        id="vw_informeel",
        theme="verwijzingen",
        label_nl="Naar informeel netwerk en vrije tijd",
        label_en="To the informal network and leisure",
        definition="Aandeel van de verwijzingen uit het schooljaar naar het informele netwerk of"
        " naar vrije tijd, sport en cultuur.",
        definition_en="Share of the school year's referrals to the informal network or to leisure,"
        " sport and culture.",
        unit="procent",
        numerator="verwijzingen naar informeel netwerk of vrije tijd",
        denominator="alle verwijzingen in het schooljaar",
        measure=REFERRED,
        form=Share(_.bestemming.isin(["informeel_netwerk", "vrije_tijd"])),
        system="school_en_wijk",
    ),
    Metric(
        id="vw_verwijsgraad",
        theme="verwijzingen",
        label_nl="Verwijsgraad",
        label_en="Referral rate",
        definition="Aandeel van de in het schooljaar afgesloten trajecten waaruit ten minste één"
        " keer is verwezen, wanneer dan ook; een verwijzing zonder traject telt hier niet mee.",
        definition_en="Share of the trajectories closed in the school year from which a referral"
        " was made at least once, at any time; a referral without a trajectory is left out here.",
        unit="procent",
        numerator="afgesloten trajecten met een verwijzing",
        denominator="alle afgesloten trajecten",
        measure=CLOSED,
        form=Share(_.verwezen),
        needs=("verwijzingen",),
        looks_back=("verwijzingen",),
        looks_on=("verwijzingen",),
        system="servicepunt_smw",
    ),
    Metric(
        id="vw_wachttijd",
        theme="verwijzingen",
        label_nl="Wachttijd tot hulp",
        label_en="Waiting time to help",
        definition="Aantal kalenderdagen van overleg tot start van de hulp waarbinnen de helft"
        " (mediaan) en negen op de tien (p90) van de in het schooljaar besproken verwijzingen zijn"
        " gestart; wie nog wacht, telt met de wachttijd tot de peildatum mee (Kaplan-Meier), maar"
        " hoogstens tot de termijn voor open verwijzingen; afgewezen en ingetrokken verwijzingen"
        " tellen niet mee.",
        definition_en="Calendar days from meeting to start of help within which half (median) and"
        " nine in ten (p90) of the referrals discussed in the school year had started; those still"
        " waiting count with their waiting time up to the reference date (Kaplan-Meier), but at"
        " most up to the term for open referrals; rejected and withdrawn referrals are left out.",
        unit="dagen",
        numerator="dagen van overleg tot start van de hulp",
        denominator="besproken verwijzingen, ook die nog wachten",
        measure=DISCUSSED,
        form=Quantiles("wachtdagen", level="gemeente", censored="wacht_nog"),
        where=~_.status.isin(["afgewezen", "ingetrokken"]),
        cuts=("bestemming",),
        norm="norm_hulp_start_dagen",
        system="servicepunt_smw",
        direction="lager",
        threshold="zwaar",
    ),
)
