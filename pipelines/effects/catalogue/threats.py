"""What else could explain a result: Dutch sentences that several promises share."""

from __future__ import annotations

REGRESSION = (
    "Leerlingen starten vaak na een slechte periode; daarna gaat het ook zonder hulp meestal beter"
    " (terugkeer naar het gemiddelde)."
)
REGISTRATION = "Scholen kunnen anders zijn gaan handelen of anders zijn gaan registreren."
MATURATION = "Leerlingen worden ouder en de samenstelling van de groep kan veranderen."
HOLIDAYS = "Maanden zonder school tellen mee; vensters van hele jaren vangen dat grotendeels op."
INFORMANT = "Wie de vragenlijst invult, weet van de deelname; dat kan het oordeel kleuren."
SELECTION = "Deelnemers en vergelijkingsgroep kunnen ook vóór de start al hebben verschild."
TARIFFS = (
    "Bedragen zijn omgerekend naar prijzen van één jaar; stegen tarieven anders dan de gebruikte"
    " indexcijfers, dan verandert een bedrag ook zonder dat het gebruik verandert."
)
PARAMETERS = "De uitkomst staat of valt met de gebruikte uren en tarieven; die zijn deels aannames."
REPORTED = "Het kenmerk is door het project zelf geregistreerd en niet door anderen nagegaan."
AVOIDED = (
    "Dat er geen nieuwe toewijzing kwam, bewijst niet dat die er zonder Zorg In School wel was"
    " gekomen."
)
GRANTED = "Toegewezen hulp is niet altijd gegeven hulp."
ANTICIPATION = (
    "Wat vóór de start al verandert omdat de start eraan komt, telt mee als vóór de start en maakt"
    " het verschil kleiner of groter dan het is."
)
SPILLOVER = (
    "Wat Zorg In School doet, kan ook scholen in de vergelijkingsgroep bereiken; dan is het gemeten"
    " verschil kleiner dan het effect."
)
# Of every comparison of the time before and after the start with that of others.
COMPARED = (ANTICIPATION, SPILLOVER)
