"""Units compared with what chance explains. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import charts
from dashboard.language import plural, tr
from dashboard.released import Metric, Released
from dashboard.selection import Cell, Selection, of_year

# Below this many visible schools, or half of them, a comparison says more about what is hidden.
FEWEST = 8
# Beyond this share of schools outside the limits, chance alone is no longer the story.
_MANY = 0.05


def words(outside: int, shown: int) -> str:
    """How many units lie outside the limits, and what that does not mean."""
    head = (
        tr("Geen van de zichtbare scholen ligt buiten de grens van 99,8%.")
        if outside == 0
        else plural(
            "{n} van de {alle} zichtbare scholen ligt buiten de grens van 99,8%.",
            "{n} van de {alle} zichtbare scholen liggen buiten de grens van 99,8%.",
            outside, n=outside, alle=shown,
        )
    )  # fmt: skip
    many = (
        tr("Dat zijn er meer dan toeval verklaart: scholen verschillen ook in soort en opdracht.")
        if outside > max(1, shown * _MANY)
        else ""
    )
    meaning = tr(
        "Binnen de trechter past het verschil bij toeval; erbuiten is een reden voor een gesprek, "
        "geen oordeel. Dit is geen ranglijst."
    )
    return " ".join(filter(None, (head, many, meaning)))


def joint_rate(
    released: Released, metric: Metric, selection: Selection, shown: Sequence[Cell]
) -> float:
    """The published rate of the whole as a fraction; of the visible units where there is none."""
    niveau, gebied = (
        ("gemeente", selection.gebied) if selection.niveau == "gemeente" else ("totaal", "")
    )
    rows = released.over_years(metric.id, niveau, gebied).to_dicts()
    whole = of_year(rows, selection.schooljaar)
    if whole is not None and charts.visible(whole):
        return float(whole["waarde"]) / (1000.0 if metric.soort == "per_1000" else 100.0)
    return float(sum(row["teller"] or 0.0 for row in shown) / sum(row["noemer"] for row in shown))
