"""Sentences of the calculation of effects in the language of the reader.

They were published in Dutch. Each is of a known kind, with numbers and names in it; in another
language the kind is worded with the same numbers. A text in which one sentence is of no known kind,
or holds a name without a translation, stays Dutch as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dashboard import language
from dashboard.language import Dutch, mark, tr
from dashboard.words import grounds, wording

# Names in a sentence; every other place between braces is a number, an amount or a school year.
_NAMES = frozenset({"maat", "tijd", "kant", "andere_kant", "schaal", "wie", "rust", "wat", "bron"})
_NUMBER = r"(?:€ )?−?\d[\d.]*(?:,\d+)?|\d{4}/\d{4}"
_WAYS = dict.fromkeys(("kant", "andere_kant"), "minder|meer|lager|hoger")
_PLACE = re.compile(r"\{(\w+)\}")
_YEAR = re.compile(r"\d{4}/\d{4}")
# As a unit is published: what is counted, and per how many of what.
_TIMES = ("leerlingmaanden", "leerlingjaren")
_SAID = (
    mark("minder"), mark("meer"), mark("lager"), mark("hoger"), mark("leerlingmaanden"),
    mark("leerlingjaren"), mark("de prikkelschaal"), mark("de schaal rust thuis"),
    mark("leerkracht"), mark("ouder"), mark("lager is rustiger"), mark("hoger is rustiger"),
    mark("procent met één plan"), mark("procent met ondersteuning thuis"),
    mark("Onderwijs en zorg in één plan"), mark("Ondersteuning thuis"),
    mark("Verschillende soorten ondersteuning per leerling"),
    mark("Samenwerking en taakverdeling volgens school, aanbieder en wijkteam"),
    mark("een aanvulling op het ontwikkelingsperspectief in plaats van een zorgplan"),
    mark("een vermeden individuele beschikking"), mark("punten"),
)  # fmt: skip
KINDS = (
    mark("Gemeten bij ongeveer {n} leerlingen op {scholen} scholen."),
    mark(
        "Gemeten bij ongeveer {n} leerlingen op {scholen} scholen, vergeleken met ongeveer "
        "{anderen} leerlingen op {andere_scholen} scholen."
    ),
    mark("Gemeten bij ongeveer {n} mensen die antwoordden op {scholen} scholen."),
    mark("Berekend voor ongeveer {n} leerlingen op {scholen} scholen."),
    mark(
        "Bij deelnemers waren er per 100 {tijd} {n} {maat} {kant} dan verwacht op grond van de "
        "vergelijkingsgroep: een verschil van ongeveer {deel}% (95%-interval: {laag} tot {hoog} "
        "{andere_kant})."
    ),
    mark(
        "Na de start waren er per 100 {tijd} {n} {maat} {kant} dan ervoor: een verandering van "
        "{eerst} naar {nu} (95%-interval: {laag} tot {hoog} {andere_kant})."
    ),
    mark(
        "Na de start waren er per 100 {tijd} {n} {maat} {kant} dan verwacht op grond van het "
        "verloop ervoor: een verandering ten opzichte van die lijn (95%-interval: {laag} tot "
        "{hoog} {andere_kant})."
    ),
    mark(
        "Er is geen duidelijk verschil met de vergelijkingsgroep in het aantal {maat} per 100 "
        "{tijd} (95%-interval: {laag} {kant} tot {hoog} {andere_kant})."
    ),
    mark(
        "Er is geen duidelijke verandering na de start in het aantal {maat} per 100 {tijd} "
        "(95%-interval: {laag} {kant} tot {hoog} {andere_kant})."
    ),
    mark(
        "Met deze aantallen wordt een verschil van {n} {maat} ({deel}%) of meer in vier van de "
        "vijf gevallen gevonden; een kleiner verschil kan er zijn zonder dat het opvalt."
    ),
    mark(
        "Met deze aantallen wordt een verandering van {n} {maat} ({deel}%) of meer in vier van de "
        "vijf gevallen gevonden; een kleinere kan er zijn zonder dat zij opvalt."
    ),
    mark(
        "Met deze aantallen wordt een verandering van {n} {maat} of meer in vier van de vijf "
        "gevallen gevonden; een kleinere kan er zijn zonder dat zij opvalt."
    ),
    mark(
        "De conclusie houdt stand zolang de groepen per half jaar niet meer dan {deel}% uiteen "
        "liepen."
    ),
    mark("Een meting vóór en na de start laat niet zien waardoor dit komt."),
    mark("Of de groepen vóór de start al verschilden, is niet bekend."),
    mark("Of beide groepen zich vóór de start gelijk ontwikkelden, was niet na te gaan."),
    mark(
        "De groepen ontwikkelden zich vóór de start al verschillend; dit verschil wijst daarom "
        "niet op een effect."
    ),
    mark(
        "Vlak vóór de start ging het slechter dan gewoonlijk; daarna gaat het ook zonder hulp vaak "
        "beter (terugkeer naar het gemiddelde), dus dit wijst niet vanzelf op een effect."
    ),
    mark(
        "Gaat het verloop van vóór de start, met de onzekerheid daarover, na de start gewoon door, "
        "dan is er geen duidelijk verschil meer."
    ),
    mark(
        "Wordt de vergelijkingsgroep gewogen naar eerdere jeugdhulp en onderwijssoort, dan is het "
        "verschil niet meer duidelijk."
    ),
    mark(
        "Met een startdatum die een jaar te vroeg ligt, is er ook een duidelijk verschil; dat kan "
        "geen effect zijn."
    ),
    mark(
        "Er zijn weinig scholen: worden zij willekeurig over beide groepen verdeeld, dan komt zo'n "
        "verschil vaker dan eens in de twintig keer voor."
    ),
    mark(
        "Het kan toeval zijn: {n} uitkomsten zijn tegelijk getoetst, en met die correctie is p = "
        "{p}."
    ),
    mark(
        "Op {schaal} ({laagst} tot {hoogst}, {wie}; {rust}): de verandering bij deelnemers was "
        "{n} punten {kant} dan in de vergelijkingsgroep, een verschil (95%-interval: {laag} tot "
        "{hoog})."
    ),
    mark(
        "Op {schaal} ({laagst} tot {hoogst}, {wie}; {rust}): een verandering van {eerst} naar "
        "{nu}, {n} punten {kant} (95%-interval: {laag} tot {hoog})."
    ),
    mark(
        "Van signaal tot start van de ondersteuning (wie langer wacht, telt als {meest} dagen): "
        "{n} dagen bij deelnemers tegen {ander} in de vergelijkingsgroep, een verschil van "
        "{verschil} {kant} (95%-interval: {laag} tot {hoog})."
    ),
    mark(
        "Van signaal tot start van de ondersteuning (wie langer wacht, telt als {meest} dagen): "
        "{n} dagen (95%-interval: {laag} tot {hoog})."
    ),
    mark(
        "{wat}: {n} {maat} bij deelnemers tegen {ander} in de vergelijkingsgroep, een verschil "
        "van {verschil} {kant} (95%-interval: {laag} tot {hoog})."
    ),
    mark("{wat}: {n} {maat} (95%-interval: {laag} tot {hoog})."),
    mark("{wat}: het verschil ligt tussen ruime grenzen (95%-interval: {laag} tot {hoog})."),
    mark("Indicatief: de groep is te klein om te zeggen of er iets is veranderd."),
    mark("Bij ongeveer {n} leerlingen op {scholen} scholen meldt het project {wat}."),
    mark(
        "Met {uren} uur per keer tegen {tarief} per uur is dat {bedrag} aan werktijd (met de "
        "aannemelijke uren en tarieven {laag} tot {hoog})."
    ),
    mark("Het is een rekensom, geen gemeten effect."),
    mark(
        "Bij ongeveer {n} leerlingen met een vermeden beschikking begon na de start volgens het "
        "register geen nieuwe toewijzing; alleen die tellen als geld."
    ),
    mark(
        "Bij ongeveer {n} leerlingen meldt het project een vermeden beschikking, maar begon na de "
        "start toch een nieuwe toewijzing; die tellen niet als geld."
    ),
    mark(
        "Aantallen van minder dan {n} leerlingen of op minder dan {scholen} scholen worden niet "
        "genoemd en tellen als nul."
    ),
    mark(
        "In {jaar} was de besparing naar schatting {bedrag} {kant} dan de kosten (95%-interval: "
        "{laag} tot {hoog})."
    ),
    mark(
        "Over {jaar} tot en met {laatste} samen is niet te zeggen of de besparing de kosten dekt "
        "(95%-interval: {laag} tot {hoog})."
    ),
)


def worded(text: object) -> str:
    """A published text in the language of the reader; marked as Dutch where it stays that."""
    found = str(text or "")
    if language.now() == language.DUTCH or not found:
        return found
    told = [_sentence(one) for one in apart(found)]
    return " ".join(told) if all(told) else language.published(found)


def apart(text: object) -> Iterator[str]:
    """A text in its sentences: a full stop, a space and a capital make a new one."""
    rest = str(text or "").strip()
    while rest:
        cut = next(
            (
                place + 1
                for place in range(len(rest) - 2)
                if rest[place] in ".!?" and rest[place + 1] == " " and rest[place + 2].isupper()
            ),
            len(rest),
        )
        yield rest[:cut]
        rest = rest[cut:].strip()


def _sentence(said: str) -> str:
    """One sentence, reworded; empty where its kind or a name in it is not known."""
    for kind, pattern in _patterns():
        found = pattern.fullmatch(said)
        if found is None:
            continue
        given = found.groupdict()
        values = {name: _value(name, part, given) for name, part in given.items()}
        if all(values.values()):
            return tr(kind, **values) if values else tr(kind)
    return ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(_pattern(kind))) for kind in (*KINDS, *grounds.KINDS))


def _pattern(kind: str) -> str:
    parts = _PLACE.split(kind)
    texts = [re.escape(text) for text in parts[::2]]
    names = [f"(?P<{n}>{_WAYS.get(n, '.+?' if n in _NAMES else _NUMBER)})" for n in parts[1::2]]
    return "".join(part for pair in zip(texts, [*names, ""], strict=True) for part in pair)


def _value(name: str, said: str, given: dict[str, str]) -> str:
    """A number or a name as the reader writes it; empty where there is no translation."""
    if name == "maat":
        return _measure(said, given.get("tijd", ""))
    if name in _NAMES:
        return tr(said) if said in _SAID else _translated(said)
    if _YEAR.fullmatch(said):
        return said
    amount = float(said.removeprefix("€ ").replace(".", "").replace(",", ".").replace("−", "-"))
    if said.startswith("€"):
        return wording.euro(amount)
    decimals = len(said.partition(",")[2])
    return wording.number(amount, decimals) if amount >= 0 else wording.signed(amount, decimals)


def _measure(said: str, time: str) -> str:
    """What is counted: a name, or the first part of a unit."""
    if said in _SAID:
        return tr(said)
    if alone := _translated(said):
        return alone
    for per in (time,) if time else _TIMES:
        if whole := _translated(f"{said} per 100 {per}"):
            return whole.partition(" per ")[0]
    return ""


def _translated(text: str) -> str:
    said = language.published(text)
    return "" if isinstance(said, Dutch) else said
