"""A question outside the publication plan: may this table be shown beside all that ever left?

The table is added to the system as it stands: what every release showed is a given (`ledger`), what
they hid stays a secret, and only cells of the asked table may be shown. What is answered with
numbers is booked in the ledger as if it were a release, so that every later one is protected beside
it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from pipelines import settings, suggest
from pipelines.concerns import Concern
from pipelines.contracts import Contracts
from pipelines.errors import ReleaseRefused, UsageError
from pipelines.metrics import compute as counting
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.links import BALANCES, LINKS
from pipelines.metrics.metric import Context, Metric, Quotient, Summary
from pipelines.metrics.publication_plan import Plan, PlanTable
from pipelines.release import components, decisions, ledger, memory, publish
from pipelines.release.figures import figures
from pipelines.warehouse import archive, coverage, engines
from pipelines.warehouse import tables as warehouse

COARSER = {
    "vestiging": ("wijk", "gemeente", "totaal"),
    "wijk": ("gemeente", "totaal"),
    "onderwijssoort": ("totaal",),
    "aanbieder": ("totaal",),
    "gemeente": ("totaal",),
}
MOST_HIDDEN = 0.25
"""Of a table of which more is hidden nobody is the wiser: a level higher tells more."""
BOOKED = "r-vraag-"
COLUMNS = ("metriek", "schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")

Verdict = Literal["mag", "mag zo", "mag niet"]


@dataclass(frozen=True)
class Answer:
    """What may be shown: `cells` are rows of the released table `cellen`, empty where nothing may.

    `level` is the one that was asked, or a coarser one (`mag zo`); `why` one Dutch sentence.
    """

    verdict: Verdict
    level: str
    why: str
    cells: pl.DataFrame
    booked: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "level": self.level,
            "why": self.why,
            "booked": self.booked,
            "cells": self.cells.select(*COLUMNS, "teller", "noemer", "waarde", "status").to_dicts(),
        }


@dataclass(frozen=True)
class _House:
    """What is asked about: a warehouse with all that left of it."""

    con: duckdb.DuckDBPyConnection
    contracts: Contracts
    workdir: Path


def ask(
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    workdir: Path,
    *,
    metric: str,
    breakdown: str,
    level: str,
    book: bool,
) -> Answer:
    """Whether a metric may be shown by a breakdown ('' is without) at a level, or a coarser one.

    `book`: the numbers leave, so they are written in the ledger. Raises UsageError for names that
    do not exist and for figures that are no sum of cells.
    """
    asked = _known(metric, breakdown, level)
    planned = set(plans.load(METRICS).tables)
    if PlanTable(metric, level, breakdown) in planned:
        why = "Deze tabel staat in het publicatieplan: zij is er al, of komt er bij een run."
        return Answer("mag", level, why, pl.DataFrame(schema=_schema()))
    house = _House(con, contracts, workdir)
    first = ""
    for at in (level, *COARSER.get(level, ())):
        table = PlanTable(metric, at, breakdown)
        if at not in asked.measure.levels:
            continue
        if table in planned:
            why = f"{first} Op het niveau {at} staat deze tabel al in het publicatieplan."
            return Answer("mag zo", at, why.strip(), pl.DataFrame(schema=_schema()))
        cells, refused = _shown(house, asked, table)
        if not refused:
            name = _book(house, cells) if book else ""
            verdict: Verdict = "mag" if at == level else "mag zo"
            seen = cells.filter(pl.col("status") == "zichtbaar").height
            why = f"{first} Op het niveau {at} zijn {seen} van de {cells.height} cellen te tonen."
            return Answer(verdict, at, why.strip(), cells, name)
        first = first or refused
    return Answer("mag niet", level, first, pl.DataFrame(schema=_schema()))


def _known(metric: str, breakdown: str, level: str) -> Metric:
    found = METRICS.get(metric)
    if found is None:
        raise UsageError(f"Onbekend cijfer: {metric}. {suggest.hint(metric, METRICS)}")
    if isinstance(found.form, Quotient | Summary):
        raise UsageError(
            f"{metric} is geen som van cellen, zoals een mediaan of een bedrag per kind; daar is"
            " geen tabel van bij te vragen."
        )
    if found.measure.public:
        raise UsageError(f"Achter {metric} staat geen kind: daar is niets aan te beschermen.")
    if breakdown not in ("", *found.breakdowns):
        raise UsageError(
            f"{metric} is niet uit te splitsen naar {breakdown}."
            f" {suggest.hint(breakdown, found.breakdowns)}"
        )
    if level not in found.measure.levels:
        raise UsageError(
            f"{metric} is niet per {level} te tellen. {suggest.hint(level, found.measure.levels)}"
        )
    return found


def _shown(house: _House, metric: Metric, table: PlanTable) -> tuple[pl.DataFrame, str]:
    """The cells of a table with what may be shown of them, and why it may not be shown at all."""
    years = publish.school_years(house.con, house.contracts)
    thresholds = publish.thresholds(house.contracts)
    covered = coverage.coverage(house.con, house.contracts)
    plan = Plan("", (table,))
    places = memory.places(covered.schools)
    pages = ledger.pages(house.workdir, places)
    before = memory.of(pages, plan, METRICS, places)
    same = _about_the_same(metric)
    together = [
        m for m in METRICS.values() if m.measure.id in same and not isinstance(m.form, Summary)
    ]
    engine = settings.engine()
    files = (
        {} if engine == engines.DUCKDB else archive.write(house.con, house.contracts, house.workdir)
    )
    counting_with = engines.opened(engine, house.con, house.contracts, house.workdir, files)
    with counting_with as tables:
        result = counting.count_all(
            together,
            tables,
            set(warehouse.filled(house.con, house.contracts)),
            Context(publish.last_day(years), house.contracts, tuple(years)),
            plan,
            covered,
            before.recalled,
        )
    if metric.id in result.not_delivered:
        return pl.DataFrame(schema=_schema()), (
            f"Niet geleverd: {', '.join(result.not_delivered[metric.id])}."
        )
    few = _mostly_small(result, metric.id, table, thresholds)
    if few:
        return pl.DataFrame(schema=_schema()), few
    try:
        # One process: the first year that is not proved is the answer, and saves the others.
        protected = components.protect(
            result.counted,
            METRICS,
            thresholds,
            earlier=before.pages,
            beside=True,
        )
    except ReleaseRefused:
        return pl.DataFrame(schema=_schema()), _unproved(table)
    cells = figures(result, protected, {metric.id: metric}, years, thresholds)
    cells = cells.filter(
        (pl.col("niveau") == table.level) & (pl.col("uitsplitsing") == table.breakdown)
    )
    decided = {d.code for d in decisions.decisions(house.workdir)}
    apart = [c for c in memory.uncounted(pages, METRICS) if c.code not in decided]
    return cells, "".join(_objections(table, cells, [*components.concerns(protected), *apart]))


def _about_the_same(metric: Metric) -> set[str]:
    """The measures that are proved as one system with that of a metric (`links`)."""
    measure_of = {m.id: m.measure.id for m in METRICS.values()}
    joined = [{name.partition(".")[0] for name in (a.less, a.more)} for a in LINKS if a.together]
    joined += [
        {measure_of[name.partition(".")[0]] for _, name, _, _ in balance.terms}
        for balance in BALANCES
        if balance.together
    ]
    found = {metric.measure.id}
    while more := {name for names in joined if names & found for name in names} - found:
        found |= more
    return found


def _mostly_small(
    result: counting.Result, metric: str, table: PlanTable, thresholds: components.Thresholds
) -> str:
    """Why a table need not be tried: too many of its cells are small themselves."""
    least = thresholds.heavy if METRICS[metric].threshold == "zwaar" else thresholds.standard
    small: list[bool] = []
    for counted in result.counted:
        rows = counted.figures.filter(
            (pl.col("metriek") == metric) & (pl.col("niveau") == table.level)
        ).drop_nulls("teller")
        persons = rows.join(counted.cells.select("kinderen", teller="cel"), on="teller")
        small += [0 < n < least for n in persons["kinderen"]]
    if sum(small) <= MOST_HIDDEN * len(small):
        return ""
    return (
        f"Op het niveau {table.level} zijn meer dan een op de vier van de {len(small)} aantallen te"
        " klein om te tonen."
    )


def _unproved(table: PlanTable) -> str:
    return (
        f"Op het niveau {table.level} is naast wat al is uitgegeven niet te bewijzen dat kleine"
        " aantallen verborgen blijven."
    )


def _objections(table: PlanTable, cells: pl.DataFrame, apart: Sequence[Concern]) -> Iterator[str]:
    """Why a table may not be shown, at most one. `apart`: what is not proved beside what left."""
    if apart:
        yield _unproved(table)
    elif cells.is_empty():
        yield f"Op het niveau {table.level} zou de tabel kleine aantallen verraden."
    else:
        hidden = cells.filter(pl.col("status") == "afgeschermd").height
        if hidden > MOST_HIDDEN * cells.height:
            yield (
                f"Op het niveau {table.level} zouden {hidden} van de {cells.height} cellen"
                " afgeschermd zijn: meer dan een op de vier."
            )


def _book(house: _House, cells: pl.DataFrame) -> str:
    """Write in the ledger what is answered; the same answer is booked once."""
    thresholds = publish.thresholds(house.contracts)
    shown = cells.filter(pl.col("status") == "zichtbaar").select(
        *COLUMNS, "teller", "noemer", "waarde"
    )
    digest = hashlib.sha256(shown.write_csv(null_value="\\N").encode()).hexdigest()[:12]
    name = f"{BOOKED}{digest}"
    page = ledger.Page(
        name,
        dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0).isoformat(" "),
        shown,
        thresholds.standard,
        thresholds.heavy,
        thresholds.rounding,
        memory.places(coverage.coverage(house.con, house.contracts).schools),
    )
    ledger.put(house.workdir, page)
    return name


def _schema() -> dict[str, Any]:
    names = (*COLUMNS, "teller", "noemer", "waarde", "status")
    numbers = {"teller", "noemer", "waarde"}
    return {name: pl.Float64 if name in numbers else pl.String for name in names}
