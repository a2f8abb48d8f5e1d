"""`METRICS.md`: every figure as it is declared, for somebody who reads figures and no code."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from pipelines.contracts import Contracts
from pipelines.errors import ContractError
from pipelines.metrics.metric import (
    Count,
    Difference,
    Diversity,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Quantiles,
    Quotient,
    Rate,
    Share,
    Split,
    System,
    Total,
)
from pipelines.metrics.publication_plan import Plan
from pipelines.parameters import Parameter
from pipelines.release.figures import SMALLEST_BASE

THEMES: Mapping[str, str] = {
    "bereik": "A. Bereik en instroom",
    "proces": "B. Proces",
    "resultaat": "C. Resultaat",
    "verwijzingen": "D. Verwijzing en toeleiding",
    "inzet": "E. Inzet en middelen",
    "schorsingen": "F. Schorsingen",
    "thuiszitters": "G. Thuiszitters en verzuim",
    "samenwerking": "H. Samenwerking (jaarlijkse evaluatie)",
    "doorgaande_lijnen": "I. Doorgaande lijnen",
    "jeugdhulp": "J. Jeugdhulp",
}
SYSTEMS: Mapping[System, str] = {
    "servicepunt_smw": "schoolmaatschappelijk werk met een Servicepunt",
    "ondersteuningsstructuur": "één ondersteuningsstructuur (JMW, JW en JP)",
    "zorg_in_school": "Zorg In School",
    "preventie_en_bekostiging": "niveaus van preventie, en wie betaalt",
    "school_en_wijk": "verbinding van school en wijk",
}
LEVELS = {
    "totaal": "totaal",
    "gemeente": "gemeente",
    "wijk": "wijk",
    "vestiging": "school",
    "onderwijssoort": "onderwijssoort",
    "aanbieder": "aanbieder",
}
# Cuts that are worked out; what is delivered has its name in the contract.
_DERIVED = {
    "as": "hoofdgroep van hulpvragen",
    "leeftijdsgroep": "leeftijdsgroep",
    "instrument": "instrument (ETM, LIRIK)",
    "categorie": "soort verzuim (absoluut of langdurig relatief)",
    "peildag": "peildag",
    "evaluatiethema": "thema van de vraag",
    "hoofdthema": "vijf hoofdthema's van de vragen",
    "oordeel": "eens, neutraal of oneens",
    "deel": "proces of inhoud",
    "vraag": "vraag",
    "paar": "welke twee partijen",
}
_DIRECTIONS = {
    "hoger": "hoger is gunstiger",
    "lager": "lager is gunstiger",
    "": "geen oordeel: hoger of lager is niet vanzelf beter",
}


def page(metrics: Mapping[str, Metric], plan: Plan, contracts: Contracts) -> str:
    """The whole page, in Dutch; the order is that of the catalogue."""
    themes = list(dict.fromkeys(metric.theme for metric in metrics.values()))
    by_theme = {t: [m for m in metrics.values() if m.theme == t] for t in themes}
    lines = [
        "# Cijfers",
        "",
        "Gemaakt uit de declaraties in `pipelines/metrics/catalogue/`, het publicatieplan en de",
        "parameters met `make docs`; wijzig die en niet deze pagina.",
        "",
        *(f"- [{_theme(t)}](#{t}): {len(by_theme[t])} cijfers" for t in themes),
        *_how_to_read(contracts),
    ]
    for theme in themes:
        lines += ["", f'<a id="{theme}"></a>', f"## {_theme(theme)}", ""]
        lines += [f"- [{m.label_nl}](#{m.id})" for m in by_theme[theme]]
        for metric in by_theme[theme]:
            lines += _metric(metric, plan, contracts)
    return "\n".join(lines).rstrip() + "\n"


def _theme(name: str) -> str:
    try:
        return THEMES[name]
    except KeyError:
        raise ContractError(f"METRICS.md heeft geen opschrift voor het thema {name}.") from None


def _how_to_read(contracts: Contracts) -> list[str]:
    least, heavy, step = (
        f"{contracts.parameters[name].value:g}"
        for name in ("drempel", "drempel_zwaar", "afronding")
    )
    paragraphs = (
        "Elk cijfer geldt per schooljaar, van 1 augustus tot en met 31 juli. Het staat er voor de"
        " gebieden die bij het cijfer zijn genoemd, en nergens anders: wat niet in het"
        " publicatieplan staat, wordt niet geteld. Het gebied is dat van de school, tenzij anders"
        " is vermeld.",
        "**Teller en noemer.** Een aandeel is de teller gedeeld door de noemer. Wat onbekend is,"
        " telt niet mee in de teller.",
        "**Norm of termijn.** Dat is een parameter met een bron en een datum, in"
        " `data_contracts/parameters.yaml`. Verandert hij, dan rekent elk cijfer met de waarde die"
        " toen gold. Een referentie dient alleen ter vergelijking.",
        "**Wat geen einde heeft.** Een traject, toewijzing of periode van verzuim zonder einddatum"
        " loopt tot de peildatum, maar telt hoogstens zo lang mee als de parameters"
        " `termijn_open_..._maanden` zeggen. Duurt het langer, dan is een vergeten einddatum"
        " waarschijnlijker; de leverancier krijgt daarover een bevinding.",
        "**Interval.** Wat er in een jaar gebeurt, hangt ook van toeval af. Aandelen hebben daarom"
        " een interval van 95% volgens Wilson, aantallen en aantallen per 100 of per 1.000 een"
        " exact interval voor tellingen (Garwood), gemiddelden een interval volgens Student over de"
        " personen, medianen een interval uit de volgorde van de waarden, en verschillen van"
        " gemiddelden een interval volgens Welch. Bij een som van uren en een bedrag staat er geen."
        " Het interval houdt ook in wat de afronding van teller en noemer verbergt: de waarheid"
        " ligt altijd in wat alle mogelijke aantallen samen toelaten. Een grens wordt naar buiten"
        " afgerond, en nooit op of over nul.",
        "**Meer of minder.** Of twee jaren of gebieden verschillen, volgt uit het interval van het"
        " verschil zelf (Newcombe 1998 voor aandelen; op dezelfde manier, volgens Zou en Donner"
        " 2008, voor aantallen, verhoudingen, gemiddelden en medianen). Overlappende intervallen"
        " zeggen dat niet. Een verschil van één stap van de afronding heet nooit meer, minder,"
        " hoger of lager, en zonder interval wordt er niets over gezegd. Naast vorig jaar staat"
        " het eerste jaar dat over dezelfde eenheden gaat.",
        "**Scholen naast elkaar.** Elke school staat naast scholen van dezelfde onderwijssoort. De"
        " grenzen van 95% en 99,8% zijn die van het toeval (binomiaal), verruimd met de gewone"
        " spreiding tussen scholen van die soort: het additieve model voor overdispersie van"
        " Spiegelhalter (2005), uit standaardscores waarvan de buitenste tienden zijn ingetrokken"
        " (winsoriseren), en met de afronding. Een soort met minder dan acht zichtbare scholen"
        " wordt niet vergeleken.",
        "**Gemiddelden.** Een gemiddelde over kinderen is de exacte som gedeeld door het exacte"
        " aantal, afgerond op een tiende. De som zelf wordt niet gepubliceerd.",
        f"**Afschermen.** Een cijfer over minder dan {least} kinderen wordt niet getoond; bij"
        " gezondheid, veiligheid, bedragen, gemiddelden en medianen is dat minder dan"
        f" {heavy}. Bij elk cijfer staat welke grens geldt. Andere aantallen zijn afgerond op een"
        f" veelvoud van {step} en tellen daardoor niet precies op. Een bedrag over kinderen is"
        " grover afgerond, en afgeschermd als een of twee kinderen het grootste deel ervan"
        " bepalen. Soms is een groter aantal ook afgeschermd, omdat een klein aantal anders uit de"
        " rest is af te leiden. Een afgeschermd cijfer is een punt: het zegt niet of er iets is, en"
        " hoeveel.",
        f"**Te klein.** Een percentage staat er bij een noemer vanaf {SMALLEST_BASE[100]}, een"
        f" aantal per 1.000 bij een noemer vanaf {SMALLEST_BASE[1000]}. Voor cijfers die niet over"
        " personen gaan, zoals uren en afspraken, geldt dat niet.",
    )
    lines = ["", "## Zo leest u deze pagina"]
    for text in paragraphs:
        lines += ["", *textwrap.wrap(text, 100, break_on_hyphens=False)]
    return lines


def _metric(metric: Metric, plan: Plan, contracts: Contracts) -> list[str]:
    rows = [
        ("Teller", metric.numerator),
        ("Noemer", metric.denominator),
        ("Eenheid", metric.unit),
        ("Soort cijfer", _form(metric)),
        ("Gebieden", _areas(metric, plan)),
        ("Uitgesplitst naar", _cuts(metric, plan, contracts)),
        ("Richting", _DIRECTIONS[metric.direction]),
        ("Norm of termijn", _norm(metric, contracts)),
        ("Gegevens", ", ".join(f"[{d}](DATASETS.md#{d})" for d in metric.datasets)),
        ("Hoort bij", SYSTEMS[metric.system]),
        ("Afscherming", _protection(metric, contracts)),
        ("Versie", _version(metric)),
    ]
    return [
        "",
        f'<a id="{metric.id}"></a>',
        f"### {metric.label_nl}",
        "",
        f"`{metric.id}`. {metric.definition}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(text)} |" for name, text in rows if text),
    ]


def _form(metric: Metric) -> str:
    match metric.form:
        case Count():
            return "aantal; het interval voor een verschil volgens Garwood"
        case Flow():
            return "aantal per combinatie; het interval voor een verschil volgens Garwood"
        case Share(whole=True):
            return "aandeel van alle eenheden in het gebied, met interval (Wilson)"
        case Share():
            return "aandeel, met interval (Wilson)"
        case Split():
            return "verdeling: het aandeel van elke categorie, met interval (Wilson)"
        case Rate(per=1):
            return "verhouding, op een tiende"
        case Rate(scale=scale, per=per) if scale > 1:
            return f"per {_thousands(per)}, zonder interval"
        case Rate(within=True, per=per):
            return f"per {_thousands(per)}, met interval (Wilson)"
        case Rate(per=per):
            return f"per {_thousands(per)}, met interval (Garwood)"
        case Total():
            return "som, zonder interval"
        case Mean():
            return "gemiddelde, op een tiende, vanaf tien waarden, met interval (Student)"
        case PerUnit() | Quotient():
            return "gemiddeld bedrag, op tien euro of zo grof als het afgeronde aantal het laat"
        case Quantiles() as form:
            return _of_quantiles(form)
        case Difference():
            return "verschil van twee gemiddelden, met interval (Welch)"
        case Diversity():
            return "aantal verschillende waarden"


def _of_quantiles(form: Quantiles) -> str:
    told = "mediaan en 90%-punt" if len(form.at) > 1 else "mediaan"
    told += ", met interval"
    if form.width > 1:
        told += f"; in klassen van {form.width} hele waarden, vanaf nul"
    if form.censored is None:
        return told
    return f"{told}; wat nog niet is afgelopen, telt mee als minstens zo lang (Kaplan-Meier)"


def _areas(metric: Metric, plan: Plan) -> str:
    levels = _levels([t.level for t in plan.of(metric.id) if not t.breakdown])
    if levels and metric.measure.residence:
        levels += "; de gemeente is die waar de leerling woont"
    return levels


def _cuts(metric: Metric, plan: Plan, contracts: Contracts) -> str:
    found: dict[str, list[str]] = {}
    for table in plan.of(metric.id):
        if table.breakdown:
            found.setdefault(table.breakdown, []).append(table.level)
    return "; ".join(
        f"{' en '.join(_column(metric, c, contracts) for c in metric.columns_of(cut))}"
        f" ({_levels(levels)})"
        for cut, levels in found.items()
    )


def _column(metric: Metric, name: str, contracts: Contracts) -> str:
    if name in _DERIVED:
        return _DERIVED[name]
    for dataset in metric.datasets:
        for column in contracts.dataset(dataset).columns:
            if column.name == name:
                return column.label[:1].lower() + column.label[1:]
    raise ContractError(f"METRICS.md heeft geen naam voor de uitsplitsing {name} van {metric.id}.")


def _levels(levels: Sequence[str]) -> str:
    return ", ".join(LEVELS[level] for level in dict.fromkeys(levels))


def _norm(metric: Metric, contracts: Contracts) -> str:
    if metric.norm is None:
        return ""
    return "; ".join(_entry(entry) for entry in contracts.parameters[metric.norm].entries)


def _entry(entry: Parameter) -> str:
    until = f" tot en met {entry.valid_to:%d-%m-%Y}" if entry.valid_to else ""
    value = f"{entry.value:g}".replace(".", ",")
    source = entry.source[:1].upper() + entry.source[1:]
    return (
        f"{value} {entry.unit} (`{entry.name}`, vanaf {entry.valid_from:%d-%m-%Y}{until})."
        f" Bron: {source}"
    )


def _protection(metric: Metric, contracts: Contracts) -> str:
    if metric.measure.public:
        return "niet nodig: het cijfer gaat niet over personen"
    name = "drempel_zwaar" if metric.threshold == "zwaar" else "drempel"
    who = "respondenten" if metric.measure.person in {"antwoord_id", "respondent"} else "kinderen"
    return f"vanaf {contracts.parameters[name].value:g} {who}"


def _version(metric: Metric) -> str:
    until = f" tot en met {metric.valid_to:%d-%m-%Y}" if metric.valid_to else ""
    return f"{metric.version}, geldig vanaf {metric.valid_from:%d-%m-%Y}{until}"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
