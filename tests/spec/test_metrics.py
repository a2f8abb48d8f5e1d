"""Every metric against a small text table worked out by hand, on every engine.

`metrics/<metric>.txt`: comments, `peildatum`, the plan tables to count (`zonder` is without a
breakdown), `normen` where a spec is about other values than the agreed ones, one table of input
rows per dataset, and under `verwacht` the cells. Every cell with something in it must be listed; a
zero is checked where it is listed. A spec's own `scholen` or `leerlingaantallen` replaces the
common one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from engines import ENGINES, ON_SPARK, Row, connected, share, tables

from pipelines import contracts
from pipelines.contracts import Contracts
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result, count_all
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Context, Quotient, Summary
from pipelines.metrics.publication_plan import Plan, parse

FOLDER = Path(__file__).parent / "metrics"
SPECS = sorted(p for p in FOLDER.glob("*.txt") if not p.name.startswith("_"))
COMMON = FOLDER / "_scholen.txt"
CASES = [
    *(
        pytest.param(file, engine, id=f"{file.stem}-{engine}")
        for file in SPECS
        for engine in ENGINES
    ),
    *(
        pytest.param(file, "spark", id=f"{file.stem}-spark", marks=ON_SPARK)
        for file in share(SPECS, 10)
    ),
]


@dataclass(frozen=True)
class Spec:
    metric: str
    settings: dict[str, str]
    tables: dict[str, list[Row]]
    expected: list[Row]

    @property
    def plan(self) -> Plan:
        listed: dict[str, list[str]] = {}
        for table in self.settings["tabellen"].split(","):
            breakdown, level = table.split()
            listed.setdefault(breakdown, []).append(level)
        text = "\n".join(f"    {name}: [{', '.join(found)}]" for name, found in listed.items())
        return parse(f"tabellen:\n  {self.metric}:\n{text}", {self.metric: METRICS[self.metric]})


def read(file: Path) -> Spec:
    """A spec file. Blank lines separate blocks; a block of `name: value` lines are settings."""
    settings: dict[str, str] = {}
    found: dict[str, list[Row]] = {}
    for block in file.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        if ":" in lines[0]:
            settings |= {k.strip(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
            continue
        header, *rows = ([cell.strip() for cell in line.split("|")] for line in lines[1:])
        found[lines[0].strip()] = [dict(zip(header, row, strict=True)) for row in rows]
    expected = found.pop("verwacht", [])
    return Spec(file.stem, settings, found, expected)


def with_norms(known: Contracts, told: str) -> Contracts:
    """The contracts with other values for some parameters: `name value, name value`."""
    changed = dict(known.parameters)
    for name, value in (pair.split() for pair in told.split(",") if pair):
        changed[name] = replace(changed[name], value=float(value))
    return replace(known, parameters=changed)


@cache
def counted(file: Path, engine: str) -> Result:
    spec = read(file)
    known = with_norms(contracts.load(), spec.settings.get("normen", ""))
    with connected(engine) as backend:
        made = tables(backend, known, read(COMMON).tables | spec.tables)
        return count_all(
            [METRICS[spec.metric]],
            made,
            set(made),
            Context(dt.date.fromisoformat(spec.settings["peildatum"]), known),
            spec.plan,
        )


def as_cells(result: Result, metric: str) -> pl.DataFrame:
    """One row per figure: KEY, and all that a spec may state about it."""
    if isinstance(METRICS[metric].form, Summary):
        return result.spreads[0].cells
    parts = [_numbers(component) for component in (*result.counted, *result.public)]
    first = parts[0]
    for other in parts[1:]:
        filled = [c for c in other.columns if c not in KEY and not other[c].is_null().all()]
        first = first.drop(filled, strict=False).join(other.select(*KEY, *filled), on=KEY)
    return first


def _numbers(component: Counted) -> pl.DataFrame:
    cells = component.cells
    top = cells.select("cel", "aantal", "kinderen", "scholen", "grootste", "tweede")
    bottom = cells.select("cel", pl.col("aantal").alias("onderaan"))
    return (
        component.figures.join(top, left_on="teller", right_on="cel", how="left")
        .join(bottom, left_on="noemer", right_on="cel", how="left")
        .drop("teller", "noemer")
        .rename({"aantal": "teller", "onderaan": "noemer"})
    )


def comparable(frame: pl.DataFrame, columns: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Key of a cell -> what is stated about it, as text."""
    keys = [*KEY, *(["maat"] if "maat" in columns else [])]
    return {
        tuple(row[k] for k in keys): {
            c: "" if row[c] is None else f"{row[c]:g}" for c in columns if c not in keys
        }
        for row in frame.iter_rows(named=True)
    }


@pytest.mark.parametrize(("file", "engine"), CASES)
def test_metric(file: Path, engine: str) -> None:
    spec = read(file)
    columns = list(spec.expected[0])
    keys = [*KEY, *(["maat"] if "maat" in columns else [])]
    expected = {
        tuple(row.get(k, "") for k in keys): {c: v for c, v in row.items() if c not in keys}
        for row in spec.expected
    }
    found = comparable(as_cells(counted(file, engine), spec.metric), columns)
    filled = {
        k for k, v in found.items() if any(v.get(c, "0") != "0" for c in ("teller", "noemer"))
    }
    if METRICS[spec.metric].is_split:
        filled = {k for k, v in found.items() if v["teller"] != "0"}
    if isinstance(METRICS[spec.metric].form, Summary):
        filled = set(found)

    assert {k: found.get(k) for k in expected} == expected
    assert filled <= set(expected), "cells that the spec does not expect"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", SPECS, ids=lambda p: p.stem)
def test_atoms_add_up_to_cells(file: Path, engine: str) -> None:
    result = counted(file, engine)
    for component in (*result.counted, *result.public):
        sums = component.atoms.explode("cellen").group_by("cellen").agg(pl.col("aantal").sum())
        both = component.cells.join(
            sums, left_on="cel", right_on="cellen", how="left", suffix="_atomen"
        ).with_columns(pl.col("aantal_atomen").fill_null(0))
        assert both["aantal"].to_list() == both["aantal_atomen"].to_list()
        assert component.cells["cel"].to_list() == list(range(component.cells.height))
        assert (component.atoms["aantal"] > 0).all()
        assert component.atoms["cellen"].is_unique().all()


def test_every_counted_metric_has_a_spec() -> None:
    counted_ones = {m.id for m in METRICS.values() if not isinstance(m.form, Quotient)}
    written = {p.stem for p in SPECS}
    missing = sorted(counted_ones - written)
    assert missing == [], f"schrijf tests/spec/metrics/<id>.txt voor {missing}"
    assert sorted(written - counted_ones) == []
