"""How numbers, intervals, hidden cells and conclusions read. Honest, in one place.

"Verandering" for before and after, "verschil" against a comparison group; nothing here claims more
than the cell it is given. A value that is not shown is one neutral mark, whatever the reason for
hiding it, and never a bound such as "<5".
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from dashboard import language
from dashboard.language import mark, plural, tr
from dashboard.release.released import Area, Metric
from dashboard.words import difference

MARK = "·"
VISIBLE = "zichtbaar"
HIDDEN = "afgeschermd"

# These are said with `tr` where they are shown.
HIDDEN_NOTE = mark(
    "· afgeschermd: het gaat om te weinig kinderen, of het getal beschermt een ander klein "
    "aantal. Afgeschermd zegt dus niet dat er iets is, of hoeveel."
)
SMALL_NOTE = mark("· klein aantal: niet getoond.")
WIDEST_SHARE = 50
"""Points: an interval as wide as half the scale leaves open on which side of the middle it is."""
COUNTED_NOTE = mark(
    "Geen interval: dit is een telling, geen schatting. Of een verschil met een ander jaar toeval "
    "kan zijn, volgt uit het interval van zoveel toevallige gebeurtenissen (Garwood), waar ook de "
    "afronding in zit."
)
ROUNDED_NOTE = mark(
    "Aantallen zijn afgerond op {step}; opgeteld kunnen zij iets afwijken van het totaal."
)

_STATUS = {
    HIDDEN: mark("afgeschermd"),
    "te_klein": mark("te klein"),
    "niet_geleverd": mark("niet geleverd"),
    "nvt": mark("n.v.t."),
}
_STATUS_SENTENCE = {
    HIDDEN: mark(
        "Dit cijfer is afgeschermd: het gaat om te weinig kinderen om te tonen, of het "
        "beschermt een ander klein aantal."
    ),
    "te_klein": mark(
        "Dit cijfer is er niet: de groep is te klein voor een verhouding of gemiddelde."
    ),
    "niet_geleverd": mark("Dit cijfer is er niet: de gegevens zijn niet geleverd."),
    "nvt": mark("Dit cijfer is hier niet van toepassing."),
}
_LEVELS = {
    "totaal": mark("Alle gemeenten samen"),
    "gemeente": mark("Gemeente"),
    "wijk": mark("Wijk"),
    "vestiging": mark("School (vestiging)"),
    "onderwijssoort": mark("Onderwijssoort"),
    "aanbieder": mark("Aanbieder"),
}
_CUTS = {
    "rol": mark("Rol"),
    "inzetsoort": mark("Soort inzet"),
    "werkvorm": mark("Werkvorm"),
    "as": mark("Domein"),
    "problematiek": mark("Hulpvraag"),
    "bestemming": mark("Bestemming"),
    "overleg": mark("Overleg"),
    "overleg_bestemming": mark("Overleg en bestemming"),
    "categorie": mark("Categorie"),
    "hulpvorm": mark("Hulpvorm"),
    "niveau": mark("Zorgniveau"),
    "leeftijdsgroep": mark("Leeftijdsgroep"),
    "geslacht": mark("Geslacht"),
    "aanmelder": mark("Aanmelder"),
    "afsluitreden": mark("Reden van afsluiten"),
    "hulpsoort": mark("Soort hulp"),
    "preventieniveau": mark("Preventieniveau"),
    "reden": mark("Reden"),
    "soort": mark("Soort"),
    "verwijzer": mark("Verwijzer"),
    "wettelijk_kader": mark("Wettelijk kader"),
    "aanleiding": mark("Aanleiding van de inzet"),
    "deel": mark("Deel van de vragenlijst"),
    "evaluatiethema": mark("Thema van de vragenlijst"),
    "groep": mark("Groep invullers"),
    "hoofdthema": mark("Hoofdthema"),
    "oordeel": mark("Oordeel"),
    "paar_evaluatiethema": mark("Partijen en thema"),
    "peildag": mark("Peildatum"),
    "peildag_categorie": mark("Peildatum en categorie"),
    "thema": mark("Thema van het aanbod"),
    "vorm": mark("Vorm van het aanbod"),
    "vraag": mark("Vraag uit de vragenlijst"),
    "score": mark("Antwoord"),
    "overgang": mark("Overgang"),
    "financier": mark("Financier"),
    "instrument": mark("Instrument"),
    "samenwerkingsverband": mark("Samenwerkingsverband"),
}
_THEMES = {
    "bereik": mark("Bereik en instroom"),
    "proces": mark("Proces"),
    "resultaat": mark("Resultaat"),
    "verwijzingen": mark("Verwijzing en toeleiding"),
    "schorsingen": mark("Schorsingen"),
    "thuiszitters": mark("Thuiszitters en verzuim"),
    "jeugdhulp": mark("Jeugdhulp"),
    "inzet": mark("Inzet en middelen"),
    "samenwerking": mark("Samenwerking"),
    "doorgaande_lijnen": mark("Doorgaande lijnen"),
}
# Units in which a norm may be compared with the value, as they are written in either place.
_SAME_UNIT = {"procent": "%", "kalenderdagen": "dagen"}
_MEASURES = {"mediaan": mark("Mediaan"), "p90": mark("90%-punt")}
_DELIVERY_STATUS = {
    "geladen": mark("Geladen"),
    "vervangen": mark("Vervangen"),
    "ingetrokken": mark("Ingetrokken"),
    "geweigerd": mark("Geweigerd"),
}
_SEVERITY = {"fout": mark("Fout"), "waarschuwing": mark("Waarschuwing")}
_SHORT_DATE = {language.DUTCH: "dd-MM-y", language.ENGLISH: "dd/MM/y"}
_DEMO = "demo"
# Kinds that are published in whole numbers.
_WHOLE = frozenset({"aandeel", "per_100", "per_1000"})
# Where to look next when a figure is not published at a level: nearest first.
_NEAREST = {
    "totaal": ("gemeente", "onderwijssoort", "aanbieder", "wijk", "vestiging"),
    "gemeente": ("totaal", "wijk", "vestiging"),
    "wijk": ("gemeente", "totaal"),
    "vestiging": ("wijk", "gemeente", "totaal"),
    "onderwijssoort": ("totaal", "gemeente"),
    "aanbieder": ("gemeente", "totaal"),
}
_PER_LEVEL = {
    "totaal": mark("voor alle gemeenten samen"),
    "gemeente": mark("per gemeente"),
    "wijk": mark("per wijk"),
    "vestiging": mark("per school"),
    "onderwijssoort": mark("per onderwijssoort"),
    "aanbieder": mark("per aanbieder"),
}


def number(value: float, decimals: int = 0) -> str:
    """1234.5 -> "1.234,5" with one decimal."""
    return _written(round(value, decimals) + 0.0, decimals, language.locale())


@lru_cache(maxsize=8192)
def _written(value: float, decimals: int, locale: str) -> str:
    """Kept, since babel takes its pattern apart at every number, a third of the time of a page."""
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(value, format=pattern, locale=locale)


def natural(value: float) -> str:
    """Whole numbers whole, others with as many decimals as they need, three at most."""
    if abs(value) >= 100:
        return number(value)
    for decimals in range(3):
        if abs(value - round(value, decimals)) < 1e-6:
            return number(value, decimals)
    return number(value, 2)


def euro(value: float, decimals: int = 0) -> str:
    """-61000 -> "€ −61.000", the Dutch way; never minus zero."""
    sign = "−" if round(value, decimals) < 0 else ""
    if language.now() == language.ENGLISH:
        return f"{sign}€{number(abs(value), decimals)}"
    return f"€ {sign}{number(abs(value), decimals)}"


def euro_estimate(value: float) -> str:
    """An estimated amount: no more precise than thousands where it is tens of thousands."""
    return euro(as_estimate(value))


def as_estimate(value: float) -> float:
    """The amount that `euro_estimate` says, for where it stands as a number."""
    return round(value, -3) if abs(value) >= 10_000 else round(value, -2)


def euro_short(value: float) -> str:
    """14800000 -> "€ 14,8 mln", for at a mark in a chart; the table has it in full."""
    if abs(value) < 1e6:
        return euro(value)
    sign = "−" if value < 0 else ""
    if language.now() == language.ENGLISH:
        return f"{sign}€{natural(abs(value) / 1e6)}m"
    return f"€ {sign}{natural(abs(value) / 1e6)} mln"


def decimals_of(values: Sequence[float]) -> int:
    """As many decimals as the published values have, two at most."""
    for decimals in range(2):
        if all(abs(value - round(value, decimals)) < 1e-6 for value in values):
            return decimals
    return 2


def signed(value: float, decimals: int | None = None) -> str:
    """With a typographic minus; as many decimals as the value was published with."""
    digits = decimals_of([value]) if decimals is None else decimals
    text = number(abs(value), digits)
    return f"−{text}" if round(value, digits) < 0 else text


def date(value: dt.date | dt.datetime | str | None) -> str:
    """16 november 2026."""
    if value is None:
        return tr("onbekend")
    if isinstance(value, str):
        return value
    return format_date(value, format="d MMMM y", locale=language.locale())


def short_date(value: dt.date | None) -> str:
    """16-11-2026."""
    if value is None:
        return tr("onbekend")
    return format_date(value, format=_SHORT_DATE[language.now()], locale=language.locale())


def count_of(amount: int, one: str, more: str) -> str:
    """1 levering, 12 leveringen; both words are messages."""
    return f"{number(amount)} {plural(one, more, amount)}"


def visible(row: Mapping[str, Any]) -> bool:
    """Is there a number that may be shown?"""
    return row["status"] == VISIBLE and row["waarde"] is not None


def label(metric: Metric) -> str:
    """What a figure is called."""
    in_english = metric.label_en if language.now() == language.ENGLISH else ""
    return in_english or language.published(metric.label_nl)


def definition(metric: Metric) -> str:
    """What a figure means."""
    in_english = metric.definitie_en if language.now() == language.ENGLISH else ""
    return in_english or language.published(metric.definitie)


def at_mark(metric: Metric, cell: Mapping[str, Any]) -> str:
    """A value at its mark in a chart: amounts short, since the table has them in full."""
    return euro_short(cell["waarde"]) if metric.soort == "bedrag" else said(metric, cell)


def bare(metric: Metric, value: float) -> str:
    """A value as it stands in a chart: with % or €, without the long unit."""
    match metric.soort:
        case "aandeel":
            return f"{number(value)}%"
        case "bedrag":
            return euro(value)
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return euro(value)
        case "per_100" | "per_1000":
            return number(value)
        case "mediaan" if metric.klasse > 1:
            half = (metric.klasse - 1) / 2
            return f"{number(value - half)}–{number(value + half)}"
        case "gemiddelde" | "reeks":
            return number(value, max(1, decimals_of([value])))
        case _:
            return natural(value)


def in_class(metric: Metric, cell: Mapping[str, Any]) -> bool:
    """Whether a share says so little that it is told as the class it lies in: its interval."""
    low, high = cell.get("onder"), cell.get("boven")
    if metric.soort != "aandeel" or low is None or high is None:
        return False
    return bool(high - low > WIDEST_SHARE)


def said(metric: Metric, cell: Mapping[str, Any]) -> str:
    """A published value as it is told: one number, or the class of a share that says too little."""
    if in_class(metric, cell):
        return interval(metric, cell["onder"], cell["boven"])
    return bare(metric, cell["waarde"])


def said_full(metric: Metric, cell: Mapping[str, Any]) -> str:
    """The same with its unit."""
    return f"{said(metric, cell)} {unit(metric)}".strip()


def unit(metric: Metric) -> str:
    """The words after a bare value."""
    if metric.soort in {"aandeel", "bedrag"}:
        return ""
    return language.published(metric.eenheid).removeprefix("euro ")


def full(metric: Metric, value: float) -> str:
    """A value with its unit."""
    return f"{bare(metric, value)} {unit(metric)}".strip()


def by(metric: Metric, cut_label: str) -> str:
    """The title of a breakdown; a metric that is named after it needs no second name."""
    if cut_label.lower() in label(metric).lower() or cut_label.lower() in metric.id:
        return label(metric)
    return tr("{cijfer} naar {groep}", cijfer=label(metric), groep=cut_label.lower())


def interval(metric: Metric, low: float | None, high: float | None) -> str:
    """61–67%; empty where there is none. Whole values have whole bounds, rounded outwards."""
    if low is None or high is None or difference.is_count(metric):
        return ""
    if metric.soort == "mediaan":
        return f"{number(low)}–{number(high)}"
    if metric.soort == "gemiddelde" and not metric.eenheid.startswith("euro"):
        decimals = max(1, decimals_of([low, high]))
        if low < 0:
            ends = (signed(end, decimals) for end in (low, high))
            return tr("{laag} tot {hoog}", laag=next(ends), hoog=next(ends))
        return f"{number(low, decimals)}–{number(high, decimals)}"
    if metric.soort in _WHOLE:
        sign = "%" if metric.soort == "aandeel" else ""
        return f"{number(math.floor(low + 1e-9))}–{number(math.ceil(high - 1e-9))}{sign}"
    return f"{bare(metric, low)}–{bare(metric, high)}"


def estimate_interval(low: float, high: float) -> str:
    """−1,1 tot −0,15."""
    decimals = decimals_of([low, high])
    return tr("{laag} tot {hoog}", laag=signed(low, decimals), hoog=signed(high, decimals))


def level(name: str) -> str:
    return _said(_LEVELS, name)


def cut(name: str) -> str:
    return _said(_CUTS, name)


def theme(name: str) -> str:
    return _said(_THEMES, name)


def measure(name: str) -> str:
    return _said(_MEASURES, name)


def delivery_status(name: str) -> str:
    return _said(_DELIVERY_STATUS, name)


def severity(name: str) -> str:
    return _said(_SEVERITY, name)


def accepted(until: dt.date | None, today: dt.date) -> str:
    """That a finding was accepted, while it holds; empty otherwise."""
    if until is None or until < today:
        return ""
    return tr("aanvaard tot en met {datum}", datum=short_date(until))


def status(name: str) -> str:
    """A status in a word; the neutral mark's meaning for hidden cells."""
    return _said(_STATUS, name)


