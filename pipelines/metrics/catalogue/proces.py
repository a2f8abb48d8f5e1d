"""B. Process of school social work."""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import CLOSED, FTE, OPEN_ON_DAYS, STARTED
from pipelines.metrics.catalogue.verwijzingen import REFERRED
from pipelines.metrics.metric import Mean, Metric, Quantiles, Rate, Share

_WIJKTEAM_OR_CARE = ("wijkteam", "lokaal_team", "jeugdhulp_tweedelijn")

METRICS = (
    Metric(
        id="smw_wachttijd",
        theme="proces",
        label_nl="Wachttijd tot start",
        label_en="Waiting time to start",
        definition="Aantal kalenderdagen van aanmelding tot start waarbinnen de helft (mediaan) en"
        " negen op de tien (p90) van de trajecten startten die in het schooljaar zijn gestart.",
        definition_en="Calendar days from registration to start within which half (median) and nine"
        " in ten (p90) began, of the trajectories started in the school year.",
        unit="dagen",
        numerator="dagen van aanmelding tot start",
        denominator="trajecten met een startdatum in het schooljaar",
        measure=STARTED,
        form=Quantiles("wachtdagen", level="gemeente"),
        cuts=("aanmelder",),
        system="servicepunt_smw",
        direction="lager",
        norm="norm_smw_start_dagen",
        threshold="zwaar",
    ),
    Metric(
        id="smw_binnen_norm",
        theme="proces",
        label_nl="Gestart binnen de norm",
        label_en="Started within the norm",
        definition="Aandeel van de trajecten die in het schooljaar startten dat binnen de norm na"
        " de aanmelding begon; een aanmelding die nog wacht, telt niet mee.",
        definition_en="Share of the trajectories started in the school year that began within the"
        " norm after registration; a registration still waiting is left out.",
        unit="procent",
        numerator="trajecten gestart binnen de norm",
        denominator="trajecten met een startdatum in het schooljaar",
        measure=STARTED,
        form=Share(_.binnen_norm),
        system="servicepunt_smw",
        direction="hoger",
        norm="norm_smw_start_dagen",
    ),
    Metric(
        id="smw_doorlooptijd",
        theme="proces",
        label_nl="Doorlooptijd",
        label_en="Duration",
        definition="Aantal kalenderdagen van start tot afsluiting waarbinnen de helft (mediaan) van"
        " de in het schooljaar afgesloten trajecten klaar was; trajecten die nog lopen of nooit"
        " zijn gestart, tellen niet mee.",
        definition_en="Calendar days from start to closing within which half (median) of the"
        " trajectories closed in the school year were finished; trajectories that are still running"
        " or never started are left out.",
        unit="dagen",
        numerator="dagen van start tot afsluiting",
        denominator="in het schooljaar afgesloten trajecten",
        measure=CLOSED,
        form=Quantiles("doorlooptijd", level="gemeente", at=(0.5,)),
        cuts=("rol",),
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="smw_afgesloten",
        theme="proces",
        label_nl="Afgesloten in hetzelfde jaar",
        label_en="Closed in the same year",
        definition="Aandeel van de trajecten die in het schooljaar startten en in datzelfde"
        " schooljaar zijn afgesloten.",
        definition_en="Share of the trajectories started in the school year that closed in that"
        " same year.",
        unit="procent",
        numerator="trajecten gestart en afgesloten in het schooljaar",
        denominator="trajecten met een startdatum in het schooljaar",
        measure=STARTED,
        form=Share(_.zelfde_jaar),
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_uren",
        theme="proces",
        label_nl="Uren per traject",
        label_en="Hours per trajectory",
        definition="Gemiddeld aantal uren per traject dat in het schooljaar is afgesloten, van de"
        " trajecten waarvan uren zijn vastgelegd; alle uren van het traject tellen, ook die uit een"
        " eerder schooljaar.",
        definition_en="Mean number of hours per trajectory closed in the school year, of those with"
        " recorded hours; all hours of the trajectory count, also those of an earlier year.",
        unit="uren",
        numerator="uren van afgesloten trajecten",
        denominator="afgesloten trajecten waarvan uren zijn vastgelegd",
        measure=CLOSED,
        form=Mean("uren_tienden", scale=10),
        where=_.uren.notnull(),
        cuts=("rol", "werkvorm"),
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="smw_caseload",
        theme="proces",
        label_nl="Caseload per voltijdbaan",
        label_en="Caseload per full-time post",
        definition="Aantal trajecten dat op 1 oktober en op 1 april liep, gemiddeld over die twee"
        " dagen, per voltijdbaan aan inzet in dat schooljaar; alleen trajecten op scholen waarvan"
        " de inzet van die rol bekend is, en een dag na de peildatum telt niet mee.",
        definition_en="Number of trajectories open on 1 October and on 1 April, averaged over those"
        " two days, per full-time post deployed in that school year; only trajectories at schools"
        " whose deployment for that role is known, and a day after the reference date is left out.",
        unit="trajecten per voltijdbaan",
        numerator="open trajecten op 1 oktober en 1 april samen",
        denominator="voltijdbanen, geteld voor beide dagen",
        measure=OPEN_ON_DAYS,
        form=Rate(FTE, per=1),
        cuts=("rol",),
        norm="uren_per_fte_per_jaar",
        system="ondersteuningsstructuur",
    ),
    Metric(
        id="smw_toeleidingsdocument",
        theme="proces",
        label_nl="Werk- en toeleidingsdocument",
        label_en="Work and referral document",
        definition="Aandeel van de verwijzingen in het schooljaar vanuit een traject naar het"
        " wijkteam, het lokale team of de tweedelijns jeugdhulp waarbij een werk- en"
        " toeleidingsdocument is gemaakt, van de verwijzingen waarvan dit bij het traject is"
        " vastgelegd.",
        definition_en="Share of the school year's referrals from a trajectory to the neighbourhood"
        " team, the local team or second-line youth care for which a work and referral document was"
        " made, of the referrals for which the trajectory records it.",
        unit="procent",
        numerator="verwijzingen met een werk- en toeleidingsdocument",
        denominator="verwijzingen naar wijkteam of jeugdhulp waarvan dit is vastgelegd",
        measure=REFERRED,
        form=Share(_.toeleidingsdocument),
        where=_.bestemming.isin(_WIJKTEAM_OR_CARE) & _.toeleidingsdocument.notnull(),
        needs=("smw_trajecten",),
        looks_back=("smw_trajecten",),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_instrumenten",
        theme="proces",
        label_nl="ETM en LIRIK gebruikt",
        label_en="ETM and LIRIK used",
        definition="Aandeel van de in het schooljaar gestarte trajecten over veiligheid of met een"
        " verwijzing waarin ETM of LIRIK is gebruikt; waar niets is vastgelegd, is geen van beide"
        " gebruikt.",
        definition_en="Share of the trajectories started in the school year on safety or with a"
        " referral in which ETM or LIRIK was used; where nothing was recorded, neither was.",
        unit="procent",
        numerator="trajecten waarin ETM of LIRIK is gebruikt",
        denominator="gestarte trajecten over veiligheid of met een verwijzing",
        measure=STARTED,
        form=Share(_.instrument != "geen_instrument", whole=True),
        where=(_["as"] == "veiligheid") | _.verwezen,
        needs=("verwijzingen",),
        looks_back=("verwijzingen",),
        looks_on=("verwijzingen",),
        cuts=("instrument",),
        system="servicepunt_smw",
        direction="hoger",
        threshold="zwaar",
    ),
    Metric(
        id="smw_smart",
        theme="proces",
        label_nl="SMART-doelen gesteld",
        label_en="SMART goals set",
        definition="Aandeel van de in het schooljaar gestarte trajecten met ten minste één gesteld"
        " doel; waar niets is vastgelegd, is geen doel gesteld.",
        definition_en="Share of the trajectories started in the school year with one or more goals"
        " set; where nothing was recorded, none was set.",
        unit="procent",
        numerator="trajecten met een of meer doelen",
        denominator="trajecten met een startdatum in het schooljaar",
        measure=STARTED,
        form=Share(_.doelen_gesteld >= 1),
        system="servicepunt_smw",
        direction="hoger",
    ),
)
