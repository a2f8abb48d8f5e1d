"""Places in a report: side by side by name, beside their surroundings, and beside chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.exhibits import comparison, facts, tables
from dashboard.exhibits.exhibit import Exhibit, absent
from dashboard.exhibits.figures import named
from dashboard.exhibits.tables import Row, Table
from dashboard.release.released import Area, Metric, Released
from dashboard.words import wording
from dashboard.words.selection import Selection, year_cells

Cell = Mapping[str, Any]

_CHANCE = {
    0: "past bij de onderwijssoort",
    1: "hoger dan past bij de soort",
    -1: "lager dan past bij de soort",
}


def areas(
    released: Released, metrics: Sequence[str], selection: Selection, level: str, head: str
) -> Exhibit:
    """Several metrics per area of a level, by name and never by value."""
    known = [
        released.metrics[m] for m in metrics
        if m in released.metrics and level in released.levels_of(m)
    ]  # fmt: skip
    inside = _inside(released, selection, level)
    at = {
        (metric.id, row["gebied"]): row
        for metric in known
        for row in released.by_area(metric.id, selection.schooljaar, level).to_dicts()
    }
    rows = [row for key, row in at.items() if key[1] in {area.code for area in inside}]
    subject = f"{head} per {wording.per_level(level).removeprefix('per ')}, {selection.schooljaar}"
    if not any(wording.visible(row) for row in rows):
        reason = f"Er zijn {wording.per_level(level)} geen cijfers om te tonen."
        return absent(subject, reason)
    outside = {m.id: _outside(released, m, selection, level, rows) for m in known[:1]}
    compared = level == "vestiging" and outside[known[0].id] is not None
    body = []
    for area in inside:
        cells = [
            tables.valued(metric, at[metric.id, area.code])
            if (metric.id, area.code) in at
            else tables.figure("")
            for metric in known
        ]
        told = []
        if compared:
            found = outside[known[0].id] or {}
            told = [tables.text(_CHANCE[found[area.code]] if area.code in found else "")]
        body.append(Row((tables.text(area.naam), *cells, *told)))
    heads = [wording.level(level).split(" (")[0], *(named(metric) for metric in known)]
    heads += [f"{known[0].label_nl}: verschil"] if compared else []
    first = [row for row in rows if row["metriek"] == known[0].id and wording.visible(row)]
    title = _range(known[0], first, level) if first else subject
    note = ""
    if compared and outside[known[0].id]:
        mine = [row for row in rows if row["metriek"] == known[0].id]
        note = comparison.of(released, known[0], selection, mine).words
    return Exhibit(
        message=title,
        title=subject,
        account=facts.of_headlines(released, rows, norms=False),
        table=Table(subject, tuple(heads), tuple(body), frozenset(range(1, len(known) + 1))),
        note=note,
    )


def _range(metric: Metric, seen: Sequence[Cell], level: str) -> str:
    low, high = min(row["waarde"] for row in seen), max(row["waarde"] for row in seen)
    per = wording.per_level(level)
    if low == high:
        return f"{metric.label_nl}: {per} gelijk, {wording.bare(metric, low)}"
    told = f"van {wording.bare(metric, low)} tot {wording.bare(metric, high)}"
    return f"{metric.label_nl}: {per} {told}"


def _inside(released: Released, selection: Selection, level: str) -> list[Area]:
    """Areas of a level that belong to the choice."""
    found = released.areas_of(level)
    if selection.niveau == "gemeente":
        return [area for area in found if area.ouder == selection.gebied]
    return found


def _outside(
    released: Released, metric: Metric, selection: Selection, level: str, rows: Sequence[Cell]
) -> dict[str, int] | None:
    """Per visible school where it lies: 0 within the limits, 1 above, -1 below; None for a metric
    or a number of schools that does not bear a comparison."""
    mine = [row for row in rows if row["metriek"] == metric.id]
    compared = comparison.of(released, metric, selection, mine)
    if level != "vestiging" or not compared.groups:
        return None
    found: dict[str, int] = {}
    for group in compared.groups:
        apart = {row["gebied"] for row in group.outside}
        for row in group.units:
            way = 1 if row["waarde"] > group.rate * group.scale else -1
            found[row["gebied"]] = way if row["gebied"] in apart else 0
    return found


def beside(released: Released, metrics: Sequence[str], places: Sequence[Selection]) -> Exhibit:
    """The first place beside the others, for metrics that are published at its level."""
    own, others = places[0], places[1:]
    body, rows, titles = [], [], []
    for metric_id in metrics:
        metric = released.metrics.get(metric_id)
        if metric is None or own.niveau not in released.levels_of(metric_id):
            continue
        steps = [year_cells(released, metric_id, place) for place in places]
        rows += [step.now for step in steps if step is not None]
        titles.append(_beside_title(metric, steps, places))
        cells = [
            tables.figure("") if step is None else tables.valued(metric, step.now) for step in steps
        ]
        spread = tables.figure("") if steps[0] is None else tables.spread(metric, steps[0].now)
        body.append(Row((tables.text(named(metric)), cells[0], spread, *cells[1:])))
    subject = f"{own.naam} naast {_listed([place.naam for place in others])}, {own.schooljaar}"
    title = next(filter(None, titles), "")
    if not title:
        return absent(subject, f"Voor {own.naam} is er geen cijfer te tonen.")
    heads = ("Cijfer", own.naam, "95%-interval", *(place.naam for place in others))
    return Exhibit(
        message=title,
        title=subject,
        account=facts.of_headlines(released, rows, norms=False),
        table=Table(subject, heads, tuple(body), frozenset(range(1, len(heads)))),
    )


def _beside_title(
    metric: Metric, steps: Sequence[wording.Step | None], places: Sequence[Selection]
) -> str:
    """The own value and the nearest one to compare with; empty where either is not shown."""
    own, *others = steps
    if own is None or not wording.visible(own.now):
        return ""
    for step, place in zip(others, places[1:], strict=True):
        if step is not None and wording.visible(step.now):
            mine, theirs = (wording.said(metric, s.now) for s in (own, step))
            return f"{metric.label_nl}: {mine} {places[0].where}, {theirs} {place.where}"
    return ""


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    last = f"{last[:1].lower()}{last[1:]}" if last.startswith("Alle") else last
    return f"{', '.join(most)} en {last}" if most else last
