"""Counts and estimates -> one released file: the only writer of what the dashboard may open.

A release is a DuckDB file of its own that is never changed afterwards. Its name is the hash of its
content, so the same deliveries give the same release. A small pointer file is switched to it in
one step when everything is written and certified; until then the earlier release stays served.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import schoolyear, settings
from pipelines.concerns import Concern
from pipelines.contracts import Contracts
from pipelines.errors import ReleaseRefused, UsageError
from pipelines.metrics import compute as counting
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.metric import Context
from pipelines.release import basis, components, decisions, ledger, memory, reference, tally
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import kept
from pipelines.release.figures import figures
from pipelines.release.served import FOLDER, POINTER, Release
from pipelines.sql import quoted
from pipelines.steps import Step
from pipelines.warehouse import archive, calendar, copy, coverage, engines, retention
from pipelines.warehouse import tables as warehouse
from pipelines.warehouse.engine import keep

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
    from pipelines.effects import compute as effects  # takes a second; a question needs none of it

    sweep(workdir)
    archived = archive.write(con, contracts, workdir)
    copy.write(con, workdir)
    years = school_years(con, contracts)
    plan = plans.load(METRICS)
    made_from = basis.basis(con, contracts, plan, years, basis.revision())
    unchanged = served(workdir, made_from)
    if unchanged and tally.kept(workdir, unchanged.id):
        return unchanged
    asof = last_day(years)
    limits = thresholds(contracts)
    delivered = set(warehouse.filled(con, contracts))

    stages = iter(progress(STAGES, "Publicatie maken"))
    next(stages)
    covered = coverage.coverage(con, contracts)
    places = memory.places(covered.schools)
    pages = ledger.pages(workdir, places)
    before = memory.of(pages, plan, METRICS, places)
    counts_with = engines.opened(engine or settings.engine(), con, contracts, workdir, archived)
    with counts_with as tables:
        result = counting.count_all(
            METRICS.values(),
            tables,
            delivered,
            Context(asof, contracts, tuple(years)),
            plan,
            covered,
            before.recalled,
        )
        next(stages)
        asked = {**tables, coverage.TABLE: covered.as_ibis()}
        estimated = effects.compute(asked, delivered, contracts.parameters, asof)
    next(stages)
    with kept.turned(workdir) as proofs:
        protected = components.protect(
            result.counted,
            METRICS,
            limits,
            earlier=before.pages,
            spreads=result.spreads,
            processes=processes(),
            kept_in=proofs,
        )
    cells = figures(result, protected, METRICS, years, limits)
    next(stages)
    content = {
        "metrieken": reference.metrics_table(METRICS, contracts),
        "gebieden": reference.areas_table(con, contracts, cells),
        "categorieen": reference.categories_table(con, METRICS, plan, contracts),
        "cellen": cells,
        "bronnen": reference.sources_table(con, METRICS),
        "effecten": estimated.effecten,
        "effect_reeks": estimated.effect_reeks,
        "besparing": estimated.besparing,
        "besparing_balans": estimated.balans,
        "besparing_gevoeligheid": estimated.gevoeligheid,
        "pilotbasis": estimated.pilotbasis,
        "leveringen": reference.deliveries_table(con),
        "bevindingen": reference.findings_table(con),
        "bescherming": reference.protection_table(cells),
    }
    counts = tally.tally(result.counted, METRICS, limits)

    def attacked(identity: str, file: Path) -> None:
        known = tally.kept(workdir, identity)
        left_out = tally.folded(result.counted, content["cellen"])
        tally.store(con, workdir, identity, counts, tally.reasons(protected), left_out)
        try:
            beside = (*components.concerns(protected), *memory.uncounted(pages, METRICS))
            decisions.refuse_open(workdir, (*beside, *attack(workdir, file)))
        except ReleaseRefused:
            if not known:
                tally.drop(workdir, identity)
            raise

    record = _record(con, limits, protected, asof) | {
        "publicatieplan": plan.version,
        "contracten": contracts.fingerprint,
    }
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


def last_day(years: list[str]) -> dt.date:
    """The last day of the newest school year: what is still open then is open."""
    return schoolyear.last_day(schoolyear.year_of(years[-1]))


def processes() -> int:
    """Tables are protected side by side where there are processors for it."""
    return min(2, os.cpu_count() or 1)


def thresholds(contracts: Contracts) -> Thresholds:
    names = ("drempel", "drempel_zwaar", "afronding")
    return Thresholds(*(int(contracts.parameters[name].value) for name in names))


def _record(
    con: duckdb.DuckDBPyConnection,
    thresholds: Thresholds,
    protected: list[Protected],
    asof: dt.date,
) -> dict[str, Any]:
    """The one row of `release`, without id and moment."""
    proof = hashlib.sha256("".join(p.proof for p in protected).encode()).hexdigest()
    demo = con.execute(
        "SELECT count(*) FROM register.leveringen WHERE leverancier LIKE '%(demo)%'"
    ).fetchone()
    return {
        "versie_zichtlijn": version("zichtlijn"),
        "git_revisie": basis.revision(),
        "bron": "demo" if demo and demo[0] else "leveringen",
        "drempel": thresholds.standard,
        "drempel_zwaar": thresholds.heavy,
        "afronding": thresholds.rounding,
        "oordeel": CERTIFIED,
        "bewijs_hash": proof,
        "peildatum": asof,
    }


# Writing ---------------------------------------------------------------------------------------


def write(
    workdir: Path,
    content: Mapping[str, pl.DataFrame],
    record: Mapping[str, Any],
    made_from: str = "",
    before_serving: Callable[[str, Path], None] | None = None,
    places: ledger.Places | None = None,
) -> Release:
    """Write a release and serve it. The same content is the same release, written once.

    `made_from`: see `basis`; stands in the pointer, so that unchanged work is known next time.
    `before_serving` is called with the release's name and its whole file, before that counts as a
    release; where it raises, there is none. `places`: where schools are, for the ledger.
    """
    identity = content_id(content, record)
    look = before_serving or _unseen
    folder = workdir / FOLDER
    file = folder / f"{identity}.duckdb"
    if file.exists() and not _damaged(workdir, file) and _is(file, identity):
        look(identity, file)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{identity}.{os.getpid()}.half"
        half.unlink(missing_ok=True)
        try:
            _fill(half, content, {"id": identity, "gemaakt_op": _now(), **record})
            keep(half)
            look(identity, half)
            half.replace(file)
        except duckdb.IOException as problem:
            raise UsageError(
                f"De publicatie kon niet worden geschreven in {folder}: is de schijf vol? De"
                " vorige publicatie is ongemoeid."
            ) from problem
        finally:
            half.unlink(missing_ok=True)
    ledger.book(workdir, file, places)
    pointer = {
        "id": identity,
        "file": f"{FOLDER}/{file.name}",
        "sha256": checksum(file),
        "gemaakt_uit": made_from,
        "grootboek": ledger.mark(workdir, identity),
    }
    _switch(workdir / POINTER, pointer)
    return Release(identity, file)


def _unseen(identity: str, file: Path) -> None:
    """Nobody looks at a release before it is served."""
    del identity, file


def served(workdir: Path, made_from: str) -> Release | None:
    """The release that is served, when it was made from `made_from`, beside all that the ledger
    holds now, and is still readable."""
    try:
        told = json.loads((workdir / POINTER).read_text("utf-8"))
        if told["gemaakt_uit"] != made_from:
            return None
        if told["grootboek"] != ledger.mark(workdir, told["id"]):
            return None
        file = workdir / told["file"]
        if told["sha256"] != checksum(file):
            return None
        with duckdb.connect(str(file), read_only=True) as con:
            found = con.execute("SELECT id FROM release").fetchone()
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
        return None
    return Release(told["id"], file) if found == (told["id"],) else None


def checksum(file: Path) -> str:
    """What the pointer says of the file it names, so that a reader knows it whole."""
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def _damaged(workdir: Path, file: Path) -> bool:
    """Whether the pointer names this file, and it is no longer what was written."""
    try:
        told = json.loads((workdir / POINTER).read_text("utf-8"))
        named = bool(told["file"] == f"{FOLDER}/{file.name}")
        return named and told["sha256"] != checksum(file)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is(file: Path, identity: str) -> bool:
    """Whether a file can be read as the release of this name: a copy may have been cut off."""
    try:
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute("SELECT id FROM release").fetchone() == (identity,)
    except duckdb.Error:
        return False


def sweep(workdir: Path) -> None:
    """Remove what a run that was killed left half-written; no reader ever looked at it."""
    unfinished = (f"{FOLDER}/.*.half*", f"{tally.FOLDER}/.*.half*", "release.*.nieuw")
    with suppress(OSError, ValueError, KeyError, TypeError):  # not known: nothing is taken away
        tally.keep_only(workdir, json.loads((workdir / POINTER).read_text("utf-8"))["id"])
    found = (left for pattern in unfinished for left in workdir.glob(pattern))
    for left in (*found, *ledger.halves(workdir)):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def content_id(content: Mapping[str, pl.DataFrame], record: Mapping[str, Any]) -> str:
    """Name of a release: hash over all that is in it, apart from the moment it was made."""
    digest = hashlib.sha256()
    for name, frame in sorted(content.items()):
        digest.update(f"{name}\n".encode())
        digest.update(frame.write_csv(null_value="\\N").encode())
    digest.update(json.dumps(record, default=str, sort_keys=True).encode())
    return f"r{digest.hexdigest()[:12]}"


def _fill(file: Path, content: Mapping[str, pl.DataFrame], row: Mapping[str, Any]) -> None:
    with duckdb.connect(str(file)) as con:
        about = pl.DataFrame([row])
        for name, frame in {"release": about, **content}.items():
            con.register("inhoud", frame)
            con.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM inhoud")
            con.unregister("inhoud")
        con.execute("CHECKPOINT")


def _switch(pointer: Path, value: Mapping[str, str]) -> None:
    """Replace the pointer in one step; on Windows a reader may hold it for a moment."""
    fresh = pointer.with_suffix(f".{os.getpid()}.nieuw")
    fresh.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    keep(fresh)
    for attempt in range(20):
        try:
            fresh.replace(pointer)
        except PermissionError:
            time.sleep(0.05 * (attempt + 1))
        else:
            return
    fresh.unlink(missing_ok=True)
    raise ReleaseRefused(
        f"De publicatie is klaar, maar {pointer.name} is niet om te zetten: sluit het programma"
        " dat dit bestand vasthoudt en draai opnieuw."
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