def status_sentence(name: str, reason: str = "") -> str:
    """Why there is no figure."""
    if reason:
        return language.published(reason)
    return tr(_STATUS_SENTENCE.get(name) or mark("Dit cijfer is er niet."))


def per_level(name: str) -> str:
    """per school, per wijk, voor alle gemeenten samen."""
    if name in _PER_LEVEL:
        return tr(_PER_LEVEL[name])
    return tr("per {groep}", groep=_tidy(name).lower())


def nearest(niveau: str, published: Sequence[str]) -> str:
    """Of the levels a figure is published at, the one nearest to the level asked for."""
    return next(
        (name for name in _NEAREST.get(niveau, ("totaal", "gemeente")) if name in published),
        next(iter(published), ""),
    )


def published_elsewhere(niveau: str, published: Sequence[str]) -> str:
    """Where a figure is that is not published at this level, without a closing mark."""
    near = nearest(niveau, published)
    if not near:
        return tr("Dit cijfer wordt {per_groep} niet gepubliceerd", per_groep=per_level(niveau))
    return tr(
        "Dit cijfer wordt {per_groep} niet gepubliceerd, wel {per_andere}",
        per_groep=per_level(niveau), per_andere=per_level(near),
    )  # fmt: skip


def _said(names: Mapping[str, str], code: str) -> str:
    """The name of a code in the language of the reader; one without a name is made readable."""
    return tr(names[code]) if code in names else _tidy(code)


