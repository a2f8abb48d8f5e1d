"""Units compared with what chance explains, each with its own kind. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts import funnels
from dashboard.charts.funnels import Group
from dashboard.language import mark, plural, tr
from dashboard.release.released import Metric, Released
from dashboard.words import wording
from dashboard.words.selection import Cell, Selection, of_year

METHOD = mark(
    "Elke school is vergeleken met scholen van dezelfde onderwijssoort. De grenzen zijn verruimd "
    "met de gewone spreiding tussen scholen van die soort (overdispersie, additief model van "
    "Spiegelhalter 2005) en met de afronding."
)
_BEYOND = mark(
    "deze school ligt buiten de grens van 99,8% van haar onderwijssoort ({alle} vergeleken "
    "scholen)."
)
_WITHIN = mark(
    "deze school ligt binnen de grens van 99,8% van haar onderwijssoort ({alle} vergeleken "
    "scholen)."
)
# Of these levels it is known which schools belong to a choice.
LEVELS = ("totaal", "gemeente", "onderwijssoort", "vestiging")
# Beyond this share of schools outside the limits, the usual spread is no longer the story.
_MANY = 0.05


@dataclass(frozen=True)
class Compared:
    """Units beside each other: how many there are and which are shown, and the kinds of which
    enough are shown to hold them against each other. `alone`: shown, but of another kind."""

    amount: int
    shown: tuple[Cell, ...]
    groups: tuple[Group, ...]
    alone: tuple[Cell, ...]

    @property
    def judged(self) -> tuple[Cell, ...]:
        return tuple(row for group in self.groups for row in group.units)

    @property
    def outside(self) -> tuple[Cell, ...]:
        return tuple(row for group in self.groups for row in group.outside)

    def group(self, kind: str) -> Group | None:
        """The units of a kind; of the kind with most units where that one is not there."""
        by_size = sorted(self.groups, key=lambda group: (-len(group.units), group.kind))
        return next((g for g in by_size if g.kind == kind), by_size[0] if by_size else None)

    @property
    def told(self) -> str:
        """How many lie outside, in one sentence."""
        if not self.groups:
            return tr(
                "Van {zichtbaar} van de {alle} scholen is het cijfer zichtbaar: te weinig om "
                "scholen eerlijk te vergelijken.",
                zichtbaar=len(self.shown), alle=self.amount,
            )  # fmt: skip
        outside, judged = len(self.outside), len(self.judged)
        if not outside:
            told = tr(
                "Geen van de {alle} vergeleken scholen ligt buiten de grens van 99,8% van haar "
                "onderwijssoort.",
                alle=judged,
            )
        else:
            told = plural(
                "{n} van de {alle} vergeleken scholen ligt buiten de grens van 99,8% van haar "
                "onderwijssoort.",
                "{n} van de {alle} vergeleken scholen liggen buiten de grens van 99,8% van hun "
                "onderwijssoort.",
                outside, n=outside, alle=judged,
            )  # fmt: skip
        if not self.alone:
            return told
        rest = plural(
            "{n} school heeft te weinig zichtbare scholen van haar soort om naast te leggen.",
            "{n} scholen hebben te weinig zichtbare scholen van hun soort om naast te leggen.",
            len(self.alone), n=wording.number(len(self.alone)),
        )  # fmt: skip
        return f"{told} {rest}"

    @property
    def words(self) -> str:
        """The same, how it was worked out, and what it does not mean."""
        if not self.groups:
            return f"{self.told} {tr('Daarom staat hier geen grafiek, alleen de tabel.')}"
        many = (
            tr("Dat zijn er meer dan bij gewone verschillen tussen scholen past.")
            if len(self.outside) > max(1, len(self.judged) * _MANY)
            else ""
        )
        meaning = tr(
            "Binnen de trechter past het verschil bij toeval en bij wat scholen gewoonlijk "
            "verschillen; erbuiten is een reden voor een gesprek, geen oordeel. Dit is geen "
            "ranglijst."
        )
        return " ".join(filter(None, (self.told, many, tr(METHOD), meaning)))


def rows_of(released: Released, metric_id: str, selection: Selection, level: str) -> list[Cell]:
    """The cells of the units that belong to the choice, by name; none where that is not known.

    A school is held against all schools.
    """
    found: list[Cell] = [*released.by_area(metric_id, selection.schooljaar, level).to_dicts()]
    match selection.niveau:
        case "gemeente":
            return [row for row in found if row["ouder"] == selection.gebied]
        case "onderwijssoort":
            return [row for row in found if row["soort_school"] == selection.gebied]
        case niveau if niveau in LEVELS:
            return found
        case _:
            return []


def of_one(compared: Compared, rows: Sequence[Cell], code: str) -> str:
    """Where one school lies, in one sentence."""
    if not any(row["gebied"] == code for row in compared.shown):
        hidden = any(row["gebied"] == code for row in rows)
        return (
            tr("van deze school kan het cijfer niet worden getoond.")
            if hidden
            else tr("van deze school is er geen cijfer.")
        )
    for group in compared.groups:
        if any(row["gebied"] == code for row in group.units):
            apart = any(row["gebied"] == code for row in group.outside)
            return tr(_BEYOND if apart else _WITHIN, alle=len(group.units))
    return tr("er zijn te weinig zichtbare scholen van deze onderwijssoort om naast te leggen.")


def of(released: Released, metric: Metric, selection: Selection, rows: Sequence[Cell]) -> Compared:
    """Units of one level beside each other, kind by kind.

    A kind of which fewer than half of the units are shown says more about what is hidden.
    """
    shown = tuple(row for row in rows if wording.visible(row) and row["noemer"])
    groups, alone = [], []
    for kind in sorted({row["soort_school"] for row in rows}):
        every = [row for row in rows if row["soort_school"] == kind]
        seen = [row for row in shown if row["soort_school"] == kind]
        if len(seen) < max(funnels.FEWEST_OF_KIND, len(every) / 2):
            alone += seen
            continue
        rate = _published_rate(released, metric, selection, kind)
        groups.append(funnels.group(metric, kind, seen, rate, released.about.afronding))
    return Compared(len(rows), shown, tuple(groups), tuple(alone))


def _published_rate(
    released: Released, metric: Metric, selection: Selection, kind: str
) -> float | None:
    """The published rate of a kind as a fraction; None where there is none."""
    niveau, gebied = ("onderwijssoort", kind) if kind else ("totaal", "")
    rows = released.over_years(metric.id, niveau, gebied).to_dicts()
    whole = of_year(rows, selection.schooljaar)
    if whole is None or not wording.visible(whole):
        return None
    if whole["noemer"] and whole["teller"] is not None:
        return float(whole["teller"]) / float(whole["noemer"])
    return float(whole["waarde"]) / (1000.0 if metric.soort == "per_1000" else 100.0)
