"""Promises about what happens at school."""

from __future__ import annotations

from pipelines.effects.design import Effect, Outcome

# A notice of removal or a removal ends schooling; neither is a suspension.
_SUSPENSION = ("soort", ("schorsing_intern", "schorsing_extern"))

ZIS_M3 = Effect(
    id="zis_m3",
    promise="Er zijn minder schorsingen.",
    outcomes=(
        Outcome("schorsingen", "", "schorsingen", "schorsingen", "start_datum", keep=_SUSPENSION),
        Outcome(
            "schorsingsdagen",
            "_dagen",
            "schorsingsdagen",
            "schorsingen",
            "start_datum",
            weight="schooldagen",
            keep=_SUSPENSION,
        ),
    ),
    population="Leerlingen met een deelname aan Zorg In School, en de vergelijkingsgroep.",
    exposure="Maanden vóór en na de eigen start, binnen de periode waarover is geleverd.",
    direction="lager",
    threats=(
        "Leerlingen starten vaak na een slechte periode; daarna gaat het ook zonder hulp"
        " meestal beter (terugkeer naar het gemiddelde).",
        "Scholen kunnen anders zijn gaan schorsen of anders zijn gaan registreren.",
        "Leerlingen worden ouder en de samenstelling van de groep kan veranderen.",
        "Maanden zonder school tellen mee; vensters van hele jaren vangen dat grotendeels op.",
    ),
)
