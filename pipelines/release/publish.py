"""Counts and estimates -> one released file: the only writer of what the dashboard may open.

A release is a DuckDB file of its own that is never changed afterwards. Its name is the hash of its
content, so the same deliveries give the same release. A small pointer file is switched to it in
one step when everything is written and certified; until then the earlier release stays served.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipelines import schoolyear, settings
from pipelines.concerns import Concern
from pipelines.contracts import Contracts
from pipelines.errors import ReleaseRefused
from pipelines.metrics import compute as counting
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Result
from pipelines.metrics.metric import Context, Tables
from pipelines.metrics.publication_plan import Plan, Recalled
from pipelines.release import basis, components, decisions, ledger, memory, reference, tally
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import kept
from pipelines.release.figures import figures
from pipelines.release.ledger import Page
from pipelines.release.served import Release
from pipelines.release.writing import served, sweep, write
from pipelines.steps import Step
from pipelines.warehouse import archive, calendar, copy, coverage, engines, retention
from pipelines.warehouse import tables as warehouse

if TYPE_CHECKING:
    from pipelines.effects.compute import EffectsOutput

CERTIFIED = "gecertificeerd"
# How long each takes of a whole, as measured on the demo.
STAGES = (
    Step("tellen", 12),
    Step("effecten", 6),
    Step("beschermen", 30),
    Step("schrijven en aanvallen", 10),
)
MOST_ROUNDS = 6
"""So often a level that tells too much in a small register is left out, and the rest is tried."""


def publish(
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    workdir: Path,
    *,
    progress: Callable[[Iterable[Any], str], Iterable[Any]],
    attack: Callable[[Path, Path], Iterable[Concern]],
    engine: str | None = None,
) -> Release:
    """Count, estimate, protect and write; attack what was written; then switch the pointer.

    When what it would be made from is what the served release was made from, that one stays.
    `attack` gets the work folder and the file, and tells what a reader could work out: that is not
    served (`decisions`). `engine`: what counts; None is what the settings say. Raises
    ReleaseRefused when a table cannot be certified too: the release that was served stays.
    """
    sweep(workdir)
    archived = archive.write(con, contracts, workdir)
    copy.write(con, workdir)
    years = tuple(school_years(con, contracts))
    plan = plans.load(METRICS)
    asked = _Asked(con, contracts, workdir, years, plan, last_day(years), thresholds(contracts))
    made_from = basis.basis(con, contracts, plan, list(years), basis.revision())
    unchanged = served(workdir, made_from)
    if unchanged and tally.kept(workdir, unchanged.id):
        return unchanged

    stages = iter(progress(STAGES, "Publicatie maken"))
    next(stages)
    covered = coverage.coverage(con, contracts)
    places = memory.places(covered.schools)
    pages = ledger.pages(workdir, places)
    before = memory.of(pages, plan, METRICS, places)
    with engines.opened(engine or settings.engine(), con, contracts, workdir, archived) as tables:
        result = _counted(asked, tables, covered, before.recalled)
        next(stages)
        estimated = _estimated(asked, tables, covered)
    next(stages)
    protected = _protected(asked, result, before.pages)
    cells = figures(result, protected, METRICS, years, asked.limits)
    next(stages)

    counts = tally.tally(result.counted, METRICS, asked.limits)

    def attacked(identity: str, file: Path) -> None:
        known = tally.kept(workdir, identity)
        left_out = tally.folded(result.counted, cells)
        tally.store(con, workdir, identity, counts, tally.reasons(protected), left_out)
        try:
            beside = (*components.concerns(protected), *memory.uncounted(pages, METRICS))
            decisions.refuse_open(workdir, (*beside, *attack(workdir, file)))
        except ReleaseRefused:
            if not known:
                tally.drop(workdir, identity)
            raise

    content = _tables(asked, cells) | _estimates(estimated)
    record = _record(asked, protected)
    for left in reversed(range(MOST_ROUNDS)):
        try:
            release = write(workdir, content, record, made_from, attacked, places)
            break
        except decisions.Readable as found:
            if not left or any(concern.exact for concern in found.concerns):
                raise
            cells = _without(cells, found.concerns)
            content |= {"cellen": cells, "bescherming": reference.protection_table(cells)}
    tally.keep_only(workdir, release.id)
    for _ in stages:
        pass
    return release


@dataclass(frozen=True)
class _Asked:
    """What a release is made of, and for which years, plan and thresholds.

    `asof`: the day on which what is still open is open.
    """

    con: duckdb.DuckDBPyConnection
    contracts: Contracts
    workdir: Path
    years: tuple[str, ...]
    plan: Plan
    asof: dt.date
    limits: Thresholds

    @cached_property
    def delivered(self) -> set[str]:
        """Datasets with at least one accepted row."""
        return set(warehouse.filled(self.con, self.contracts))


def _counted(
    asked: _Asked, tables: Tables, covered: coverage.Coverage, recalled: Recalled
) -> Result:
    context = Context(asked.asof, asked.contracts, asked.years)
    return counting.count_all(
        METRICS.values(), tables, asked.delivered, context, asked.plan, covered, recalled
    )


def _estimated(asked: _Asked, tables: Tables, covered: coverage.Coverage) -> EffectsOutput:
    from pipelines.effects import compute as effects  # takes a second; a question needs none of it

    given = {**tables, coverage.TABLE: covered.as_ibis()}
    return effects.compute(given, asked.delivered, asked.contracts.parameters, asked.asof)


def _protected(asked: _Asked, result: Result, earlier: Sequence[Page]) -> list[Protected]:
    with kept.turned(asked.workdir) as proofs:
        return components.protect(
            result.counted,
            METRICS,
            asked.limits,
            earlier=earlier,
            spreads=result.spreads,
            processes=processes(),
            kept_in=proofs,
        )


def _tables(asked: _Asked, cells: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Figures, and what a reader needs to know of them, by name of the released table."""
    con, contracts = asked.con, asked.contracts
    return {
        "metrieken": reference.metrics_table(METRICS, contracts),
        "gebieden": reference.areas_table(con, contracts, cells),
        "categorieen": reference.categories_table(con, METRICS, asked.plan, contracts),
        "cellen": cells,
        "bronnen": reference.sources_table(con, METRICS),
        "leveringen": reference.deliveries_table(con),
        "bevindingen": reference.findings_table(con),
        "bescherming": reference.protection_table(cells),
    }


