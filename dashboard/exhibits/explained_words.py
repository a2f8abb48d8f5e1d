"""Why a figure changed, in words; every number is that of a released cell. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.exhibits import apart_words as apart
from dashboard.exhibits.explained import Part, Split
from dashboard.language import Dutch, mark, plural, tr
from dashboard.release.released import Metric, Source
from dashboard.words import covered, difference, wording
from dashboard.words.wording import Step

# So many parts are named in a sentence.
_NAMED = 2
_SOURCES = 5
_WAYS = {
    "hoger": mark("zeker hoger"),
    "meer": mark("zeker meer"),
    "lager": mark("zeker lager"),
    "minder": mark("zeker minder"),
    difference.EQUAL: mark("gelijk"),
    difference.NEARLY: mark("ongeveer gelijk"),
    difference.UNSURE: mark("niet zeker"),
    difference.OPEN: mark("zonder oordeel"),
    difference.OTHER: mark("niet te vergelijken"),
}
CAUTION = mark(
    "Een verandering is nog geen effect: ook de leerlingen, de scholen, de afspraken over "
    "registreren en het toeval veranderen van jaar op jaar. Wat eerst opvallend hoog of laag was, "
    "ligt een jaar later vaak dichter bij het gewone."
)
NO_SPLIT = mark(
    "Waar de verandering vandaan komt, is niet te zeggen: er zijn te weinig delen die in beide "
    "jaren worden getoond en samen het geheel vormen."
)


UNSURE = mark("De verandering is niet zeker; ook wat hier volgt, kan dus toeval zijn.")


def changed(step: Step) -> str:
    """What changed since the year before, and how sure that is."""
    metric, now, before = step.metric, step.now, step.before
    if now["status"] != wording.VISIBLE:
        return wording.status_sentence(now["status"], now["reden"] or "")
    here = tr("{waarde} in {jaar}", waarde=_with_parts(metric, now), jaar=step.schooljaar)
    if before is None or before["status"] != wording.VISIBLE:
        return tr("{hier}. Er is geen eerder jaar om naast te leggen.", hier=here)
    there = tr("{waarde} in {jaar}", waarde=_with_parts(metric, before), jaar=before["schooljaar"])
    found = way(difference.way(metric, now, before, step.rounding))
    return tr("{hier}, {daar}. Verschil: {hoe}.", hier=here, daar=there, hoe=found)


def way(name: str) -> str:
    """How a figure stands to another, in a few words."""
    return tr(_WAYS[name]) if name in _WAYS else ""


def _with_parts(metric: Metric, row: Mapping[str, Any]) -> str:
    """77% (975 van 1.265)."""
    said = f"**{wording.said_full(metric, row)}**"
    if row["teller"] is None or row["noemer"] is None:
        return said
    parts = (wording.number(row[name]) for name in ("teller", "noemer"))
    return tr(
        "{waarde} ({teller} van {noemer})", waarde=said, teller=next(parts), noemer=next(parts)
    )


def heading(split: Split) -> str:
    """Per aanbieder; Naar rol."""
    if split.niveau:
        return tr("Per {eenheid}", eenheid=apart.name(split.niveau))
    return tr("Naar {groep}", groep=wording.cut(split.cut).lower())


def pulled(metric: Metric, split: Split) -> str:
    """Which parts pulled most along with the change, and which against it."""
    total = sum(part.pull for part in split.parts)
    seen = [part for part in split.parts if split.mixed or _moved(metric, part)]
    along = [part for part in seen if part.pull * total > 0]
    against = [part for part in seen if part.pull * total < 0]
    told = []
    if along:
        told.append(tr("vooral mee met de verandering {wie}", wie=_few(metric, along)))
    if against:
        told.append(tr("ertegenin {wie}", wie=_few(metric, against)))
    if not told:
        return tr("{Per}: geen van de delen veranderde.", Per=heading(split))
    said = f"{heading(split)}: {'; '.join(told)}."
    if split.mixed:
        said += " " + tr("Vooral de verdeling over de delen veranderde.")
    if split.unseen:
        said += " " + plural(
            "{n} deel doet niet mee: het wordt niet in beide jaren getoond.",
            "{n} delen doen niet mee: zij worden niet in beide jaren getoond.",
            split.unseen, n=wording.number(split.unseen),
        )  # fmt: skip
    return said


def _moved(metric: Metric, part: Part) -> bool:
    return wording.said(metric, part.before) != wording.said(metric, part.now)


def _few(metric: Metric, parts: Sequence[Part]) -> str:
    return tr(" en ").join(
        tr(
            "{deel} (van {eerst} naar {nu})",
            deel=part.label, eerst=wording.said(metric, part.before),
            nu=wording.said(metric, part.now),
        )
        for part in parts[:_NAMED]
    )  # fmt: skip


def delivered(step: Step, sources: Sequence[Source]) -> str:
    """Whose deliveries are behind it, and what either year lacks."""
    names = list(dict.fromkeys(source.leverancier for source in sources))
    told = [", ".join(names[:_SOURCES]) + (", …" if len(names) > _SOURCES else "")]
    for cell in (step.before, step.now):
        if cell is not None and covered.words(cell):
            told.append(Dutch(f"{cell['schooljaar']}: {covered.words(cell)}"))
    return ". ".join(filter(None, told))


def defined(step: Step) -> str:
    """What it means, and since when."""
    metric = step.metric
    told = wording.definition(metric)
    if not metric.geldig_vanaf:
        return told
    since = tr("Zo gedefinieerd sinds {dag}.", dag=wording.date(metric.geldig_vanaf))
    return f"{told} {since}"


def sure(step: Step) -> str:
    """The interval of both years, and how it stands to the norm."""
    told = []
    for cell in (step.now, step.before):
        if cell is None or cell["status"] != wording.VISIBLE:
            continue
        around = wording.interval(step.metric, cell["onder"], cell["boven"])
        if around:
            told.append(
                tr("95%-interval {jaar}: {grenzen}.", jaar=cell["schooljaar"], grenzen=around)
            )
    told.append(tr(CAUTION))
    return " ".join(told)
