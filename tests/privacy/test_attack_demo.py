"""The attacker against the real demo release: every hidden cell, every relation at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import polars as pl
import pytest

from pipelines import contracts
from pipelines.audit.linear import Attacker, Between, Seen, Shown, View
from pipelines.metrics import compute, publication_plan
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted
from pipelines.metrics.metric import Context, Mean
from pipelines.warehouse import coverage, engine, tables
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

KEY = ["schooljaar", "niveau", "gebied", "uitsplitsing", "categorie"]
NARROWEST = 5
HALF_A_STEP = 0.05  # of a mean
MOST_SHOWN_OF = 10  # a mean is never of fewer


@dataclass(frozen=True)
class Target:
    """One measure of the release with its truth, which the attacker does not see."""

    counted: Counted
    view: View
    truth: dict[int, int]
    children: dict[int, int]
    threshold: dict[int, int]
    hidden: list[int]
    pairs: list[tuple[int, int]]


@pytest.fixture(scope="module")
def targets(demo_run: DemoRun) -> list[Target]:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        cells = con.execute("SELECT * FROM cellen").pl()
        areas = con.execute("SELECT code, ouder FROM gebieden WHERE ouder <> ''").fetchall()
        about = con.execute("SELECT peildatum FROM release").fetchone()
    assert about is not None
    promises = contracts.load()
    years = tuple(sorted(cells["schooljaar"].unique()))
    with engine.open_warehouse(demo_run.workdir) as house:
        result = compute.count_all(
            METRICS.values(),
            tables.as_ibis(house, promises),
            tables.filled(house, promises),
            Context(about[0], promises, years),
            publication_plan.load(METRICS),
            coverage.coverage(house, promises),
        )
    parents = dict(areas)
    counts = [c for c in result.counted if c.unit != "euro"]
    units = _units(counts)
    return [_target(c, cells, parents, units) for c in counts]


def _units(counted: Sequence[Counted]) -> dict[tuple[str, ...], int]:
    """The exact number behind every mean, which the attacker is told."""
    found: dict[tuple[str, ...], int] = {}
    for one in counted:
        both = one.figures.drop_nulls("noemer").join(
            one.cells.select(noemer="cel", n="aantal"), on="noemer"
        )
        for *key, n in both.select("metriek", *KEY, "n").iter_rows():
            if isinstance(METRICS[key[0]].form, Mean):
                found[tuple(key)] = n
    return found


def _target(
    counted: Counted,
    released: pl.DataFrame,
    parents: dict[str, str],
    units: dict[tuple[str, ...], int],
) -> Target:
    truth = dict(counted.cells.select("cel", "aantal").iter_rows())
    threshold: dict[int, int] = defaultdict(lambda: 5)
    shown: dict[int, Seen] = {}
    seen = counted.figures.join(
        released.select("metriek", *KEY, "status", "waarde", a="teller", b="noemer"),
        on=["metriek", *KEY],
        how="left",
    )
    for row in seen.iter_rows(named=True):
        if METRICS[row["metriek"]].threshold == "zwaar":
            for part in ("teller", "noemer"):
                if row[part] is not None:
                    threshold[row[part]] = 10
    for row in seen.iter_rows(named=True):
        if row["status"] != "zichtbaar":
            continue
        if isinstance(METRICS[row["metriek"]].form, Mean) and row["teller"] is not None:
            n = counted.scale * units[row["metriek"], *(row[k] for k in KEY)]
            low, high = ((row["waarde"] + side * HALF_A_STEP) * n for side in (-1, 1))
            shown[row["teller"]] = Between(low - 1e-6, high + 1e-6)
            continue
        for part, value in (("teller", row["a"]), ("noemer", row["b"])):
            if row[part] is not None and value is not None:
                shown[row[part]] = Shown(round(value * counted.scale), threshold[row[part]])
    view = View(counted.cells.height, shown)
    _relate(view, counted, truth, parents)
    for row in counted.figures.iter_rows(named=True):
        if row["teller"] is None:
            continue
        if row["noemer"] is not None:
            view.parts.append((row["teller"], row["noemer"]))
        if row["complement"] and row["bekend"] is not None:
            view.ceilings[row["teller"]] = int(row["bekend"])
    pairs = [
        (t, n)
        for t, n, both in counted.figures.select("teller", "noemer", "complement").iter_rows()
        if both and t is not None and n is not None and t != n
    ]
    return Target(
        counted,
        view,
        truth,
        dict(counted.cells.select("cel", "kinderen").iter_rows()),
        threshold,
        [cell for cell in truth if cell not in shown],
        sorted(set(pairs)),
    )


def _relate(view: View, counted: Counted, truth: dict[int, int], parents: dict[str, str]) -> None:
    """Which cells are sums of which: over areas, within a gemeente, and over categories."""

    @cache
    def part_of(area: str) -> str:
        return parents.get(area, "")

    for metric in counted.figures["metriek"].unique().sort():
        rows = counted.figures.filter(pl.col("metriek") == metric)
        for part in ("teller", "noemer"):
            at: dict[tuple[str, ...], int] = {
                tuple(key): cell for *key, cell in rows.select(*KEY, part).drop_nulls().iter_rows()
            }
            for whole, parts in _sums(at, part_of):
                total = sum(truth[p] for p in parts)
                if total == truth[whole]:
                    view.sums.append((whole, parts))
                elif total > truth[whole] and max(truth[p] for p in parts) <= truth[whole]:
                    view.bounded.append((whole, parts))


def _sums(at: dict[tuple[str, ...], int], part_of: object) -> Iterator[tuple[int, list[int]]]:
    inside: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for (year, level, area, cut, category), cell in at.items():
        if level != "totaal":
            inside[year, "totaal", "", cut, category, level].append(cell)
        if level in {"wijk", "vestiging"}:
            inside[year, "gemeente", part_of(area), cut, category, level].append(cell)  # type: ignore[operator]
        if cut:
            inside[year, level, area, "", "", cut].append(cell)
    for (*key, _by), parts in inside.items():
        whole = at.get(tuple(key))
        if whole is not None and parts != [whole]:
            yield whole, sorted(set(parts))


def _is_mean(target: Target) -> bool:
    names = target.counted.figures.drop_nulls("teller")["metriek"].unique()
    return all(isinstance(METRICS[name].form, Mean) for name in names)


def test_no_sum_behind_a_mean_can_be_worked_out(targets: list[Target]) -> None:
    """By a reader who knows exactly how many answered: a hidden sum of few children stays open by
    15% both ways, of many by five, and a shown one by half a step for everybody in it."""
    looked_at = 0
    for target in filter(_is_mean, targets):
        attacker = Attacker(target.view)
        for cell in target.hidden:
            if target.truth[cell] == 0:
                continue
            looked_at += 1
            bounds = attacker.bounds({cell: 1.0})
            assert bounds is not None
            assert bounds.width >= NARROWEST - 1e-6, target.counted.measure
            if target.children[cell] < MOST_SHOWN_OF:
                assert bounds.low <= 0.85 * target.truth[cell] + 0.01, target.counted.measure
                assert bounds.high >= 1.15 * target.truth[cell] - 0.01, target.counted.measure
        for seen in target.view.shown.values():
            assert seen.high - seen.low >= 2 * HALF_A_STEP * MOST_SHOWN_OF, target.counted.measure
    assert looked_at


def test_what_the_attacker_knows_agrees_with_the_truth(targets: list[Target]) -> None:
    """Otherwise the attack would be on another table than ours."""
    assert len(targets) >= 10
    assert sum(len(t.hidden) for t in targets) > 100
    for target in targets:
        assert Attacker(target.view).consistent(), target.counted.measure
        for cell, seen in target.view.shown.items():
            assert seen.low <= target.truth[cell] <= seen.high, target.counted.measure


def test_no_hidden_cell_can_be_worked_out(targets: list[Target]) -> None:
    """Nothing exact, nothing narrower than five; a small count may be zero or safe as well.

    A zero beside a hidden number may be worked out: zeros are no secret.
    """
    for target in (t for t in targets if not _is_mean(t)):
        attacker = Attacker(target.view)
        for cell in target.hidden:
            bounds = attacker.bounds({cell: 1.0})
            assert bounds is not None
            assert bounds.low <= target.truth[cell] <= bounds.high
            if target.truth[cell] > 0:
                assert bounds.width >= NARROWEST - 1e-6, target.counted.measure
            few = target.truth[cell] > 0 and (
                target.children[cell] < target.threshold[cell]
                or target.truth[cell] < target.threshold[cell]
            )
            if few:
                ceiling = target.view.ceilings.get(cell, target.threshold[cell])
                assert bounds.low <= 1e-6, target.counted.measure
                assert bounds.high >= min(ceiling, target.threshold[cell]) - 1e-6


def test_no_small_complement_can_be_worked_out(targets: list[Target]) -> None:
    """Of how many children something does not hold is protected too."""
    looked_at = 0
    for target in targets:
        attacker = Attacker(target.view)
        for teller, noemer in target.pairs:
            rest = target.truth[noemer] - target.truth[teller]
            if target.truth[teller] == 0 or not 0 < rest < target.threshold[teller]:
                continue
            looked_at += 1
            bounds = attacker.bounds({noemer: 1.0, teller: -1.0})
            assert bounds is not None
            assert bounds.low <= 1e-6, target.counted.measure
            assert bounds.high >= target.threshold[teller] - 1e-6, target.counted.measure
    assert looked_at > 10


def test_taking_hidden_cells_for_small_ones_gives_nothing_exact(targets: list[Target]) -> None:
    """The rule-aware reader: supposes that every other hidden cell is 1 to T-1, where it can be."""
    for target in targets:
        small = {
            cell: (1, target.threshold[cell] - 1)
            for cell in target.hidden
            if 0 < target.truth[cell] < target.threshold[cell]
        }
        for cell in small:
            others = {c: span for c, span in small.items() if c != cell}
            attacker = Attacker(target.view, others)
            bounds = attacker.bounds({cell: 1.0})
            if bounds is None:
                continue  # the guess contradicts what is shown: the reader learns it was wrong
            low, high = max(bounds.low, 1), min(bounds.high, target.threshold[cell] - 1)
            assert high - low >= 1 - 1e-6, target.counted.measure
            break  # one cell a measure: the model is built anew for each


def test_hidden_cells_leave_no_trace_in_order_or_text(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        reasons = con.execute(
            "SELECT DISTINCT reden FROM cellen WHERE status = 'afgeschermd'"
        ).fetchall()
        ordered = con.execute("SELECT * FROM cellen").pl()
    assert len(reasons) == 1
    assert ordered.equals(ordered.sort("metriek", *KEY, "maat"))