def _tidy(code: str) -> str:
    text = code.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def category(labels: Mapping[str, str], code: str) -> str:
    """A category's label; a code without one is made readable."""
    return labels.get(code) or _tidy(code)


def area_name(area: Area | None, code: str) -> str:
    """The name of an area; kinds of school are words, and so have a translation."""
    if area is None:
        return code
    return language.published(area.naam) if area.niveau == "onderwijssoort" else area.naam


def where(niveau: str, name: str) -> str:
    """The area as it stands in a sentence."""
    match niveau:
        case "totaal":
            return tr("in alle gemeenten samen")
        case "gemeente" | "wijk":
            return tr("in {gebied}", gebied=name)
        case "vestiging":
            return tr("op {school}", school=name)
        case "aanbieder":
            return tr("bij {aanbieder}", aanbieder=name)
        case _:
            soort = f"{name[:1].lower()}{name[1:]}"
            return tr("in het {onderwijssoort}", onderwijssoort=soort) if name else ""


@dataclass(frozen=True)
class Step:
    """This year's cell, last year's and the first of the same coverage, of one metric and area.

    `first` is None where there is none before last year. `rounding`: what counts are rounded to.
    """

    metric: Metric
    schooljaar: str
    now: Mapping[str, Any]
    before: Mapping[str, Any] | None
    first: Mapping[str, Any] | None = None
    rounding: int = 5


