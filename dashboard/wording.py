"""How numbers, intervals, hidden cells and conclusions read. Dutch, honest, in one place.

"Verandering" for before and after, "verschil" against a comparison group; nothing here claims more
than the cell it is given. A value that is not shown is one neutral mark, whatever the reason for
hiding it, and never a bound such as "<5".
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from dashboard.released import Area, Metric

LOCALE = "nl_NL"
MARK = "·"
VISIBLE = "zichtbaar"
HIDDEN = "afgeschermd"

NOT_PLANNED = "Niet in het publicatieplan."
HIDDEN_NOTE = (
    f"{MARK} afgeschermd: het gaat om te weinig kinderen, of het getal beschermt een ander klein "
    "aantal. Afgeschermd zegt dus niet dat er iets is, of hoeveel."
)
SMALL_NOTE = f"{MARK} klein aantal: niet getoond."
TOO_SMALL_NOTE = "Te klein: het geheel is te klein voor een verhouding of gemiddelde."
ROUNDED_NOTE = (
    "Aantallen zijn afgerond op {step}; opgeteld kunnen zij iets afwijken van het totaal."
)

_STATUS = {
    HIDDEN: "afgeschermd",
    "te_klein": "te klein",
    "niet_geleverd": "niet geleverd",
    "nvt": "n.v.t.",
}
_STATUS_SENTENCE = {
    HIDDEN: "Dit cijfer is afgeschermd: het gaat om te weinig kinderen om te tonen, of het "
    "beschermt een ander klein aantal.",
    "te_klein": "Dit cijfer is er niet: de groep is te klein voor een verhouding of gemiddelde.",
    "niet_geleverd": "Dit cijfer is er niet: de gegevens zijn niet geleverd.",
    "nvt": "Dit cijfer is hier niet van toepassing.",
}
_LEVELS = {
    "totaal": "Alle gemeenten samen",
    "gemeente": "Gemeente",
    "wijk": "Wijk",
    "vestiging": "School (vestiging)",
    "onderwijssoort": "Onderwijssoort",
    "aanbieder": "Aanbieder",
}
_CUTS = {
    "rol": "Rol",
    "inzetsoort": "Soort inzet",
    "werkvorm": "Werkvorm",
    "as": "Domein",
    "problematiek": "Hulpvraag",
    "bestemming": "Bestemming",
    "overleg": "Overleg",
    "overleg_bestemming": "Overleg en bestemming",
    "categorie": "Categorie",
    "hulpvorm": "Hulpvorm",
    "niveau": "Zorgniveau",
    "leeftijdsgroep": "Leeftijdsgroep",
    "geslacht": "Geslacht",
    "aanmelder": "Aanmelder",
    "afsluitreden": "Reden van afsluiten",
    "hulpsoort": "Soort hulp",
    "preventieniveau": "Preventieniveau",
    "reden": "Reden",
    "soort": "Soort",
    "verwijzer": "Verwijzer",
    "wettelijk_kader": "Wettelijk kader",
    "aanleiding": "Aanleiding van de inzet",
    "deel": "Deel van de vragenlijst",
    "evaluatiethema": "Thema van de vragenlijst",
    "groep": "Groep invullers",
    "paar_evaluatiethema": "Partijen en thema",
    "peildag": "Peildatum",
    "peildag_categorie": "Peildatum en categorie",
    "thema": "Thema van het aanbod",
    "vorm": "Vorm van het aanbod",
    "vraag": "Vraag uit de vragenlijst",
    "score": "Antwoord",
    "overgang": "Overgang",
    "financier": "Financier",
    "instrument": "Instrument",
    "samenwerkingsverband": "Samenwerkingsverband",
}
_THEMES = {
    "bereik": "Bereik en instroom",
    "proces": "Proces",
    "resultaat": "Resultaat",
    "verwijzingen": "Verwijzing en toeleiding",
    "schorsingen": "Schorsingen",
    "thuiszitters": "Thuiszitters en verzuim",
    "jeugdhulp": "Jeugdhulp",
    "inzet": "Inzet en middelen",
    "samenwerking": "Samenwerking",
    "doorgaande_lijnen": "Doorgaande lijnen",
}
# Units in which a norm may be compared with the value, as they are written in either place.
_SAME_UNIT = {"procent": "%", "kalenderdagen": "dagen"}
_MEASURES = {"mediaan": "Mediaan", "p90": "90%-punt"}
_DELIVERY_STATUS = {
    "geladen": "Geladen",
    "vervangen": "Vervangen",
    "ingetrokken": "Ingetrokken",
    "geweigerd": "Geweigerd",
}
_SEVERITY = {"fout": "Fout", "waarschuwing": "Waarschuwing"}
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
    "totaal": "voor alle gemeenten samen",
    "gemeente": "per gemeente",
    "wijk": "per wijk",
    "vestiging": "per school",
    "onderwijssoort": "per onderwijssoort",
    "aanbieder": "per aanbieder",
}


def number(value: float, decimals: int = 0) -> str:
    """1234.5 -> "1.234,5" with one decimal."""
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(round(value, decimals) + 0.0, format=pattern, locale=LOCALE)


def natural(value: float) -> str:
    """Whole numbers whole, others with as many decimals as they need, three at most."""
    if abs(value) >= 100:
        return number(value)
    for decimals in range(3):
        if abs(value - round(value, decimals)) < 1e-6:
            return number(value, decimals)
    return number(value, 2)


def euro(value: float) -> str:
    """-61000 -> "€ −61.000", the Dutch way."""
    sign = "−" if value < 0 else ""
    return f"€ {sign}{number(abs(value))}"


def euro_estimate(value: float) -> str:
    """An estimated amount: no more precise than thousands where it is tens of thousands."""
    return euro(round(value, -3) if abs(value) >= 10_000 else round(value, -2))


def euro_short(value: float) -> str:
    """14800000 -> "€ 14,8 mln", for at a mark in a chart; the table has it in full."""
    return f"€ {natural(value / 1e6)} mln" if abs(value) >= 1e6 else euro(value)


def decimals_of(values: Sequence[float]) -> int:
    """As many decimals as the published values have, two at most."""
    for decimals in range(2):
        if all(abs(value - round(value, decimals)) < 1e-6 for value in values):
            return decimals
    return 2


def signed(value: float, decimals: int | None = None) -> str:
    """With a typographic minus; as many decimals as the value was published with."""
    text = number(abs(value), decimals_of([value]) if decimals is None else decimals)
    return f"−{text}" if value < 0 else text


def date(value: dt.date | dt.datetime | str | None) -> str:
    """16 november 2026."""
    if value is None:
        return "onbekend"
    if isinstance(value, str):
        return value
    return format_date(value, format="d MMMM y", locale=LOCALE)


def short_date(value: dt.date | None) -> str:
    """16-11-2026."""
    return "onbekend" if value is None else format_date(value, format="dd-MM-y", locale=LOCALE)


def count_of(amount: int, one: str, more: str) -> str:
    """1 levering, 12 leveringen."""
    return f"{number(amount)} {one if amount == 1 else more}"


def at_mark(metric: Metric, value: float) -> str:
    """A value at its mark in a chart: amounts short, since the table has them in full."""
    return euro_short(value) if metric.soort == "bedrag" else bare(metric, value)


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
        case "gemiddelde":
            return number(value, 1)
        case "reeks":
            return number(value, max(1, decimals_of([value])))
        case _:
            return natural(value)


def unit(metric: Metric) -> str:
    """The words after a bare value."""
    if metric.soort in {"aandeel", "bedrag"}:
        return ""
    return metric.eenheid.removeprefix("euro ")


def full(metric: Metric, value: float) -> str:
    """A value with its unit."""
    return f"{bare(metric, value)} {unit(metric)}".strip()


def by(metric: Metric, cut_label: str) -> str:
    """The title of a breakdown; a metric that is named after it needs no second name."""
    if cut_label.lower() in metric.label_nl.lower():
        return metric.label_nl
    return f"{metric.label_nl} naar {cut_label.lower()}"


def interval(metric: Metric, low: float | None, high: float | None) -> str:
    """61–67%; empty where there is none. Whole values have whole bounds, rounded outwards."""
    if low is None or high is None:
        return ""
    if metric.soort in _WHOLE:
        sign = "%" if metric.soort == "aandeel" else ""
        return f"{number(math.floor(low + 1e-9))}–{number(math.ceil(high - 1e-9))}{sign}"
    return f"{bare(metric, low)}–{bare(metric, high)}"


def estimate_interval(low: float, high: float) -> str:
    """−1,1 tot −0,15."""
    decimals = decimals_of([low, high])
    return f"{signed(low, decimals)} tot {signed(high, decimals)}"


def level(name: str) -> str:
    return _LEVELS.get(name, _tidy(name))


def cut(name: str) -> str:
    return _CUTS.get(name, _tidy(name))


def theme(name: str) -> str:
    return _THEMES.get(name, _tidy(name))


def measure(name: str) -> str:
    return _MEASURES.get(name, _tidy(name))


def delivery_status(name: str) -> str:
    return _DELIVERY_STATUS.get(name, _tidy(name))


def severity(name: str) -> str:
    return _SEVERITY.get(name, _tidy(name))


def accepted(until: dt.date | None, today: dt.date) -> str:
    """That a finding was accepted, while it holds; empty otherwise."""
    if until is None or until < today:
        return ""
    return f"aanvaard tot en met {short_date(until)}"


def status(name: str) -> str:
    """A status in a word; the neutral mark's meaning for hidden cells."""
    return _STATUS.get(name, _tidy(name))


