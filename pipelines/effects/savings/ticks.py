"""Ticks of an avoided beschikking, measured against the register of youth care.

The project ticks that a pupil would have needed an order without Zorg In School. The register can
contradict that: a toewijzing that begins on or after the pupil's own start is an order that was
handled after all. A tick is confirmed where none began and the pupil's municipality delivered
every month of the term after the start (`termijn_geen_nieuwe_start_maanden`); otherwise nothing is
known. Only a confirmed tick is money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects import gaps
from pipelines.effects.data.observation import NEVER, observe
from pipelines.effects.data.summaries import days, everyone, stretches_known
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, Observed, Window, value_of
from pipelines.effects.rounding import rounded_count
from pipelines.effects.wording import number

TICK = "beschikking_vermeden"
CONFIRMED, CONTRADICTED, UNCHECKED = "bevestigd", "tegengesproken", "niet_na_te_gaan"
VERDICTS = (CONFIRMED, CONTRADICTED, UNCHECKED)

_TERM = 12.0


@dataclass(frozen=True)
class Judged:
    """Participants with a tick, by verdict.

    `rows`: school, start_month (months since 1970) and a column of pupils per verdict. `missing`:
    Dutch, what was not delivered, '' where all was. `months`: the term of `term_months`.
    """

    rows: pl.DataFrame
    missing: str
    months: float


def order_ticks(given: Given) -> Judged:
    """The participants with a tick of an avoided beschikking, as the register judges them."""
    found: pl.DataFrame = (
        verdicts(given)
        .group_by("school", "start_month")
        .aggregate(**{name: (_.verdict == name).cast("int64").sum() for name in VERDICTS})
        .order_by("school", "start_month")
        .to_polars()
    )
    return Judged(found, gaps.named(_observed(given)), _months(given))


def verdicts(given: Given) -> ir.Table:
    """`everyone` who takes part and has a tick, with the `verdict` of the register on it."""
    marks = given.tables["zis_deelnames"].select("deelname_id", tick=_[TICK])
    ticked = everyone(given.tables).filter(_.groep == "zis").join(marks, "deelname_id")
    ticked = ticked.filter(_.tick)
    again = _with_a_new_order(given, ticked)
    followed = _followed(given, ticked, _observed(given), days(_months(given)))
    return (
        ticked.left_join(again, ticked.leerling_id == again.again)
        .left_join(followed, ticked.leerling_id == followed.followed)
        .mutate(
            verdict=ibis.cases(
                (_.again.notnull(), CONTRADICTED),
                (_.followed.notnull(), CONFIRMED),
                else_=UNCHECKED,
            )
        )
    )


def _months(given: Given) -> float:
    return value_of(given.parameters, "termijn_geen_nieuwe_start_maanden", _TERM)


def _with_a_new_order(given: Given, ticked: ir.Table) -> ir.Table:
    """Pupils of whom the register holds a toewijzing that began on or after their start."""
    care = given.tables["jeugdhulp"].filter(_.leerling_id.notnull(), _.start_datum.notnull())
    if given.peildatum is not None:
        care = care.filter(_.start_datum <= ibis.literal(given.peildatum))
    begun = care.select(order_of=_.leerling_id, begun=_.start_datum.epoch_days().cast("int64"))
    return (
        ticked.inner_join(
            begun, [ticked.leerling_id == begun.order_of, begun.begun >= ticked.start]
        )
        .select(again=_.leerling_id)
        .distinct()
    )


def _observed(given: Given) -> Observed:
    window = Window().with_parameters(given.parameters)
    found = observe(
        given.tables, "jeugdhulp", "start_datum", window, given.parameters, given.peildatum
    )
    return found or NEVER


def _followed(given: Given, ticked: ir.Table, observed: Observed, term: int) -> ir.Table:
    """Pupils of whom every day of the term after the start was delivered."""
    known = stretches_known(ticked, given.tables, observed)
    return (
        known.filter(_.known_from <= _.start, _.start + term <= _.known_to)
        .select(followed=_.leerling_id)
        .distinct()
    )


def shown_count(found: pl.DataFrame, column: str, minimum: Minimum) -> int | None:
    """A count of pupils, rounded; None for fewer children or schools than may be
    told. `found`: school and `column`."""
    kept = found.filter(pl.col(column) > 0)
    total = int(kept[column].sum())
    few = total < minimum.show_children or kept["school"].n_unique() < minimum.show_schools
    return None if few else rounded_count(total, minimum.rounding_base)


def told(judged: Judged, counts: Mapping[str, int | None], minimum: Minimum) -> str:
    """Dutch: how many ticks the register confirms, contradicts, or says nothing about.

    `counts`: verdict -> rounded count, None where it may not be told.
    """
    lacking = f" ({judged.missing})" if judged.missing else ""
    clauses = {
        CONFIRMED: "Bij ongeveer {n} leerlingen met een vermeden beschikking begon na de start"
        " volgens het register geen nieuwe toewijzing; alleen die tellen als geld.",
        CONTRADICTED: "Bij ongeveer {n} leerlingen meldt het project een vermeden beschikking,"
        " maar begon na de start toch een nieuwe toewijzing; die tellen niet als geld.",
        UNCHECKED: "Bij ongeveer {n} leerlingen met een vermeden beschikking is het niet na te"
        f" gaan, omdat de {number(judged.months)} maanden na de start niet voorbij of niet geleverd"
        f" zijn{lacking}; die tellen niet als geld.",
    }
    said = [
        text.format(n=number(count))
        for name, text in clauses.items()
        if (count := counts[name]) is not None
    ]
    if any(counts[name] is None for name in VERDICTS):
        said.append(
            f"Aantallen van minder dan {minimum.show_children} leerlingen of op minder dan"
            f" {minimum.show_schools} scholen worden niet genoemd en tellen als nul."
        )
    return " ".join(said)
