"""The comparison as a table, and the account of it. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import language
from dashboard.exhibits import hidden, tables
from dashboard.exhibits.comparing import Pair, Sides, apart, the
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Row, Table
from dashboard.language import tr
from dashboard.release.released import Metric, Released, Source
from dashboard.words import covered, wording


def _range(pair: Pair) -> tables.Cell:
    """The range of the difference, with its sign."""
    if pair.bounds is None:
        return tables.figure("")
    return tables.figure(wording.estimate_interval(*pair.bounds), *pair.bounds)


def _difference(pair: Pair) -> tables.Cell:
    if not pair.both:
        return tables.Cell(tr("niet te geven"), look="zacht")
    told = apart(pair)
    if pair.difference is None or pair.rounded:
        return tables.text(told)
    return tables.Cell(told, values=(pair.difference,))


def _absent(pair: Pair, sides: Sides) -> str:
    """Which side is not shown, and why; of two that cover something else what each leaves out."""
    if pair.shown:
        told = [
            f"{name}: {covered.words(cell)}"
            for name, cell in zip(sides.names, (pair.one, pair.other), strict=True)
            if covered.words(cell)
        ]
        return "; ".join([tr(covered.OTHER), *told])
    reasons = [
        f"{name}: {wording.status(cell['status'])}"
        for name, cell in zip(sides.names, (pair.one, pair.other), strict=True)
        if not wording.visible(cell)
    ]
    return "; ".join(reasons)


def table(found: Sequence[Pair], sides: Sides, caption: str, *, filed: bool = False) -> Table:
    """Both values, their intervals, the difference and how sure it is.

    `filed`: as a file holds it, with the unit and the definition on every row.
    """
    first, second = sides.names
    intervals = any(pair.bounds is not None for pair in found)
    heads = [tr("Cijfer"), first]
    heads += [tr("95%-interval {kant}", kant=first)] if intervals else []
    heads += [second]
    heads += [tr("95%-interval {kant}", kant=second)] if intervals else []
    numeric = range(1, len(heads))
    heads += [sides.word.capitalize()]
    heads += [_wide(sides)] * intervals
    heads += [tr("Zeker?")]
    heads += [tr("Eenheid"), tr("Definitie van het cijfer")] if filed else []
    rows = []
    for pair in found:
        cells = [tables.text(pair.label)]
        for cell in (pair.one, pair.other):
            cells.append(tables.valued(pair.metric, cell))
            cells += [tables.spread(pair.metric, cell)] if intervals else []
        cells.append(_difference(pair))
        cells += [_range(pair)] if intervals else []
        cells.append(
            tables.kept(tr(pair.certainty)) if pair.both else tables.text(_absent(pair, sides))
        )
        if filed:
            unit = language.published(pair.metric.eenheid)
            cells += [tables.text(unit), tables.text(wording.definition(pair.metric))]
        rows.append(Row(tuple(cells)))
    wide = {*numeric, len(numeric) + 2} if intervals else {*numeric}
    return Table(caption, tuple(heads), tuple(rows), frozenset(wide))


def account(released: Released, found: Sequence[Pair], sides: Sides) -> Facts:
    """What the comparison rests on, with the definition of each metric in it."""
    first, second = sides.names
    sources: dict[Source, None] = {}
    for pair in found:
        sources.update(dict.fromkeys(released.sources(pair.metric.id)))
    unseen = sum(
        cell["status"] == wording.HIDDEN for pair in found for cell in (pair.one, pair.other)
    )
    intervals = any(pair.bounds is not None for pair in found)
    wide = (
        _wide(sides),
        tr(
            "Het 95%-interval van {het_verschil} zelf, uit de twee gepubliceerde intervallen "
            "(Newcombe; voor aantallen en gemiddelden op dezelfde manier). Ligt nul erin, dan kan "
            "het toeval zijn en heet het niet zeker. Ook als de twee intervallen overlappen, kan "
            "een verschil zeker zijn.",
            het_verschil=the(sides),
        ),
    )
    return Facts(
        definition=tr(
            "De gepubliceerde waarde van {een} min die van {ander}, per cijfer.",
            een=first,
            ander=second,
        ),
        numerator=tr("Per cijfer, zie de definities hieronder"),
        denominator=tr("Per cijfer"),
        sources=tuple(
            sorted(sources, key=lambda one: (one.geleverd_op, one.leverancier), reverse=True)
        ),
        n="",
        interval=tr("95%-interval per waarde") if intervals else "",
        norm="",
        hidden=unseen,
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=(
            *((wide,) if intervals else ()),
            *((pair.label, _defined(pair.metric)) for pair in found),
        ),
        told=hidden.told(released, (cell for pair in found for cell in (pair.one, pair.other))),
    )


def _defined(metric: Metric) -> str:
    told = [wording.definition(metric)]
    if metric.teller:
        told.append(tr("Teller: {teller}.", teller=language.published(metric.teller)))
    if metric.noemer:
        told.append(tr("Noemer: {noemer}.", noemer=language.published(metric.noemer)))
    return " ".join(told)


def _wide(sides: Sides) -> str:
    return tr("95%-interval van {het_verschil}", het_verschil=the(sides))