def status_sentence(name: str, reason: str = "") -> str:
    """Why there is no figure."""
    return reason or _STATUS_SENTENCE.get(name, "Dit cijfer is er niet.")


def per_level(name: str) -> str:
    """per school, per wijk, voor alle gemeenten samen."""
    return _PER_LEVEL.get(name, f"per {_tidy(name).lower()}")


def nearest(niveau: str, published: Sequence[str]) -> str:
    """Of the levels a figure is published at, the one nearest to the level asked for."""
    return next(
        (name for name in _NEAREST.get(niveau, ("totaal", "gemeente")) if name in published),
        next(iter(published), ""),
    )


def published_elsewhere(niveau: str, published: Sequence[str]) -> str:
    """Where a figure is that is not published at this level, without a closing mark."""
    text = f"Dit cijfer wordt {per_level(niveau)} niet gepubliceerd"
    near = nearest(niveau, published)
    return f"{text}, wel {per_level(near)}" if near else text


def not_planned(niveau: str, published: Sequence[str]) -> str:
    """The same for on a page, with what to choose; after `NOT_PLANNED`."""
    text = published_elsewhere(niveau, published)
    near = nearest(niveau, published)
    return f"{text}: kies bij Gebied of groep “{level(near)}”." if near else f"{text}."


def no_value(name: str) -> str:
    """A cell without a number, as HTML: the neutral mark, or two words that explain it."""
    if name == HIDDEN:
        spoken = '<span class="zl-sr"> afgeschermd</span>'
        return f'<span class="zl-dot" title="afgeschermd">{MARK}{spoken}</span>'
    return f'<span class="zl-soft">{escape(status(name))}</span>'


