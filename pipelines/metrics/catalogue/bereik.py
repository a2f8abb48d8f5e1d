"""A. Reach and inflow of school social work."""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import ACTIVE_PUPILS, REGISTERED, STARTED
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import Metric, Rate, Share, Split

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
        cuts=("rol", "inzetsoort", "werkvorm"),
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_leerlingen",
        theme="bereik",
        label_nl="Bereikte leerlingen",
        label_en="Pupils reached",
        definition="Aantal verschillende leerlingen met een gestart traject dat op een dag in het"
        " schooljaar liep; een leerling met meer trajecten telt per schooljaar en per gebied één"
        " keer, en de leeftijd is die bij aanmelding.",
        definition_en="Number of distinct pupils with a started trajectory that ran on any day of"
        " the school year; a pupil with several counts once per school year and area, and age is"
        " age at registration.",
        unit="leerlingen",
        numerator="verschillende leerlingen met een lopend traject",
        measure=ACTIVE_PUPILS,
        cuts=("leeftijdsgroep", "geslacht"),
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_bereik",
        theme="bereik",
        label_nl="Bereik per 100 leerlingen",
        label_en="Reach per 100 pupils",
        definition="Aantal verschillende leerlingen met een gestart traject dat in het schooljaar"
        " liep, per 100 leerlingen die op 1 oktober van dat schooljaar stonden ingeschreven op"
        " scholen in de gemeenten die registraties leverden.",
        definition_en="Number of distinct pupils with a started trajectory that ran in the school"
        " year, per 100 pupils enrolled on 1 October of that year at schools in the municipalities"
        " that delivered registrations.",
        unit="per 100 leerlingen",
        numerator="verschillende leerlingen met een lopend traject",
        denominator="ingeschreven leerlingen op 1 oktober",
        measure=ACTIVE_PUPILS,
        form=Rate(ENROLLED, per=100, within=True),
        where=_.telling_bekend,
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_aanmelder",
        theme="bereik",
        label_nl="Wie meldt aan",
        label_en="Who registers the pupil",
        definition="Aandeel van elke aanmelder in alle aanmeldingen in het schooljaar, ook als het"
        " traject nog niet is gestart.",
        definition_en="Share of each source of registration in all registrations of the school"
        " year, also when the trajectory has not started yet.",
        unit="procent",
        numerator="aanmeldingen door deze aanmelder",
        denominator="alle aanmeldingen in het schooljaar",
        measure=REGISTERED,
        form=Split(),
        cuts=("aanmelder",),
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_problematiek",
        theme="bereik",
        label_nl="Hulpvragen",
        label_en="Requests for help",
        definition="Aandeel van elke hoofdgroep, en daarbinnen van elke hulpvraag, in de trajecten"
        " die in het schooljaar startten; alleen de belangrijkste hulpvraag van een traject telt.",
        definition_en="Share of each main group, and of each request for help within it, in the"
        " trajectories that started in the school year; only the main request of a trajectory"
        " counts.",
        unit="procent",
        numerator="gestarte trajecten met deze hulpvraag",
        denominator="alle gestarte trajecten",
        measure=STARTED,
        form=Split(),
        cuts=("as", "problematiek"),
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="smw_preventieniveau",
        theme="bereik",
        label_nl="Preventieniveau",
        label_en="Level of prevention",
        definition="Aandeel primair, secundair en tertiair in de trajecten die in het schooljaar"
        " startten.",
        definition_en="Share of primary, secondary and tertiary prevention in the trajectories that"
        " started in the school year.",
        unit="procent",
        numerator="gestarte trajecten op dit preventieniveau",
        denominator="alle gestarte trajecten",
        measure=STARTED,
        form=Split(),
        cuts=("preventieniveau",),
        system="preventie_en_bekostiging",
    ),
    Metric(
        id="smw_wettelijk_kader",
        theme="bereik",
        label_nl="Wettelijk kader",
        label_en="Legal framework",
        definition="Aandeel van elk wettelijk kader in de trajecten die in het schooljaar startten;"
        " het grijze gebied staat apart.",
        definition_en="Share of each legal framework in the trajectories that started in the school"
        " year; the grey area stands apart.",
        unit="procent",
        numerator="gestarte trajecten binnen dit kader",
        denominator="alle gestarte trajecten",
        measure=STARTED,
        form=Split(),
        cuts=("wettelijk_kader",),
        system="preventie_en_bekostiging",
    ),
    Metric(
        id="smw_oorzaak_thuis",
        theme="bereik",
        label_nl="Oorzaak thuis bij dreigende uitval",
        label_en="Cause at home in cases at risk of drop-out",
        definition="Van de trajecten die in het schooljaar startten voor een leerling die dreigde"
        " uit te vallen en waarvan de oorzaak bekend is: het aandeel met de oorzaak thuis.",
        definition_en="Of the trajectories that started in the school year for a pupil at risk of"
        " dropping out and whose cause is known: the share with the cause at home.",
        unit="procent",
        numerator="trajecten met dreigende uitval en een oorzaak thuis",
        denominator="trajecten met dreigende uitval en een bekende oorzaak",
        measure=STARTED,
        form=Share(_.oorzaak == "thuis"),
        where=_.dreigende_uitval & _.oorzaak.notnull() & (_.oorzaak != "onbekend"),
        norm="referentie_oorzaak_thuis",
        system="servicepunt_smw",
    ),
    Metric(
        id="smw_ouders_betrokken",
        theme="bereik",
        label_nl="Ouders betrokken",
        label_en="Parents involved",
        definition="Aandeel van de trajecten die in het schooljaar startten waarbij ouders of"
        " verzorgers betrokken zijn, van de trajecten waarvan dit is vastgelegd.",
        definition_en="Share of the trajectories started in the school year in which parents or"
        " carers are involved, of those where this was recorded.",
        unit="procent",
        numerator="gestarte trajecten met betrokken ouders",
        denominator="gestarte trajecten waarvan dit is vastgelegd",
        measure=STARTED,
        form=Share(_.ouders_betrokken),
        where=_.ouders_betrokken.notnull(),
        cuts=("rol",),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_informeel_netwerk",
        theme="bereik",
        label_nl="Informeel netwerk benut",
        label_en="Informal network used",
        definition="Aandeel van de trajecten die in het schooljaar startten waarbij het eigen"
        " netwerk of een vrijwilliger is ingezet, van de trajecten waarvan dit is vastgelegd.",
        definition_en="Share of the trajectories started in the school year in which the family's"
        " own network or a volunteer was used, of those where this was recorded.",
        unit="procent",
        numerator="gestarte trajecten met inzet van het informele netwerk",
        denominator="gestarte trajecten waarvan dit is vastgelegd",
        measure=STARTED,
        form=Share(_.informeel_netwerk),
        where=_.informeel_netwerk.notnull(),
        system="servicepunt_smw",
        direction="hoger",
    ),
)
