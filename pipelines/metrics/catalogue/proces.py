"""B. Process of school social work."""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import STARTED
from pipelines.metrics.metric import Metric, Quantiles, Share

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
)
