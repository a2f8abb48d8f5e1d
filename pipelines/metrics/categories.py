"""The categories of a breakdown, in the order shown, with their labels.

A cut that is a delivered column takes its categories from that column's code list; a derived cut
has them here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pipelines.contracts import Contracts
from pipelines.ingest import questionnaires
from pipelines.metrics.derive import AGE_GROUPS, UNKNOWN
from pipelines.metrics.metric import Metric

CROSS = ">"


@dataclass(frozen=True)
class Category:
    code: str
    label_nl: str
    label_en: str


_AGE_LABELS = (
    ("Tot en met 3 jaar", "Up to 3 years"),
    ("4 tot en met 7 jaar", "4 to 7 years"),
    ("8 tot en met 11 jaar", "8 to 11 years"),
    ("12 tot en met 15 jaar", "12 to 15 years"),
    ("16 en 17 jaar", "16 and 17 years"),
    ("18 jaar en ouder", "18 years and over"),
)

_LISTS = {"as": "problematiek_as", "niveau": "interventieniveau"}

_EVALUATION_THEMES = {
    "preventie_vroegsignalering": (
        "Preventie en vroegsignalering",
        "Prevention and early detection",
    ),
    "multidisciplinaire_samenwerking": (
        "Multidisciplinaire samenwerking",
        "Multidisciplinary cooperation",
    ),
    "integrale_arrangementen": ("Integrale arrangementen", "Integrated arrangements"),
    "doorgaande_lijnen": ("Doorgaande lijnen", "Continuity of support"),
    "visie_taakverdeling": ("Visie en taakverdeling", "Vision and division of tasks"),
    "bereikbaarheid": ("Bereikbaarheid", "Availability"),
    "toeleiding": ("Toeleiding", "Guidance to help"),
    "resultaat": ("Resultaat", "Result"),
}
_MAIN_THEMES = {
    "bereikbaarheid": ("Bereikbaarheid", "Availability"),
    "samenwerking_taken": ("Samenwerking en taakverdeling", "Cooperation and division of tasks"),
    "preventie": ("Preventie en vroegsignalering", "Prevention and early detection"),
    "toeleiding_doorlopend": (
        "Toeleiding en doorgaande lijnen",
        "Guidance to help and continuity of support",
    ),
    "aanbod_resultaat": ("Arrangementen en resultaat", "Arrangements and result"),
}
MAIN_THEMES = {
    "bereikbaarheid": "bereikbaarheid",
    "multidisciplinaire_samenwerking": "samenwerking_taken",
    "visie_taakverdeling": "samenwerking_taken",
    "preventie_vroegsignalering": "preventie",
    "toeleiding": "toeleiding_doorlopend",
    "doorgaande_lijnen": "toeleiding_doorlopend",
    "integrale_arrangementen": "aanbod_resultaat",
    "resultaat": "aanbod_resultaat",
}
"""Themes of the questionnaire folded to five, for places with few answers."""
_PAIRS = {
    "school_min_smw_aanbieder": ("School min aanbieder", "School minus provider"),
    "school_min_wijkteam": ("School min wijkteam", "School minus neighbourhood team"),
    "smw_aanbieder_min_wijkteam": ("Aanbieder min wijkteam", "Provider minus neighbourhood team"),
}


def _named(labels: Mapping[str, tuple[str, str]]) -> tuple[Category, ...]:
    return tuple(Category(code, nl, en) for code, (nl, en) in labels.items())


def _questions() -> tuple[Category, ...]:
    """Every question as it was asked; there is no other language it was asked in."""
    items = [i for asked in questionnaires.load().values() for i in asked.items]
    return tuple(Category(i.id, i.text, i.text) for i in items)


DERIVED: Mapping[str, tuple[Category, ...]] = {
    "evaluatiethema": _named(_EVALUATION_THEMES),
    "hoofdthema": _named(_MAIN_THEMES),
    "oordeel": _named(
        {
            "eens": ("Eens", "Agree"),
            "neutraal": ("Neutraal", "Neutral"),
            "oneens": ("Oneens", "Disagree"),
        }
    ),
    "paar": _named(_PAIRS),
    "deel": _named({"proces": ("Proces", "Process"), "inhoud": ("Inhoud", "Content")}),
    "score": _named(
        {
            "1": ("Helemaal mee oneens", "Strongly disagree"),
            "2": ("Mee oneens", "Disagree"),
            "3": ("Niet mee eens, niet mee oneens", "Neither agree nor disagree"),
            "4": ("Mee eens", "Agree"),
            "5": ("Helemaal mee eens", "Strongly agree"),
        }
    ),
    "leeftijdsgroep": tuple(
        Category(code, nl, en) for code, (nl, en) in zip(AGE_GROUPS, _AGE_LABELS, strict=True)
    ),
    "instrument": (
        Category("ETM", "Alleen ETM", "ETM only"),
        Category("LIRIK", "Alleen LIRIK", "LIRIK only"),
        Category("ETM_en_LIRIK", "ETM en LIRIK", "ETM and LIRIK"),
    ),
    "peildag": (
        Category("1_oktober", "1 oktober", "1 October"),
        Category("1_januari", "1 januari", "1 January"),
        Category("1_april", "1 april", "1 April"),
        Category("31_juli", "31 juli", "31 July"),
    ),
    "categorie": (
        Category("absoluut", "Absoluut verzuim", "Not enrolled at any school"),
        Category(
            "langdurig_relatief", "Langdurig relatief verzuim", "Long-term unauthorised absence"
        ),
    ),
}


def of_column(metric: Metric, column: str, contracts: Contracts) -> tuple[Category, ...]:
    """Categories of one column; none when it has no list, so that only what occurs is shown."""
    if column in DERIVED:
        return DERIVED[column]
    if column == "vraag":
        return _questions()
    if column in _LISTS:
        return _from_list(_LISTS[column], contracts)
    for name in metric.measure.datasets:
        for delivered in contracts.dataset(name).columns:
            if delivered.name == column and delivered.codes:
                part = [p[1:] for p in metric.measure.part_of_list if p[0] == column]
                return _from_list(delivered.codes, contracts, part)
    return ()


def _from_list(
    name: str, contracts: Contracts, part: Sequence[tuple[str, str]] = ()
) -> tuple[Category, ...]:
    """A code list, or the part of it of which the extra columns have the values given."""
    return tuple(
        Category(c.code, c.label_nl, c.label_en)
        for c in contracts.codes[name].values()
        if all(c.extra.get(extra) == value for extra, value in part)
    )


def of_breakdown(metric: Metric, breakdown: str, contracts: Contracts) -> tuple[Category, ...]:
    """Categories of a breakdown, crossed where it crosses columns, with 'onbekend' at the end."""
    columns = metric.columns_of(breakdown)
    if not columns:
        return ()
    lists = [(*of_column(metric, c, contracts), _UNKNOWN) for c in columns]
    return tuple(_crossed(parts) for parts in product(*(dict.fromkeys(found) for found in lists)))


_UNKNOWN = Category(UNKNOWN, "Onbekend", "Unknown")


def _crossed(parts: tuple[Category, ...]) -> Category:
    return Category(
        CROSS.join(p.code for p in parts),
        " → ".join(p.label_nl for p in parts),
        " → ".join(p.label_en for p in parts),
    )
