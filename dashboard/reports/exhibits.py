"""One figure of a report: the frame, words and account that its page uses, told as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.charts import marks
from dashboard.exhibits import facts, tables
from dashboard.exhibits.tables import Row, Table
from dashboard.release.released import Metric, Released
from dashboard.reports import pictures
from dashboard.reports.content import Exhibit
from dashboard.reports.text import plain
from dashboard.words import conclusions, difference, wording
from dashboard.words.selection import Selection, nobody_unknown, of_year, year_cells

Cell = Mapping[str, Any]


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
            subject=f"{named(metric)}, {selection.where}",
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
        if marks.visible(row)
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
            tables.text(named(metric)),
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
    said = {
        "onzeker": "niet zeker", "ongeveer": "ongeveer gelijk", "open": "niet te beoordelen",
        "anders": "andere eenheden",
    }  # fmt: skip
    return said.get(way, way) + norm


def _moved(steps: Sequence[wording.Step], selection: Selection) -> str:
    ways = [wording.movement(step) for step in steps]
    known = [way for way in ways if way and way not in {difference.OPEN, difference.OTHER}]
    if not known:
        return f"Zo stond het ervoor in {selection.schooljaar}"
    apart = sum(way in difference.DIRECTIONS for way in known)
    if not apart:
        return "Geen van de kerncijfers verschilt aantoonbaar van het jaar ervoor"
    verb = "verschilt" if apart == 1 else "verschillen"
    return f"{apart} van de {len(known)} kerncijfers {verb} van het jaar ervoor"


def named(metric: Metric) -> str:
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
    if not any(marks.visible(row) for row in rows):
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
