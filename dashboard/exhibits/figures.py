"""A metric as an exhibit: through the years, by category, and schools beside chance. No Streamlit.

The title of a figure is the label that its metric was released with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard.charts import limits, marks
from dashboard.exhibits import comparison, events, facts, hidden, outside, tables
from dashboard.exhibits.events import Noted
from dashboard.exhibits.exhibit import Exhibit, absent, checked
from dashboard.exhibits.tables import Table
from dashboard.language import tr
from dashboard.release.released import Metric, Released
from dashboard.words import conclusions, covered, spoken, wording
from dashboard.words.selection import Selection, nobody_unknown, of_year, year_cells

Cell = Mapping[str, Any]
# What happened in the years of a figure: theme and years -> notes.
Happened = Callable[[str, Sequence[str]], Noted]

# At which level schools are compared.
SCHOOL = "vestiging"


def quiet(theme: str, years: Sequence[str]) -> Noted:
    """Nothing happened that is to be told."""
    del theme, years
    return events.NOTHING


def lacking(
    released: Released, metric_id: str, rows: Sequence[Cell], selection: Selection, cut: str = "",
    level: str = "",
) -> str:  # fmt: skip
    """Why there is nothing to draw; empty where there is. `level`: of the rows, where that is not
    the level that was chosen."""
    if metric_id not in released.metrics:
        return tr("Deze maat staat niet in deze publicatie.")
    if not rows:
        published, asked = released.levels_of(metric_id, cut), level or selection.niveau
        if asked not in published:
            return f"{wording.published_elsewhere(asked, published)}."
        return tr(
            "Voor {gebied} zijn er in {jaar} geen gegevens.",
            gebied=selection.naam, jaar=selection.schooljaar,
        )  # fmt: skip
    if any(wording.visible(row) for row in rows):
        return ""
    reason = hidden.why(released, rows[-1])
    if len({row["status"] for row in rows}) > 1:
        return f"{tr('Geen van de waarden kan worden getoond.')} {reason}"
    return reason


def named(metric: Metric) -> str:
    """The metric with its unit, where its name does not say it."""
    unit, label = wording.unit(metric), wording.label(metric)
    if not unit or any(word in label.lower() for word in ("per 1", unit.lower())):
        return label
    return f"{label} ({unit})"


def titled(released: Released, metric_id: str, cut: str = "") -> str:
    """What a figure is called: the label of its metric, with what it is broken down by."""
    metric = released.metrics.get(metric_id)
    if metric is None:
        return tr("Niet in deze publicatie")
    return wording.by(metric, wording.cut(cut)) if cut else wording.label(metric)


def trend(
    released: Released, metric_id: str, selection: Selection, maat: str = "", note: str = "",
    happened: Happened = quiet,
) -> Exhibit:  # fmt: skip
    """A metric through the school years, for the chosen area."""
    rows = released.over_years(metric_id, selection.niveau, selection.gebied, "", maat).to_dicts()
    title = titled(released, metric_id)
    if reason := lacking(released, metric_id, rows, selection):
        return absent(title, reason)
    metric = released.metrics[metric_id]
    labels = [row["schooljaar"] for row in rows]
    noted = happened(metric.thema, labels)
    step = year_cells(released, metric_id, selection, maat)
    return checked(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, rows, of_year(rows, selection.schooljaar)),
            table=tables.of_cells(
                metric, rows, labels, tr("Schooljaar"),
                tr("{cijfer} per schooljaar", cijfer=title), selection.schooljaar,
            ),
            chart=marks.trend(metric, rows, selection.schooljaar, noted.signs),
            alt=tr(
                "Lijngrafiek: {cijfer} per schooljaar {waar}. {conclusie}",
                cijfer=title, waar=selection.where, conclusie=spoken.trend(metric, rows),
            ),
            message="" if step is None else _heading(conclusions.sentence(step)),
            subject=f"{named(metric)}, {selection.where}",
            note=" ".join(filter(None, (note, covered.broken(rows)))),
            events=noted.lines,
        )
    )  # fmt: skip


def _heading(sentence: str) -> str:
    """A sentence as a heading, without marks."""
    return sentence.replace("**", "").removesuffix(".")


def breakdown(
    released: Released, metric_id: str, cut: str, selection: Selection, note: str = ""
) -> Exhibit:
    """A metric by category in the chosen year and area, in the fixed order of its categories."""
    found = released.by_category(
        metric_id, cut, selection.schooljaar, selection.niveau, selection.gebied
    ).to_dicts()
    rows = [row for row in found if not nobody_unknown(row)]
    title = titled(released, metric_id, cut)
    if reason := lacking(released, metric_id, rows, selection, cut):
        return absent(title, reason)
    metric, names = released.metrics[metric_id], released.categories(cut)
    labels = [wording.category(names, row["categorie"]) for row in rows]
    return checked(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, rows),
            table=tables.of_cells(
                metric, rows, labels, wording.cut(cut), f"{title}, {selection.schooljaar}"
            ),
            chart=marks.bars(metric, rows, labels),
            alt=tr(
                "Staafdiagram: {cijfer}, {jaar}, {waar}. {conclusie}",
                cijfer=title, jaar=selection.schooljaar, waar=selection.where,
                conclusie=spoken.bars(metric, rows, labels),
            ),
            message=_widest(metric, rows, labels),
            subject=f"{title}, {selection.schooljaar}, {selection.where}",
            note=note,
        )
    )  # fmt: skip


def _widest(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> str:
    """What stands out among categories, as far as it is shown."""
    seen = [
        (row["waarde"], label) for row, label in zip(rows, labels, strict=True)
        if wording.visible(row)
    ]  # fmt: skip
    high, low = max(seen, key=_first), min(seen, key=_first)
    most = f"{high[1].lower()} ({wording.bare(metric, high[0])})"
    least = f"{low[1].lower()} ({wording.bare(metric, low[0])})"
    name = wording.label(metric)
    if metric.soort == "gemiddelde" and low != high:
        told = tr("{cijfer}: het hoogst bij {meest}, het laagst bij {minst}",
                  cijfer=name, meest=most, minst=least)  # fmt: skip
    else:
        told = tr("{cijfer}: het vaakst {meest}", cijfer=name, meest=most)
    return f"{told}{tr(', voor zover getoond')}" if len(seen) < len(rows) else told


def _first(pair: tuple[float, str]) -> float:
    return pair[0]


def by_category_over_years(
    released: Released, metric_id: str, cut: str, selection: Selection, note: str = "",
    happened: Happened = quiet,
) -> Exhibit:  # fmt: skip
    """Each category of a breakdown through the years; a line per category."""
    rows = released.over_years(metric_id, selection.niveau, selection.gebied, cut).to_dicts()
    title = titled(released, metric_id, cut)
    if reason := lacking(released, metric_id, rows, selection, cut):
        return absent(title, reason)
    metric, names = released.metrics[metric_id], released.categories(cut)
    years = sorted({row["schooljaar"] for row in rows})
    present = {row["categorie"] for row in rows if not nobody_unknown(row)}
    codes = [code for code in names if code in present] + sorted(present - set(names))
    at = {(row["categorie"], row["schooljaar"]): row for row in rows}
    # Of one area and year every category covers the same.
    seen = list({row["schooljaar"]: row for row in rows if wording.visible(row)}.values())
    series = [
        marks.Line(wording.category(names, code), [at.get((code, year), _NONE) for year in years])
        for code in codes
    ]
    noted = happened(metric.thema, years)
    body = tuple(
        tables.Row((tables.text(line.label), *(tables.valued(metric, row) for row in line.rows)))
        for line in series
    )
    return checked(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, rows),
            table=Table(
                tr("{cijfer} per schooljaar", cijfer=title), (wording.cut(cut), *years), body,
                frozenset(range(1, len(years) + 1)),
            ),
            chart=marks.lines(metric, series, years, signs=noted.signs),
            alt=tr(
                "Lijngrafiek: {cijfer} per schooljaar. {conclusie}",
                cijfer=title,
                conclusie=spoken.lines(metric, [(line.label, line.rows) for line in series]),
            ),
            subject=f"{title}, {selection.where}",
            note=" ".join(filter(None, (note, covered.broken(seen)))),
            events=noted.lines,
        )
    )  # fmt: skip


# A cell that was not published at all.
_NONE: Cell = {
    "waarde": None, "onder": None, "boven": None, "teller": None, "noemer": None, "n": None,
    "status": "nvt", "reden": "",
}  # fmt: skip


def funnel(
    released: Released, metric_id: str, selection: Selection, note: str = "", kind: str = ""
) -> Exhibit:
    """Schools of one kind compared with the limits of that kind; all of them in the table."""
    rows = comparison.rows_of(released, metric_id, selection, SCHOOL)
    title = tr("{cijfer} per school", cijfer=titled(released, metric_id))
    if kind:
        named_kind = wording.area_name(released.areas.get(("onderwijssoort", kind)), kind)
        title = f"{title}, {named_kind.lower()}"
    if reason := lacking(released, metric_id, rows, selection, level=SCHOOL):
        return absent(title, reason)
    metric = released.metrics[metric_id]
    compared = comparison.of(released, metric, selection, rows)
    account = facts.of_metric(released, metric, rows)
    picture, alt, unseen = None, "", ""
    chosen = selection.gebied if selection.niveau == SCHOOL else ""
    if group := compared.group(kind):
        picture = limits.funnel(metric, group, chosen)
        alt = tr(
            "Trechterdiagram: {cijfer} per school tegen het aantal leerlingen, {jaar}. {conclusie}",
            cijfer=wording.label(metric), jaar=selection.schooljaar, conclusie=compared.words,
        )  # fmt: skip
        unseen = tr(
            "Afgeschermde scholen staan niet in de grafiek; bij kleine scholen blijven daardoor "
            "vooral hogere waarden in beeld."
        )
    return checked(
        Exhibit(
            title=title,
            account=account,
            table=outside.table(
                metric, rows, compared,
                tr(
                    "{cijfer} per school, {jaar}",
                    cijfer=wording.label(metric), jaar=selection.schooljaar,
                ),
                next((str(row["label"]) for row in rows if row["gebied"] == chosen), ""),
            ),
            chart=picture,
            alt=alt,
            subject=f"{title}, {selection.schooljaar}",
            note=" ".join(
                filter(
                    None,
                    (
                        outside.far(metric, compared).replace("**", ""),
                        outside.near(metric, compared).replace("**", ""),
                        note,
                        unseen if account.hidden else "",
                    ),
                )
            ),
            lead=compared.words,
        )
    )  # fmt: skip