def movement(step: Step) -> str:
    """How this year stands to the last: a way of `difference.way`; '' when unknown."""
    if step.before is None:
        return ""
    return difference.way(step.metric, step.now, step.before, step.rounding)


def movements(step: Step) -> list[tuple[str, str, str]]:
    """(way, value, year) since last year, and since the first year where that says more."""
    found = []
    for cell in (step.before, step.first):
        if cell is None:
            continue
        way = difference.way(step.metric, step.now, cell, step.rounding)
        if way:
            found.append((way, said(step.metric, cell), str(cell["schooljaar"])))
    return found


def within(sentence: str) -> str:
    """A sentence that goes on after another."""
    return f"{sentence[:1].lower()}{sentence[1:]}"


def estimated(metric: Metric, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cell as it is drawn: a count has been counted, so it shows no interval of its own."""
    if not difference.is_count(metric):
        return row
    return {**row, "onder": None, "boven": None}


def target(metric: Metric) -> float | None:
    """The norm where the value itself is held against it.

    A norm in another unit (14 days, for a share) is part of the definition and not a target.
    """
    mine, its = (_SAME_UNIT.get(u, u) for u in (metric.eenheid, metric.norm_eenheid))
    return metric.norm if mine == its else None


def norm_text(metric: Metric) -> str:
    """The target in words; empty where the value has none."""
    norm = target(metric)
    if norm is None:
        return ""
    text = f"{norm_value(metric, norm)} {unit(metric)}".strip()
    match metric.richting:
        case "hoger":
            return tr("minimaal {norm}", norm=text)
        case "lager":
            return tr("maximaal {norm}", norm=text)
        case _:
            return text


def norm_value(metric: Metric, norm: float) -> str:
    """A norm without its unit: one number, also where values are told as a class."""
    return f"{natural(norm)}{'%' if metric.soort == 'aandeel' else ''}"


def boundary_text(metric: Metric) -> str:
    """The norm that is part of the definition, such as 14 kalenderdagen; empty without one."""
    if metric.norm is None or target(metric) is not None:
        return ""
    return f"{natural(metric.norm)} {language.published(metric.norm_eenheid)}"


def norm_word(metric: Metric) -> str:
    """A target is a norm; a value nobody must reach is a reference."""
    return tr("norm") if metric.richting else tr("referentie")


def norm_verdict(metric: Metric, cell: Mapping[str, Any]) -> str:
    """gehaald, niet gehaald or onzeker; '' without a norm or a way that is better."""
    value = cell["waarde"]
    norm = target(metric)
    if norm is None or value is None or metric.richting not in {"hoger", "lager"}:
        return ""
    low, high = cell["onder"], cell["boven"]
    if low is not None and high is not None and low < norm < high:
        return "onzeker"
    half = (metric.klasse - 1) / 2
    if value - half <= norm < value + half:  # inside the class of a median
        return "onzeker"
    met = value >= norm if metric.richting == "hoger" else value <= norm
    return "gehaald" if met else "niet gehaald"


def is_demo(bron: str) -> bool:
    return bron == _DEMO


def origin(bron: str) -> str:
    return tr("demonstratiegegevens") if is_demo(bron) else tr("leveringen")


def rounded_count(value: float | None) -> str:
    """A count of the audit tables: rounded, or NULL where it is small."""
    return MARK if value is None else number(value)


def chance(percent: float) -> str:
    """A chance in percent in words: never more certain than `meer dan 99%` or `minder dan 1%`."""
    if percent >= 99:
        return tr("meer dan 99%")
    if percent < 1:
        return tr("minder dan 1%")
    return tr("ongeveer {kans}%", kans=number(percent))
