"""C. Result of school social work."""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import CLOSED, GOALS
from pipelines.metrics.metric import Metric, Share, Split

METRICS = (
    Metric(
        id="smw_doelrealisatie",
        theme="resultaat",
        label_nl="Doelen behaald",
        label_en="Goals reached",
        definition="Aandeel van de doelen die zijn behaald, van alle doelen in trajecten die in het"
        " schooljaar zijn afgesloten en waarvan gestelde en behaalde doelen zijn vastgelegd.",
        definition_en="Share of goals reached, of all goals in trajectories that closed in the"
        " school year and for which goals set and reached were recorded.",
        unit="procent",
        numerator="behaalde doelen",
        denominator="gestelde doelen in afgesloten trajecten",
        measure=GOALS,
        form=Share(_.behaald == 1, weight="doelen"),
        cuts=("rol",),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_volgens_plan",
        theme="resultaat",
        label_nl="Beëindigd volgens plan",
        label_en="Ended as planned",
        definition="Aandeel van de trajecten die in het schooljaar zijn afgesloten met als reden"
        " volgens plan.",
        definition_en="Share of the trajectories closed in the school year that ended as planned.",
        unit="procent",
        numerator="trajecten afgesloten volgens plan",
        denominator="alle afgesloten trajecten",
        measure=CLOSED,
        form=Share(_.afsluitreden == "volgens_plan"),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_uitval",
        theme="resultaat",
        label_nl="Uitval",
        label_en="Drop-out",
        definition="Aandeel van de trajecten die in het schooljaar zijn afgesloten en die eenzijdig"
        " door de cliënt of door de aanbieder zijn beëindigd; externe omstandigheden en overleg"
        " tellen niet als uitval.",
        definition_en="Share of the trajectories closed in the school year that were ended"
        " one-sidedly by the client or the provider; external circumstances and mutual agreement"
        " are not drop-out.",
        unit="procent",
        numerator="trajecten eenzijdig beëindigd",
        denominator="alle afgesloten trajecten",
        measure=CLOSED,
        form=Share(_.afsluitreden.isin(["eenzijdig_client", "eenzijdig_aanbieder"])),
        system="servicepunt_smw",
        direction="lager",
    ),
    Metric(
        id="smw_afsluitreden",
        theme="resultaat",
        label_nl="Reden van afsluiten",
        label_en="Reason for closing",
        definition="Aandeel van elke reden van afsluiten in de trajecten die in het schooljaar zijn"
        " afgesloten.",
        definition_en="Share of each reason for closing in the trajectories closed in the school"
        " year.",
        unit="procent",
        numerator="afgesloten trajecten met deze reden",
        denominator="alle afgesloten trajecten",
        measure=CLOSED,
        form=Split(),
        cuts=("afsluitreden",),
        system="servicepunt_smw",
    ),
)
