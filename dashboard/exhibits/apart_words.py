"""Which units surely differ, in words. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.exhibits.apart import HIGHER, LOWER, Beside, Unit
from dashboard.language import mark, tr
from dashboard.words import wording

_UNITS = {
    "aanbieder": mark("aanbieder"),
    "gemeente": mark("gemeente"),
    "wijk": mark("wijk"),
    "onderwijssoort": mark("onderwijssoort"),
}
METHOD = mark(
    "Zeker: het verschil met de rest van het geheel is groter dan toeval verklaart, ook met {n} "
    "vergelijkingen op deze pagina (95%, Bonferroni). Waardoor het komt, zegt dit niet: ook "
    "leerlingen en soorten scholen verschillen."
)
KINDS = mark(
    "Onderwijssoorten hebben elk een andere opdracht; daarom is dit verschil niet beoordeeld."
)
UNTESTED = mark(
    "Of verschillen hier meer zijn dan toeval, is niet beoordeeld: daarvoor is dit cijfer niet "
    "geschikt."
)


def name(niveau: str) -> str:
    """aanbieder, wijk."""
    return tr(_UNITS[niveau])


def told(unit: Unit, beside: Beside) -> str:
    """De Vliegerhof 66% (60–71%)."""
    value = wording.said(beside.metric, unit.row)
    around = wording.interval(beside.metric, unit.row["onder"], unit.row["boven"])
    return f"{unit.label} **{value}**" + (f" ({around})" if around else "")


def short(beside: Beside) -> str:
    """What a reader should see in the picture, as a title."""
    label = wording.label(beside.metric)
    if not any(unit.tested for unit in beside.units):
        return tr("{cijfer} per {eenheid}", cijfer=label, eenheid=name(beside.niveau))
    if not beside.sure:
        return tr(
            "{cijfer}: geen {eenheid} verschilt zeker van de rest",
            cijfer=label, eenheid=name(beside.niveau),
        )  # fmt: skip
    parts = []
    for way, said in (
        (LOWER, mark("{wie} zeker lager")),
        (HIGHER, mark("{wie} zeker hoger")),
    ):
        names = [unit.label for unit in beside.sure if unit.way == way]
        if names:
            parts.append(tr(said, wie=_few(names)))
    return f"{label}: {', '.join(parts)}"


def sentence(beside: Beside) -> str:
    """One sentence of what surely differs; '' where nothing does."""
    if not beside.sure:
        return ""
    around = ""
    if beside.whole is not None:
        around = tr("samen {waarde}", waarde=wording.said_full(beside.metric, beside.whole))
    label = wording.label(beside.metric)
    return tr(
        "{cijfer} verschilt zeker per {eenheid}: {wie} ({samen}).",
        cijfer=label, eenheid=name(beside.niveau), wie=_ends(beside), samen=around,
    )  # fmt: skip


def _ends(beside: Beside) -> str:
    """The surest on either side, the lowest first, and how many more there are."""
    parts = []
    for way, said in (
        (LOWER, mark("lager bij {wie}")),
        (HIGHER, mark("hoger bij {wie}")),
    ):
        found = [unit for unit in beside.sure if unit.way == way]
        if not found:
            continue
        parts.append(tr(said, wie=_few([told(unit, beside) for unit in found])))
    return ", ".join(parts)


def _few(names: Sequence[str]) -> str:
    """The first name, and how many more there are."""
    if len(names) == 1:
        return names[0]
    return tr("{naam} en {n} andere", naam=names[0], n=wording.number(len(names) - 1))


def strongest(found: Sequence[Beside], most: int) -> list[str]:
    """The sentences of the surest differences: one per figure, the surest first."""
    ordered = sorted((one for one in found if one.sure), key=lambda one: -one.sure[0].strength)
    told_of: dict[str, str] = {}
    for one in ordered:
        told_of.setdefault(one.metric.id, sentence(one))
    return list(told_of.values())[:most]