def _estimates(estimated: EffectsOutput) -> dict[str, pl.DataFrame]:
    """Effects and savings, by name of the released table."""
    return {
        "effecten": estimated.effecten,
        "effect_reeks": estimated.effect_reeks,
        "besparing": estimated.besparing,
        "besparing_balans": estimated.balans,
        "besparing_gevoeligheid": estimated.gevoeligheid,
        "pilotbasis": estimated.pilotbasis,
    }


def _without(cells: pl.DataFrame, concerns: Iterable[Concern]) -> pl.DataFrame:
    """The figures without the levels of a count, in a school year, that tell too much there."""
    for concern in concerns:
        measure, year, level = concern.topic.split()[0], *concern.place.split()[:2]
        metrics = [m.id for m in METRICS.values() if m.measure.id == measure]
        cells = cells.filter(
            ~pl.col("metriek").is_in(metrics)
            | (pl.col("schooljaar") != year)
            | (pl.col("niveau") != level)
        )
    return cells


def school_years(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> list[str]:
    """Closed school years that deliveries about children say they cover, oldest first.

    A year that nobody delivered, that still runs or that is past the retention term holds only
    stray rows and is not shown.
    Deliveries whose name gives no period count for the years of their rows. With no such delivery
    it is the newest closed year, for which every figure then says that it was not delivered.
    """
    rows = con.execute(
        "SELECT levering, dataset, periode FROM register.leveringen WHERE status = 'geladen'"
    ).fetchall()
    found: set[int] = set()
    for delivery, name, period in rows:
        dataset = contracts.dataset(name)
        if not dataset.person_level:
            continue
        found |= calendar.covered_years(con, dataset, delivery, period)
    today = dt.datetime.now(dt.UTC).date()
    newest = schoolyear.first_year(today) - 1
    oldest = retention.first_kept_year(contracts, today)
    closed = [year for year in sorted(found) if oldest <= year <= newest] or [newest]
    return [schoolyear.label(year) for year in closed]


def last_day(years: Sequence[str]) -> dt.date:
    """The last day of the newest school year: what is still open then is open."""
    return schoolyear.last_day(schoolyear.year_of(years[-1]))


def processes() -> int:
    """Tables are protected side by side where there are processors for it."""
    return min(2, os.cpu_count() or 1)


def thresholds(contracts: Contracts) -> Thresholds:
    names = ("drempel", "drempel_zwaar", "afronding")
    return Thresholds(*(int(contracts.parameters[name].value) for name in names))


def _record(asked: _Asked, protected: Sequence[Protected]) -> dict[str, Any]:
    """The one row of `release`, without id and moment."""
    proof = hashlib.sha256("".join(p.proof for p in protected).encode()).hexdigest()
    demo = asked.con.execute(
        "SELECT count(*) FROM register.leveringen WHERE leverancier LIKE '%(demo)%'"
    ).fetchone()
    return {
        "versie_zichtlijn": version("zichtlijn"),
        "git_revisie": basis.revision(),
        "bron": "demo" if demo and demo[0] else "leveringen",
        "drempel": asked.limits.standard,
        "drempel_zwaar": asked.limits.heavy,
        "afronding": asked.limits.rounding,
        "oordeel": CERTIFIED,
        "bewijs_hash": proof,
        "peildatum": asked.asof,
        "publicatieplan": asked.plan.version,
        "contracten": asked.contracts.fingerprint,
    }
