"""What an outcome rests on and what was checked: the kinds of its sentences, see `sentences`."""

from __future__ import annotations

from dashboard.language import mark

KINDS = (
    mark("Rekening houdend met {n} toetsen tegelijk (Holm) is p = {p}."),
    mark("De richting blijft gelijk als telkens één school wordt weggelaten."),
    mark("Eén school weglaten verandert de richting niet."),
    mark("Zonder één van de scholen slaat de richting om: de uitkomst hangt aan die school."),
    mark("De onzekerheid komt uit de schatting zonder telkens één school."),
    mark(
        "Bij deelnemers met meer uren per week is de verandering niet duidelijk anders dan "
        "bij deelnemers met minder uren (p = {p})."
    ),
    mark(
        "Hoeveel uren per week deelnemers kregen, is van te weinig leerlingen bekend om wie "
        "meer kreeg met wie minder kreeg te vergelijken."
    ),
    mark(
        "Geteld zijn ten hoogste {voor} maanden vóór en {na} maanden na de eigen start, "
        "binnen de geleverde periode."
    ),
    mark(
        "Leerlingen van één school lijken op elkaar; de onzekerheid houdt daar rekening mee "
        "(wild cluster bootstrap, omdat er weinig scholen zijn)."
    ),
    mark("Leerlingen van één school lijken op elkaar; de onzekerheid houdt daar rekening mee."),
    mark("Berekend op aantallen afgerond op vijftallen, om leerlingen te beschermen."),
    mark("Berekend op een som en een aantal die op vijftallen zijn afgerond."),
    mark("Met alleen het jaar vóór en het jaar na de start is de richting dezelfde."),
    mark("Met alleen het jaar vóór en het jaar na de start is de richting een andere."),
    mark(
        "Met een startdatum die een jaar te vroeg ligt, is er geen duidelijk verschil, zoals "
        "het hoort."
    ),
    mark(
        "Met een startdatum die een jaar te vroeg ligt, is er ook een duidelijk verschil, en "
        "dat kan geen effect zijn."
    ),
    mark("Of een jaar te vroeg ook een verschil te zien is, was niet na te gaan."),
    mark(
        "Binnen de gevolgde tijd vertrok {deel}% van de deelnemers en {ander}% van de "
        "vergelijkingsgroep."
    ),
    mark("Met alleen wie bleef is de richting dezelfde en het verschil duidelijk."),
    mark("Met alleen wie bleef is de richting dezelfde en het verschil niet duidelijk."),
    mark("Of leeftijd en problematiek in beide groepen gelijk zijn, is niet geleverd."),
    mark("Aanname: zonder Zorg In School was er niets veranderd."),
    mark(
        "Aanname: zonder Zorg In School was het aantal bij deelnemers met hetzelfde "
        "percentage veranderd als bij de vergelijkingsgroep."
    ),
    mark("Aanname: zonder Zorg In School waren beide groepen gelijk geweest."),
    mark(
        "Aanname: zonder Zorg In School liep de lijn van vóór de start door, met hetzelfde "
        "verloop over het schooljaar."
    ),
    mark(
        "Aanname: zonder Zorg In School was de score evenveel veranderd als bij de "
        "vergelijkingsgroep."
    ),
    mark(
        "Aanname: zonder Zorg In School was het aantal bij elke startgroep evenveel veranderd"
        " als bij de vergelijkingsgroep."
    ),
    mark("Aanname: zonder Zorg In School was het bij elk van deze leerlingen één keer nodig."),
    mark(
        "Vóór de start waren de groepen niet aantoonbaar verschillend in ontwikkeling ({n} "
        "perioden, p = {p}); liepen zij per half jaar {deel}% of meer uiteen, dan was dat in "
        "vier van de vijf gevallen opgemerkt."
    ),
    mark(
        "Vóór de start ontwikkelden de groepen zich aantoonbaar verschillend ({n} perioden, p"
        " = {p})."
    ),
    mark(
        "Zonder de {voor} maanden vóór en de {na} maanden na de start is de richting dezelfde"
        " en het verschil duidelijk."
    ),
    mark(
        "Zonder de {voor} maanden vóór en de {na} maanden na de start is de richting dezelfde"
        " en het verschil niet duidelijk."
    ),
    mark("Naar onderwijssoort loopt het verschil niet aantoonbaar uiteen (p = {p})."),
    mark("Met de onrustigste periode vóór de start kon niet worden vergeleken."),
    mark(
        "Aandeel naar onderwijssoort: het grootste verschil tussen de groepen is {n} "
        "procentpunten; met de vergelijkingsgroep daarnaar gewogen is de richting dezelfde."
    ),
    mark(
        "Aandeel naar onderwijssoort: het grootste verschil tussen de groepen is {n} "
        "procentpunten, na weging {ander}."
    ),
    mark(
        "Jeugdhulp in het jaar vóór de start: {deel}% van de deelnemers en {ander}% van de "
        "vergelijkingsgroep; na weging in beide groepen even veel."
    ),
    mark("Vóór de start lag het aantal in beide groepen ongeveer gelijk."),
    mark(
        "Vóór de start lag het aantal bij deelnemers {deel}% {kant} dan in de vergelijkingsgroep."
    ),
    mark("Van vóór de start is het kenmerk niet bekend."),
    mark("Dit beschrijft de deelnemers en vergelijkt met niets."),
    mark(
        "Met de gewogen vergelijkingsgroep is het verschil {n} {kant} (95%-interval: {laag} "
        "tot {hoog} {andere_kant})."
    ),
    mark(
        "Liepen de groepen na de start elke periode even sterk uiteen als in de onrustigste "
        "periode ervoor, dan ligt het verschil tussen {laag}% {kant} en {hoog}% {andere_kant}"
        " (Rambachan en Roth)."
    ),
    mark("Of er sprake is van terugkeer naar het gemiddelde, was niet na te gaan."),
    mark(
        "In de {n} maanden vlak vóór de start was het aantal {maat} niet duidelijk "
        "ongunstiger dan daarvoor; er is geen teken van terugkeer naar het gemiddelde."
    ),
    mark(
        "In de {n} maanden vlak vóór de start was het aantal {maat} duidelijk {kant} dan "
        "daarvoor; terugkeer naar het gemiddelde kan de verandering (deels) verklaren."
    ),
    mark(
        "Van wie een voormeting heeft, heeft {deel}% van de deelnemers en {ander}% van de "
        "vergelijkingsgroep ook een latere meting; de anderen tellen niet mee."
    ),
    mark(
        "Van wie een voormeting heeft, heeft {deel}% van de deelnemers ook een latere meting;"
        " de anderen tellen niet mee."
    ),
    mark("De ontwikkeling vóór de start kon niet worden getoetst: er is één voormeting."),
    mark("Er zijn {n} startgroepen, elk vergeleken met wie niet begon."),
    mark("Voor onderwijssoorten apart zijn er te weinig gegevens."),
    mark("Leidende vergelijking: het gebruik volgt de vergelijkingsgroep."),
    mark("De kans dat het netto over alle jaren niet onder nul ligt, is ongeveer {deel}%."),
)
