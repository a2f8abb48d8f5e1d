"""C. Result of school social work."""

from __future__ import annotations

from ibis import _

from pipelines.metrics.catalogue.trajecten import CLOSED, FOLLOW_UP, GOALS, PUPILS_CLOSED
from pipelines.metrics.metric import Mean, Metric, Share, Split

GOOD_MARK = 7


def _satisfaction(who: str, whose: str, whose_en: str) -> tuple[Metric, ...]:
    """Mean mark of one group, the share of good marks, and how many gave one."""
    column = f"tevredenheid_{who}"
    recorded = _[column].notnull()
    return (
        Metric(
            id=f"smw_{column}",
            theme="resultaat",
            label_nl=f"Tevredenheid van {whose}",
            label_en=f"Satisfaction of {whose_en}",
            definition=f"Gemiddeld rapportcijfer (1 tot en met 10) dat {whose} gaven aan trajecten"
            " die in het schooljaar zijn afgesloten; een traject zonder cijfer telt niet mee.",
            definition_en=f"Mean mark (1 to 10) given by {whose_en} to trajectories closed in the"
            " school year; a trajectory without a mark is left out.",
            unit="rapportcijfer",
            numerator="som van de rapportcijfers",
            denominator="afgesloten trajecten met een rapportcijfer",
            measure=CLOSED,
            form=Mean(f"{column}_tienden", scale=10),
            where=recorded,
            system="servicepunt_smw",
            direction="hoger",
            threshold="zwaar",
        ),
        Metric(
            id=f"smw_{column}_7",
            theme="resultaat",
            label_nl=f"Een 7 of hoger van {whose}",
            label_en=f"Mark of 7 or more by {whose_en}",
            definition="Aandeel van de in het schooljaar afgesloten trajecten met een rapportcijfer"
            f" waaraan {whose} een 7 of hoger gaven.",
            definition_en=f"Share of the trajectories closed in the school year with a mark by"
            f" {whose_en} that got a 7 or more.",
            unit="procent",
            numerator="trajecten met een 7 of hoger",
            denominator="afgesloten trajecten met een rapportcijfer",
            measure=CLOSED,
            form=Share(_[column] >= GOOD_MARK),
            where=recorded,
            system="servicepunt_smw",
            direction="hoger",
        ),
        Metric(
            id=f"smw_{column}_respons",
            theme="resultaat",
            label_nl=f"Respons van {whose}",
            label_en=f"Response of {whose_en}",
            definition=f"Aandeel van de in het schooljaar afgesloten trajecten waaraan {whose} een"
            " rapportcijfer gaven.",
            definition_en="Share of the trajectories closed in the school year that were given a"
            f" mark by {whose_en}.",
            unit="procent",
            numerator="afgesloten trajecten met een rapportcijfer",
            denominator="alle afgesloten trajecten",
            measure=CLOSED,
            form=Share(recorded),
            system="servicepunt_smw",
            direction="hoger",
        ),
    )


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
        " unilaterally by the client or the provider; external circumstances and mutual agreement"
        " do not count as drop-out.",
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
    *_satisfaction("leerling", "leerlingen", "pupils"),
    *_satisfaction("ouder", "ouders", "parents"),
    Metric(
        id="smw_zonder_hulp_verder",
        theme="resultaat",
        label_nl="Zonder hulp verder",
        label_en="Continuing without help",
        definition="Aandeel van de in het schooljaar afgesloten trajecten zonder vervolg of met"
        " alleen nazorg, van de trajecten waarvan het vervolg is vastgelegd.",
        definition_en="Share of the trajectories closed in the school year with no follow-up or"
        " aftercare only, of those whose follow-up was recorded.",
        unit="procent",
        numerator="afgesloten trajecten met geen vervolg of nazorg",
        denominator="afgesloten trajecten waarvan het vervolg is vastgelegd",
        measure=CLOSED,
        form=Share(_.vervolg.isin(["geen", "nazorg"])),
        where=_.vervolg.notnull(),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_geen_nieuwe_start",
        theme="resultaat",
        label_nl="Geen nieuwe start",
        label_en="No new start",
        definition="Aandeel van de in het schooljaar afgesloten trajecten waarna voor dezelfde"
        " leerling binnen de termijn geen nieuw traject startte, op welke school ook; alleen"
        " trajecten waarvan de hele termijn na de afsluiting voorbij is, tellen mee.",
        definition_en="Share of the trajectories closed in the school year after which no new one"
        " started for the same pupil within the term, at whichever school; only trajectories whose"
        " whole term after closing has passed count.",
        unit="procent",
        numerator="afgesloten trajecten zonder nieuwe start binnen de termijn",
        denominator="afgesloten trajecten waarvan de termijn voorbij is",
        measure=CLOSED,
        form=Share(~_.nieuwe_start),
        where=_.waargenomen,
        norm=FOLLOW_UP,
        followed=("smw_trajecten",),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="smw_geen_tweedelijn",
        theme="resultaat",
        label_nl="Geen tweedelijns jeugdhulp",
        label_en="No second-line youth care",
        definition="Aandeel van de leerlingen met een in het schooljaar afgesloten traject voor wie"
        " binnen de termijn na een afsluiting geen jeugdhulp begon; alleen trajecten waarvan de"
        " termijn voorbij is, van leerlingen uit gemeenten die jeugdhulp leverden.",
        definition_en="Share of the pupils with a trajectory closed in the school year for whom no"
        " youth care began within the term after a closing; only trajectories whose term has"
        " passed, of pupils from municipalities that delivered youth care.",
        unit="procent",
        numerator="leerlingen zonder begin van jeugdhulp binnen de termijn",
        denominator="leerlingen met een afgesloten traject waarvan de termijn voorbij is",
        measure=PUPILS_CLOSED,
        form=Share(~_.jeugdhulp_na),
        cuts=("preventieniveau",),
        norm=FOLLOW_UP,
        followed=("jeugdhulp",),
        system="preventie_en_bekostiging",
        direction="hoger",
        threshold="zwaar",
    ),
)
