"""Exact counts of a register with one delivery taken away, and what their coverage says of it.

Counting everything takes twenty seconds, whatever the size of the register: the questions to the
engine are long. So only the measures that a delivery can change are counted again: those that look
up its dataset, which is seen while they are made and not taken from their declaration, and those
whose lines of the coverage became other ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import duckdb
import ibis.expr.types as ir

from pipelines import contracts
from pipelines.effects import compute as effects
from pipelines.effects.compute import EffectsOutput
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Result, count_all
from pipelines.metrics.coverage_notes import Note
from pipelines.metrics.covering import Covering
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import Context, Metric, PerUnit, Quotient, Rate
from pipelines.release import publish
from pipelines.warehouse import coverage, tables
from pipelines.warehouse.answering import SCHOOL_DAYS, answering
from pipelines.warehouse.coverage import Coverage
from pipelines.warehouse.tables import DELIVERY

PROMISES = contracts.load()
PLAN = plans.load(METRICS)
Key = tuple[str, ...]
Values = Mapping[Key, Any]
_PLACE = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")


@dataclass(frozen=True)
class Told:
    """`values`: (metric, place, part) -> exact number. `notes`: per metric and place."""

    values: Values
    notes: Mapping[str, Mapping[tuple[str, str, str], Note]]
    not_delivered: Mapping[str, tuple[str, ...]]

    def note(self, key: Key) -> Note | None:
        return self.notes.get(key[0], {}).get((key[1], key[2], key[3]))

    def of(self, chosen: Collection[str]) -> Told:
        """The same of some metrics."""
        return replace(self, values={k: v for k, v in self.values.items() if k[0] in chosen})


class _Watched(dict[str, ir.Table]):
    """Tables that remember which of them were looked up."""

    def __init__(self, listed: Mapping[str, ir.Table]) -> None:
        super().__init__(listed)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> ir.Table:
        self.seen.add(name)
        return super().__getitem__(name)


@dataclass(frozen=True)
class Register:
    """A warehouse that deliveries are taken away from, and put back.

    `deliveries`: every loaded one, its dataset and its file, by file. `whole`: the coverage with
    all of them in place.
    """

    con: duckdb.DuckDBPyConnection
    deliveries: tuple[tuple[str, str, str], ...]
    whole: Coverage
    context: Context

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection) -> Register:
        listed = con.execute(
            "SELECT levering, dataset, bestand FROM register.leveringen WHERE status = 'geladen'"
            " ORDER BY bestand"
        ).fetchall()
        years = tuple(publish.school_years(con, PROMISES))
        context = Context(publish.last_day(list(years)), PROMISES, years)
        return cls(con, tuple(listed), coverage.coverage(con, PROMISES), context)

    @cached_property
    def looked_up(self) -> Mapping[str, frozenset[str]]:
        """Metric -> the datasets that counting it looks up."""
        listed = tables.as_ibis(self.con, PROMISES)
        found: dict[str, frozenset[str]] = {}
        for metric in METRICS.values():
            watched = _Watched(listed)
            metric.measure.rows(watched, self.context)
            if "vestiging" in metric.measure.levels:
                ENROLLED.rows(watched, self.context)
            if isinstance(metric.form, Rate | PerUnit):
                metric.form.base.rows(watched, self.context)
            found[metric.id] = frozenset(watched.seen) | frozenset(metric.datasets)
        return found

    def touched(self, dataset: str, after: Coverage) -> frozenset[str]:
        """Metrics that may differ without a delivery of a dataset: of whole measures."""
        covering = Covering(after, self.context)
        names = (*answering(), SCHOOL_DAYS.name)
        changed = {n for n in names if not after.of(n).equals(self.whole.of(n))}

        def differs(metric: Metric) -> bool:
            lines = {line.name for line in covering.lines(metric)} | {*metric.uses}
            return dataset in self.looked_up[metric.id] or bool(lines & changed)

        measures = {m.measure.id for m in METRICS.values() if differs(m)}
        for metric in METRICS.values():  # what is worked out from two others, with both of them
            if isinstance(metric.form, Quotient):
                both = (METRICS[metric.form.numerator], METRICS[metric.form.denominator])
                own = {metric.measure.id, *(m.measure.id for m in both)}
                measures |= own if own & measures else set()
        return frozenset(m.id for m in METRICS.values() if m.measure.id in measures)

    def counted(self, chosen: Collection[str], covered: Coverage) -> Told:
        """What some metrics come to, in every table of the publication plan."""
        result = count_all(
            [metric for metric in METRICS.values() if metric.id in chosen],
            tables.as_ibis(self.con, PROMISES),
            set(tables.filled(self.con, PROMISES)),
            self.context,
            PLAN,
            covered,
        )
        return Told(_with_quotients(_values(result)), result.notes, result.not_delivered)

    @contextmanager
    def without(self, delivery: str, dataset: str) -> Iterator[Coverage]:
        """What is covered as if a delivery had never come.

        As if it had been withdrawn where nobody owes the dataset (a pilot, own days off): that it
        might have come is not to be known.
        """
        own = [line for line in answering().values() if line.dataset == dataset]
        status = "" if any(line.required for line in own) else "ingetrokken"
        self.con.execute("BEGIN")
        try:
            _take_away(self.con, delivery, dataset, status)
            yield coverage.coverage(self.con, PROMISES)
        finally:
            self.con.execute("ROLLBACK")


def _take_away(con: duckdb.DuckDBPyConnection, delivery: str, dataset: str, status: str) -> None:
    con.execute(f'DELETE FROM "{dataset}" WHERE {DELIVERY} = ?', [delivery])
    con.execute("DELETE FROM register.quarantaine WHERE levering = ?", [delivery])
    if status:
        con.execute(
            "UPDATE register.leveringen SET status = ? WHERE levering = ?", [status, delivery]
        )
        return
    for table in ("leveringen", "eenheden"):
        con.execute(f"DELETE FROM register.{table} WHERE levering = ?", [delivery])


def _values(result: Result) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for part in (*result.counted, *result.public):
        cells = dict(part.cells.select("cel", "aantal").iter_rows())
        for row in part.figures.iter_rows(named=True):
            place = (row["metriek"], *(row[name] for name in _PLACE))
            for name in ("teller", "noemer"):
                if row[name] is not None:
                    found[*place, name] = cells[row[name]]
            if row["bekend"] is not None:
                found[*place, "bekend"] = row["bekend"]
    for spread in result.spreads:
        for row in spread.cells.iter_rows(named=True):
            place = (row["metriek"], *(row[name] for name in _PLACE))
            found[*place, row["maat"]] = (row["waarde"], row["onder"], row["boven"], row["aantal"])
    return found


def _with_quotients(values: dict[Key, Any]) -> Values:
    """Beside what is counted, the published metrics that are one of them over another."""
    more: dict[Key, Any] = {}
    for metric in METRICS.values():
        if isinstance(metric.form, Quotient):
            names = {metric.form.numerator: "boven", metric.form.denominator: "onder"}
            for key, value in values.items():
                if key[0] in names:
                    more[metric.id, *key[1:], names[key[0]]] = value
    return {**values, **more}


def unexplained(before: Told, after: Told, dataset: str) -> list[Key]:
    """Numbers that differ while nothing names the dataset as the reason.

    A category of an area that has others is zero where it is not there: those of no code list are
    shown where they occur anywhere.
    """
    names = {line.name for line in answering().values() if line.dataset == dataset} | {dataset}
    broken_down = [{key[:5] for key in told.values if key[4]} for told in (before, after)]
    found = []
    for key in sorted({*before.values, *after.values}):
        was, now = (
            told.values.get(key, 0 if key[4] and key[:5] in known else None)
            for told, known in zip((before, after), broken_down, strict=True)
        )
        if was == now or set(after.not_delivered.get(key[0], ())) & names:
            continue
        note = after.note(key)
        said = "" if note is None else note.text
        if said == getattr(before.note(key), "text", "") or not any(n in said for n in names):
            found.append(key)
    return found


def estimated(register: Register, covered: Coverage) -> EffectsOutput:
    """Every effect and saving of the register as it stands."""
    asked = {**tables.as_ibis(register.con, PROMISES), coverage.TABLE: covered.as_ibis()}
    delivered = set(tables.filled(register.con, PROMISES))
    return effects.compute(asked, delivered, PROMISES.parameters, register.context.peildatum)


def unexplained_effects(before: EffectsOutput, after: EffectsOutput, dataset: str) -> list[Key]:
    """Figures of effects and savings that differ or are gone while nothing names the dataset.

    A figure says so itself, or what stands above it: the amount of its product, the verdict on all
    years together.
    """
    found: list[Key] = []
    words = (dataset, dataset.replace("_", " "), *_SAID_AS.get(dataset, ()))

    def names(rows: Iterable[Mapping[str, Any]]) -> bool:
        """Whether a sentence names the dataset as what was not delivered."""
        told = " ".join(str(row[c]) for row in rows for c in _SENTENCES if row.get(c))
        said = (one.lower() for one in told.split(". ") if "geleverd" in one.lower())
        return any(word in one for one in said for word in words)

    for table, (keys, numbers) in _PUBLISHED.items():
        was, now = (
            {tuple(r[k] for k in keys): r for r in getattr(one, table).iter_rows(named=True)}
            for one in (before, after)
        )
        verdicts = [r for r in now.values() if r.get("schooljaar") in ("totaal", "")]
        for key in sorted({*was, *now}, key=str):
            pair = was.get(key), now.get(key)
            if pair[0] and pair[1] and all(pair[0][n] == pair[1][n] for n in numbers):
                continue
            about = [r for r in now.values() if r[keys[0]] == key[0]] if table != "balans" else []
            if not names([*([pair[1]] if pair[1] else about), *verdicts]):
                found.append((table, *map(str, key)))
    return found


_SENTENCES = ("reden", "zin", "aannames")
_SAID_AS = {"evaluatie_antwoorden": ("antwoorden op de evaluatie",)}
# Table -> what tells its rows apart, and its numbers.
_PUBLISHED = {
    "effecten": (("id", "maat", "ontwerp"), ("schatting", "onder", "boven", "n_leerlingen")),
    "besparing": (("product", "schooljaar", "route"), ("bedrag", "volume_zonder")),
    "balans": (("schooljaar", "route", "onderdeel", "betaler"), ("waarde", "onder", "boven")),
}
