"""Promises for the medium term: zis_m1 to zis_m10."""

from __future__ import annotations

from dataclasses import replace

from pipelines.effects.catalogue.participation import AT_START, ONE_PLAN
from pipelines.effects.catalogue.threats import (
    AVOIDED,
    COMPARED,
    GRANTED,
    HOLIDAYS,
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
from pipelines.effects.outcomes import Care, Events, Hours, Net, PerPupil, Unmeasured

# A notice of removal or a removal ends schooling; neither is a suspension.
_SUSPENSION = (("soort", ("schorsing_intern", "schorsing_extern")),)
_SUSPENSIONS = (
    "de schorsingen van scholen met en zonder Zorg In School, van ten minste een jaar vóór de start"
)
_GRANTED = (
    "de toewijzingen jeugdhulp van alle gevolgde leerlingen, met niveau, van ten minste een jaar"
    " vóór de start"
)
_PARTICIPANTS = "Leerlingen met een deelname aan Zorg In School."

ZIS_M1 = Effect(
    id="zis_m1",
    promise="Hulp komt op het juiste moment.",
    outcomes=(
        PerPupil(
            id="dagen_tot_ondersteuning",
            suffix="",
            unit="dagen",
            subject="Van signaal tot start van de ondersteuning",
            column="signaal_datum",
            kind="dagen",
            until="start_ondersteuning_datum",
            horizon="effect_dagen_tot_ondersteuning",
            direction="lager",
            needed="de datum van het signaal en van de start van de ondersteuning, in beide groepen"
            " (dataset zis_deelnames)",
        ),
    ),
    exposure="Het signaal bij de deelname, en de ondersteuning die daarop volgde.",
    comparison="Leerlingen van scholen zonder Zorg In School, met hulp langs de gewone weg.",
    threats=(SELECTION, REPORTED),
)

ZIS_M2 = Effect(
    id="zis_m2",
    promise="Er zijn minder incidenten.",
    outcomes=(
        Events(
            id="incidenten",
            suffix="",
            unit="incidenten",
            dataset="incidenten",
            date="datum",
            designs=("VV", "VN", "GS", "TR"),
            needed="de incidentenregistratie van scholen met en zonder Zorg In School, van ten"
            " minste een jaar vóór de start, met het pseudoniem van de leerling",
        ),
    ),
    threats=(REGRESSION, REGISTRATION, MATURATION, HOLIDAYS, *COMPARED),
)

ZIS_M3 = Effect(
    id="zis_m3",
    promise="Er zijn minder schorsingen.",
    outcomes=(
        Events(
            id="schorsingen",
            suffix="",
            unit="schorsingen",
            dataset="schorsingen",
            date="start_datum",
            keep=_SUSPENSION,
            designs=("VV", "VN", "GS", "TR"),
            needed=_SUSPENSIONS,
        ),
        Events(
            id="schorsingsdagen",
            suffix="_dagen",
            unit="schorsingsdagen",
            dataset="schorsingen",
            date="start_datum",
            weight="schooldagen",
            keep=_SUSPENSION,
            needed=_SUSPENSIONS,
        ),
    ),
    threats=(REGRESSION, REGISTRATION, MATURATION, HOLIDAYS, *COMPARED),
)

ZIS_M4 = Effect(
    id="zis_m4",
    promise="Er zijn geen individuele zorgplannen meer nodig.",
    outcomes=(
        Hours(
            id="zorgplannen",
            suffix="",
            unit="euro aan werktijd",
            column="opp_aanvulling",
            subject="een aanvulling op het ontwikkelingsperspectief in plaats van een zorgplan",
            hours="uren_per_zorgplan",
            rate="uurtarief_zorgplan",
            needed="per deelname of een aanvulling op het ontwikkelingsperspectief een zorgplan"
            " vervangt (dataset zis_deelnames)",
        ),
    ),
    population=_PARTICIPANTS,
    exposure="Alle deelnames samen.",
    comparison="Geen; gerekend is met het aantal dat het project zelf meldt.",
    threats=(PARAMETERS, REPORTED),
    ground="beschreven",
)

ZIS_M5 = Effect(
    id="zis_m5",
    promise="Er is geen individuele beschikking meer nodig.",
    outcomes=(
        Hours(
            id="beschikkingen",
            suffix="",
            unit="euro aan werktijd",
            column="beschikking_vermeden",
            subject="een vermeden individuele beschikking",
            hours="uren_per_beschikking",
            rate="uurtarief_beschikking",
            needed="per deelname of zonder Zorg In School een beschikking nodig was geweest"
            " (dataset zis_deelnames), en de toewijzingen om dat na te gaan (dataset jeugdhulp)",
            checked=True,
        ),
    ),
    population=_PARTICIPANTS,
    exposure="Alle deelnames samen.",
    comparison="Geen; gerekend is met wat het project meldt en het register van jeugdhulp niet"
    " tegenspreekt.",
    threats=(PARAMETERS, AVOIDED),
    ground="beschreven",
)

ZIS_M6 = Effect(
    id="zis_m6",
    promise="De hulp groeit niet door naar zwaardere zorg.",
    outcomes=(
        Events(
            id="zwaardere_zorg",
            suffix="",
            unit="overgangen naar een hoger niveau",
            dataset="jeugdhulp",
            date="start_datum",
            derived="zwaarder",
            scale=1200,
            scale_label="per 100 leerlingjaren",
            needed=_GRANTED,
        ),
    ),
    threats=(REGRESSION, MATURATION, GRANTED, *COMPARED),
)

ZIS_M7 = Effect(
    id="zis_m7",
    promise="De thuissituatie krijgt ondersteuning: één gezin, één plan.",
    outcomes=(
        PerPupil(
            id="thuisondersteuning",
            suffix="",
            unit="procentpunten met ondersteuning thuis",
            subject="Ondersteuning thuis",
            column="thuisondersteuning",
            kind="ja_nee",
            needed="per deelname of het gezin thuis ondersteuning krijgt, ook van vóór de start"
            " (dataset zis_deelnames)",
        ),
        replace(ONE_PLAN, suffix="_plan"),
    ),
    exposure=AT_START,
    threats=(SELECTION, REPORTED),
)

ZIS_M8 = Effect(
    id="zis_m8",
    promise="Hulp is snel op te schalen en af te schalen.",
    outcomes=(
        Unmeasured(
            id="schaling",
            suffix="",
            unit="dagen",
            reason="Niet te meten: per deelname is één signaal geleverd, dat van vóór de start; van"
            " latere signalen om meer of minder hulp te geven is geen datum bekend.",
            needed="per signaal om op of af te schalen de datum, en de datum waarop volume of"
            " niveau van de hulp veranderde",
            direction="lager",
        ),
    ),
    population=_PARTICIPANTS,
    exposure="Signalen tijdens de deelname.",
    comparison="Geen.",
    threats=(REPORTED,),
    ground="beschreven",
)

ZIS_M9 = Effect(
    id="zis_m9",
    promise="Leerkrachten worden deskundiger.",
    outcomes=(
        Unmeasured(
            id="deskundigheid",
            suffix="",
            unit="procent dat het eens is",
            reason="Niet te meten: geen van de vragenlijsten vraagt leerkrachten naar hun"
            " deskundigheid, en uren van pedagogisch medewerkers zijn niet per leerling bekend.",
            needed="een vraag over deskundigheid in de jaarlijkse evaluatie van scholen met Zorg"
            " In School, en per schooljaar de uren van pedagogisch medewerkers",
            designs=("EN",),
        ),
    ),
    population="Leerkrachten van scholen met Zorg In School.",
    exposure="De jaarlijkse evaluatie.",
    comparison="Geen.",
    threats=(INFORMANT,),
    ground="beschreven",
)

ZIS_M10 = Effect(
    id="zis_m10",
    promise="Zorg In School is vanaf het tweede jaar kostenneutraal, door minder dagbesteding"
    " niveau 7, begeleiding niveau 5 en gezinsbehandeling niveau 5.",
    outcomes=(
        Net(
            id="netto",
            suffix="",
            unit="euro netto in het laatste schooljaar",
            kind="netto",
            needed="de toewijzingen jeugdhulp en de tarieven van alle schooljaren",
        ),
        Care(
            id="dagbesteding_7",
            suffix="_dagbesteding_7",
            unit="dagdelen dagbesteding niveau 7",
            forms=(("dagbesteding", "7"),),
            unit_code="16",
            needed=_GRANTED,
        ),
        Care(
            id="begeleiding_5",
            suffix="_begeleiding_5",
            unit="uren begeleiding niveau 5",
            forms=(("begeleiding_individueel", "5"),),
            unit_code="04",
            needed=_GRANTED,
        ),
        Care(
            id="gezinsbehandeling_5",
            suffix="_gezinsbehandeling_5",
            unit="uren gezinsbehandeling niveau 5",
            forms=(("gezinsbehandeling", "5"),),
            unit_code="04",
            needed=_GRANTED,
        ),
    ),
    threats=(TARIFFS, MATURATION, GRANTED, PARAMETERS, *COMPARED),
)