def _tidy(code: str) -> str:
    text = code.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def category(labels: Mapping[str, str], code: str) -> str:
    """A category's label; a code without one is made readable."""
    return labels.get(code) or _tidy(code)


def area_name(area: Area | None, code: str) -> str:
    return area.naam if area is not None else code


def where(niveau: str, name: str) -> str:
    """The area as it stands in a sentence."""
    match niveau:
        case "totaal":
            return "in alle gemeenten samen"
        case "gemeente" | "wijk":
            return f"in {name}"
        case "vestiging":
            return f"op {name}"
        case "aanbieder":
            return f"bij {name}"
        case _:
            return f"in het {name[:1].lower()}{name[1:]}" if name else ""


@dataclass(frozen=True)
class Step:
    """This year's cell and last year's, of one metric in one area."""

    metric: Metric
    schooljaar: str
    now: Mapping[str, Any]
    before: Mapping[str, Any] | None


def movement(step: Step) -> str:
    """gelijk, onzeker, or the way it went in a word (meer, minder, hoger, lager); '' when unknown.

    "onzeker" where the intervals overlap: then no difference is claimed.
    """
    if step.before is None or step.before["status"] != VISIBLE or step.now["status"] != VISIBLE:
        return ""
    now, before = step.now["waarde"], step.before["waarde"]
    if now is None or before is None:
        return ""
    if abs(now - before) < 1e-9:
        return "gelijk"
    if _overlap(step.now, step.before):
        return "onzeker"
    if step.metric.soort in {"aantal", "stroom"}:
        return "meer" if now > before else "minder"
    return "hoger" if now > before else "lager"


def change(step: Step) -> str:
    """How this year stands to the last, for under a value."""
    way = movement(step)
    if not way or step.before is None:
        return ""
    was, year = bare(step.metric, step.before["waarde"]), step.before["schooljaar"]
    match way:
        case "gelijk":
            return f"Gelijk aan {year}"
        case "onzeker":
            return f"{was} in {year}, verschil niet zeker"
        case _:
            return f"{way.capitalize()} dan in {year} ({was})"


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ends = (one["onder"], one["boven"], other["onder"], other["boven"])
    if any(end is None for end in ends):
        return False
    return bool(one["onder"] <= other["boven"] and other["onder"] <= one["boven"])


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
    way = {"hoger": "minimaal ", "lager": "maximaal "}.get(metric.richting, "")
    sign = "%" if metric.soort == "aandeel" else ""
    return f"{way}{natural(norm)}{sign} {unit(metric)}".strip()


def boundary_text(metric: Metric) -> str:
    """The norm that is part of the definition, such as 14 kalenderdagen; empty without one."""
    if metric.norm is None or target(metric) is not None:
        return ""
    return f"{natural(metric.norm)} {metric.norm_eenheid}"


def norm_word(metric: Metric) -> str:
    """A target is a norm; a value nobody must reach is a reference."""
    return "norm" if metric.richting else "referentie"


def norm_verdict(metric: Metric, cell: Mapping[str, Any]) -> str:
    """gehaald, niet gehaald or onzeker; '' without a norm or a way that is better."""
    value = cell["waarde"]
    norm = target(metric)
    if norm is None or value is None or metric.richting not in {"hoger", "lager"}:
        return ""
    low, high = cell["onder"], cell["boven"]
    if low is not None and high is not None and low < norm < high:
        return "onzeker"
    met = value >= norm if metric.richting == "hoger" else value <= norm
    return "gehaald" if met else "niet gehaald"


def is_demo(bron: str) -> bool:
    return bron == _DEMO


def origin(bron: str) -> str:
    return "demonstratiegegevens" if is_demo(bron) else "leveringen"


def rounded_count(value: float | None) -> str:
    """A count of the audit tables: rounded, or NULL where it is small."""
    return MARK if value is None else number(value)
