"""`EFFECTS.md`: every promise of Zorg In School as it is declared, for whoever reads no code."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.contracts import Contracts
from pipelines.effects.catalogue import Product
from pipelines.effects.designs.probes import FEW_SCHOOLS
from pipelines.effects.designs.rows import unit_of
from pipelines.effects.effect import DESIGN_LABEL, Effect, Minimum, Window
from pipelines.effects.outcomes import (
    Care,
    Design,
    Events,
    Hours,
    Measure,
    Net,
    PerPupil,
    Score,
    Survey,
    Unmeasured,
)
from pipelines.effects.savings import arithmetic, price_level
from pipelines.effects.savings.route_rows import ROUTE_LABEL
from pipelines.errors import ContractError

TERMS: Mapping[str, str] = {
    "k": "Korte termijn",
    "m": "Middellange termijn",
    "l": "Lange termijn",
}
DESIGN_TOLD: Mapping[Design, str] = {
    "VN": "het aantal na de start min het aantal ervoor. Laat een verandering zien, geen oorzaak.",
    "VV": "de verandering bij deelnemers tegen de verandering bij leerlingen zonder Zorg In School"
    " in dezelfde tijd. Getoetst wordt of de groepen vóór de start aantoonbaar"
    " uiteen liepen, en hoeveel zij uiteen mochten lopen zonder dat de conclusie valt.",
    "GS": "hetzelfde, maar apart voor elke groep die tegelijk begon, en daarna samengevoegd"
    " (Callaway en Sant'Anna). Nodig als scholen niet tegelijk beginnen.",
    "TR": "de lijn per maand van vóór de start, met seizoen, doorgetrokken en vergeleken met wat er"
    " gebeurde: een sprong bij de start en een andere helling daarna.",
    "DW": "wat op één moment bekend is, naast elkaar gezet. Of de groepen al verschilden, is niet"
    " te zien.",
    "BS": "wat bij deelnemers is gemeld, zonder vergelijking.",
    "EN": "de antwoorden van een ronde van de jaarlijkse evaluatie tegen die van de ronde ervoor.",
    "AD": "aantallen maal uren en tarieven uit de parameters. Een rekensom, geen meting.",
}
_LEVELS = (
    ("beschreven", "wat er gebeurt, is opgeschreven; meer niet"),
    ("theoretisch onderbouwd", "er is een goede reden om het te verwachten; de cijfers wijzen (nog)"
     " niets aan"),
    ("eerste aanwijzingen", "gunstiger na de start dan ervoor, of dan de vergelijkingsgroep,"
     " terwijl er nog iets tegen pleit: geen vergelijking, een verloop dat niet te toetsen was of"
     " de uitkomst ook verklaart, een slechte periode vlak vóór de start, of toeval door het aantal"
     " toetsen; wat het is, staat erbij"),
    ("goede aanwijzingen", "gunstiger dan de vergelijkingsgroep, ook na correctie voor het aantal"
     " toetsen en ook als het verloop van vóór de start doorging; de groepen waren vóór de start"
     " niet aantoonbaar verschillend in ontwikkeling"),
    ("sterke aanwijzingen", "dat nog eens, elders gevonden"),
    ("indicatief", "de groep is te klein om een richting te noemen"),
)  # fmt: skip
_WAYS = {"lager": "lager is wat is beloofd", "hoger": "hoger is wat is beloofd"}


def page(effects: Sequence[Effect], products: Sequence[Product], contracts: Contracts) -> str:
    """The whole page, in Dutch; the order is that of the catalogue."""
    lines = [
        "# Beloften van Zorg In School",
        "",
        "Gemaakt uit de declaraties in `pipelines/effects/catalogue/` en de parameters met",
        "`make docs`; wijzig die en niet deze pagina.",
    ]
    for term, title in TERMS.items():
        own = [effect for effect in effects if _term(effect) == term]
        lines += ["", f"{title}:", ""]
        lines += [f"- [{effect.promise}](#{effect.id}) (`{effect.id}`)" for effect in own]
    lines += _how_to_read(contracts)
    for term, title in TERMS.items():
        lines += ["", f"## {title}"]
        for effect in effects:
            if _term(effect) == term:
                lines += _effect(effect, contracts)
    lines += _saving(products, contracts)
    return "\n".join(lines).rstrip() + "\n"


def _term(effect: Effect) -> str:
    letter = effect.id.removeprefix("zis_")[:1]
    if letter not in TERMS:
        raise ContractError(f"EFFECTS.md heeft geen opschrift voor de belofte {effect.id}.")
    return letter


def _how_to_read(contracts: Contracts) -> list[str]:
    paragraphs = (
        "Elke belofte staat er in de woorden van het plan, met hoe zij wordt gemeten en wat een"
        " uitkomst kan vertekenen. Met `zichtlijn effects` en in het dashboard (Zorg In School en"
        " Besparing) staan de uitkomsten zelf.",
        "**Opzet.** Bij elke maat staan de opzetten van sterk naar zwak. De eerste die kan, staat"
        " voorop; de andere staan ernaast.",
    )
    lines = ["", "## Zo leest u deze pagina"]
    for text in paragraphs:
        lines += ["", *_wrapped(text)]
    lines += ["", "| Opzet | Wat er wordt vergeleken |", "|---|---|"]
    lines += [f"| {DESIGN_LABEL[design]} | {told} |" for design, told in DESIGN_TOLD.items()]
    lines += [
        "",
        *_wrapped(
            "**Bewijs.** De trap volgt de woorden van de effectladder van het NJi. Hoger komt een"
            " belofte alleen als het verschil duidelijk is, de beloofde kant op wijst en de opzet"
            " het draagt. Wijken de groepen vóór de start al uiteen, dan blijft het bij de"
            " grondslag die bij de belofte staat. Is een verschil niet meer duidelijk als de"
            " vergelijkingsgroep wordt gewogen naar eerdere jeugdhulp en onderwijssoort, dan is het"
            " hooguit een eerste aanwijzing."
        ),
        "",
        "| Bewijsniveau | Betekenis |",
        "|---|---|",
        *(f"| {level} | {told} |" for level, told in _LEVELS),
    ]
    for text in (
        "**Onzekerheid.** Elke schatting heeft een interval van 95%, waarin meetelt dat leerlingen"
        " van één school op elkaar lijken; bij weinig scholen komt het uit een hertrekking (wild"
        " cluster bootstrap). Bij elke uitkomst staat ook wat zij wordt als rekening wordt gehouden"
        " met het aantal toetsen (Holm).",
        "**Wat is nagegaan.** Bij elke vergelijking staat of het verschil er ook is met een"
        " startdatum die een jaar te vroeg ligt, zonder de maanden rond de start"
        " (`effect_maanden_rondom`), met alleen wie bleef, en per onderwijssoort. Doen er in een"
        f" groep minder dan {FEW_SCHOOLS} scholen mee, dan worden de scholen ook opnieuw over beide"
        " groepen verdeeld (permutatietoets). Een verschil bij een te vroege start, of een dat bij"
        " zo verdelen vaak voorkomt, is hooguit een eerste aanwijzing. Startgroepen en reeksen per"
        " schoolmaand worden net zo nagegaan, voor zover hun maanden dat toelaten (een reeks van"
        " alleen deelnemers kent geen andere groep om scholen over te verdelen); bij scores staat"
        " van hoeveel leerlingen er ook een latere meting is. Zijn de uren per week geleverd, dan"
        " staat er of de verandering bij deelnemers met meer uren anders is dan bij deelnemers met"
        " minder uren: een verschil tussen deelnemers, en geen effect.",
        "**Kleine aantallen.** Een uitkomst staat er vanaf een minimum per groep, en noemt een"
        " richting pas vanaf een hoger minimum. Beide staan bij de belofte. Aantallen zijn afgerond"
        " op vijftallen, en schattingen zo ver als hun onzekerheid toelaat.",
        "**Wat niet is geleverd.** Maanden waarover de leverancier van een school of gemeente niets"
        " leverde, zijn niet waargenomen: zij tellen voor die leerlingen niet mee, ook niet als"
        " nul."
        " Een schooljaar waarin dat voor te veel leerlingen zo is, telt voor niemand mee, omdat de"
        " rest andere scholen zijn dan in de jaren ernaast. Nodig is dat het jaar in elke groep is"
        f" geleverd voor ten minste {contracts.parameters['effect_minimum_dekking'].value:g}% van"
        " de gevolgde leerlingen (`effect_minimum_dekking`). Van wat doorloopt, zoals jeugdhulp,"
        " telt ook het jaar na een niet geleverd jaar niet mee. Bij elke uitkomst staat wat er"
        " ontbreekt.",
    ):
        lines += ["", *_wrapped(text)]
    return lines


def _effect(declared: Effect, contracts: Contracts) -> list[str]:
    effect = replace(
        declared,
        window=declared.window.with_parameters(contracts.parameters),
        minimum=declared.minimum.with_parameters(contracts.parameters),
    )
    rows = (
        ("Wie", effect.population),
        ("Wat telt mee", effect.exposure),
        ("Vergeleken met", effect.comparison),
        ("Tonen vanaf", _showing(effect)),
        ("Richting noemen vanaf", _claiming(effect)),
        ("Grondslag", effect.ground),
    )
    lines = [
        "",
        f'<a id="{effect.id}"></a>',
        f"### {effect.promise}",
        "",
        f"`{effect.id}`",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(text)} |" for name, text in rows if text),
        "",
        "Wat een uitkomst kan vertekenen:",
        "",
        *(f"- {threat}" for threat in effect.threats),
        "",
        "| Maat | Gegevens | Venster | Opzet, sterkste eerst | Beloofd | Nodig |",
        "|---|---|---|---|---|---|",
    ]
    for outcome in effect.outcomes:
        cells = (
            f"`{effect.id}{outcome.suffix}` {unit_of(outcome)}",
            ", ".join(f"[{name}](DATASETS.md#{name})" for name in sorted(outcome.datasets)),
            _window(outcome, effect.window, contracts),
            "; ".join(_lower(DESIGN_LABEL[design]) for design in outcome.designs)
            if not isinstance(outcome, Unmeasured)
            else _lower(outcome.reason.rstrip(".")),
            _WAYS[outcome.direction],
            outcome.needed,
        )
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return lines


def _window(outcome: Measure, window: Window, contracts: Contracts) -> str:
    match outcome:
        case Events() | Care():
            return (
                f"ten hoogste {window.voor:g} maanden vóór en {window.tijdens:g} maanden na de"
                f" start, aan beide kanten ten minste {window.minimum:g}; het verloop per"
                f" {window.periode:g} maanden"
            )
        case Score():
            return (
                f"voormeting ten hoogste {window.voor:g} maanden vóór en {window.minimum:g} maanden"
                f" na de start; latere meting van {window.minimum:g} tot {window.tijdens:g} maanden"
                " na de start"
            )
        case PerPupil(kind="dagen"):
            days = contracts.parameters[outcome.horizon].value
            return f"{days:g} dagen vanaf het signaal; wie langer wacht, telt als {days:g} dagen"
        case PerPupil():
            return "één waarde per leerling, bij de eerste deelname"
        case Survey():
            return "de twee nieuwste rondes van de evaluatie"
        case Hours():
            return "alle deelnames samen"
        case Net(kind="netto"):
            return "het nieuwste hele schooljaar"
        case Net():
            return "alle hele schooljaren samen, contant gemaakt"
        case Unmeasured():
            return ""


def _showing(effect: Effect) -> str:
    least = effect.minimum
    if not _measured(effect):
        return ""
    events = (
        f", en {least.show_events} gebeurtenissen bij {least.show_children_with_event} leerlingen"
        if any(isinstance(outcome, Events) for outcome in effect.outcomes)
        else ""
    )
    return f"{_size(least.show_children, least.show_schools, effect)}{events}"


def _claiming(effect: Effect) -> str:
    least = effect.minimum
    kinds = {type(outcome) for outcome in effect.outcomes}
    if not _measured(effect) or kinds == {Hours}:
        return ""
    return (
        f"{_size(least.claim_children, least.claim_schools, effect)},"
        f" en {least.claim_total_schools} scholen samen"
    )


def _size(children: int, schools: int, effect: Effect) -> str:
    who = (
        "mensen"
        if any(isinstance(outcome, Survey) for outcome in effect.outcomes)
        else "leerlingen"
    )
    where = "per ronde" if who == "mensen" else "per groep"
    return f"{children} {who} op {schools} scholen, {where}"


def _measured(effect: Effect) -> bool:
    return not all(isinstance(outcome, Unmeasured) for outcome in effect.outcomes)


def _saving(products: Sequence[Product], contracts: Contracts) -> list[str]:
    least = Minimum().with_parameters(contracts.parameters)
    lines = [
        "",
        '<a id="besparing"></a>',
        "## De besparing op jeugdhulp",
        "",
        *_wrapped(
            "Per schooljaar en product: het volume dat zonder Zorg In School werd verwacht, min het"
            " werkelijke volume, maal het tarief van dat jaar. Daarbij komen vermeden beschikkingen"
            " (alleen die het register van jeugdhulp niet tegenspreekt) en zorgplannen (aantal maal"
            " uren maal uurtarief); daarvan gaan de kosten van het"
            " programma af, per betaler. Over de jaren telt later geld minder (discontovoet); ten"
            f" hoogste {contracts.parameters['horizon_jaren'].value:g} schooljaren tellen mee,"
            " vanaf het eerste van het programma."
        ),
        "",
        *_wrapped(
            "Niemand kan zien wat er zonder Zorg In School was gebeurd. Daarom staan drie"
            " schattingen altijd naast elkaar:"
        ),
        "",
        *(f"- {ROUTE_LABEL[route]}." for route in arithmetic.ROUTES),
        "",
        *_wrapped(
            f"Een product staat er vanaf {least.show_children} leerlingen met die hulp op"
            f" {least.show_schools} scholen, en niet als een of twee leerlingen het grootste deel"
            " bepalen. De onzekerheid komt van het opnieuw trekken van scholen en van waarden voor"
            " de aannamen, 2.000 keer."
        ),
        "",
        "| Product | Hulpvorm | Niveau |",
        "|---|---|---|",
        *(f"| {product.label} | `{product.hulpvorm}` | {product.niveau} |" for product in products),
        "",
        "| Aanname | Waarde | Van | Tot | Eenheid | Prijzen van | Bron |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in arithmetic.PARAMETERS:
        found = contracts.parameters[name]
        shown = " | ".join(map(_plain, (found.value, found.low, found.high)))
        lines.append(
            f"| {found.label} (`{name}`) | {shown} | {found.unit} | {found.price_year or ''} |"
            f" {_cell(found.source)} |"
        )
    return lines + _prices(contracts)


def _prices(contracts: Contracts) -> list[str]:
    """One price level, and the index of every year."""
    to = price_level.level(contracts.parameters)
    lines = [
        "",
        '<a id="prijspeil"></a>',
        "### Eén prijspeil",
        "",
        *_wrapped(
            f"Alle bedragen zijn in prijzen van {to} (`{price_level.LEVEL}`). Een tarief geldt in"
            " prijzen van zijn eigen jaar, een aanname in die van de kolom 'Prijzen van'; met de"
            " indexcijfers hieronder zijn ze omgerekend. Zo telt een prijsstijging niet als"
            " besparing en past de reële discontovoet erbij. Ontbreekt het indexcijfer van een"
            " jaar, dan is het bedrag niet te bepalen."
        ),
        "",
        "| Jaar | Prijsstijging in procent | Bron |",
        "|---|---|---|",
    ]
    for year, index in price_level.indices(contracts.parameters).items():
        lines.append(f"| {year} | {_plain(index.value)} | {_cell(index.source)} |")
    return lines


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}".replace(".", ",")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_on_hyphens=False)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
