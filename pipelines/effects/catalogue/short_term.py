"""Promises for the short term: zis_k1 to zis_k3."""

from __future__ import annotations

from pipelines.effects.catalogue.threats import (
    COMPARED,
    INFORMANT,
    MATURATION,
    REGISTRATION,
    REGRESSION,
    SELECTION,
)
from pipelines.effects.effect import Effect
from pipelines.effects.outcomes import Care, Events, Score, Unmeasured

_MEASURED = (
    "Bij de schaal de laatste meting vóór de start en de laatste daarna, per leerling vergeleken;"
)

ZIS_K1 = Effect(
    id="zis_k1",
    promise="De leerling raakt minder overprikkeld.",
    outcomes=(
        Score(
            id="prikkelschaal",
            suffix="",
            unit="punten op de prikkelschaal",
            scale_name="de prikkelschaal (0 tot 10, leerkracht; lager is rustiger)",
            instrument="prikkelschaal",
            informant="leerkracht",
            needed="van elke leerling in beide groepen een voormeting en een latere meting met de"
            " prikkelschaal, ingevuld door de leerkracht (dataset metingen)",
        ),
        Events(
            id="ontregeling",
            suffix="_ontregeling",
            unit="incidenten door ontregeling",
            dataset="incidenten",
            date="datum",
            keep=(("soort", ("ontregeling",)),),
            designs=("VV", "VN", "TR"),
            needed="de incidentenregistratie van scholen met en zonder Zorg In School, van ten"
            " minste een jaar vóór de start, met het pseudoniem van de leerling",
        ),
    ),
    exposure=f"{_MEASURED} bij incidenten de maanden vóór en na de eigen start.",
    threats=(REGRESSION, INFORMANT, MATURATION, REGISTRATION, *COMPARED),
)

ZIS_K2 = Effect(
    id="zis_k2",
    promise="De leerling is thuis rustiger en er is thuis minder hulp nodig.",
    outcomes=(
        Score(
            id="rust_thuis",
            suffix="",
            unit="punten op de schaal rust thuis",
            scale_name="de schaal rust thuis (0 tot 10, ouder; hoger is rustiger)",
            instrument="rust_thuis",
            informant="ouder",
            direction="hoger",
            needed="van elke leerling in beide groepen een voormeting en een latere meting met de"
            " schaal rust thuis, ingevuld door een ouder (dataset metingen)",
        ),
        Care(
            id="hulp_thuis",
            suffix="_hulp",
            unit="uren gezinsbehandeling",
            forms=(("gezinsbehandeling", None),),
            unit_code="04",
            needed="de toewijzingen jeugdhulp van alle gevolgde leerlingen, met volume, eenheid en"
            " frequentie",
        ),
    ),
    exposure=f"{_MEASURED} bij toegekende hulp de maanden vóór en na de eigen start.",
    threats=(REGRESSION, INFORMANT, MATURATION, SELECTION, *COMPARED),
)

ZIS_K3 = Effect(
    id="zis_k3",
    promise="Ouders en leerkrachten hebben één contactpersoon.",
    outcomes=(
        Unmeasured(
            id="contactpersoon",
            suffix="",
            unit="procent dat het eens is",
            reason="Niet te meten: geen van de vragenlijsten vraagt ouders of leerkrachten of er"
            " één vaste contactpersoon is.",
            needed="een vraag daarover in de jaarlijkse evaluatie, gesteld aan ouders en"
            " leerkrachten van scholen met Zorg In School",
            designs=("EN",),
        ),
    ),
    population="Ouders en leerkrachten van leerlingen met Zorg In School.",
    exposure="De jaarlijkse evaluatie.",
    comparison="Geen.",
    threats=(INFORMANT,),
    ground="beschreven",
)
