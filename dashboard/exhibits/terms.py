"""Shares within so many weeks or months, as one curve per school year. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.charts import marks
from dashboard.exhibits import facts, figures, tables
from dashboard.exhibits.exhibit import Exhibit, absent, checked
from dashboard.exhibits.tables import Table
from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.words import spoken, wording
from dashboard.words.selection import Selection, of_year

Cell = Mapping[str, Any]
WAITED = (1, 2, 4, 8, 13)
LASTED = (3, 6, 12)


def weeks(name: str) -> dict[str, str]:
    """The metrics of waiting: id -> the term in words."""
    return {f"{name}_{n}": tr("1 week") if n == 1 else tr("{n} weken", n=n) for n in WAITED}


def months(name: str) -> dict[str, str]:
    """The metrics of duration: id -> the term in words."""
    return {f"{name}_{n}": tr("{n} maanden", n=n) for n in LASTED}


def curve(
    released: Released, terms: Mapping[str, str], selection: Selection, title: str, note: str = ""
) -> Exhibit:
    """How much had begun or ended within each term, for the chosen area: a line per school year.

    `terms`: metrics over one denominator, the shortest term first, each with its term in words;
    those that are not published for such an area are left out.
    """
    per_term = {
        name: released.over_years(name, selection.niveau, selection.gebied).to_dicts()
        for name in terms
    }
    terms = {name: term for name, term in terms.items() if per_term[name]} or terms
    every = [row for rows in per_term.values() for row in rows]
    last = list(terms)[-1]
    if reason := figures.lacking(released, last, every, selection):
        return absent(title, reason)
    metric = released.metrics[last]
    at = {(name, row["schooljaar"]): row for name, rows in per_term.items() for row in rows}
    shown = {
        year: [at[name, year] for name in terms]
        for year in sorted({row["schooljaar"] for row in every})
        if all((name, year) in at for name in terms)
        and any(wording.visible(at[name, year]) for name in terms)
    }
    now = selection.schooljaar if selection.schooljaar in shown else max(shown, default="")
    series = [marks.Line(year, rows, quiet=year != now) for year, rows in shown.items()]
    told = spoken.lines(metric, [(line.label, line.rows) for line in series])
    return checked(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, every, of_year(per_term[last], now)),
            table=_table(released, terms, shown, now, title),
            chart=marks.lines(metric, series, list(terms.values())),
            alt=" ".join((tr("Lijngrafiek: {titel}, per schooljaar een lijn.", titel=title), told)),
            subject=f"{title}, {selection.where}",
            note=note,
        )
    )


def _table(
    released: Released,
    terms: Mapping[str, str],
    shown: Mapping[str, Sequence[Cell]],
    now: str,
    title: str,
) -> Table:
    """A row per school year: the share within each term, and of how many."""
    body = tuple(
        tables.Row(
            (
                tables.text(year),
                *(
                    tables.valued(released.metrics[name], row)
                    for name, row in zip(terms, rows, strict=True)
                ),
                tables.part(rows[-1], "n"),
            ),
            now=year == now,
        )
        for year, rows in shown.items()
    )
    heads = (tr("Schooljaar"), *terms.values(), "n")
    return Table(title, heads, body, frozenset(range(1, len(heads))))
