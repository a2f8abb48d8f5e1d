"""Promises for the long term: zis_l1 to zis_l6."""

from __future__ import annotations

from pipelines.effects.catalogue.participation import AT_START, ONE_PLAN
from pipelines.effects.catalogue.threats import (
    COMPARED,
    GRANTED,
    INFORMANT,
    MATURATION,
    PARAMETERS,
    REGISTRATION,
    REGRESSION,
    REPORTED,
    SELECTION,
    TARIFFS,
)
from pipelines.effects.effect import Effect
from pipelines.effects.outcomes import Events, Net, PerPupil, Survey

_TOGETHER = ("p04", "p05", "p06", "p07", "p08")
_RETURNED = ("terug_eigen_school", "andere_school", "onderwijszorgarrangement")

ZIS_L1 = Effect(
    id="zis_l1",
    promise="Er zijn geen thuiszitters meer.",
    outcomes=(
        Events(
            id="thuiszitters",
            suffix="",
            unit="begonnen perioden als thuiszitter",
            dataset="thuiszitters",
            date="start_datum",
            derived="thuiszitters",
            scale=1200,
            scale_label="per 100 leerlingjaren",
            needed="de perioden van verzuim uit de leerplichtadministratie, van ten minste een jaar"
            " vóór de start, en de vakantieregio van elke gemeente",
        ),
        Events(
            id="terug_naar_school",
            suffix="_terug",
            unit="perioden als thuiszitter met terugkeer naar onderwijs",
            dataset="thuiszitters",
            date="eind_datum",
            derived="thuiszitters",
            keep=(("resultaat", _RETURNED),),
            direction="hoger",
            scale=1200,
            scale_label="per 100 leerlingjaren",
            needed="van elke periode van verzuim het einde en het resultaat",
        ),
    ),
    threats=(REGRESSION, REGISTRATION, MATURATION, *COMPARED),
)

ZIS_L2 = Effect(
    id="zis_l2",
    promise="Er is geen langdurige of zware zorg meer nodig.",
    outcomes=(
        Events(
            id="dagbestedingsmaanden",
            suffix="",
            unit="maanden met dagbesteding",
            dataset="jeugdhulp",
            date="start_datum",
            until="eind_datum",
            keep=(("hulpvorm", ("dagbesteding",)),),
            needed="de toewijzingen jeugdhulp van alle gevolgde leerlingen, van ten minste een jaar"
            " vóór de start",
        ),
        Events(
            id="zware_zorg",
            suffix="_zwaar",
            unit="gestarte zware voorzieningen",
            dataset="jeugdhulp",
            date="start_datum",
            keep=(("zwaarte", ("zwaar",)),),
            scale=1200,
            scale_label="per 100 leerlingjaren",
            needed="van elke toewijzing jeugdhulp de zwaarte",
        ),
    ),
    threats=(
        REGRESSION,
        MATURATION,
        GRANTED,
        "Of dagbesteding de hele week duurt, is niet geleverd; elke maand met dagbesteding telt.",
        *COMPARED,
    ),
)

ZIS_L3 = Effect(
    id="zis_l3",
    promise="De school heeft een breder aanbod van ondersteuning.",
    outcomes=(
        PerPupil(
            id="soorten_ondersteuning",
            suffix="",
            unit="soorten ondersteuning per leerling",
            subject="Verschillende soorten ondersteuning per leerling",
            column="soorten_ondersteuning",
            kind="aantal",
            needed="per deelname de soorten ondersteuning, ook van vóór de start (dataset"
            " zis_deelnames)",
        ),
    ),
    exposure=AT_START,
    threats=(SELECTION, REPORTED),
)

ZIS_L4 = Effect(
    id="zis_l4",
    promise="Eén kind, één plan.",
    outcomes=(ONE_PLAN,),
    exposure=AT_START,
    threats=(SELECTION, REPORTED),
)

ZIS_L5 = Effect(
    id="zis_l5",
    promise="De partners ontwikkelen zich in hun samenwerking.",
    outcomes=(
        Survey(
            id="samenwerking",
            suffix="",
            unit="punten op een schaal van 1 tot 5",
            subject="Samenwerking en taakverdeling volgens school, aanbieder en wijkteam",
            items=_TOGETHER,
            needed="antwoorden uit ten minste twee rondes van de jaarlijkse evaluatie, van scholen"
            " met Zorg In School",
        ),
    ),
    population="Wie de jaarlijkse evaluatie invult voor een school met Zorg In School.",
    exposure="De twee laatste rondes met dezelfde vragen.",
    comparison="Geen.",
    threats=(
        INFORMANT,
        "Elke ronde antwoorden andere mensen; wie niet antwoordt, telt niet mee.",
        "De vragen gaan over het schoolmaatschappelijk werk, niet alleen over Zorg In School.",
    ),
)

ZIS_L6 = Effect(
    id="zis_l6",
    promise="Er wordt bespaard op jeugdhulp.",
    outcomes=(
        Net(
            id="cumulatief",
            suffix="",
            unit="euro netto, opgeteld over de schooljaren",
            kind="cumulatief",
            needed="de toewijzingen jeugdhulp en de tarieven van alle schooljaren",
        ),
    ),
    threats=(TARIFFS, MATURATION, GRANTED, PARAMETERS),
)
