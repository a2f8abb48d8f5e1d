"""The key figures of a report: this year beside last year, and what moved."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.exhibits import facts, tables
from dashboard.exhibits.exhibit import Exhibit, absent
from dashboard.exhibits.figures import named
from dashboard.exhibits.tables import Row, Table
from dashboard.release.released import Released
from dashboard.words import conclusions, difference, wording
from dashboard.words.selection import Selection


def headlines(released: Released, selection: Selection) -> Exhibit:
    """The key figures of this year beside last year, and what moved."""
    steps = conclusions.headlines(released, selection)
    rows = [cell for step in steps for cell in (step.now, step.before) if cell is not None]
    shown = [step for step in steps if step.now["status"] == wording.VISIBLE]
    if not shown:
        reason = "Geen van de kerncijfers kan hier worden getoond."
        return absent("Kerncijfers", reason, message="Er zijn geen kerncijfers om te tonen")
    body = tuple(_headline(step) for step in steps)
    heads = ("Kerncijfer", selection.schooljaar, "95%-interval", "Het jaar ervoor", "Verschil")
    return Exhibit(
        title="Kerncijfers",
        message=_moved(steps, selection),
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
