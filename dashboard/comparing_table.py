"""The comparison as a table, and the account of it. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dashboard import charts, tables, wording
from dashboard.comparing import ROUNDED, Pair, Sides, apart, the
from dashboard.facts import Facts
from dashboard.released import Metric, Released, Source
from dashboard.tables import Row, Table


def _range(pair: Pair) -> tables.Cell:
    """The range of the difference, with its sign."""
    if pair.bounds is None:
        return tables.figure("")
    return tables.figure(wording.estimate_interval(*pair.bounds), *pair.bounds)


def _difference(pair: Pair) -> tables.Cell:
    if not pair.both:
        return tables.Cell('<span class="zl-soft">niet te geven</span>')
    told = apart(pair)
    if pair.difference is None or told.startswith(ROUNDED):
        return tables.text(told)
    return tables.Cell(escape(told), values=(pair.difference,))


def _absent(pair: Pair, sides: Sides) -> str:
    """Which side is not shown, and why."""
    reasons = [
        f"{name}: {wording.status(cell['status'])}"
        for name, cell in zip(sides.names, (pair.one, pair.other), strict=True)
        if not charts.visible(cell)
    ]
    return "; ".join(reasons)


def table(found: Sequence[Pair], sides: Sides, caption: str, *, filed: bool = False) -> Table:
    """Both values, their intervals, the difference and how sure it is.

    `filed`: as a file holds it, with the unit and the definition on every row.
    """
    first, second = sides.names
    intervals = any(pair.bounds is not None for pair in found)
    heads = ["Cijfer", first]
    heads += [f"95%-interval {first}"] if intervals else []
    heads += [second]
    heads += [f"95%-interval {second}"] if intervals else []
    numeric = range(1, len(heads))
    heads += [sides.word.capitalize()]
    heads += [f"Ruim interval van {the(sides)}"] * intervals
    heads += ["Zeker?"]
    heads += ["Eenheid", "Definitie van het cijfer"] if filed else []
    rows = []
    for pair in found:
        cells = [tables.text(pair.label)]
        for cell in (pair.one, pair.other):
            cells.append(tables.valued(pair.metric, cell))
            cells += [tables.spread(pair.metric, cell)] if intervals else []
        cells.append(_difference(pair))
        cells += [_range(pair)] if intervals else []
        cells.append(
            tables.kept(pair.certainty) if pair.both else tables.text(_absent(pair, sides))
        )
        if filed:
            cells += [tables.text(pair.metric.eenheid), tables.text(pair.metric.definitie)]
        rows.append(Row(tuple(cells)))
    wide = {*numeric, len(numeric) + 2} if intervals else {*numeric}
    return Table(caption, tuple(heads), tuple(rows), frozenset(wide))


def account(released: Released, found: Sequence[Pair], sides: Sides) -> Facts:
    """What the comparison rests on, with the definition of each metric in it."""
    first, second = sides.names
    sources: dict[Source, None] = {}
    for pair in found:
        sources.update(dict.fromkeys(released.sources(pair.metric.id)))
    hidden = sum(
        cell["status"] == wording.HIDDEN for pair in found for cell in (pair.one, pair.other)
    )
    intervals = any(pair.bounds is not None for pair in found)
    wide = (
        f"Ruim interval van {the(sides)}",
        "De uitersten van de twee 95%-intervallen tegen elkaar, dus ruimer dan nodig. Ligt nul "
        f"erin, dan overlappen de intervallen en heet {the(sides)} niet zeker.",
    )
    return Facts(
        definition=f"De gepubliceerde waarde van {first} min die van {second}, per cijfer.",
        numerator="Per cijfer, zie de definities hieronder",
        denominator="Per cijfer",
        sources=tuple(
            sorted(sources, key=lambda one: (one.geleverd_op, one.leverancier), reverse=True)
        ),
        n="",
        interval="95%-interval per waarde" if intervals else "",
        norm="",
        hidden=hidden,
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=(
            *((wide,) if intervals else ()),
            *((pair.label, _defined(pair.metric)) for pair in found),
        ),
    )


def _defined(metric: Metric) -> str:
    base = f" Teller: {metric.teller}." if metric.teller else ""
    base += f" Noemer: {metric.noemer}." if metric.noemer else ""
    return f"{metric.definitie}{base}"
