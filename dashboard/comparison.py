"""Units compared with what chance explains. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import charts, charts_funnel
from dashboard.language import plural, tr
from dashboard.released import Metric, Released
from dashboard.selection import Cell, Selection, of_year

# Below this many visible schools, or half of them, a comparison says more about what is hidden.
FEWEST = 8
# Beyond this share of schools outside the limits, chance alone is no longer the story.
_MANY = 0.05


@dataclass(frozen=True)
class Compared:
    """Units beside each other: how many there are, which are shown, which lie outside the limits.

    `rate`: of the whole, as a fraction; None where too few are shown to compare fairly.
    """

    amount: int
    shown: tuple[Cell, ...]
    rate: float | None
    outside: tuple[Cell, ...]

    @property
    def told(self) -> str:
        """How many lie outside, in one sentence."""
        if self.rate is None:
            return tr(
                "Van {zichtbaar} van de {alle} scholen is het cijfer zichtbaar: te weinig om "
                "scholen eerlijk te vergelijken.",
                zichtbaar=len(self.shown), alle=self.amount,
            )  # fmt: skip
        outside = len(self.outside)
        if not outside:
            return tr("Geen van de zichtbare scholen ligt buiten de grens van 99,8%.")
        return plural(
            "{n} van de {alle} zichtbare scholen ligt buiten de grens van 99,8%.",
            "{n} van de {alle} zichtbare scholen liggen buiten de grens van 99,8%.",
            outside, n=outside, alle=len(self.shown),
        )  # fmt: skip

    @property
    def words(self) -> str:
        """The same, and what it does not mean."""
        if self.rate is None:
            return f"{self.told} {tr('Daarom staat hier geen grafiek, alleen de tabel.')}"
        many = (
            tr(
                "Dat zijn er meer dan toeval verklaart: scholen verschillen ook in soort en "
                "opdracht."
            )
            if len(self.outside) > max(1, len(self.shown) * _MANY)
            else ""
        )
        meaning = tr(
            "Binnen de trechter past het verschil bij toeval; erbuiten is een reden voor een "
            "gesprek, geen oordeel. Dit is geen ranglijst."
        )
        return " ".join(filter(None, (self.told, many, meaning)))


def rows_of(released: Released, metric_id: str, selection: Selection, level: str) -> list[Cell]:
    """The cells of the units that belong to the choice, by name."""
    found = released.by_area(metric_id, selection.schooljaar, level).to_dicts()
    every = selection.niveau != "gemeente"
    return [row for row in found if every or row["ouder"] == selection.gebied]


def of(released: Released, metric: Metric, selection: Selection, rows: Sequence[Cell]) -> Compared:
    """Units of one level beside each other."""
    shown = tuple(row for row in rows if charts.visible(row) and row["noemer"])
    if len(shown) < max(FEWEST, len(rows) / 2):
        return Compared(len(rows), shown, None, ())
    rate = _joint_rate(released, metric, selection, shown)
    return Compared(len(rows), shown, rate, tuple(charts_funnel.outliers(metric, shown, rate)))


def _joint_rate(
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
