"""A metric's step from last year to this in one sentence.

Known metrics have a sentence of their own; others get the general form. Numbers between `**` are
printed bold. A change is only called one when zero is not in the interval of the difference
(`difference`), against last year and against the first year of the same coverage.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import language
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.words import sentences, wording
from dashboard.words.selection import Selection, year_cells
from dashboard.words.wording import Step

# {v}: the value with its sign, nothing else.
_SENTENCES = {
    "smw_bereik": mark("Van elke 100 leerlingen kregen er **{v}** schoolmaatschappelijk werk"),
    "smw_leerlingen": mark("**{v}** leerlingen kregen schoolmaatschappelijk werk"),
    "smw_trajecten": mark("Er startten **{v}** trajecten"),
    "smw_wachttijd": mark("De helft van de trajecten startte binnen **{v} dagen** na aanmelding"),
    "smw_binnen_norm": mark("**{v}** van de trajecten startte binnen de afgesproken termijn"),
    "smw_doelrealisatie": mark("Van de gestelde doelen werd **{v}** behaald"),
    "vw_start_binnen_norm": mark(
        "Bij **{v}** van de verwijzingen startte de hulp binnen twee weken na het overleg"
    ),
    "sch_per_1000": mark("Van elke 1.000 leerlingen werden er **{v}** geschorst"),
    "thuis_jaar": mark("**{v}** leerlingen zaten in het jaar thuis"),
    "jh_kosten_toegekend": mark("Aan jeugdhulp werd **{v}** toegekend"),
    "smw_smart": mark("Bij **{v}** van de gestarte trajecten is een doel gesteld"),
    "smw_volgens_plan": mark("**{v}** van de afgesloten trajecten eindigde volgens plan"),
    "smw_tevredenheid_leerling": mark("Leerlingen geven gemiddeld een **{v}**"),
    "vw_aantal": mark("Er waren **{v}** verwijzingen"),
    "vw_terugkoppeling": mark("Na **{v}** van de verwijzingen kwam er terugkoppeling"),
    "ev_respons": mark("**{v}** van de genodigden vulde de evaluatie in"),
    "inzet_per_100": mark("Per 100 leerlingen waren er **{v}** uren inzet"),
    "sch_aantal": mark("Er werden **{v}** schorsingen uitgesproken"),
}
# What follows the sentence: the way since the year before, and how it stands to the norm.
_MOVED = {
    "gelijk": mark(", gelijk aan {jaar}"),
    "ongeveer": mark(", ongeveer gelijk aan {jaar} ({was})"),
    "onzeker": mark(" ({was} in {jaar}, verschil niet zeker)"),
    "open": mark(" ({was} in {jaar})"),
    "anders": mark(" ({was} in {jaar}, over andere eenheden: niet te vergelijken)"),
    "meer": mark(", meer dan in {jaar} ({was})"),
    "minder": mark(", minder dan in {jaar} ({was})"),
    "hoger": mark(", hoger dan in {jaar} ({was})"),
    "lager": mark(", lager dan in {jaar} ({was})"),
}
_NORM = {
    "gehaald": mark(". De norm van {norm} is gehaald"),
    "niet gehaald": mark(". De norm van {norm} is niet gehaald"),
    "onzeker": mark(". Of de norm van {norm} is gehaald, is niet zeker"),
}

# Metric and measure, in this order on the page; of a group the first that has a figure here.
HEADLINES = (
    (("smw_bereik", ""),),
    (("smw_wachttijd", "mediaan"), ("smw_binnen_norm", "")),
    (("smw_doelrealisatie", ""),),
    (("vw_start_binnen_norm", ""),),
    (("sch_per_1000", ""),),
    (("thuis_jaar", ""),),
)


def of(released: Released, selection: Selection, metrics: Sequence[str]) -> list[str]:
    """A sentence per metric that has something to say here; `metric.maat` where it has several."""
    steps = [
        year_cells(released, metric, selection, measure)
        for metric, _, measure in (name.partition(".") for name in metrics)
    ]
    return [sentence(step) for step in steps if step is not None and step.now["status"] != "nvt"]


def headlines(released: Released, selection: Selection) -> list[Step]:
    """The key figures that are published for this choice, in their fixed order."""
    return [step for group in HEADLINES if (step := _first(released, group, selection))]


def _first(
    released: Released, group: tuple[tuple[str, str], ...], selection: Selection
) -> Step | None:
    for metric, measure in group:
        step = year_cells(released, metric, selection, measure)
        if step is not None:
            return step
    return None


def overview(released: Released, selection: Selection, steps: Sequence[Step]) -> list[str]:
    """At most five sentences: first the targets, then the rest, then the leading effect."""
    told = [step for step in steps if step.now["status"] == wording.VISIBLE]
    with_norm = [step for step in told if wording.target(step.metric) is not None]
    others = [step for step in told if wording.target(step.metric) is None]
    said = [sentence(step) for step in (others[:1] + with_norm + others[1:])][:5]
    return [*said, *promise(released)] if selection.niveau == "totaal" else said


def promise(released: Released) -> list[str]:
    """The leading effect of Zorg In School with its evidence, as a sentence; none without one."""
    return [
        tr(
            "Zorg In School: {zin} Bewijsniveau: {niveau}.",
            zin=_within(sentences.worded(row["zin"])),
            niveau=language.published(row["bewijsniveau"]),
        )
        for row in released.table("effecten", "leidend DESC, id, ontwerp DESC").to_dicts()
        if row["leidend"] and row["status"] == wording.VISIBLE and row["zin"]
    ][:1]


def _within(text: str) -> str:
    """A sentence within another one, known as Dutch where it is."""
    return language.within(text) if isinstance(text, language.Dutch) else text


def sentence(step: Step) -> str:
    """What the reader should take away from one metric."""
    cell, metric = step.now, step.metric
    if cell["status"] != wording.VISIBLE or cell["waarde"] is None:
        return tr(
            "{cijfer}: geen cijfer ({reden}).",
            cijfer=wording.label(metric), reden=wording.status(cell["status"]),
        )  # fmt: skip
    form = _SENTENCES.get(metric.id)
    value = wording.said(metric, cell)
    if form is None:
        text = f"{wording.label(metric)}: **{wording.said_full(metric, cell)}**"
    else:
        text = tr(form, v=value)
    return f"{text}{_moved(step)}{_against_norm(step)}."


def _moved(step: Step) -> str:
    told = "".join(
        tr(_MOVED[way], was=was, jaar=year) for way, was, year in wording.movements(step)
    )
    return told.replace(") (", "; ")


def _against_norm(step: Step) -> str:
    norm = wording.norm_text(step.metric)
    verdict = wording.norm_verdict(step.metric, step.now)
    return tr(_NORM[verdict], norm=norm) if verdict else ""
