"""One figure of a report: the frame, words and account that its page uses, told as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import charts, comparison, conclusions, facts, tables, wording
from dashboard.released import Area, Metric, Released
from dashboard.reports import pictures
from dashboard.reports.content import Exhibit
from dashboard.reports.text import plain
from dashboard.selection import Selection, nobody_unknown, of_year, year_cells
from dashboard.tables import Row, Table

Cell = Mapping[str, Any]

_CHANCE = {0: "past bij toeval", 1: "hoger dan toeval verklaart", -1: "lager dan toeval verklaart"}


def _as_title(sentence: str) -> str:
    return plain(sentence).removesuffix(".")


def trend(released: Released, metric_id: str, selection: Selection, maat: str = "") -> Exhibit:
    """A metric through the school years, for the chosen area."""
    rows = released.over_years(metric_id, selection.niveau, selection.gebied, "", maat).to_dicts()
    metric = released.metrics.get(metric_id)
    lacking = _lacking(released, metric, metric_id, rows, selection, "", selection.niveau)
    if metric is None or lacking:
        return _absent(metric, metric_id, lacking)
    step = year_cells(released, metric_id, selection, maat)
    title = metric.label_nl if step is None else _as_title(conclusions.sentence(step))
    labels = [row["schooljaar"] for row in rows]
    now = of_year(rows, selection.schooljaar)
    return _checked(
        Exhibit(
            title=title,
            subject=f"{_named(metric)}, {selection.where}",
            account=facts.of_metric(released, metric, rows, now),
            table=tables.of_cells(
                metric, rows, labels, "Schooljaar", f"{metric.label_nl} per schooljaar",
                selection.schooljaar,
            ),
            picture=pictures.years(
                metric, rows, selection.schooljaar,
                f"Grafiek: {metric.label_nl} per schooljaar {selection.where}.",
            ),
        )
    )  # fmt: skip


def breakdown(released: Released, metric_id: str, cut: str, selection: Selection) -> Exhibit:
    """A metric by category in the chosen year and area, in the fixed order of its categories."""
    found = released.by_category(
        metric_id, cut, selection.schooljaar, selection.niveau, selection.gebied
    ).to_dicts()
    rows = [row for row in found if not nobody_unknown(row)]
    metric = released.metrics.get(metric_id)
    lacking = _lacking(released, metric, metric_id, rows, selection, cut, selection.niveau)
    if metric is None or lacking:
        return _absent(metric, metric_id, lacking)
    names = released.categories(cut)
    labels = [wording.category(names, row["categorie"]) for row in rows]
    told = wording.by(metric, wording.cut(cut))
    return _checked(
        Exhibit(
            title=_widest(metric, rows, labels),
            subject=f"{told}, {selection.schooljaar}, {selection.where}",
            account=facts.of_metric(released, metric, rows),
            table=tables.of_cells(
                metric, rows, labels, wording.cut(cut),
                f"{told}, {selection.schooljaar}",
            ),
            picture=pictures.bars(
                metric, rows, labels,
                f"Staafdiagram: {told}, {selection.schooljaar}, {selection.where}.",
            ),
        )
    )  # fmt: skip


def _widest(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> str:
    """What stands out among categories, as far as it is shown."""
    seen = [
        (row["waarde"], label) for row, label in zip(rows, labels, strict=True)
        if charts.visible(row)
    ]  # fmt: skip
    high = max(seen, key=lambda item: item[0])
    low = min(seen, key=lambda item: item[0])
    most = f"{high[1].lower()} ({wording.bare(metric, high[0])})"
    hidden = ", voor zover getoond" if len(seen) < len(rows) else ""
    if metric.soort == "gemiddelde" and low != high:
        least = f"{low[1].lower()} ({wording.bare(metric, low[0])})"
        return f"{metric.label_nl}: het hoogst bij {most}, het laagst bij {least}{hidden}"
    return f"{metric.label_nl}: het vaakst {most}{hidden}"


def headlines(released: Released, selection: Selection) -> Exhibit:
    """The key figures of this year beside last year, and what moved."""
    steps = conclusions.headlines(released, selection)
    rows = [cell for step in steps for cell in (step.now, step.before) if cell is not None]
    shown = [step for step in steps if step.now["status"] == wording.VISIBLE]
    if not shown:
        reason = "Geen van de kerncijfers kan hier worden getoond."
        return Exhibit("Er zijn geen kerncijfers om te tonen", "Kerncijfers", reason=reason)
    body = tuple(_headline(step) for step in steps)
    heads = ("Kerncijfer", selection.schooljaar, "95%-interval", "Het jaar ervoor", "Verschil")
    return Exhibit(
        title=_moved(steps, selection),
        subject=f"Kerncijfers {selection.where}",
        account=facts.of_headlines(released, rows, norms=False),
        table=Table("Kerncijfers", heads, body, frozenset({1, 2, 3})),
    )


def _headline(step: wording.Step) -> Row:
    metric, before = step.metric, step.before
    return Row(
        (
            tables.text(_named(metric)),
            tables.valued(metric, step.now),
            tables.spread(metric, step.now),
            tables.figure("") if before is None else tables.valued(metric, before),
            tables.text(_way(step)),
        )
    )


def _way(step: wording.Step) -> str:
    way = wording.movement(step)
    verdict = wording.norm_verdict(step.metric, step.now)
    norm = {"gehaald": "; norm gehaald", "niet gehaald": "; norm niet gehaald"}.get(verdict, "")
    return {"": "", "onzeker": "niet zeker"}.get(way, way) + norm


def _moved(steps: Sequence[wording.Step], selection: Selection) -> str:
    ways = [wording.movement(step) for step in steps]
    known = [way for way in ways if way]
    if not known:
        return f"Zo stond het ervoor in {selection.schooljaar}"
    apart = sum(way not in {"gelijk", "onzeker"} for way in known)
    if not apart:
        return "Geen van de kerncijfers verschilt aantoonbaar van het jaar ervoor"
    verb = "verschilt" if apart == 1 else "verschillen"
    return f"{apart} van de {len(known)} kerncijfers {verb} van het jaar ervoor"


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
    if not any(charts.visible(row) for row in rows):
        reason = f"Er zijn {wording.per_level(level)} geen cijfers om te tonen."
        return Exhibit(subject, subject, reason=reason)
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
    heads = [wording.level(level).split(" (")[0], *(_named(metric) for metric in known)]
    heads += [f"{known[0].label_nl}: verschil"] if compared else []
    first = [row for row in rows if row["metriek"] == known[0].id and charts.visible(row)]
    title = _range(known[0], first, level) if first else subject
    note = ""
    if compared and outside[known[0].id]:
        found = outside[known[0].id] or {}
        note = comparison.words(sum(way != 0 for way in found.values()), len(found))
    return Exhibit(
        title=title,
        subject=subject,
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
    seen = [row for row in mine if charts.visible(row) and row["noemer"]]
    if level != "vestiging" or len(seen) < max(comparison.FEWEST, len(mine) / 2):
        return None
    rate = comparison.joint_rate(released, metric, selection, seen)
    apart = {row["gebied"] for row in charts.outliers(metric, seen, rate)}
    scale = 1000.0 if metric.soort == "per_1000" else 100.0
    return {
        row["gebied"]: 0
        if row["gebied"] not in apart
        else 1
        if row["waarde"] > rate * scale
        else -1
        for row in seen
    }


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
        body.append(Row((tables.text(_named(metric)), cells[0], spread, *cells[1:])))
    subject = f"{own.naam} naast {_listed([place.naam for place in others])}, {own.schooljaar}"
    title = next(filter(None, titles), "")
    if not title:
        return Exhibit(subject, subject, reason=f"Voor {own.naam} is er geen cijfer te tonen.")
    heads = ("Cijfer", own.naam, "95%-interval", *(place.naam for place in others))
    return Exhibit(
        title=title,
        subject=subject,
        account=facts.of_headlines(released, rows, norms=False),
        table=Table(subject, heads, tuple(body), frozenset(range(1, len(heads)))),
    )


def _beside_title(
    metric: Metric, steps: Sequence[wording.Step | None], places: Sequence[Selection]
) -> str:
    """The own value and the nearest one to compare with; empty where either is not shown."""
    own, *others = steps
    if own is None or not charts.visible(own.now):
        return ""
    for step, place in zip(others, places[1:], strict=True):
        if step is not None and charts.visible(step.now):
            mine, theirs = (wording.bare(metric, s.now["waarde"]) for s in (own, step))
            return f"{metric.label_nl}: {mine} {places[0].where}, {theirs} {place.where}"
    return ""


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    last = f"{last[:1].lower()}{last[1:]}" if last.startswith("Alle") else last
    return f"{', '.join(most)} en {last}" if most else last


def _named(metric: Metric) -> str:
    """The metric with its unit, where its name does not say it."""
    unit = wording.unit(metric)
    if not unit or any(word in metric.label_nl.lower() for word in ("per 1", unit.lower())):
        return metric.label_nl
    return f"{metric.label_nl} ({unit})"


def _lacking(
    released: Released,
    metric: Metric | None,
    metric_id: str,
    rows: Sequence[Cell],
    selection: Selection,
    cut: str,
    level: str,
) -> str:
    """Why there is nothing to draw; empty where there is."""
    if metric is None:
        return "Deze maat staat niet in deze publicatie."
    if not rows:
        published = released.levels_of(metric_id, cut)
        if level not in published:
            return f"{wording.published_elsewhere(level, published)}."
        return f"Voor {selection.naam} zijn er in {selection.schooljaar} geen gegevens."
    if not any(charts.visible(row) for row in rows):
        last = rows[-1]
        return wording.status_sentence(last["status"], last["reden"] or "")
    return ""


def _absent(metric: Metric | None, metric_id: str, reason: str) -> Exhibit:
    name = metric_id if metric is None else metric.label_nl
    return Exhibit(f"{name}: geen cijfer", name, reason=reason)


def _checked(exhibit: Exhibit) -> Exhibit:
    """Without its facts a figure is not shown."""
    if exhibit.account is None or not exhibit.account.missing:
        return exhibit
    lacking = ", ".join(exhibit.account.missing)
    return Exhibit(
        f"{exhibit.subject}: niet getoond", exhibit.subject,
        reason=f"Dit cijfer wordt niet getoond: {lacking} ontbreekt in de publicatie.",
    )  # fmt: skip
